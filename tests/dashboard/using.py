"""The page about the language model: its words, what was used, and what admins change on it."""

import re
from html import unescape

from django.urls import reverse

from apps.llm.models import LlmUse
from apps.teams.models import Team
from tests.dashboard.conftest import NOW

TODAY = NOW.date()


def url_of(team, name="ai_use"):
    return reverse(f"dashboard:{name}", args=[team.slug])


def shown(client, team):
    """The page's words."""
    answer = client.get(url_of(team))
    assert answer.status_code == 200
    return words_of(answer)


def words_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def use(team, nano_usd, **fields):
    kept = {"day": TODAY, "run": 0, "model": "openai/gpt-oss-20b", "way": "live"} | fields
    kept = {"purpose": "reading", "requests": 2, "prompt_tokens": 1200, "cached_tokens": 700} | kept
    return LlmUse.objects.create(team=team, nano_usd=nano_usd, completion_tokens=300, **kept)


def flip(client, team, to):
    return client.post(url_of(team, "ai_switch"), {"llm_enabled": to}, follow=True)


def is_on(team):
    return Team.objects.get(pk=team.pk).llm_enabled


def budget_of(team):
    return Team.objects.get(pk=team.pk).llm_daily_usd
