"""What staff are asked before a team opens."""

from django import forms

from apps.teams.staff.visits import LONGEST

SHORTEST = 5


class WhyForm(forms.Form):
    why = forms.CharField(
        label="Why do you open this team?",
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages={
            "required": "Say why: without a reason the team stays closed.",
            "min_length": "Say a little more: whoever reads it later has only these words.",
        },
        help_text="For example: “Ticket 1234: the import has stood still since Monday.”",
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off", "size": 60}),
    )
