"""Addresses of people are reduced to a fingerprint; a tool's own is kept."""

import pytest

from apps.core.tool_addresses import is_tool_address
from apps.github.api.addresses import KeptAddress, keep


def test_a_persons_address_leaves_only_a_fingerprint():
    kept = keep("Ada@Example.org")

    assert kept.tool_address == ""
    assert len(kept.fingerprint) == 64
    assert kept == keep("ada@example.org ")
    assert kept != keep("bert@example.org")


def test_a_fingerprint_is_worth_nothing_without_our_secret(settings):
    ours = keep("ada@example.org")
    settings.SECRET_KEY = "another installation's"

    assert keep("ada@example.org") != ours


def test_a_tools_address_is_kept():
    assert keep("Noreply@Anthropic.com").tool_address == "noreply@anthropic.com"


def test_no_address_leaves_nothing():
    assert keep("") == KeptAddress("", "")


def test_the_caller_may_say_what_a_tool_is():
    assert keep("bot@acme.test", is_tool_address=lambda address: True).tool_address


@pytest.mark.parametrize(
    "address",
    [
        "noreply@anthropic.com",
        "cursoragent@cursor.com",
        "aider@aider.chat",
        "198982749+Copilot@users.noreply.github.com",
        "v0[bot]@users.noreply.github.com",
        "161369871+google-labs-jules[bot]@users.noreply.github.com",
    ],
)
def test_tools_are_known_by_their_own_addresses(address):
    assert is_tool_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "somebody@anthropic.com",
        "roo-code@example.org",
        "1234+ada@users.noreply.github.com",
        "cline@example.com",
        "not an address",
    ],
)
def test_staff_and_people_are_not_tools(address):
    assert not is_tool_address(address)
