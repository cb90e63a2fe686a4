"""What admins enter about how their team is counted."""

from typing import Any

from django import forms

from apps.github.own_accounts import Refused
from apps.metrics.hotfixes import LONGEST_WORD, MOST_WORDS
from apps.metrics.own_rules import words_in
from apps.teams.zones import UNREADABLE, TimeZoneField

TYPED = MOST_WORDS * (LONGEST_WORD + 2) * 2  # more than anybody needs, and no book


class WordsForm(forms.Form):
    """Hotfix words, on one line or many."""

    words = forms.CharField(
        label="Words",
        required=False,
        max_length=TYPED,
        help_text="Between commas, such as hotfix, sev1. Empty: nothing is said about hotfixes.",
        error_messages=UNREADABLE | {"max_length": "That is too much. A few words, please."},
        widget=forms.TextInput({"class": "input w-full", "autocomplete": "off"}),
    )

    def clean_words(self) -> list[str]:
        try:
            return words_in(self.cleaned_data["words"])
        except Refused as exc:
            raise forms.ValidationError(str(exc)) from exc


class ZoneForm(forms.Form):
    """The team's time zone."""

    time_zone = TimeZoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].help_text = (
            "Weeks begin on Monday in this zone. A name such as Europe/Berlin."
            " With another zone all weeks are computed again."
        )
