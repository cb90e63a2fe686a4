"""A repository that cannot be read fails alone; the step fails when none can."""

import pytest

from apps.core.errors import PermanentError
from tests.github.fakes import KEYS, data, problem, pull_request
from tests.github.faults import bad_gateway
from tests.github.running import stored, sync_recent, track


def test_one_repository_that_is_gone_does_not_stop_the_others(github, team):
    gone = track(team, "R_acme/gone")
    here = track(team, github.add_repository("acme/here", pull_request(1)))

    sync_recent(team)

    gone.refresh_from_db()
    here.refresh_from_db()
    assert gone.sync_status == "failed"
    assert "GitHub does not know it" in gone.sync_error
    assert here.sync_status == "completed"


def test_a_repository_that_refuses_its_list_fails_alone(github, team):
    closed = track(team, github.add_repository("acme/closed", pull_request(1)))
    track(team, github.add_repository("acme/open", pull_request(2)))

    def refuse(name, variables):
        if name == KEYS and variables["repository"] == closed.node_id:
            saml = problem("FORBIDDEN", "node", extensions={"saml_failure": True})
            return data({"node": None}, saml)
        return None

    github.faults.append(refuse)
    sync_recent(team)

    closed.refresh_from_db()
    assert closed.sync_status == "failed"
    assert "single sign-on" in closed.sync_error
    assert stored(team) == {2}


def test_a_list_that_github_gives_up_on_fails_alone(github, team):
    huge = track(team, github.add_repository("acme/huge", pull_request(1)))
    track(team, github.add_repository("acme/small", pull_request(2)))

    def give_up(name, variables):
        return bad_gateway() if variables.get("repository") == huge.node_id else None

    github.faults.append(give_up)
    sync_recent(team)

    huge.refresh_from_db()
    assert huge.sync_status == "failed"
    assert "list of pull requests" in huge.sync_error
    assert stored(team) == {2}


def test_when_every_repository_fails_the_step_fails_with_the_reason(github, team):
    track(team, "R_acme/gone")
    track(team, "R_acme/lost")

    with pytest.raises(PermanentError, match=r"None of the .* acme/gone: .* acme/lost"):
        sync_recent(team)


def test_a_disabled_repository_is_named_as_such(github, team):
    track(team, github.add_repository("acme/web", isDisabled=True))

    with pytest.raises(PermanentError, match="GitHub has disabled this repository"):
        sync_recent(team)


def test_without_a_selection_the_step_fails_with_the_reason(github, team):
    with pytest.raises(PermanentError, match="No repository is selected"):
        sync_recent(team)
