"""Django's entry to this app."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "apps.metrics"

    def ready(self) -> None:
        from apps.metrics import recount  # noqa: F401, PLC0415 - importing connects its hook
