"""This machine: no configuration needed. `DEBUG=1` in the environment shows Django's error pages."""

from config.settings.base import *  # noqa: F403
