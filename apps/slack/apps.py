"""Django's entry to this app."""

from django.apps import AppConfig


class SlackConfig(AppConfig):
    name = "apps.slack"
