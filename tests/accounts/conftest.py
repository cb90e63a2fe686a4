"""This site as GitHub knows it."""

from tests.registrations import app_keys, github_app, oauth_app

__all__ = ["app_keys", "github_app", "oauth_app"]
