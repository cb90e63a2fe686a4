"""R-21: an organisation that wants single sign-on is a sentence with a link, no empty list."""

import httpx
import pytest

from apps.github.models import Connection
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from tests.github.fakes import DETAILS, KEYS, data, problem
from tests.github.refusing import SSO_LINK
from tests.github.running import stored
from tests.github.test_lost_on_the_way import ALL, long_list, one_by_one, page, work

__all__ = ["long_list", "one_by_one", "page"]

pytestmark = pytest.mark.django_db


def wants_sso(name, variables):
    """To everything that belongs to the organisation, as GitHub answers it."""
    if name != "RepositoriesById":
        return None
    saml = [
        problem("FORBIDDEN", "nodes", place, extensions={"saml_failure": True})
        for place in range(len(variables["ids"]))
    ]
    answer = data({"nodes": [None] * len(variables["ids"])}, *saml)
    answer.headers["X-GitHub-SSO"] = f"required; url={SSO_LINK}"
    return answer


def test_an_organisation_that_wants_sso_is_a_sentence_with_its_link(github, team, long_list, page):
    """R-21: and never “no repositories” or “no pull requests”."""
    github.faults.append(wants_sso)

    row = work(team)

    assert row.onboarding_pipeline_status == Status.FAILED
    assert "wants the connection authorised for single sign-on" in row.onboarding_pipeline_error
    shown = page()
    assert f'href="{SSO_LINK}"' in shown
    assert "No repositor" not in shown
    assert "No pull requests" not in shown
    assert Connection.objects.get(team=team).is_open  # the token itself is good


def test_once_it_is_authorised_the_run_goes_on(github, team, long_list):
    """R-21"""
    github.faults.append(wants_sso)
    work(team)
    github.faults.clear()

    move(team.pk, "retry", actor="ada")
    row = work(team, begun=False)

    assert row.onboarding_pipeline_status == Status.LLM_PROCESSING
    assert stored(team) == ALL


def test_sso_that_is_wanted_mid_run_keeps_what_was_read(github, team, long_list):
    """R-21: the session ends while pages are read."""
    seen = []

    def ends(name, variables):
        if name == DETAILS:
            seen.append(name)
        if len(seen) <= 2 or name not in (DETAILS, KEYS):
            return None
        return httpx.Response(
            403,
            json={"message": "Resource protected by organization SAML enforcement."},
            headers={"X-GitHub-SSO": f"required; url={SSO_LINK}"},
        )

    github.faults.append(ends)
    row = work(team)

    assert len(stored(team)) == 50
    assert row.onboarding_pipeline_status == Status.FAILED
    assert SSO_LINK in row.onboarding_pipeline_error
