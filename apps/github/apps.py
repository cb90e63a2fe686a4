"""Django's entry to this app."""

from django.apps import AppConfig
from django.core.checks import register

from apps.github.connecting.ways import check_ways


class GithubConfig(AppConfig):
    name = "apps.github"

    def ready(self) -> None:
        from apps.github.connecting import parting  # noqa: F401, PLC0415 - connects its hook

        register(check_ways, "github")
