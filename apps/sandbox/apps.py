"""Django's entry to this app."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "apps.sandbox"
