"""Django's entry to this app."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "apps.insights"

    def ready(self) -> None:
        from apps.insights import checks  # noqa: F401, PLC0415 - importing registers them
