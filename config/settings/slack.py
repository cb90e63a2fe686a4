"""Slack: where it is, and as what this site is known there. Tests point it at a stand-in."""

from config.settings.environment import env

SLACK_AUTHORIZE_URL = env.str(
    "SLACK_AUTHORIZE_URL", default="https://slack.com/oauth/v2/authorize"
)  # where people are asked
SLACK_API_URL = env.str("SLACK_API_URL", default="https://slack.com/api").rstrip("/")
SLACK_TIMEOUT = env.float("SLACK_TIMEOUT", default=10.0)  # seconds for one answer
# Empty: Slack is not offered. Half of it: a start-up check says what is missing.
SLACK_CLIENT_ID = env.str("SLACK_CLIENT_ID", default="")
SLACK_CLIENT_SECRET = env.str("SLACK_CLIENT_SECRET", default="")
