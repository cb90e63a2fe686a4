"""Signing in: by a link that is mailed, by password, by the demo's link; and out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts import at_github, links
from apps.accounts.addresses import address_of, our_path
from apps.accounts.arriving import NotLetIn, let_in
from apps.accounts.changing import AddressTaken, take_address
from apps.accounts.demo import user_of_link
from apps.accounts.expected import expected
from apps.accounts.forms import AddressForm, PasswordForm
from apps.accounts.mails import MailNotSent, send_sign_in_link
from apps.accounts.models import SignInLink
from apps.accounts.pace import TooOften, count
from apps.accounts.persons import person_with
from apps.accounts.too_often import too_often
from apps.core.leaving import leads_to

SENT_TO = "sign_in_link_sent_to"  # in the session, for the next page

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@form_page
@never_cache
@leads_to("GITHUB_WEB_URL")
def login_page(request: HttpRequest) -> HttpResponse:
    """
    What this is, and the ways in; by e-mail a link is sent, alike to every address.

    Who is signed in already is sent on.
    """
    next_path = our_path(request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(next_path or settings.LOGIN_REDIRECT_URL)
    form = AddressForm(request.POST or None, initial={"email": expected(request)})
    if form.is_valid() and _is_sent(request, form, next_path):
        request.session[SENT_TO] = form.cleaned_data["email"]
        return redirect("accounts:sent")
    context = {
        "form": form,
        "next": next_path,
        "has_github": at_github.is_offered(),
        "is_demo": settings.DEMO_MODE,
    }
    return render(request, "accounts/login.html", context)


def _is_sent(request: HttpRequest, form: AddressForm, next_path: str) -> bool:
    """Whether the link is on its way; otherwise the form says why not."""
    email = form.cleaned_data["email"]
    try:
        count("sign_in_mail_from", address_of(request))
        count("sign_in_mail", email)
        send_sign_in_link(email, next_path=next_path)
    except (TooOften, MailNotSent) as exc:
        form.add_error("email", str(exc))
        return False
    return True


@login_not_required
@require_GET
@never_cache
def sent(request: HttpRequest) -> HttpResponse:
    """Where to look for the link; nothing here tells whether the address has an account."""
    email = request.session.get(SENT_TO)
    if email is None or request.user.is_authenticated:
        return redirect("accounts:login")
    is_filed = settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
    context = {
        "email": email,
        "minutes": links.LASTS.seconds // 60,
        "folder": settings.EMAIL_FILE_PATH if is_filed else "",
    }
    return render(request, "accounts/sent.html", context)


@login_not_required
@form_page
@never_cache
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """
    Where a mailed link leads. Opening it changes nothing, for mail scanners open every link; its
    button uses it up. Used, too old, made up: the same answer.
    """
    found = links.look_up(secret)
    if found is not None and request.method != "POST":
        return render(request, "accounts/link.html", {"link": found})
    try:
        count("sign_in", address_of(request))
    except TooOften as exc:
        return too_often(request, exc)
    if found is None or not links.use(found):
        return render(request, "accounts/link_over.html", status=400)
    return _take_address(request, found) if found.user else _sign_in(request, found)


def _sign_in(request: HttpRequest, found: SignInLink) -> HttpResponse:
    try:
        let_in(request, person_with(found.email), by="link")
    except NotLetIn as exc:
        messages.error(request, str(exc))
        return redirect("accounts:login")
    return redirect(our_path(found.next_path) or settings.LOGIN_REDIRECT_URL)


def _take_address(request: HttpRequest, found: SignInLink) -> HttpResponse:
    """Only in the browser of who has asked: nobody is talked into giving an address to others."""
    try:
        take_address(request.user, found)
    except AddressTaken as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, f"Your address is {found.email} now.")
    return redirect("accounts:account")


class SignInByPassword(LoginView):
    """For those who have a password; who is signed in already is sent on."""

    template_name = "accounts/password.html"
    authentication_form = PasswordForm
    redirect_authenticated_user = True


@login_not_required
@require_GET
def demo(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a demo link, and go where a new user goes. 404 for any link that is not good."""
    user = user_of_link(token)
    if user is None:
        raise Http404
    let_in(request, user, by="demo link")
    return redirect(settings.LOGIN_REDIRECT_URL)
