"""A team moves its thresholds: all of a form or nothing, and what it does not know stays."""

import pytest
from django.core.checks import run_checks

from apps.insights.models import RuleSetting
from apps.insights.team_thresholds import change, limits_of, thresholds_of
from tests.factories import TeamFactory, UserFactory
from tests.visiting import list_of, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def asked(monkeypatch):
    """For which teams a recomputation was sent."""
    sent = []
    monkeypatch.setattr(
        "apps.insights.later.hint",
        lambda task, *, kwargs: sent.append((task.name, kwargs["team_id"])),
    )
    return sent


def stored(team) -> dict[str, float]:
    rows = RuleSetting.objects.filter(team=team)
    return {f"{row.rule}.{row.key}": row.value for row in rows}


def row_of(rule: str, rows):
    return next(row for row in rows if row.rule == rule)


def test_a_team_that_has_chosen_nothing_has_the_defaults(team, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows = thresholds_of(team)

    first = row_of("I-01", rows)
    assert len(rows) == 18
    assert (first.is_on, first.is_changed) == (True, False)
    assert [(field.name, field.text) for field in first.fields] == [
        ("I-01.hours", "24"),
        ("I-01.n", "10"),
    ]


def test_a_changed_threshold_is_kept_with_who_changed_it(team):
    user = UserFactory()

    outcome = change(team, {"I-01.hours": "36", "I-01.n": "10"}, user)

    assert (outcome.is_stored, outcome.changed) == (True, ("I-01",))
    assert stored(team) == {"I-01.hours": 36}
    assert RuleSetting.objects.get().changed_by == user
    assert limits_of(team).of("I-01") == {"hours": 36, "n": 10}
    assert row_of("I-01", thresholds_of(team)).fields[0].is_changed


def test_a_form_with_a_mistake_changes_nothing_and_shows_what_was_typed(team, asked):
    posted = {"I-01.hours": "36", "I-03.days": "soon"}

    outcome = change(team, posted, None)

    assert outcome.errors == {"I-03.days": "Give a number."}
    assert (stored(team), asked) == ({}, [])
    [field] = row_of("I-03", thresholds_of(team, posted=posted, errors=outcome.errors)).fields
    assert (field.text, field.error) == ("soon", "Give a number.")


@pytest.mark.parametrize("back", [{"I-01.hours": ""}, {"I-01.hours": "24"}, {"reset": "I-01"}])
def test_back_to_the_default_deletes_the_row(team, back):
    change(team, {"I-01.hours": "36", "I-03.days": "9"}, None)

    change(team, back, None)

    assert stored(team) == {"I-03.days": 9}


def test_everything_can_be_taken_back_at_once(team):
    change(team, {"I-01.hours": "36", "I-03.on": "off"}, None)

    assert change(team, {"reset": "all"}, None).changed == ("I-01", "I-03")
    assert stored(team) == {}


def test_a_rule_can_be_switched_off_and_on(team):
    change(team, {"I-03.on": "off"}, None)
    assert not limits_of(team).is_on("I-03")
    assert not row_of("I-03", thresholds_of(team)).is_on

    change(team, {"I-03.on": "on"}, None)
    assert stored(team) == {}


@pytest.mark.parametrize("posted", [{"reset": "I-99"}, {"I-03.on": "perhaps"}])
def test_what_no_form_of_ours_posts_is_refused(team, posted):
    assert not change(team, posted, None).is_stored


def test_names_that_no_rule_knows_are_not_stored(team, asked):
    assert change(team, {"I-01.weeks": "3", "csrfmiddlewaretoken": "x"}, None).changed == ()
    assert (stored(team), asked) == ({}, [])


def test_a_change_asks_once_for_new_insights_when_it_is_committed(
    team, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        change(team, {"I-01.hours": "36", "I-03.days": "9"}, None)
        assert asked == []
    with django_capture_on_commit_callbacks(execute=True):
        change(team, {"I-01.hours": "36"}, None)

    assert asked == [("apps.insights.tasks.recompute", team.pk)]


def test_another_team_keeps_its_own(team):
    other = TeamFactory()
    change(other, {"I-01.hours": "36"}, None)

    change(team, {"reset": "all"}, None)

    assert stored(other) == {"I-01.hours": 36}


def test_a_setting_that_no_rule_reads_is_kept_and_reported(team, admin_client):
    RuleSetting.objects.create(
        team=team, rule="I-01", key="weeks", value=3, changed_at=team.created
    )

    assert limits_of(team).of("I-01")["hours"] == 24
    change(team, {"reset": "all"}, None)
    assert stored(team) == {"I-01.weeks": 3}
    [warning] = [one for one in run_checks(databases=["default"]) if one.id == "insights.W001"]
    assert "I-01.weeks" in warning.msg
    visit(admin_client, team)
    page = admin_client.get(list_of(RuleSetting, team))
    assert "icon-no" in page.content.decode()
