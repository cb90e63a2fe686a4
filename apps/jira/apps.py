"""Django's entry to this app."""

from django.apps import AppConfig


class JiraConfig(AppConfig):
    name = "apps.jira"
