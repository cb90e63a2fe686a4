"""The shipped file of marks is sound, and github keeps every address that it needs."""

import tomllib

import pytest

from apps.core.tool_addresses import is_tool_address
from apps.llm.registry import DATA, parse, registry

FILE = tomllib.loads(DATA.read_text(encoding="utf-8"))
ROWS = FILE["tool"]


def test_every_tool_has_an_id_of_its_own_and_a_name():
    ids = [row["id"] for row in ROWS]

    assert len(ids) == len(set(ids))
    assert all(row["name"] for row in ROWS)


def test_the_file_holds_no_key_that_nobody_reads():
    known = {
        "id", "name", "accounts", "weak_accounts", "ids", "weak_ids", "addresses", "domains",
        "names", "bare_names", "sites", "branches", "labels", "footers", "links", "boxes",
        "trailers", "name_endings",
    }  # fmt: skip

    assert {key for row in ROWS for key in row} <= known


@pytest.mark.parametrize("address", sorted(registry().addresses))
def test_github_keeps_the_address(address):
    assert is_tool_address(address)


@pytest.mark.parametrize("domain", sorted(registry().domains))
def test_github_keeps_addresses_of_the_domain(domain):
    assert is_tool_address(f"anybody@{domain}")


@pytest.mark.parametrize(
    "login",
    [login for row in ROWS for login in (row.get("accounts", {}) | row.get("weak_accounts", {}))],
)
def test_github_keeps_the_noreply_address_of_the_account(login):
    assert is_tool_address(f"1+{login}@users.noreply.github.com")


@pytest.mark.parametrize(
    "address",
    ["somebody@anthropic.com", "dev@all-hands.dev", "me@cline.bot", "a@zed.dev", "x@openai.com"],
)
def test_a_tools_maker_has_staff(address):
    assert registry().by_address(address) is None


def test_the_number_tells_accounts_of_one_login_apart():
    agent = registry().by_address("198982749+Copilot@users.noreply.github.com")
    suggestion = registry().by_address("175728472+Copilot@users.noreply.github.com")

    assert agent is not None
    assert suggestion is not None
    assert (agent.weak, suggestion.weak) == (False, True)


def test_a_broken_pattern_is_noticed():
    with pytest.raises(Exception, match="unterminated"):
        parse(FILE | {"tool": [{"id": "x", "name": "X", "footers": ["("]}]})
