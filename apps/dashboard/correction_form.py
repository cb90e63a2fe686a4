"""What a person who knows better may say of a pull request."""

from typing import Any

from django import forms

from apps.dashboard.evidence_words import tool_names
from apps.llm.corrections import NOTE_CHARS
from apps.llm.verdict import UNNAMED

YES, NO = "yes", "no"


class NoteField(forms.CharField):
    """Counts a line break once, as the browser does; it sends two characters."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class CorrectionForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=((YES, "AI was used"), (NO, "No AI was used")),
        error_messages={"required": "Say which of the two is right."},
        widget=forms.RadioSelect,
    )
    tools = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": "One of these tools is not known here."},
        widget=forms.CheckboxSelectMultiple,
    )
    note = NoteField(
        label="Note",
        required=False,
        max_length=NOTE_CHARS,
        help_text=f"How you know, for your team. At most {NOTE_CHARS} characters.",
        error_messages={
            "null_characters_not_allowed": "There is a character in it that nobody can read."
        },
        widget=forms.Textarea({"class": "textarea w-full", "rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(tool_names().items(), key=lambda tool: tool[1].lower())
        field = self.fields["tools"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for mypy
        field.choices = [(tool, name) for tool, name in names if tool != UNNAMED]

    @property
    def is_ai_assisted(self) -> bool:
        """Of a valid form."""
        return bool(self.cleaned_data["verdict"] == YES)
