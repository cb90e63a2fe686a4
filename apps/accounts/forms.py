"""The login forms: of the pages, in their look, and of the admin."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from apps.accounts import throttle


class Throttled(AuthenticationForm):
    """A login that answers only so many wrong passwords in a while."""

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        key = throttle.key_of(self.cleaned_data.get("username", ""), address)
        try:
            throttle.begin_try(key)
        except throttle.TooManyTries as exc:
            raise ValidationError(str(exc), code="too_many_tries") from exc
        cleaned = super().clean()
        if self.user_cache is not None:
            throttle.forget(key)
        return cleaned


class SignInForm(Throttled):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input w-full"


class AdminSignInForm(Throttled, AdminAuthenticationForm):
    """The admin's own, with the same limit."""
