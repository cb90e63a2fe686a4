"""Fixtures for every room."""

import os

# Playwright's fixtures keep an event loop running in the thread in which the ORM is used.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
