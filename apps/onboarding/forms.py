"""What people enter on their way to the first numbers."""

from collections.abc import Collection
from typing import Any

from django import forms

from apps.teams.models import Team, known_time_zone

FIELD = {"class": "input w-full"}


class TeamForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(FIELD | {"autofocus": True})
    )
    time_zone = forms.CharField(
        label="Time zone",
        initial="UTC",
        max_length=Team._meta.get_field("time_zone").max_length,
        help_text="Weeks begin on Monday in this zone. A name such as Europe/Berlin.",
        validators=[known_time_zone],
        widget=forms.TextInput(FIELD),
    )


class ConnectForm(forms.Form):
    """A token; what GitHub says to it is added as an error by the view."""

    token = forms.CharField(max_length=255, error_messages={"required": "Paste a token."})


class RepositoriesForm(forms.Form):
    """The chosen names, each of which the token must see."""

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
