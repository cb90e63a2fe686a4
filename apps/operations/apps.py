"""Django's entry to this app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "apps.operations"
