"""What admins enter in a team's settings."""

from typing import Any

from django import forms
from django.conf import settings

from apps.onboarding.forms import FIELD, RepositoriesForm
from apps.teams.models import Team
from apps.teams.stages import days, length_in_words
from apps.teams.zones import UNREADABLE, TimeZoneField, time_zones

#: Days that a team may choose to read.
LENGTHS = (30, 90, 180, 365)


class IdentityForm(forms.Form):
    """What the team is called, and whose days its numbers are."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        error_messages=UNREADABLE | {"max_length": "At most 120 characters, please."},
        widget=forms.TextInput(FIELD),
    )
    time_zone = TimeZoneField()

    def time_zones(self) -> tuple[str, ...]:
        """What is offered while the person types."""
        return time_zones()


class HistoryForm(forms.Form):
    """How many days are read; empty is the installation's own length."""

    history_days = forms.TypedChoiceField(
        label="Length of the history",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "Choose one of the lengths that are offered."},
        widget=forms.Select({"class": "select w-full"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["history_days"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- for the type only
        field.choices = [
            ("", f"As this installation: {length_in_words(None)}"),
            *((length, days(length)) for length in LENGTHS),
        ]


class AddForm(RepositoriesForm):
    """:param read: how many repositories the team reads already."""

    def __init__(self, *args: Any, read: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read = read

    def clean_names(self) -> list[str]:
        names = super().clean_names()
        most = settings.HISTORICAL_SYNC_CONFIG["max_repositories"]
        if self.read + len(names) > most:
            raise forms.ValidationError(
                f"One team reads at most {most} repositories, and this one reads {self.read}"
                " already. Take away some, or make another team for them."
            )
        return names


class DeleteForm(forms.Form):
    """The team's name, typed: nobody deletes by a click."""

    name = forms.CharField(
        label="Type the team's name to confirm",
        error_messages=UNREADABLE | {"required": "Type the team's name."},
        widget=forms.TextInput(FIELD | {"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.team.name.strip():
            raise forms.ValidationError("That is not the team's name. Nothing was deleted.")
        return name
