"""Who logs in, for staff; and the admin's own login."""

from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from apps.accounts.forms import AdminSignInForm
from apps.accounts.models import User

admin.site.register(User, UserAdmin)
# Secrets have no page. (Neither has a row: the app is configured by settings, no token is stored.)
admin.site.unregister((SocialApp, SocialToken))
admin.site.login_form = AdminSignInForm
