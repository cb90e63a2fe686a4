"""Django's entry to this app."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "apps.insights"

    def ready(self) -> None:
        # Importing registers: the check, and what hears that a team was counted anew.
        from apps.insights import checks, later  # noqa: F401, PLC0415
