"""Between measurements: the touched weeks follow, and say what a measurement would say."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.changes import tell_changed
from apps.github.models import PullRequest
from apps.llm.models import PullRequestAnalysis
from apps.metrics import freshen as freshening
from apps.metrics import recount
from apps.metrics.freshen import freshen
from apps.metrics.measure import measure
from apps.metrics.models import Measurement, MemberWeek, PullRequestFlow, TeamWeek
from apps.metrics.remeasure import Overtaken, take_turn
from apps.metrics.tasks import freshen as freshen_task
from tests.claims import claim
from tests.factories import (
    ChangedFileFactory,
    CommitFactory,
    PersonFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
)
from tests.metrics.measuring import NOW, SINCE, measured, merged_at

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = NOW + HOUR


def rows_of(team) -> list[list[dict]]:
    """Everything a measurement writes, without when it was."""
    found = []
    for model in (TeamWeek, MemberWeek, PullRequestFlow):
        rows = [
            {name: value for name, value in row.items() if name not in ("id", "computed_at")}
            for row in model.objects.filter(team=team).values()
        ]
        found.append(sorted(rows, key=str))
    return found


def fetched_again(pull_request, **columns) -> None:
    """GitHub has told it anew."""
    columns["fetched_at"] = pull_request.fetched_at + HOUR
    PullRequest.objects.filter(pk=pull_request.pk).update(**columns)
    pull_request.refresh_from_db()


def something_happens(rng: Random, repository, people, changes) -> None:
    """One of the things that a batch of a sync, or a verdict, may change."""
    moment = SINCE + timedelta(minutes=rng.randrange(60 * 24 * 29))
    match rng.randrange(7):
        case 0 | 1:
            change = merged_at(moment, repository, author=rng.choice(people))
            CommitFactory(pull_request=change, authored_at=moment - 2 * HOUR)
            ChangedFileFactory(pull_request=change, path="a.py", additions=rng.randrange(900))
            changes.append(change)
        case 2:
            changes.append(
                PullRequestFactory(
                    repository=repository, author=rng.choice(people), created_at=moment
                )
            )
        case 3:
            change = rng.choice(changes)
            at = change.created_at + timedelta(minutes=rng.randrange(3000))
            ReviewFactory(pull_request=change, author=rng.choice(people), submitted_at=at)
            fetched_again(change)
        case 4:
            original = rng.choice(changes)
            title = f'Revert "{original.title}"'
            changes.append(merged_at(moment, repository, author=rng.choice(people), title=title))
        case 5:
            change = rng.choice(changes)
            if change.state == "open":
                at = change.created_at + DAY
                fetched_again(change, state="closed", closed_at=at)
        case 6:
            change, said = rng.choice(changes), rng.choice("ABCD")
            PullRequestAnalysis.objects.update_or_create(
                pull_request=change, defaults={"team": repository.team, "ai_class": said}
            )


@pytest.mark.parametrize("seed", range(6))
def test_freshening_says_what_measuring_says(repository, seed):
    rng = Random(seed)
    people = [PersonFactory(team=repository.team, is_member=n < 2) for n in range(4)]
    changes = [merged_at(SINCE + n * 5 * DAY, repository, author=people[n]) for n in range(4)]
    measured(repository)

    for hours in range(1, 5):
        for _ in range(rng.randrange(1, 4)):
            something_happens(rng, repository, people, changes)
        freshen(repository.team, now=NOW + hours * HOUR)

    fresh = rows_of(repository.team)
    measure(claim(repository.team), since=SINCE, now=NOW + 4 * HOUR)
    assert fresh == rows_of(repository.team)


def test_nothing_has_changed_and_nothing_is_written(repository):
    merged_at(SINCE + DAY, repository)
    measured(repository)
    before = Measurement.objects.get().computed_at

    assert freshen(repository.team, now=LATER) == 0
    assert Measurement.objects.get().computed_at == before


def test_untouched_weeks_keep_their_rows(repository):
    merged_at(SINCE + DAY, repository)
    weeks = measured(repository)
    merged_at(SINCE + 9 * DAY, repository)

    freshen(repository.team, now=LATER)

    kept = TeamWeek.objects.get(week_start=SINCE.date())
    assert kept.pk == weeks[SINCE.date()].pk
    assert TeamWeek.objects.get(week_start=(SINCE + 7 * DAY).date()).merged == 1


def test_the_week_that_has_begun_since_gets_its_row(repository):
    measured(repository)

    freshen(repository.team, now=NOW + 7 * DAY)

    assert TeamWeek.objects.order_by("week_start").last().week_start.isoformat() == "2026-06-08"


def test_older_days_that_are_being_read_change_nothing_before_they_are_measured(repository):
    """Pages show nothing of them; each batch would have everybody's page fetched anew."""
    repository.team.onboarding_pipeline_started_at = NOW
    measured(repository)
    before = rows_of(repository.team)
    merged_at(SINCE - 20 * DAY, repository)

    assert freshen(repository.team, now=LATER) == 0

    assert rows_of(repository.team) == before
    assert Measurement.objects.get().computed_at == NOW


def test_very_many_changes_are_no_list_in_a_statement(repository, monkeypatch):
    """SQLite takes 32,766 values in one; all is counted anew then."""
    monkeypatch.setattr(freshening, "MOST_PULL_REQUESTS", 3)
    measured(repository)
    for hours in range(4):
        merged_at(SINCE + DAY + hours * HOUR, repository)

    with CaptureQueriesContext(connection) as queries:
        assert freshen(repository.team, now=LATER) == 4

    keys = ", ".join(str(pk) for pk in sorted(PullRequest.objects.values_list("pk", flat=True)))
    assert not any(f"IN ({keys})" in one["sql"] for one in queries)
    fresh = rows_of(repository.team)
    measure(claim(repository.team), since=SINCE, now=LATER)
    assert fresh == rows_of(repository.team)


def test_changes_in_a_week_of_very_many_are_no_list_either(repository, monkeypatch):
    monkeypatch.setattr(freshening, "MOST_PULL_REQUESTS", 3)
    for hours in range(4):
        merged_at(SINCE + DAY + hours * HOUR, repository)
    measured(repository)
    kept = set(TeamWeek.objects.values_list("pk", flat=True))
    merged_at(SINCE + 2 * DAY, repository)

    assert freshen(repository.team, now=LATER) == 1

    assert TeamWeek.objects.get(week_start=SINCE.date()).merged == 5
    assert not kept & set(TeamWeek.objects.values_list("pk", flat=True))  # all anew


def test_reverts_are_looked_for_once(repository):
    measured(repository)
    merged_at(SINCE + DAY, repository)

    with CaptureQueriesContext(connection) as queries:
        freshen(repository.team, now=LATER)

    assert sum("This reverts commit" in one["sql"] for one in queries) == 1


def test_another_zone_since_the_measurement_counts_all_weeks_anew(repository):
    merged_at(datetime(2026, 5, 10, 23, 30, tzinfo=UTC), repository)  # a Sunday
    measured(repository)
    repository.team.time_zone = "Pacific/Kiritimati"  # +14
    repository.team.save(update_fields=["time_zone"])

    freshen(repository.team, now=LATER)

    assert TeamWeek.objects.get(merged=1).week_start.isoformat() == "2026-05-11"
    assert Measurement.objects.get().time_zone == "Pacific/Kiritimati"


def test_before_the_first_measurement_nothing_is_done(repository):
    merged_at(SINCE + DAY, repository)

    assert freshen(repository.team, now=NOW) == 0
    assert not TeamWeek.objects.exists()


def test_who_is_overtaken_writes_nothing(repository):
    merged_at(SINCE + DAY, repository)
    measured(repository)
    last = Measurement.objects.get()
    measure(claim(repository.team), since=SINCE, now=LATER)

    with pytest.raises(Overtaken):
        take_turn(last, now=LATER)


def test_its_statements_do_not_depend_on_the_size_of_the_history(repository):
    def statements() -> int:
        change = merged_at(SINCE + DAY, repository)
        ReviewFactory(pull_request=change)
        with CaptureQueriesContext(connection) as queries:
            freshen(repository.team, now=LATER)
        return len(queries)

    measured(repository)
    few = statements()
    for n in range(40):
        ReviewFactory(pull_request=merged_at(SINCE + (9 + n % 15) * DAY, repository))
    measured(repository)

    assert statements() == few


def test_many_changes_ask_once_until_somebody_comes(
    repository, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(recount, "hint", lambda task, **options: sent.append(options["args"]))
    measured(repository)

    def tell(times: int) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(times):
                tell_changed(repository.team.pk)

    tell(3)
    tell(2)
    assert sent == [[repository.team.pk]]

    freshen_task(repository.team.pk)
    tell(1)
    assert len(sent) == 2


def test_a_correction_reaches_the_week(repository):
    change = merged_at(SINCE + DAY, repository)
    analysis = PullRequestAnalysisFactory(pull_request=change, ai_class="D")
    assert measured(repository)[SINCE.date()].ai_assisted == 0

    PullRequestAnalysis.objects.filter(pk=analysis.pk).update(ai_class="B")
    freshen(repository.team, now=LATER)

    assert TeamWeek.objects.get(week_start=SINCE.date()).ai_assisted == 1


def test_after_a_verdict_nobody_looks_for_reverts_and_those_that_are_known_stay(repository):
    original = merged_at(SINCE + DAY, repository)
    merged_at(SINCE + 2 * DAY, repository, title=f'Revert "{original.title}"')
    measured(repository)
    PullRequestAnalysisFactory(pull_request=original, ai_class="B")

    with CaptureQueriesContext(connection) as queries:
        assert freshen(repository.team, now=LATER) == 1

    assert not any("This reverts commit" in one["sql"] for one in queries)
    week = TeamWeek.objects.get(week_start=SINCE.date())
    assert (week.ai_assisted, week.reverted) == (1, 1)


def test_what_takes_long_is_read_before_the_transaction(repository):
    """During it SQLite lets nobody else write."""
    measured(repository)
    merged_at(SINCE + DAY, repository)

    with CaptureQueriesContext(connection) as queries:
        freshen(repository.team, now=LATER)

    said = [one["sql"] for one in queries]
    begins = next(n for n, sql in enumerate(said) if sql.startswith(("SAVEPOINT", "BEGIN")))
    assert not [sql for sql in said[begins:] if 'FROM "metrics_pullrequestflow"' in sql]
