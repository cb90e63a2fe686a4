"""Django's entry to this app."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "apps.metrics"
