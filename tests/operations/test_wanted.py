"""What `onboard` is asked for is understood, or refused in a sentence, before anything starts."""

import pytest
from django.core.management import CommandError, call_command

from apps.operations.wanted import Malformed, token_from, wanted


@pytest.mark.parametrize(
    "word",
    [
        "django",
        "django/",
        "/django",
        "a/b/c",
        "https://github.com/django/django",
        "a b/c",
        "a/..",
        "",
    ],
)
def test_a_word_that_is_no_repository_is_named(word):
    with pytest.raises(Malformed, match="is not a repository") as refusal:
        wanted(["django/django", word], team=None)

    assert f"“{word}”" in str(refusal.value)


def test_repositories_keep_their_order_and_are_named_once():
    found = wanted(["b/two", "a/one", "B/Two"], team=None)

    assert found.repositories == ("b/two", "a/one")


def test_the_account_is_the_owner_named_most_often():
    assert wanted(["x/1", "Y/2", "y/3"], team=None).owner == "Y"


def test_among_equals_the_first_owner_is_the_account_and_gives_the_team_its_name():
    found = wanted(["netbox-community/netbox", "pydantic/pydantic-ai"], team=None)

    assert (found.owner, found.team) == ("netbox-community", "netbox-community")


def test_a_given_name_is_the_teams():
    assert wanted(["a/b"], team=" Rockets ").team == "Rockets"


def test_an_empty_name_is_refused():
    with pytest.raises(Malformed, match="name is empty"):
        wanted(["a/b"], team=" ")


@pytest.mark.parametrize("environment", [{}, {"GITHUB_TOKEN": "  "}])
def test_a_missing_token_is_told_in_a_sentence(environment):
    with pytest.raises(Malformed, match="no token in the environment variable GITHUB_TOKEN"):
        token_from(environment, "GITHUB_TOKEN")


def test_the_command_refuses_bad_input_with_code_2(monkeypatch):
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)

    for arguments in (["nonsense"], ["a/b", "--token-env", "NO_SUCH_TOKEN"]):
        with pytest.raises(CommandError) as refusal:
            call_command("onboard", *arguments)
        assert refusal.value.returncode == 2
