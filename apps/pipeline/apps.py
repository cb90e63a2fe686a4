"""Django's entry to this app."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "apps.pipeline"

    def ready(self) -> None:
        # Importing registers: the receiver, the checks, and what a worker does when it starts.
        from apps.pipeline import checks, receivers, watch  # noqa: F401, PLC0415
