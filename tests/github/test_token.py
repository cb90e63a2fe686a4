"""The token is sent and never logged, and a revoked one ends the step with what to do."""

import httpx
import pytest

from apps.core.errors import PermanentError
from tests.github.fakes import DETAILS, always, bad_gateway, once, pull_request
from tests.github.running import sync_recent, track


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
