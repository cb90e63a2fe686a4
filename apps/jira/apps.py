"""Django's entry to this app."""

from django.apps import AppConfig
from django.core.checks import register

from apps.jira.checks import check_jira


class JiraConfig(AppConfig):
    name = "apps.jira"

    def ready(self) -> None:
        from apps.jira import parting  # noqa: F401, PLC0415 - connects its hook

        register(check_jira, "jira")
