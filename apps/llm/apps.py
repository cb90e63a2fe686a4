"""Django's entry to this app."""

from django.apps import AppConfig


class LlmConfig(AppConfig):
    name = "apps.llm"

    def ready(self) -> None:
        from apps.llm import checks  # noqa: F401, PLC0415  importing registers
