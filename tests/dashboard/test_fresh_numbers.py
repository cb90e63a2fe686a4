"""While something runs, the page fetches its numbers anew once they were counted anew."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.metrics.models import Measurement
from apps.pipeline.rows import rows

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def dashboard(team):
    return reverse("dashboard:overview", args=[team.slug])


@pytest.fixture
def banner(team):
    return reverse("dashboard:banner", args=[team.slug])


def shown_version(page):
    return re.search(r'name="n" value="(\w+)"', page.text)[1]


def test_the_banner_tells_once_that_there_are_new_numbers(client, dashboard, banner, merged):
    merged(3)
    version = shown_version(client.get(dashboard))
    assert "HX-Trigger" not in client.get(f"{banner}?n={version}", headers=HTMX).headers

    Measurement.objects.update(computed_at=timezone.now() + timedelta(minutes=5))

    assert "numbers" in client.get(f"{banner}?n={version}", headers=HTMX).headers["HX-Trigger"]
    version = shown_version(client.get(dashboard, headers=HTMX))
    assert "HX-Trigger" not in client.get(f"{banner}?n={version}", headers=HTMX).headers


def test_it_tells_so_with_an_answer_that_has_nothing_else_to_say(client, banner, team):
    version = re.search(r"\?v=(\w+)", client.get(banner, headers=HTMX).text)[1]

    answer = client.get(f"{banner}?v={version}&n=older", headers=HTMX)

    assert answer.status_code == 204
    assert "HX-Trigger" in answer.headers


def test_the_first_numbers_are_told_too(client, dashboard, banner, team, merged):
    version = shown_version(client.get(dashboard))
    merged(1)

    assert "HX-Trigger" in client.get(f"{banner}?n={version}", headers=HTMX).headers


def test_for_htmx_the_page_is_its_numbers_alone(client, dashboard, merged):
    merged(3)

    answer = client.get(f"{dashboard}?days=7", headers=HTMX)

    assert "<html" not in answer.text
    assert answer.text.strip().startswith('<div class="space-y-6" id="numbers"')
    assert f'hx-get="{dashboard}?days=7"' in answer.text
    assert answer.headers["Vary"].count("HX-Request") == 1


def test_a_page_on_which_nothing_runs_fetches_nothing(client, dashboard, team, merged):
    merged(1)
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")

    assert "numbers from:body" not in client.get(dashboard).text
