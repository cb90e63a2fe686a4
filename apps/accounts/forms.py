"""The forms: ways to sign in (by password also the admin's), and what an account says."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.encoding import punycode

from apps.accounts.addresses import address_of
from apps.accounts.models import User
from apps.accounts.pace import TooOften, count, forget, wait_in_words
from apps.accounts.persons import NAME_LENGTH, canonical, is_free

INPUT = "input w-full"
NO_ADDRESS = "That is no e-mail address."
ASKED_FIRST = "A link goes there; your address changes once you have opened it."


class Throttled(AuthenticationForm):
    """A login that takes only so many passwords in a while, whether or not the name exists."""

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if name is None or "password" not in self.cleaned_data:
            return self.cleaned_data  # no guess
        address = address_of(self.request) if self.request else ""
        try:
            # What shuts out everybody of that name comes last: a place that guesses too often alone
            # is refused before it, and uses up nothing of the owner's.
            count("password_from", address)
            count("password", f"{name}\0{address}")
            count("password_for", name)
        except TooOften as exc:
            wait = f"Too many wrong passwords. Try again in {wait_in_words(exc.seconds)}."
            raise ValidationError(wait, code="too_often") from exc
        cleaned = super().clean()
        if self.user_cache is not None:
            forget("password", f"{name}\0{address}")
            forget("password_for", name)
        return cleaned


class Styled(forms.BaseForm):
    """With the look of the pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = INPUT


class PasswordForm(Styled, Throttled):
    """The pages' own, by name and password."""


class AdminSignInForm(Throttled, AdminAuthenticationForm):
    """The admin's own, with the same limits."""


class NewPasswordForm(Styled, PasswordChangeForm):
    """Ends every other session of the person, too."""


class AddressForm(Styled, forms.Form):
    """Where a link to sign in goes."""

    email = forms.EmailField(
        label="Your e-mail address",
        max_length=User._meta.get_field("email").max_length,
        error_messages={
            "required": "Write the address that the link is to go to.",
            "invalid": NO_ADDRESS,
            "max_length": NO_ADDRESS,
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@example.org"}),
    )

    def clean_email(self) -> str:
        email = canonical(self.cleaned_data["email"])
        try:
            punycode(email.rpartition("@")[2])  # as a mail will; Django's own check lets some pass
        except UnicodeError as exc:
            raise ValidationError(NO_ADDRESS, code="invalid") from exc
        return email


class NewAddressForm(AddressForm):
    """Another address for an account. Whose it is already is told only to who reads its mails."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["email"].label = "New address"
        self.fields["email"].help_text = ASKED_FIRST

    def clean_email(self) -> str:
        email = super().clean_email()
        if email == canonical(self.user.email):
            raise ValidationError("That is your address already.")
        return email


class NameForm(Styled, forms.Form):
    """What the person's teams call them."""

    name = forms.CharField(
        label="Your name",
        help_text="Your teams call you by it.",
        min_length=2,
        max_length=NAME_LENGTH,
        validators=[
            RegexValidator(r"^[\w.+-]+$", "A name is made of letters, digits and . + - _ only.")
        ],
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_free(name, but_for=self.user):
            raise ValidationError("Somebody is called that already. Choose another name.")
        return name
