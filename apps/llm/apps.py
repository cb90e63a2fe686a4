"""Django's entry to this app."""

from django.apps import AppConfig


class LlmConfig(AppConfig):
    name = "apps.llm"

    def ready(self) -> None:
        from apps.llm import checks  # noqa: F401, PLC0415  importing registers
        from apps.llm.batching import parting  # noqa: F401, PLC0415 - connects its hook
