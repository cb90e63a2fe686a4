"""
A person's word on a pull request: it counts before all rules and models until it is taken back.

Everything is reached through the team. What changes a verdict holds the lock of its analysis, so
that two people at once, or a person and a worker, come one by one; whoever judges many must hold
the locks of their analyses *before* it reads `standing`, or a word said meanwhile is lost.
"""

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.changes import tell_changed
from apps.llm.models import Correction, PullRequestAnalysis
from apps.llm.registry import registry
from apps.llm.scope import pull_requests_of
from apps.llm.verdict import UNNAMED, LlmState, judge, replaced
from apps.pipeline.refreshes import request_refresh
from apps.teams.models import Team

NOTE_CHARS = 500


class Refused(Exception):
    """The message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Done:
    """What has become of a request."""

    changed: bool  #: False where it was so already: a form that was sent twice
    refreshing: bool  #: an update of the team's numbers has begun with it


def standing(team: Team, pull_request_ids: Collection[int]) -> dict[int, Correction]:
    """The corrections that stand, by pull request; one statement."""
    rows = Correction.objects.filter(
        team=team, pull_request__in=pull_request_ids, withdrawn_at__isnull=True
    )
    return {row.pull_request_id: row for row in rows}


def correct(
    team: Team,
    pull_request_id: int,
    *,
    is_ai_assisted: bool,
    tools: Iterable[str] = (),
    note: str = "",
    user: User,
) -> Done:
    """
    Let this person's verdict stand, in place of another person's, and judge at once.

    :param tools: ids of the registry; dropped where no AI is said to be used.
    :raises Refused: for other tools, a note that is too long, or a pull request without analysis.
    """
    named, note = _known(tools), note.strip()
    if len(note) > NOTE_CHARS:
        raise Refused(f"A note has at most {NOTE_CHARS} characters.")
    word = Correction(
        team=team,
        pull_request_id=pull_request_id,
        is_ai_assisted=is_ai_assisted,
        tools=named if is_ai_assisted else [],
        note=note,
        user=user,
        said_by=user.get_username(),
    )
    with transaction.atomic():
        analysis = _locked(team, pull_request_id)
        before = standing(team, [pull_request_id]).get(pull_request_id)
        if before and _says(before) == _says(word):
            return Done(changed=False, refreshing=False)
        if before:
            _take_back(before, user)
        word.save()
        _judge_again(analysis, word)
    return Done(changed=True, refreshing=_refresh(team, user))


def withdraw(team: Team, pull_request_id: int, *, user: User) -> Done:
    """
    Take the standing correction back, whoever made it: the evidence decides again.

    :raises Refused: for a pull request without analysis.
    """
    with transaction.atomic():
        analysis = _locked(team, pull_request_id)
        word = standing(team, [pull_request_id]).get(pull_request_id)
        if word is None:
            return Done(changed=False, refreshing=False)
        _take_back(word, user)
        _judge_again(analysis, None)
    return Done(changed=True, refreshing=_refresh(team, user))


def ask_again(team: Team, pull_request_id: int, *, user: User) -> Done:
    """
    Have the model read it once more, though nothing has changed; a stored answer is not taken.

    What the last answer said stays until there is another one, and one that is still awaited is not
    asked for twice.

    :raises Refused: where the team has switched the model off or does not read the repository any
        more, or without an analysis.
    """
    if not team.llm_enabled:
        raise Refused("The language model is switched off for this team.")
    if not pull_requests_of(team).filter(pk=pull_request_id).exists():
        raise Refused("Nothing of its repository is read any more.")
    with transaction.atomic():
        analysis = _locked(team, pull_request_id)
        if analysis.llm_state == LlmState.PENDING:
            return Done(changed=False, refreshing=False)
        before = copy.copy(analysis)
        analysis.reruns += 1
        analysis.llm_state, analysis.llm_attempts = LlmState.PENDING, 0
        analysis.llm_reason = ""
        said = standing(team, [pull_request_id]).get(pull_request_id)
        _store(analysis, said, before=before)
    actor = user.get_username()
    return Done(True, request_refresh(team.pk, actor=actor, min_interval_seconds=0))


def _locked(team: Team, pull_request_id: int) -> PullRequestAnalysis:
    analysis: PullRequestAnalysis | None = (
        PullRequestAnalysis.objects.select_for_update(of=("self",))
        .filter(team=team, pull_request=pull_request_id)
        .first()
    )
    if analysis is None:
        raise Refused("This pull request has not been looked through yet.")
    return analysis


def _known(tools: Iterable[str]) -> list[str]:
    named = sorted(set(tools) - {UNNAMED})
    if set(named) - {tool.id for tool in registry().tools}:
        raise Refused("One of these tools is not known here.")
    return named


def _says(word: Correction) -> tuple[bool, Sequence[str], str, int | None]:
    return word.is_ai_assisted, word.tools, word.note, word.user_id


def _take_back(word: Correction, user: User) -> None:
    word.withdrawn_at, word.withdrawn_by = timezone.now(), user.get_username()
    word.save(update_fields=["withdrawn_at", "withdrawn_by"])


def _judge_again(analysis: PullRequestAnalysis, said: Correction | None) -> None:
    _store(analysis, said, before=copy.copy(analysis))


def _store(
    analysis: PullRequestAnalysis, said: Correction | None, *, before: PullRequestAnalysis
) -> None:
    judge(analysis, analysis.evidence.all(), said)
    if past := replaced(before, analysis):
        past.save()
    analysis.save()
    tell_changed(analysis.team_id)


def _refresh(team: Team, user: User) -> bool:
    """Outside of the transaction: a worker locks the team first, and the analyses after it."""
    return request_refresh(team.pk, actor=user.get_username())
