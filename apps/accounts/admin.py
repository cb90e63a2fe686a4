"""Who logs in, for staff; and the admin's own login."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from apps.accounts.forms import AdminSignInForm
from apps.accounts.models import User

admin.site.register(User, UserAdmin)
admin.site.login_form = AdminSignInForm
