"""Django's entry to this app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from apps.core.sqlite import allow_large_statements


class CoreConfig(AppConfig):
    name = "apps.core"

    def ready(self) -> None:
        connection_created.connect(allow_large_statements, dispatch_uid="core.large_statements")
