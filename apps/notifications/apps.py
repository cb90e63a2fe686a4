"""Django's entry to this app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
