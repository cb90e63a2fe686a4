"""A look at a team's overview, and an insight that it shows."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from apps.insights.models import Insight


def page(client, team, **query):
    return client.get(reverse("dashboard:overview", args=[team.slug]), query)


def text_of(answer):
    return answer.text.replace("\N{NO-BREAK SPACE}", " ")


def insight(team, pull_requests, **columns):
    found = Insight.objects.create(
        team=team,
        rule="I-01",
        period_start=date(2026, 5, 4),
        period_end=date(2026, 6, 1),
        title="First reviews come late",
        sentence="Half of them waited more than 26 h.",
        n=96,
        computed_at=timezone.now(),
        **columns,
    )
    found.pull_requests.set(pull_requests)
    return found
