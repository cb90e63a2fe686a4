"""The admin shows a verdict with its evidence, escaped, and lets nobody edit it."""

import pytest
from django.urls import reverse

from apps.llm.models import Evidence
from tests.factories import PullRequestAnalysisFactory

pytestmark = pytest.mark.django_db


def test_a_verdict_is_shown_with_its_evidence_and_cannot_be_changed(admin_client):
    analysis = PullRequestAnalysisFactory(summary="<b>bold</b>")
    Evidence.objects.create(
        analysis=analysis, kind="footer", place="body", tool="claude", quote="<script>x</script>"
    )
    url = reverse("admin:llm_pullrequestanalysis_change", args=[analysis.pk])

    page = admin_client.get(url).content.decode()

    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert "<b>bold" not in page
    assert admin_client.post(url, {"ai_class": "A"}).status_code == 403


@pytest.mark.parametrize("model", ["pullrequestanalysis", "llmanswer"])
def test_the_lists_open(admin_client, model):
    PullRequestAnalysisFactory()

    assert admin_client.get(reverse(f"admin:llm_{model}_changelist")).status_code == 200
