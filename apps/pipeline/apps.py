"""Django's entry to this app."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "apps.pipeline"
