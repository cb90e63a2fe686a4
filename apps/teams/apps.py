"""Django's entry to this app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "apps.teams"
