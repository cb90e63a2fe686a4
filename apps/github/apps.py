"""Django's entry to this app."""

from django.apps import AppConfig


class GithubConfig(AppConfig):
    name = "apps.github"
