"""What people enter on their way to the first numbers."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import Truncator

from apps.teams.zones import UNREADABLE, TimeZoneField, time_zones

FIELD = {"class": "input w-full"}
NO_TOKEN = "This is not a GitHub token. Copy it again, and paste nothing else."  # noqa: S105 -- a sentence
LONGEST_NAME = 140  # "owner/name" at GitHub: 39 characters, a slash and 100


class TeamForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=120,
        error_messages=UNREADABLE | {"max_length": "At most 120 characters, please."},
        widget=forms.TextInput(FIELD | {"autofocus": True}),
    )
    time_zone = TimeZoneField(initial="UTC")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # the browser knows better than UTC; a person knows better than it
            self.fields["time_zone"].widget.attrs["data-preset-zone"] = True

    def time_zones(self) -> tuple[str, ...]:
        """What is offered while the person types."""
        return time_zones()


class ConnectForm(forms.Form):
    """
    A token; what GitHub says to it is added as an error by the view.

    :param is_kept: one that was entered before is used where none is.
    """

    token = forms.CharField(
        max_length=255,
        error_messages={
            "required": "Paste a token.",
            "max_length": NO_TOKEN,
            "null_characters_not_allowed": NO_TOKEN,
        },
    )

    def __init__(self, *args: Any, is_kept: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].required = not is_kept


class NamesField(forms.MultipleChoiceField):
    """Names of repositories; one that cannot be one is not repeated in full."""

    def to_python(self, value: Any) -> list[str]:
        return [Truncator(name).chars(LONGEST_NAME) for name in super().to_python(value)]


class RepositoriesForm(forms.Form):
    """The chosen names, each of which the token must see; not more than one team may read."""

    names = NamesField(
        error_messages={
            "required": "Choose at least one repository.",
            "invalid_choice": "GitHub does not show %(value)s to this team.",
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
