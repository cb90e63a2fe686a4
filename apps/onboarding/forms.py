"""What people enter on their way to the first numbers."""

from collections.abc import Collection
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings

from apps.teams.models import Team, known_time_zone

FIELD = {"class": "input w-full"}


class TimeZoneField(forms.CharField):
    """A name such as Europe/Berlin, in whatever case; gives it as the database of zones has it."""

    def to_python(self, value: Any) -> str:
        name = super().to_python(value) or ""
        known = {zone.lower(): zone for zone in available_timezones()}
        return known.get(name.lower(), name)


class TeamForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(FIELD | {"autofocus": True})
    )
    time_zone = TimeZoneField(
        label="Time zone",
        initial="UTC",
        max_length=Team._meta.get_field("time_zone").max_length,
        help_text="Weeks begin on Monday in this zone. A name such as Europe/Berlin.",
        validators=[known_time_zone],
        widget=forms.TextInput(FIELD | {"list": "time-zones"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # the browser knows better than UTC; a person knows better than it
            self.fields["time_zone"].widget.attrs["data-preset-zone"] = True

    def time_zones(self) -> list[str]:
        """What is offered while the person types."""
        return sorted(available_timezones())


class ConnectForm(forms.Form):
    """A token; what GitHub says to it is added as an error by the view."""

    token = forms.CharField(max_length=255, error_messages={"required": "Paste a token."})


class RepositoriesForm(forms.Form):
    """The chosen names, each of which the token must see; not more than one team may read."""

    names = forms.MultipleChoiceField(
        error_messages={
            "required": "Choose at least one repository.",
            "invalid_choice": "Your token does not see %(value)s.",
        }
    )

    def __init__(self, *args: Any, seen: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["names"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the type only
        field.choices = [(name, name) for name in seen]

    def clean_names(self) -> list[str]:
        names: list[str] = self.cleaned_data["names"]
        most = settings.HISTORICAL_SYNC_CONFIG["max_repositories"]
        if len(names) > most:
            raise forms.ValidationError(
                f"One team reads at most {most} repositories; you have chosen {len(names)}. "
                "Take away some, or make another team for them."
            )
        return names
