"""Keys of issues in the words of pull requests: what counts, and what never does."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.jira.keys import NEVER, issue_keys, keys_named

PROJECTS = {"HARB", "LAN", "OPS2", "HAR"}

project_keys = st.from_regex(r"[A-Z][A-Z0-9]{1,9}", fullmatch=True).filter(
    lambda key: key not in NEVER
)
numbers = st.integers(1, 999_999_999)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HARB-12 Fix the berths", {"HARB-12"}),
        ("fix: berths (HARB-12, LAN-3)", {"HARB-12", "LAN-3"}),
        ("[HARB-12] Fix", {"HARB-12"}),
        ("HARB-12: fix. LAN-3.", {"HARB-12", "LAN-3"}),
        ("https://x.atlassian.net/browse/OPS2-7", {"OPS2-7"}),
        ("HARB-12/HARB-13", {"HARB-12", "HARB-13"}),
        ("HARB-12_HARB-13", {"HARB-12", "HARB-13"}),
        ("HAR-1 is not HARB-1", {"HAR-1", "HARB-1"}),
        ("harb-12 in a sentence", set()),
        ("OTHER-12 is no project of the team", set()),
        ("XHARB-12, ÜHARB-12, 1HARB-12", set()),
        ("HARB-12b HARB-12ü HARB-012 HARB-0 HARB- HARB", set()),
        ("HARB-1.2 is a version", set()),
        ("LAN-2024-11-26 is a day", set()),
        ("HARB-1234567890", set()),
        ("HARB-١٢", set()),  # digits of another script
        ("", set()),
    ],
)
def test_what_counts_in_a_sentence(text, found):
    assert issue_keys(text, PROJECTS) == found


@pytest.mark.parametrize(
    ("branch", "found"),
    [
        ("harb-12-fix-berths", {"HARB-12"}),
        ("feature/HARB-12-fix", {"HARB-12"}),
        ("mira/harb-12_lan-3", {"HARB-12", "LAN-3"}),
        ("fix-harb-12", {"HARB-12"}),
        ("harb-12-2fa-login", {"HARB-12"}),
        ("release/lan-2024-11-26", set()),
        ("lan-3.1", set()),
        ("dependabot/harbor-12", set()),
    ],
)
def test_what_counts_in_a_branch(branch, found):
    assert issue_keys(branch, PROJECTS, in_any_case=True) == found


@pytest.mark.parametrize("text", ["UTF-8", "SHA-256", "CVE-2024-1234", "CVE-2024", "RFC-2616"])
@pytest.mark.parametrize("in_any_case", [True, False])
def test_names_of_other_things_never_count(text, in_any_case):
    """Not even in a team whose project is called so."""
    projects = {"UTF", "SHA", "CVE", "RFC"}
    assert issue_keys(f"Use {text} here", projects, in_any_case=in_any_case) == set()
    assert issue_keys(f"fix/{text.lower()}", projects, in_any_case=in_any_case) == set()


def test_a_project_that_is_called_as_a_standard_has_its_other_issues():
    assert issue_keys("SHA-7 and SHA-256", {"SHA"}) == {"SHA-7"}


def test_a_pull_request_names_them_in_three_places():
    found = keys_named(
        "HARB-1 Fix", "lan-2-fix", ["Refs OPS2-3", "harb-9 is a word here"], PROJECTS
    )
    assert found == {"HARB-1", "LAN-2", "OPS2-3"}


@given(st.text(), st.sets(project_keys, max_size=5), st.booleans())
def test_whatever_is_found_is_of_the_teams_projects_and_stands_there(text, projects, in_any_case):
    for key in issue_keys(text, projects, in_any_case=in_any_case):
        project, _, number = key.rpartition("-")
        assert project in projects
        assert number == str(int(number))
        assert key in (text.upper() if in_any_case else text)


@given(project_keys, numbers, st.sampled_from(["", " ", "(", "[", "/", ":", "#", "-", "_", "\n"]))
def test_a_key_between_marks_is_found(project, number, mark):
    text = f"{mark}{project}-{number}"
    assert issue_keys(text, {project}) == {f"{project}-{number}"}
    assert issue_keys(text.lower(), {project}, in_any_case=True) == {f"{project}-{number}"}


@given(project_keys, numbers, st.sampled_from(string.ascii_letters + string.digits + "éßЖ"))
def test_a_letter_or_digit_beside_it_makes_it_another_word(project, number, letter):
    assert issue_keys(f"{letter}{project}-{number}", {project}) == set()
    if not (letter in string.digits and len(str(number)) < 9):
        assert issue_keys(f"{project}-{number}{letter}", {project}) == set()


@given(st.text(), st.sets(project_keys, max_size=4), st.sets(project_keys, max_size=4))
def test_more_projects_never_take_a_key_away(text, some, more):
    assert issue_keys(text, some) <= issue_keys(text, some | more)


@given(st.text())
def test_without_projects_nothing_counts(text):
    assert issue_keys(text, set(), in_any_case=True) == set()
