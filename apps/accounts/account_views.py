"""A person's own account: what it says, how they sign in, and the way out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import at_github
from apps.accounts.addresses import address_of
from apps.accounts.changing import end_all_sessions
from apps.accounts.forms import NameForm, NewAddressForm, NewPasswordForm
from apps.accounts.http import AuthenticatedRequest
from apps.accounts.mails import MailNotSent, send_address_link
from apps.accounts.pace import TooOften, count
from apps.core.leaving import leads_to

ACCOUNT = "accounts:account"
NOT_MEANT = "Tick the box first, if you mean it. Nothing was deleted."
IN_TEAMS = "Leave your teams first, so that none of them is left without anybody."


@require_safe
@leads_to("GITHUB_WEB_URL")
def account(request: AuthenticatedRequest) -> HttpResponse:
    """Everything about the person's own account, with a form for each thing."""
    return _page(request)


def _page(request: AuthenticatedRequest, **forms: Any) -> HttpResponse:
    """:param forms: those that came back with an error; the others are empty."""
    user = request.user
    context = {
        "name_form": NameForm(user=user, initial={"name": user.get_username()}),
        "address_form": NewAddressForm(user=user),
        "identities": at_github.identities_of(user),
        "has_github": at_github.is_offered(),
        "memberships": user.memberships.select_related("team").order_by("team__name"),
        **forms,
    }
    return render(request, "accounts/account.html", context)


@require_POST
def rename(request: AuthenticatedRequest) -> HttpResponse:
    """Another name; what was done under the old one stays under it."""
    form = NameForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, name_form=form)
    request.user.username = form.cleaned_data["name"]
    request.user.save(update_fields=["username"])
    messages.success(request, f"You are called {request.user.username} now.")
    return redirect(ACCOUNT)


@require_POST
def change_address(request: AuthenticatedRequest) -> HttpResponse:
    """Ask the new address by a link; until it is used the old one stays."""
    form = NewAddressForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, address_form=form)
    email = form.cleaned_data["email"]
    try:
        count("sign_in_mail_from", address_of(request))
        count("address_mail", email)
        send_address_link(request.user, email)
    except (TooOften, MailNotSent) as exc:
        form.add_error("email", str(exc))
        return _page(request, address_form=form)
    messages.success(request, f"Open the link that was sent to {email} to confirm it.")
    return redirect(ACCOUNT)


class ChangePassword(PasswordChangeView):
    """For those who have one. Every other session of theirs ends with it."""

    template_name = "accounts/change_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy(ACCOUNT)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password was changed, and other devices signed out.")
        return super().form_valid(form)


@require_POST
def sign_out_everywhere(request: AuthenticatedRequest) -> HttpResponse:
    end_all_sessions(request.user)
    logout(request)
    messages.success(request, "You are signed out on every device.")
    return redirect("accounts:login")


@require_POST
def delete(request: AuthenticatedRequest) -> HttpResponse:
    """Delete the account, at once and for good; only for who is in no team any more."""
    if request.user.memberships.exists():
        messages.error(request, IN_TEAMS)
        return redirect(ACCOUNT)
    if "meant" not in request.POST:
        messages.error(request, NOT_MEANT)
        return redirect(ACCOUNT)
    user = request.user
    logout(request)
    user.delete()
    messages.success(request, "Your account is deleted.")
    return redirect("accounts:login")
