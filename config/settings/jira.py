"""Jira Cloud: where it is, and as what this site is known there. Tests point it at a stand-in."""

from config.settings.environment import env

# Where people are asked, and where codes and refresh tokens become tokens.
JIRA_AUTH_URL = env.str("JIRA_AUTH_URL", default="https://auth.atlassian.com").rstrip("/")
JIRA_API_URL = env.str("JIRA_API_URL", default="https://api.atlassian.com").rstrip("/")
# A browser holds a form's target against every redirect that follows: whoever is asked there signs
# in at id.atlassian.com, and consents at api.atlassian.com.
JIRA_FORM_TARGETS = [JIRA_AUTH_URL, *env.list("JIRA_FORM_TARGETS", default=["*.atlassian.com"])]
JIRA_TIMEOUT = env.float("JIRA_TIMEOUT", default=10.0)  # seconds for one answer
JIRA_PAGE_SIZE = min(max(env.int("JIRA_PAGE_SIZE", default=100), 1), 100)  # issues in one answer
# Empty: Jira is not offered. Half of it: a start-up check says what is missing.
JIRA_CLIENT_ID = env.str("JIRA_CLIENT_ID", default="")
JIRA_CLIENT_SECRET = env.str("JIRA_CLIENT_SECRET", default="")
