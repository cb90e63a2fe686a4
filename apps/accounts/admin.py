"""Who logs in, for staff; and the admin's own login."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from apps.accounts.forms import AdminSignInForm
from apps.accounts.models import User

admin.site.register(User, UserAdmin)
# Secrets have no page. (Neither has a row: the app is configured by settings, no token is stored.)
admin.site.unregister((EmailAddress, SocialAccount, SocialApp, SocialToken))
admin.site.login_form = AdminSignInForm


@admin.register(SocialAccount)
class GitHubIdentityAdmin(admin.ModelAdmin[SocialAccount]):
    """
    Which GitHub account signs in whom. To take one away is all that staff can do: whose it is, only
    GitHub says.
    """

    list_display = ("user", "uid", "date_joined", "last_login")
    search_fields = ("uid", "user__username", "user__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SocialAccount | None = None) -> bool:
        return False
