"""Django's admin, with our site in the place of its own."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """In a module of its own: `apps.py` may hold one configuration that is the app's."""

    default_site = "apps.teams.staff.site.StaffSite"
