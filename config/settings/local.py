"""This machine: no configuration needed. `DEBUG=1` shows Django's error pages."""

from config.settings.base import *  # noqa: F403
