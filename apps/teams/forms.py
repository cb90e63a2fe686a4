"""What admins enter about the people of a team."""

from django import forms

from apps.teams.models import Invitation, Membership
from apps.teams.zones import UNREADABLE

UNKNOWN_ROLE = {"required": "Choose a role.", "invalid_choice": "There is no such role."}


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=Invitation._meta.get_field("email").max_length,
        help_text="They join with an account that has this very address.",
        error_messages=UNREADABLE
        | {
            "required": "Whom do you want to invite?",
            "invalid": "This is no e-mail address.",
            "max_length": "No e-mail address is that long.",
        },
        widget=forms.EmailInput({"class": "input w-full", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label="Role",
        choices=Membership.Role.choices,
        initial=Membership.Role.MEMBER,
        help_text="Can be changed later.",
        error_messages=UNKNOWN_ROLE,
        widget=forms.Select({"class": "select w-full"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices, error_messages=UNKNOWN_ROLE)
