"""The log in plain sentences: every verb and every reason has words, and none of ours leak out."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from apps.pipeline import recovery
from apps.pipeline.columns import STATUS
from apps.pipeline.identity import this_process
from apps.pipeline.machine import ACTIVE, Status, journey
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.recovery import DEAD, DIED, DUE, GAVE_UP, LOST, STOPPING
from apps.pipeline.rows import rows
from apps.pipeline.standing import VERBS_FOR_PEOPLE
from apps.teams import journal as telling
from apps.teams.journal import ADMIN, WORDS, in_words, journal_of, latest_moves
from apps.teams.models import Team
from tests.factories import TeamFactory

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
POSITION = "120 of 497 pull requests"
#: What the verbs of the machine are called, and that of a save without one.
VERBS = {name for name in dir(Team) if hasattr(getattr(Team, name, None), "_django_fsm")}
REASONS = {
    value
    for name, value in vars(recovery).items()
    if name.isupper() and isinstance(value, str) and value not in (GAVE_UP, STATUS)
}


def team_of(**columns) -> Team:
    return Team(
        **{
            "onboarding_pipeline_status": Status.SYNCING,
            "onboarding_pipeline_started_at": NOON,
            "pipeline_run": 1,
            **columns,
        }
    )


def moved(verb, reason="", *, ticket=1, second=0, target=Status.SYNCING, **columns):
    return PipelineTransition(
        **{
            "ticket": ticket,
            "run": 1,
            "verb": verb,
            "source": Status.SYNCING,
            "target": target,
            "reason": reason,
            "at": NOON + timedelta(seconds=second),
            **columns,
        }
    )


def texts(*moves, **columns):
    """What is told of these moves, given and told oldest first."""
    told = journal_of(team_of(**columns), moves[::-1]).lines[::-1]
    return [f"{line.text} ({line.again})" if line.again else line.text for line in told]


def test_there_are_verbs_and_reasons_to_tell_of():
    assert {"start", "advance", "fail", "postpone", "send_again"} <= VERBS
    assert {DUE, LOST, DEAD, DIED, STOPPING} == REASONS


@pytest.mark.parametrize("verb", sorted({*VERBS, "save"}))
def test_every_verb_has_words(verb):
    assert (verb, "") in WORDS
    assert in_words(moved(verb, "It rains."), team_of())


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_of_recovery_has_words_of_its_own(reason):
    assert ("send_again", reason) in WORDS
    assert WORDS["send_again", reason] != WORDS["send_again", ""]


@pytest.mark.parametrize(("verb", "reason"), WORDS)
def test_there_are_no_words_for_what_does_not_happen(verb, reason):
    assert verb in {*VERBS, "save"}
    assert reason in {*REASONS, ""}


@pytest.mark.parametrize(
    ("verb", "reason", "sentence"),
    [
        ("send_again", DIED, f"Resumed at {POSITION}: its worker had died"),
        ("send_again", DEAD, f"Resumed at {POSITION}: its worker had gone silent"),
        ("send_again", DUE, f"Continued at {POSITION}: the wait was over"),
        ("send_again", LOST, "Sent again: no worker had taken it"),
        (
            *("send_again", STOPPING),
            f"Handed over to another worker at {POSITION}: its own was shut down",
        ),
        ("postpone", "GitHub is slow.", f"Waiting at {POSITION}: GitHub is slow."),
        ("fail", "The token is refused.", f"Stopped at {POSITION}: The token is refused."),
        ("fail", DIED, f"Stopped at {POSITION}: its worker had died, several times in a row"),
        ("pause", "", f"Paused by mira at {POSITION}"),
        ("resume", "", f"Continued by mira at {POSITION}"),
        ("cancel", "", f"Cancelled by mira at {POSITION}"),
        ("cancel", ADMIN, f"Cancelled by Mergelight's staff at {POSITION}"),
        ("retry", "", "Tried again by mira: Reading the pull requests of the last 30 days"),
        ("advance", "", "Reading the pull requests of the last 30 days"),
    ],
)
def test_the_sentences(verb, reason, sentence):
    actor = "mira" if verb in VERBS_FOR_PEOPLE else "recovery"

    told = in_words(moved(verb, reason, position=POSITION, actor=actor), team_of())

    assert told == sentence


@pytest.mark.parametrize(
    ("actor", "reason", "who"),
    [
        ("mira", "", "Update asked for by mira"),
        ("vera", ADMIN, "Update asked for by Mergelight's staff"),
        ("command", "", "Update asked for on the server"),
        ("nightly", "", "Nightly update"),
        ("webhook", "", "GitHub told of changes"),
    ],
)
def test_an_update_tells_who_wants_it_and_what_its_stages_do(actor, reason, who):
    begun = moved("refresh", reason, actor=actor, target=Status.BACKGROUND_SYNCING)
    columns = {
        "onboarding_pipeline_status": Status.BACKGROUND_LLM,
        "onboarding_pipeline_completed_at": NOON,
    }

    assert texts(begun, moved("advance", ticket=2, target=Status.BACKGROUND_LLM), **columns) == [
        f"{who}: Reading what has changed at GitHub",
        "Looking for signs of AI in what has changed",
    ]


def test_an_update_that_has_ended_is_told_as_one():
    columns = {"onboarding_pipeline_status": Status.COMPLETE}

    assert texts(
        moved("refresh", actor="nightly", target=Status.BACKGROUND_SYNCING),
        moved("advance", ticket=2, target=Status.COMPLETE, second=42),
        **columns,
    ) == [
        "Nightly update: Reading what has changed at GitHub",
        "Everything is up to date after 42 s",
    ]


@pytest.mark.parametrize("status", [*ACTIVE, Status.COMPLETE])
def test_every_status_that_a_run_reaches_is_told(status):
    assert in_words(moved("advance", target=status), team_of())


def test_a_run_of_one_phase_is_told_too():
    team = team_of(pipeline_two_phase=False)

    assert all(
        in_words(moved("advance", target=status), team) for status in journey(two_phase=False)
    )


def test_a_position_that_nobody_knows_is_not_told():
    assert texts(moved("send_again", DIED)) == ["Resumed: its worker had died"]


def test_the_dashboard_and_the_end_are_told_with_the_time_that_they_took():
    assert texts(
        moved("advance", target=Status.PHASE1_COMPLETE, second=42),
        moved("advance", ticket=2, target=Status.COMPLETE, second=185),
    ) == ["Dashboard ready after 42 s", "Everything is read after 3 min"]


def test_of_an_earlier_run_the_time_is_not_known():
    told = in_words(moved("advance", target=Status.COMPLETE), team_of(pipeline_run=2))

    assert told == "Everything is read"


def test_what_comes_from_the_server_is_by_nobody():
    assert in_words(moved("retry", actor="command"), team_of()).startswith("Tried again on the ser")


def test_many_of_the_same_are_one_line_with_the_time_span():
    lost = [moved("send_again", LOST, ticket=n, second=15 * n) for n in range(1, 13)]
    journal = journal_of(team_of(), [*lost[::-1], moved("start", ticket=0, actor="mira")])

    assert [line.text for line in journal.lines] == [
        "Sent again: no worker had taken it",
        "Started by mira: Reading the pull requests of the last 30 days",
    ]
    assert journal.lines[0].at == NOON + timedelta(seconds=15)
    assert journal.lines[0].again == "12 times, the last at 12:03:00"
    assert journal.lines[1].again == ""


def test_the_same_at_another_position_is_another_line():
    first, second = (
        moved("send_again", DIED, ticket=n, position=f"{n}0 of 40 pull requests") for n in (1, 2)
    )

    assert len(texts(first, second)) == 2


def test_a_wait_and_its_end_are_one_line_in_the_teams_time_zone():
    wait = moved("postpone", "GitHub asks us to slow down.", position=POSITION)
    end = moved("send_again", DUE, ticket=2, second=70, position=POSITION)

    assert texts(wait, end, time_zone="Asia/Tokyo") == [
        f"Waiting until 21:01:10 at {POSITION}: GitHub asks us to slow down."
    ]


def test_waits_for_the_same_reason_are_one_line_that_tells_until_when_the_last_lasts():
    reason = "GitHub asks for a pause until 12:09 UTC."
    moves = [
        moved("postpone", "GitHub asks for a pause until 12:01 UTC.", ticket=1),
        moved("send_again", DUE, ticket=2, second=60),
        moved("postpone", "GitHub asks for a pause until 12:02 UTC.", ticket=3, second=61),
        moved("send_again", DUE, ticket=4, second=120),
        moved("postpone", reason, ticket=5, second=121),
    ]

    assert texts(*moves, pipeline_not_before=NOON + timedelta(minutes=9)) == [
        f"Waiting until 12:09:00: {reason} (3 times, the last at 12:02:01)"
    ]


def test_a_wait_that_somebody_ends_has_no_time_of_its_end():
    assert texts(
        moved("postpone", "GitHub asks us to slow down."),
        moved("pause", ticket=2, actor="mira"),
    ) == ["Waiting: GitHub asks us to slow down.", "Paused by mira"]


def test_without_any_move_there_is_nothing_to_tell():
    assert journal_of(team_of(), []) == telling.Journal((), 0)


@pytest.mark.django_db
def test_a_long_log_is_told_to_its_end_and_says_how_much_is_left_out(
    monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(telling, "READ", 8)
    monkeypatch.setattr(telling, "LINES", 3)
    team = TeamFactory(pipeline_run=2)
    for ticket in range(1, 12):
        PipelineTransition.objects.create(
            team=team,
            ticket=ticket,
            run=1 if ticket == 1 else 2,
            verb=("pause", "resume")[ticket % 2],
            source=Status.SYNCING,
            target=Status.SYNCING,
        )

    with django_assert_num_queries(2):
        journal = journal_of(team, latest_moves(team))

    assert [line.text for line in journal.lines] == ["Continued", "Paused", "Continued"]
    assert journal.earlier == 10 - 3  # of this run, the one before it left out


@pytest.mark.django_db
def test_a_log_that_is_read_whole_costs_one_query(django_assert_num_queries):
    team = TeamFactory()
    move(team.pk, "start", actor="mira")
    team.refresh_from_db()

    with django_assert_num_queries(1):
        assert len(journal_of(team, latest_moves(team)).lines) == 1


@pytest.mark.django_db
def test_nothing_for_engineers_is_told():
    team = TeamFactory()
    move(team.pk, "start", actor="mira")
    for reason in sorted(REASONS):
        rows().filter(pk=team.pk).update(pipeline_worker=str(this_process()))
        move(team.pk, "send_again", actor="worker stop", reason=reason, task_id="3f-9a")
    move(team.pk, "pause", actor="vera.of.staff", reason=ADMIN)
    team.refresh_from_db()

    told = " ".join(line.text for line in journal_of(team, latest_moves(team)).lines)

    for secret in (
        *str(this_process()).split(),
        "worker stop",
        "3f-9a",
        "admin",
        "vera",
        "syncing",
    ):
        assert secret not in told
    assert not re.search(r"\{|\}|_", told)
