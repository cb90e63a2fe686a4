"""The table of pull requests: what is in it, its order, its pages, and who sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.metrics.measure import measure
from tests.claims import claim
from tests.dashboard.conftest import NOW
from tests.dashboard.counting import look, url_of, words_of
from tests.dashboard.listed import measured, merged_pr, repository, rows_of, table, titles
from tests.factories import (
    PersonFactory,
    PullRequestFactory,
    ReviewFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

__all__ = ["measured", "repository"]

pytestmark = pytest.mark.django_db


# --- What is in it ---


def test_a_row_tells_what_is_known_of_a_pull_request(client, team, repository, measured):
    row = merged_pr(repository, "Speed up the start", hours=30, ai_class="B", number=12)
    ReviewFactory(pull_request=row, submitted_at=row.created_at + timedelta(hours=2))
    measured()

    answer = table(client, team)
    (line,) = answer.context["table"].lines

    assert (line.name, line.cycle_time, line.wait) == ("acme/web#12", "30 h", "2.0 h")
    assert (line.state, line.letter, line.class_name) == ("Merged", "B", "Declared")
    assert line.url == "https://github.com/acme/web/pull/12"
    assert url_of(team, "pull_request", row.pk) in answer.text
    assert f'href="{line.url}"' in answer.text
    assert "1 pull request" in words_of(answer)


def test_what_is_not_known_or_not_yet_is_no_number(client, team, repository, measured):
    opened = {"repository": repository, "created_at": NOW - timedelta(days=2)}
    PullRequestFactory(title="Ready", **opened)
    PullRequestFactory(title="Draft", is_draft=True, ready_at=None, **opened)
    merged_pr(repository, "Alone")
    measured()

    lines = {line.title: line for line in table(client, team).context["table"].lines}

    assert (lines["Ready"].state, lines["Ready"].wait) == ("Open", "waiting")
    assert (lines["Draft"].state, lines["Draft"].wait) == ("Draft", "–")
    assert (lines["Alone"].wait, lines["Alone"].rounds) == ("no review", "–")
    assert lines["Ready"].cycle_time == lines["Ready"].size == "–"


def test_a_bot_is_called_one_where_bots_are_shown(client, team, repository, measured):
    merged_pr(repository, "Bump", author=PersonFactory(team=team, bot=True))
    measured()

    assert titles(table(client, team)) == []
    shown = table(client, team, bots="1")
    assert titles(shown) == ["Bump"]
    assert '<span class="badge badge-sm badge-soft">bot</span>' in shown.text


def test_the_summary_is_of_the_selection(client, team, repository, measured):
    for place in range(8):
        merged_pr(repository, f"Old {place}", hours=10)
    merged_pr(repository, "Slow", hours=90)
    measured()

    merged, cycle, assisted = table(client, team, q="Old").context["table"].summed

    assert merged.figure.value == 8
    assert cycle.figure.value == 10 * 3600
    assert (assisted.figure.k, assisted.figure.n) == (0, 8)
    assert all(one.figure.basis for one in (merged, cycle, assisted))


# --- Order and pages ---


def test_each_head_sorts_and_turns_round(client, team, repository, measured):
    for title, hours in (("a", 5), ("b", 50), ("c", 1)):
        merged_pr(repository, title, hours=hours)
    measured()

    slowest = table(client, team, sort="slowest")
    (head,) = [one for one in slowest.context["table"].heads if one.label == "Cycle time"]

    assert titles(slowest) == ["b", "a", "c"]
    assert head.direction == "descending"
    assert "sort=fastest" in head.query
    assert slowest.text.count("aria-sort=") == 1
    fastest = table(client, team, sort="fastest")
    assert titles(fastest) == ["c", "a", "b"]
    assert 'aria-sort="ascending"' in fastest.text


def test_an_unknown_order_is_told(client, team, repository, measured):
    merged_pr(repository, "a")
    measured()

    answer = table(client, team, sort="'; drop", page="x")

    assert "There is no order “'; drop”: newest first." in words_of(answer)
    assert titles(answer) == ["a"]


def test_pages_keep_filters_and_order(client, team, repository, measured):
    for place in range(60):
        merged_pr(repository, f"Fix {place}", hours=place + 1)
    merged_pr(repository, "Other", hours=1)
    measured()

    first = table(client, team, q="Fix", sort="slowest")
    second = client.get(url_of(team, "pull_requests") + first.context["table"].older)

    assert "60 pull requests" in words_of(first)
    assert "1 to 50, longest cycle time first" in words_of(first)
    assert "51 to 60, longest cycle time first" in words_of(second)
    assert titles(second) == [f"Fix {place}" for place in range(9, -1, -1)]
    assert second.context["table"].older == ""
    assert "page=" not in second.context["table"].newer
    for beyond in ("999", "9" * 30):
        assert titles(table(client, team, q="Fix", sort="slowest", page=beyond)) == titles(second)
    assert "Next page" in words_of(first)
    assert "Previous page" in words_of(second)


def test_a_search_keeps_all_other_filters(client, team, repository, measured):
    merged_pr(repository, "Fix", ai_class="B")
    measured()

    kept = table(client, team, ai="B", days="90", sort="slowest", q="x").context["table"].kept

    assert sorted(kept) == [("ai", "B"), ("days", "90"), ("sort", "slowest")]


# --- Nothing to show ---


def test_nothing_is_said_in_the_words_of_its_reason(client, team, repository, measured):
    assert "Nothing has been counted yet" in words_of(table(client, team))
    merged_pr(repository, "Long ago", days=50)
    measured()

    assert "In these days no pull request was merged, closed or open." in words_of(
        table(client, team)
    )
    assert "Look at 90 days" in words_of(table(client, team))
    assert "No pull request of these days passes the filters." in words_of(
        table(client, team, days="90", q="zzz")
    )
    assert titles(table(client, team, days="90")) == ["Long ago"]


def test_a_hostile_title_is_text_on_the_page(client, team, repository, measured):
    merged_pr(repository, "<script>alert(1)</script>\u202e")
    measured()

    shown = table(client, team).text

    assert "<script>alert(1)" not in shown
    assert "⟨U+202E⟩" in shown


# --- Who may, and what it costs ---


@pytest.mark.parametrize("name", ["pull_requests", "pull_requests_csv"])
def test_members_see_it_others_do_not(client, team, repository, measured, name):
    team.memberships.update(role="member")
    foreign = TeamFactory(slug="foreign", phase1_completed_at=NOW)

    assert look(client, team, name).status_code == 200
    assert look(client, foreign, name).status_code == 404
    assert client.post(url_of(team, name)).status_code == 405
    client.logout()
    assert look(client, team, name).headers["Location"].startswith(reverse("accounts:login"))


def test_another_teams_rows_and_ids_are_never_shown(client, team, repository, measured):
    foreign = TrackedRepositoryFactory(last_synced_at=NOW, sync_status="completed")
    merged_pr(foreign, "Secret")
    measure(claim(foreign.team), since=NOW - timedelta(days=60), now=NOW)
    merged_pr(repository, "Ours")
    measured()

    answer = table(client, team, repo=str(foreign.pk))

    assert titles(answer) == ["Ours"]
    assert foreign.name_with_owner not in answer.text
    assert [row["title"] for row in rows_of(client, team, repo=str(foreign.pk))[1]] == ["Ours"]


def test_it_costs_the_same_for_5_and_for_200(
    client, team, repository, measured, django_assert_max_num_queries
):
    def cost(name):
        with django_assert_max_num_queries(15) as queries:
            answer = look(client, team, name)
            b"".join(answer)
        return len(queries)

    for place in range(5):
        merged_pr(repository, f"Fix {place}")
    measured()
    few = cost("pull_requests"), cost("pull_requests_csv")
    for place in range(200):
        merged_pr(repository, f"More {place}", author=PersonFactory(team=team))
    measured()

    assert (cost("pull_requests"), cost("pull_requests_csv")) == few
