"""Django's entry to this app."""

from django.apps import AppConfig
from django.core.checks import register

from apps.slack.oauth import check_registration


class SlackConfig(AppConfig):
    name = "apps.slack"

    def ready(self) -> None:
        from apps.slack import parting  # noqa: F401, PLC0415 - connects its hook

        register(check_registration, "slack")
