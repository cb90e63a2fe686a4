"""Teams by status, since when, what keeps them, what they cost; and the times of phase 1."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "admin:teams_team_changelist"
TIMES = "admin:phase1_times"


def text_of(answer):
    return " ".join(answer.text.split())


def ago(**how):
    return timezone.now() - timedelta(**how)


def row_of(page, label):
    """The cells of the overview's row with that label, without their tags."""
    row = next(
        part for part in page.split("<tr>") if f">{label}<" in part and 'scope="row"' in part
    )
    cells = [cell.split("</td>")[0] for cell in row.split("<td>")[1:]]
    return [cell.split(">")[1].split("<")[0] if cell.startswith("<a") else cell for cell in cells]


def failed(name, **columns):
    error = "GitHub does not accept the token any more."
    state = {"onboarding_pipeline_status": Status.FAILED, "onboarding_pipeline_error": error}
    return TeamFactory(name=name, **(state | columns))


def running(name, **columns):
    state = {
        "onboarding_pipeline_status": Status.SYNCING,
        "pipeline_ticket": 4,
        "pipeline_claimed": 4,
        "pipeline_heartbeat_at": timezone.now(),
        "onboarding_pipeline_started_at": timezone.now(),
    }
    return TeamFactory(name=name, **(state | columns))


def test_teams_stand_by_status_with_age_errors_and_who_is_stuck(admin_client):
    failed("Old", pipeline_changed_at=ago(days=3, minutes=1))
    failed("Young")
    running("Well")
    running("Silent", pipeline_heartbeat_at=ago(minutes=2))
    TeamFactory()

    page = text_of(admin_client.get(reverse(LIST)))

    assert "Teams by status: 5 in all" in page
    assert row_of(page, "Failed")[0::2] == ["2", "2"]
    assert "".join(row_of(page, "Failed")[1].split()) == "3days"
    assert row_of(page, "Failed")[3] == "2"
    assert (row_of(page, "Syncing PRs")[0], *row_of(page, "Syncing PRs")[2:]) == ("2", "0", "1")
    assert "3 need somebody" in page
    assert "Its worker is silent: 1" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"trouble": "stuck"}, {"Old", "Silent"}),
        ({"trouble": "silent"}, {"Silent"}),
        ({"trouble": "waiting"}, set()),
        ({"trouble": "no such"}, {"Old", "Silent", "Well", "Fresh"}),
        ({"onboarding_pipeline_status__exact": "syncing"}, {"Silent", "Well"}),
        ({"onboarding_pipeline_error__isempty": "0"}, {"Old"}),
        ({"pipeline_paused__exact": "1"}, set()),
        ({"q": "fre"}, {"Fresh"}),
    ],
)
def test_the_filters_find_whom_they_name(admin_client, query, names):
    failed("Old")
    running("Well")
    running("Silent", pipeline_heartbeat_at=ago(minutes=2))
    TeamFactory(name="Fresh")

    listed = admin_client.get(reverse(LIST), query).context["cl"].queryset

    assert {team.name for team in listed} == names


@pytest.mark.parametrize("order", range(1, 10))
def test_every_column_can_be_sorted_or_says_that_it_cannot(admin_client, order):
    running("Well")
    failed("Old")

    assert admin_client.get(reverse(LIST), {"o": order}).status_code == 200


def test_what_the_model_has_cost_stands_beside_each_team(admin_client):
    team, other = TeamFactory(), TeamFactory()
    for owner, back, nano_usd in ((team, 0, 20_000_000), (team, 29, 1), (other, 30, 10**9)):
        owner.llm_use.create(
            day=ago(days=back).date(),
            run=1,
            model="m",
            way="live",
            purpose="reading",
            nano_usd=nano_usd,
        )

    page = admin_client.get(reverse(LIST))

    assert [team.nano_usd for team in page.context["cl"].queryset.order_by("pk")] == [20_000_001, 0]
    assert "$0.0200" in page.text
    assert reverse("admin:llm_llmuse_changelist") in page.text


def test_a_list_of_many_takes_as_many_statements_as_one_of_few(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    running("One")
    admin_client.get(reverse(LIST))  # learns what is kept for the next request
    with django_assert_max_num_queries(12) as few:
        admin_client.get(reverse(LIST))
    for number in range(20):
        move(running(f"Team {number}").pk, "pause", actor="ada")

    with django_assert_num_queries(len(few)):
        assert admin_client.get(reverse(LIST)).status_code == 200


# --- Times of phase 1 -----------------------------------------------------------------------------


def run_that_opened_after(seconds, name="Lantern"):
    team = TeamFactory(name=name)
    began = ago(hours=1)
    opened = began + timedelta(seconds=seconds)
    moves = (
        ("start", "not_started", "syncing_members", began),
        ("advance", "computing_insights", "phase1_complete", opened),
    )
    PipelineTransition.objects.bulk_create(
        PipelineTransition(
            team=team, ticket=ticket, run=1, verb=verb, source=source, target=target, at=at
        )
        for ticket, (verb, source, target, at) in enumerate(moves, 1)
    )
    rows().filter(pk=team.pk).update(pipeline_run=1, onboarding_pipeline_status=Status.COMPLETE)
    return team


def test_staff_see_how_long_phase_1_took(admin_client):
    for seconds in (58, 112, 600):
        run_that_opened_after(seconds, name=f"Team of {seconds}")
    move(TeamFactory(name="Runs").pk, "start", actor="ada")

    page = text_of(admin_client.get(reverse(TIMES)))

    assert "<td>3</td> <td>1 min 52 s</td> <td>10 min 00 s</td> <td>67 % (2 of 3)</td>" in page
    assert "dashboard opened after 58 s" in page
    assert "still running" in page
    year, week, _ = timezone.now().isocalendar()
    last_year, last_week, _ = ago(hours=1).isocalendar()
    assert f"{year}-W{week:02}" in page or f"{last_year}-W{last_week:02}" in page


def test_without_a_run_the_page_says_so(admin_client):
    page = admin_client.get(reverse(TIMES)).text

    assert "No run has begun yet." in page
    assert "0 %" not in page


def test_who_may_not_see_the_log_sees_no_times_and_no_link(client):
    run_that_opened_after(58)
    staff = UserFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_team"))
    client.force_login(staff)

    assert client.get(reverse(TIMES)).status_code == 403
    assert reverse(TIMES) not in client.get(reverse(LIST)).text
    assert reverse(TIMES) not in client.get(reverse("admin:index")).text


def test_the_log_and_the_start_lead_to_the_times(admin_client):
    for name in ("pipeline_pipelinetransition_changelist", "teams_team_changelist", "index"):
        assert reverse(TIMES) in admin_client.get(reverse(f"admin:{name}")).text, name
