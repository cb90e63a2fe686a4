"""The list of pull requests by signs of AI: counts, filters in the URL, and few statements."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.dashboard.evidence import ON_A_PAGE
from apps.llm.models import Correction
from apps.pipeline.rows import rows
from tests.dashboard.conftest import NOW
from tests.dashboard.judged import TRAILER, judged, list_page, url_of, words_of
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


def counts(answer):
    return {one.letter: one.count for one in answer.context["list"].counts}


def names(answer):
    return [row.name.partition("#")[2] for row in answer.context["list"].rows]


def test_every_class_is_counted_and_says_what_it_rests_on(client, team):
    for ai_class in "AABCCCDU":
        judged(team, ai_class)
    PullRequestFactory(repository=team.repositories.get())  # not looked through yet

    answer = list_page(client, team)

    assert counts(answer) == {"A": 2, "B": 1, "C": 3, "D": 1, "U": 2}
    shown = words_of(answer)
    assert "The author's account is a coding agent's." in shown
    assert "Only the language model says so, and its quote stands in the text." in shown
    assert "Not looked through yet." in shown


def test_the_url_chooses_class_tool_and_repository(client, team):
    other = TrackedRepositoryFactory(team=team, name_with_owner="owner/other")
    judged(team, "B", number=1, tools=["claude"], repository=other)
    judged(team, "B", number=2, tools=["claude", "cursor"], repository=other)
    judged(team, "D", number=3, repository=other)
    judged(team, "B", number=4, tools=["claude"], repository=TrackedRepositoryFactory(team=team))

    chosen = list_page(client, team, **{"class": "B", "repository": "owner/other"})
    with_tool = list_page(client, team, tool="cursor")

    assert sorted(names(chosen)) == ["1", "2"]
    assert counts(chosen) == {"A": 0, "B": 2, "C": 0, "D": 1, "U": 0}
    assert names(with_tool) == ["2"]
    assert '<option value="cursor" selected>' in with_tool.text


def test_undecided_ones_include_those_that_nobody_has_looked_at(client, team):
    judged(team, "D")
    judged(team, "U", number=8)
    PullRequestFactory(repository=team.repositories.get(), number=9)

    assert sorted(names(list_page(client, team, **{"class": "U"}))) == ["8", "9"]


@pytest.mark.parametrize(
    "choice",
    [
        {"class": "Z", "tool": "<script>", "repository": "nobody/none"},
        {"page": "-1"},
        {"page": "9" * 30},
        {"page": "²"},
        {"page": "7"},
    ],
)
def test_what_does_not_exist_chooses_nothing(client, team, choice):
    judged(team, "B", number=5)

    assert names(list_page(client, team, **choice)) == ["5"]


def test_pages_go_from_the_newest_to_the_oldest_and_keep_the_choice(client, team):
    for age in range(ON_A_PAGE + 2):
        judged(team, "B", number=age + 1, created_at=NOW - timedelta(hours=age))

    first = list_page(client, team, **{"class": "B"})
    second = list_page(client, team, **{"class": "B", "page": "2"})

    assert names(first)[:2] == ["1", "2"]
    assert names(second) == [str(ON_A_PAGE + 1), str(ON_A_PAGE + 2)]
    assert f"1 to {ON_A_PAGE} of {ON_A_PAGE + 2}" in words_of(first)
    assert 'href="?class=B&amp;page=2" rel="next"' in first.text
    assert 'href="?class=B" rel="prev"' in second.text
    assert 'rel="next"' not in second.text


def test_the_strongest_evidence_stands_in_one_line(client, team):
    judged(
        team,
        "B",
        evidence=[
            ("suspected", "quote", "body", "parts were drafted by an AI"),
            ("declared", "co_author", "commit 0", TRAILER),
        ],
    )

    shown = words_of(list_page(client, team))

    assert f"Co-author trailer: “{TRAILER}”" in shown
    assert "drafted" not in shown


def test_a_persons_word_stands_in_the_place_of_evidence(client, team):
    row = judged(team, "B")
    row.analysis.is_corrected = True
    row.analysis.save()
    Correction.objects.create(team=team, pull_request=row, is_ai_assisted=True, said_by="ada")

    shown = words_of(list_page(client, team))

    assert "<b>B</b> Said by a person" in shown
    assert "ada says: AI was used." in shown
    assert "1 of them said by a person." in shown


def test_only_tools_that_were_found_can_be_chosen(client, team):
    judged(team, "B", tools=["claude", "cursor"])
    judged(TeamFactory(), "B", tools=["devin"])

    shown, asked_for = (
        words_of(list_page(client, team, **given)) for given in ({}, {"tool": "aider"})
    )

    for name, is_there in (("claude", True), ("cursor", True), ("devin", False), ("aider", False)):
        assert (f'<option value="{name}"' in shown) is is_there
    assert '<option value="aider" selected' in asked_for


def test_what_is_no_longer_chosen_or_another_teams_is_not_shown(client, team):
    judged(team, "B", title="Ours")
    taken_away = TrackedRepositoryFactory(team=team, is_selected=False)
    judged(team, "B", title="Taken away", repository=taken_away)
    judged(TeamFactory(), "B", title="Theirs")

    shown = words_of(list_page(client, team))

    assert "Ours" in shown
    assert "Taken away" not in shown
    assert "Theirs" not in shown


def test_the_statements_do_not_grow_with_the_rows(
    client, team, django_assert_num_queries, django_assert_max_num_queries
):
    for _ in range(5):
        judged(team, "B")
    list_page(client, team)

    with django_assert_max_num_queries(12) as few:
        list_page(client, team)
    for place in range(495):
        judged(team, "ABCDU"[place % 5])
    with django_assert_num_queries(len(few)):
        list_page(client, team)


def test_who_is_not_in_the_team_sees_nothing(client, team):
    foreign = TeamFactory(phase1_completed_at=NOW)
    assert client.get(url_of("ai", foreign)).status_code == 404

    client.logout()

    answer = client.get(url_of("ai", team))
    assert answer.headers["Location"].startswith(reverse("accounts:login"))


def test_it_opens_with_the_dashboard(client, team):
    rows().filter(pk=team.pk).update(phase1_completed_at=None)

    answer = list_page(client, team)

    assert answer.headers["Location"] == reverse("onboarding:status", args=[team.slug])


def test_the_dashboard_and_the_tabs_lead_here(client, team):
    shown = client.get(url_of("overview", team)).text

    assert shown.count(f'href="{url_of("ai", team)}"') == 2
