"""GitHub: where it is, and how people connect to it. Tests point it at a stand-in."""

from urllib.parse import urlsplit

from config.settings.environment import env

GITHUB_API_URL = env.str("GITHUB_API_URL", default="https://api.github.com").rstrip("/")
GITHUB_GRAPHQL_URL = env.str("GITHUB_GRAPHQL_URL", default="") or f"{GITHUB_API_URL}/graphql"
GITHUB_TIMEOUT = env.float("GITHUB_TIMEOUT", default=20.0)  # seconds; GitHub itself gives up at 10
# Where people sign in; the API's own host unless told, without its "api.".
GITHUB_WEB_URL = (
    env.str("GITHUB_WEB_URL", default="")
    or urlsplit(GITHUB_API_URL)._replace(path="").geturl().replace("://api.", "://", 1)
).rstrip("/")
# Empty: that way of connecting is not offered. Half of it: a start-up check says what is missing.
GITHUB_APP_ID = env.str("GITHUB_APP_ID", default="")
GITHUB_APP_SLUG = env.str("GITHUB_APP_SLUG", default="")
GITHUB_APP_PRIVATE_KEY = env.str("GITHUB_APP_PRIVATE_KEY", default="", multiline=True)  # PEM
GITHUB_CLIENT_ID = env.str("GITHUB_CLIENT_ID", default="")
GITHUB_CLIENT_SECRET = env.str("GITHUB_CLIENT_SECRET", default="")
GITHUB_WEBHOOK_SECRET = env.str("GITHUB_WEBHOOK_SECRET", default="")  # empty: none are taken
