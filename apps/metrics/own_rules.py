"""
What a team changes about how it is counted: one change at a time, written down, then recounted.

Each function gives the sentence of what was done, empty where it was so already.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.accounts.models import User
from apps.github import own_accounts
from apps.github.choosing.selection import take_away
from apps.github.own_accounts import Refused
from apps.metrics.hotfixes import LONGEST_WORD, MOST_WORDS
from apps.metrics.models import CountingChange, CountingRules
from apps.metrics.recount import recount
from apps.pipeline.rows import locked
from apps.teams.models import Team


def count_as_bot(team: Team, pk: int, *, is_bot: bool, user: User) -> str:
    """As `own_accounts.count_as_bot`; the numbers follow."""
    with _alone(team):
        sentence = own_accounts.count_as_bot(team, pk, is_bot=is_bot)
        return _with_numbers(team, sentence, user)


def count_as_one(team: Team, pk: int, *, under: int, user: User) -> str:
    """As `own_accounts.count_as_one`; the numbers follow."""
    with _alone(team):
        sentence = own_accounts.count_as_one(team, pk, under=under)
        return _with_numbers(team, sentence, user)


def count_apart(team: Team, pk: int, *, user: User) -> str:
    """As `own_accounts.count_apart`; the numbers follow."""
    with _alone(team):
        return _with_numbers(team, own_accounts.count_apart(team, pk), user)


def belongs_to(team: Team, membership_pk: int, account_pk: int | None, *, user: User) -> str:
    """As `own_accounts.belongs_to`; no number changes with it."""
    with _alone(team):
        sentence = own_accounts.belongs_to(team, membership_pk, account_pk)
        return written_down(team, sentence, user)


def leave_out(team: Team, repository_pk: int, *, user: User) -> str:
    """As `selection.take_away`; its numbers leave all weeks, whatever runs meanwhile."""
    with _alone(team):
        name = take_away(team, repository_pk)
        return _with_numbers(
            team, f"{name} is not read and not counted any more." * bool(name), user
        )


def words_in(text: str) -> list[str]:
    """
    Hotfix words as typed, between commas or line ends; each once, whatever its case.

    :raises Refused: for too many, or one that is too long.
    """
    typed = (" ".join(word.split()) for word in text.replace("\n", ",").split(","))
    words = list({word.lower(): word for word in typed if word}.values())
    if len(words) > MOST_WORDS:
        raise Refused(f"At most {MOST_WORDS} words, please; these are {len(words)}.")
    if any(len(word) > LONGEST_WORD for word in words):
        raise Refused(f"A word has at most {LONGEST_WORD} characters.")
    return words


def set_hotfix_words(team: Team, words: list[str], *, user: User) -> str:
    """No word: nothing is said about hotfixes any more."""
    with _alone(team):
        rules, _ = CountingRules.objects.get_or_create(team=team)
        if rules.hotfix_words == words:
            return ""
        rules.hotfix_words = words
        rules.save(update_fields=["hotfix_words"])
        said = f"Hotfixes are known by: {', '.join(words)}." if words else "Hotfixes have no words."
        return _with_numbers(team, said, user)


def set_time_zone(team: Team, name: str, *, user: User) -> str:
    """Days and weeks are that zone's from the next numbers on; `name` must be a zone's."""
    with _alone(team):
        if not Team.objects.filter(pk=team.pk).exclude(time_zone=name).update(time_zone=name):
            return ""
        return _with_numbers(team, f"Days and weeks are those of {name}.", user)


def written_down(team: Team, sentence: str, user: User) -> str:
    """Keep who changed it and when; nothing where nothing was changed."""
    if sentence:
        CountingChange.objects.create(team=team, actor=user.get_username(), sentence=sentence)
    return sentence


def _with_numbers(team: Team, sentence: str, user: User) -> str:
    if sentence:
        recount(team)
    return written_down(team, sentence, user)


@contextmanager
def _alone(team: Team) -> Iterator[None]:
    """Two changes of one team come one by one: each looks at what is there before it writes."""
    with transaction.atomic():
        locked(team.pk).first()
        yield
