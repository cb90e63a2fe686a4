"""What is said about the numbers is text, names its author, and links the real pull requests."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.insights.models import Summary
from tests.dashboard.overview import insight, page, text_of

pytestmark = pytest.mark.django_db


def test_an_insight_links_its_pull_requests_at_github(client, team, merged):
    first, *_ = merged(3)
    insight(team, [first])

    shown = text_of(page(client, team))

    address = f"https://github.com/{first.repository.name_with_owner}/pull/{first.number}"
    assert f'href="{address}"' in shown
    assert "Half of them waited more than 26 h." in shown
    assert "rests on 96" in shown


def test_an_insight_links_the_evidence_card_of_its_pull_requests(client, team, merged):
    first, *_ = merged(1)
    insight(team, [first])

    card = reverse("dashboard:pull_request", args=[team.slug, first.pk])
    assert f'href="{card}"' in text_of(page(client, team))


def test_in_the_demo_nothing_links_to_an_invented_repository(client, team, merged, settings):
    settings.DEMO_MODE = True
    insight(team, merged(1))

    assert "https://github.com" not in text_of(page(client, team))


def test_markup_in_a_title_stays_text(client, team, merged):
    (pull_request,) = merged(1)
    pull_request.title = '<script>alert(1)</script>" onload="x'
    pull_request.save()
    insight(team, [pull_request])

    shown = text_of(page(client, team))

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_title_that_turns_the_letters_after_it_turns_none(client, team, merged):
    (pull_request,) = merged(1)
    pull_request.title = "Mend \u202eit"
    pull_request.save()
    insight(team, [pull_request])

    assert "<bdi>Mend ⟨U+202E⟩it</bdi>" in text_of(page(client, team))


@pytest.mark.parametrize(
    ("source", "mark"),
    [("model", "Written by the language model"), ("template", "Filled from the numbers")],
)
def test_the_paragraph_says_who_wrote_it(client, team, source, mark):
    Summary.objects.create(
        team=team, text="Lantern merged 30.", source=source, computed_at=timezone.now()
    )

    shown = text_of(page(client, team))

    assert "Lantern merged 30." in shown
    assert mark in shown
