"""The token is sent and never logged, and a revoked one ends the step with what to do."""

import httpx
import pytest

from apps.core.errors import PermanentError
from tests.github.fakes import DETAILS, always, bad_gateway, once, pull_request
from tests.github.running import stored, sync_recent, track


def test_a_revoked_token_ends_the_step_with_what_to_do(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(
        always(DETAILS, lambda: httpx.Response(401, json={"message": "Bad credentials"}))
    )

    with pytest.raises(PermanentError, match="Reconnect GitHub"):
        sync_recent(team)


def test_the_token_is_sent_and_never_logged(github, team, caplog):
    caplog.set_level("DEBUG")
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, bad_gateway()))

    sync_recent(team)

    assert github.tokens == {"Bearer ghp_secret"}
    assert "ghp_secret" not in caplog.text


def test_a_token_revoked_in_the_middle_stops_the_run_and_a_new_one_goes_on_from_there(github, team):
    """What was answered before is stored; nothing of it is asked for again."""
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 501)]))
    answered = []

    def revoked(name, variables):
        if name == DETAILS and len(answered) < 5:
            answered.append(variables["ids"])
            return None
        return httpx.Response(401, json={"message": "Bad credentials"}) if answered else None

    github.faults.append(revoked)
    with pytest.raises(PermanentError, match="Reconnect GitHub"):
        sync_recent(team)
    assert len(stored(team)) == sum(map(len, answered))
    asked_of_the_revoked = github.count(DETAILS)
    assert asked_of_the_revoked < 5 + 20
    github.faults.clear()
    github.asked.clear()

    sync_recent(team)

    assert stored(team) == set(range(1, 501))
    asked = [node_id for name, v in github.asked if name == DETAILS for node_id in v["ids"]]
    assert not set(asked) & {node_id for ids in answered for node_id in ids}
