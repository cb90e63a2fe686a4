"""A time zone as people type it."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms

from apps.teams.models import Team, known_time_zone

UNREADABLE = {"null_characters_not_allowed": "There is a character in it that nobody can read."}


class TimeZoneField(forms.CharField):
    """A name such as Europe/Berlin, in whatever case; gives it as the database of zones has it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Time zone",
            max_length=Team._meta.get_field("time_zone").max_length,
            help_text="Weeks begin on Monday in this zone. A name such as Europe/Berlin.",
            validators=[known_time_zone],
            error_messages=UNREADABLE
            | {"max_length": "There is no time zone with so long a name."},
            widget=forms.TextInput({"class": "input w-full", "list": "time-zones"}),
            **options,
        )

    def to_python(self, value: Any) -> str:
        name = super().to_python(value) or ""
        known = {zone.lower(): zone for zone in time_zones()}
        return known.get(name.lower(), name)


@cache
def time_zones() -> tuple[str, ...]:
    """What is offered while a person types; looked up once, in some hundred files."""
    return tuple(sorted(available_timezones()))
