"""Where a person is once Atlassian has let them go, and what the pages say there."""

import pytest

from apps.pipeline.rows import rows
from tests.jira.at_atlassian import at_atlassian, back, leave, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("place", "page"), [("step", "jira"), ("settings", "settings_jira")])
@pytest.mark.parametrize("refusal", [{}, {"code": None, "error": "access_denied"}])
def test_from_atlassian_one_comes_back_to_the_page_that_one_left(
    client, team, jira, place, page, refusal
):
    """Whatever the import has done meanwhile."""
    assert f'name="place" value="{place}"' in client.get(url(page, team)).text
    rows().filter(pk=team.pk).update(phase1_completed_at="2026-06-01T12:00:00Z")

    answer = back(client, at_atlassian(leave(client, team, place)), **refusal)

    assert answer.headers["Location"] == url(page, team)
