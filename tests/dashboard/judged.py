"""Pull requests with a verdict and its evidence, and a look at their pages."""

from datetime import timedelta
from html import unescape

from django.urls import reverse

from apps.llm.models import Evidence
from tests.dashboard.conftest import NOW
from tests.factories import (
    CommitFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    TrackedRepositoryFactory,
)

TRAILER = "Co-Authored-By: Claude <noreply@anthropic.com>"
#: Every kind of evidence that a verdict may rest on: strength, kind, place and quote.
BY_CLASS = {
    "A": ("agent", "account", "author", "copilot-swe-agent[bot]"),
    "B": ("declared", "co_author", "commit 0", TRAILER),
    "C": ("suspected", "quote", "body", "parts were drafted by an AI"),
}


def judged(team, ai_class="B", *, evidence=(), tools=None, **pull_request):
    """One pull request of that class, with evidence for it unless other is given."""
    if "repository" not in pull_request:
        pull_request["repository"] = team.repositories.first() or TrackedRepositoryFactory(
            team=team, last_synced_at=NOW, sync_status="completed"
        )
    pull_request.setdefault("body", "Before it: parts were drafted by an AI. After it.")
    pull_request.setdefault("created_at", NOW - timedelta(days=2))
    row = PullRequestFactory(**pull_request)
    CommitFactory(pull_request=row, position=0, message=f"Change it\n\n{TRAILER}\n")
    is_marked = ai_class in BY_CLASS
    analysis = PullRequestAnalysisFactory(
        pull_request=row,
        ai_class=ai_class,
        tools=tools if tools is not None else ["claude"] * is_marked,
        llm_state="pending" if ai_class == "U" else "done",
    )
    for strength, kind, place, quote in evidence or ([BY_CLASS[ai_class]] if is_marked else []):
        texts = {"title": row.title, "body": row.body, "commit 0": f"Change it\n\n{TRAILER}\n"}
        start = max(0, texts.get(place, quote).find(quote))
        Evidence.objects.create(
            analysis=analysis,
            strength=strength,
            kind=kind,
            place=place,
            quote=quote,
            tool=(analysis.tools or ["ai"])[0],
            start=start,
            end=start + len(quote),
        )
    return row


def url_of(name, team, *pk):
    return reverse(f"dashboard:{name}", args=[team.slug, *pk])


def list_page(client, team, **choice):
    return client.get(url_of("ai", team), choice)


def card_page(client, team, pull_request):
    return client.get(url_of("pull_request", team, pull_request.pk))


def words_of(answer):
    """As a reader sees them, in one line."""
    return " ".join(unescape(answer.text).split())
