"""Configuration. Importing the package makes the Celery app current, for `shared_task`."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
