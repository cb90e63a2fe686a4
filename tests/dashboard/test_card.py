"""The evidence card shows all that a verdict rests on, as text and nothing else."""

import pytest
from django.urls import reverse

from apps.llm.models import Evidence, PastVerdict, PullRequestAnalysis
from tests.dashboard.conftest import NOW
from tests.dashboard.judged import TRAILER, card_page, judged, list_page, url_of, words_of
from tests.factories import CommitFactory, PullRequestFactory, TeamFactory

pytestmark = pytest.mark.django_db

HOSTILE = (
    '<img src=x onerror="alert(1)"> [x](javascript:alert(1)) ![](http://evil.example/x.png)'
    " <script>alert(1)</script> https://evil.example/"
)


@pytest.mark.parametrize(
    ("ai_class", "words"),
    [
        ("A", ["A · Agent-authored", "Author's account: Claude", "copilot-swe-agent[bot]"]),
        ("B", ["B · Declared", "Co-author trailer: Claude", "Strength: declared."]),
        ("C", ["C · Suspected", "parts were drafted by an AI", "suspected, by the language model"]),
        ("D", ["D · No sign found", "no proof that no AI was used", "has read no disclosure"]),
        ("U", ["U · Undecided", "the language model has not read it yet"]),
    ],
)
def test_each_class_says_what_it_means_and_rests_on(client, team, ai_class, words):
    shown = words_of(card_page(client, team, judged(team, ai_class)))

    for each in words:
        assert each in shown


def test_a_quote_is_marked_within_the_text_around_it(client, team):
    shown = words_of(card_page(client, team, judged(team, "C")))

    before, _, rest = shown.partition("<mark")
    quote, _, after = rest.partition("</mark>")
    assert before.endswith("Before it: ")
    assert quote.endswith(">parts were drafted by an AI")
    assert after.startswith(". After it.")


def test_a_quote_whose_text_has_changed_stands_alone(client, team):
    row = judged(team, "C")
    row.body = "Something else"
    row.save()

    shown = words_of(card_page(client, team, row))

    assert "parts were drafted by an AI" in shown
    assert "The text has changed since" in shown
    assert "Something else" not in shown


def test_a_mark_links_its_commit_and_a_human_typed_one_is_declared(client, team):
    row = judged(team, "B")

    shown = words_of(card_page(client, team, row))

    oid, address = row.commits.get().oid, f"https://github.com/{row.repository.name_with_owner}"
    assert f'href="{address}/pull/{row.number}/commits/{oid}"' in shown
    assert f"commit 1 ({oid[:7]})" in shown
    assert TRAILER in shown
    assert "Anybody can type such a mark" in shown


def test_in_the_demo_nothing_links_to_github(client, team, settings):
    settings.DEMO_MODE = True

    assert "https://github.com" not in card_page(client, team, judged(team, "B")).text


def test_hostile_texts_are_shown_as_characters(client, team):
    row = judged(
        team, "C", title=HOSTILE, body=HOSTILE, evidence=[("suspected", "quote", "body", HOSTILE)]
    )
    analysis = row.analysis
    analysis.summary = analysis.description = analysis.llm_reason = HOSTILE
    analysis.kind_of_change = "fix"
    analysis.save()

    for answer in (card_page(client, team, row), list_page(client, team)):
        assert "<img" not in answer.text
        assert "<script>alert" not in answer.text
        assert 'href="javascript' not in answer.text
        assert 'href="https://evil' not in answer.text
        assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; [x](javascript:" in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def test_invisible_characters_are_counted_and_shown_by_number(client, team):
    text = "made \u202eby\u200b Claude"
    row = judged(team, "C", body=text, evidence=[("suspected", "quote", "body", text)])
    row.analysis.hidden_characters = 2
    row.analysis.save()

    shown = words_of(card_page(client, team, row))

    assert "2 invisible characters in its texts" in shown
    assert "made ⟨U+202E⟩by⟨U+200B⟩ Claude" in shown


def test_what_the_model_has_written_is_marked_as_such(client, team):
    row = judged(team, "D")
    for name, value in {
        "summary": "Adds a retry.",
        "description": "It retries. It waits.",
        "kind_of_change": "fix",
        "risk": "low",
        "review_size": "small",
        "llm_model": "openai/gpt-oss-20b",
        "llm_prompt_version": "v2",
        "llm_answered_at": NOW,
    }.items():
        setattr(row.analysis, name, value)
    row.analysis.save()

    shown = words_of(card_page(client, team, row))

    assert "written by the language model" in shown
    assert "Adds a retry." in shown
    assert "It retries. It waits." in shown
    assert "By openai/gpt-oss-20b, prompt v2, 1 Jun 2026, 12:00." in shown


def test_it_says_why_it_is_undecided_and_what_github_has_not_told(client, team):
    row = judged(team, "U", truncated=["commits", "files"], commits_total=300)
    row.analysis.llm_reason = "The limit of the day is used up."
    row.analysis.save()

    shown = words_of(card_page(client, team, row))

    assert "The limit of the day is used up." in shown
    assert "GitHub has not told all of its commits (300 in all)." in shown


def test_one_that_nobody_has_looked_at_is_undecided_and_cannot_be_corrected(client, team):
    row = PullRequestFactory(repository=judged(team).repository)

    answer = card_page(client, team, row)

    assert "Its texts have not been looked through yet." in words_of(answer)
    assert url_of("correct", team, row.pk) not in answer.text


def test_one_of_a_repository_that_was_taken_away_says_so_and_is_not_read_again(client, team):
    row = judged(team, "D")
    team.repositories.update(is_selected=False)

    shown = words_of(card_page(client, team, row))

    assert "Its repository is no longer chosen" in shown
    assert "Have it read again" not in shown


def test_earlier_verdicts_name_their_rules_and_model(client, team):
    row = judged(team, "D")
    PastVerdict.objects.create(
        analysis=row.analysis,
        ai_class="C",
        tools=["cursor"],
        markers_version="2026-01.1",
        llm_model="openai/gpt-oss-20b",
        llm_prompt_version="v1",
    )

    shown = words_of(card_page(client, team, row))

    assert "by rules 2026-01.1, openai/gpt-oss-20b, prompt v1, until 1 Jun 2026, 12:00" in shown


def test_many_marks_are_folded_after_the_tenth(client, team):
    row = judged(team, "B", evidence=[("declared", "label", "label", "claude")] * 14)

    shown = words_of(card_page(client, team, row))

    assert "(14)" in shown
    assert ">4 more</summary>" in shown


def test_the_statements_do_not_grow_with_the_evidence(
    client, team, django_assert_num_queries, django_assert_max_num_queries
):
    row = judged(team, "B")
    card_page(client, team, row)
    with django_assert_max_num_queries(12) as few:
        card_page(client, team, row)

    for position in range(1, 40):
        CommitFactory(pull_request=row, position=position)
        Evidence.objects.create(
            analysis=row.analysis, kind="trailer", place=f"commit {position}", tool="claude",
            quote="Change something", end=16, strength="declared",
        )  # fmt: skip
        PastVerdict.objects.create(analysis=row.analysis, ai_class="D", markers_version="1")
    with django_assert_num_queries(len(few)):
        card_page(client, team, row)


def test_a_foreign_pull_request_looks_like_none(client, team):
    foreign = judged(TeamFactory(phase1_completed_at=NOW), "B", title="Canary")

    through_ours = card_page(client, team, foreign)
    through_theirs = card_page(client, foreign.team, foreign)
    missing = client.get(url_of("pull_request", team, 2**70))

    assert [one.status_code for one in (through_ours, through_theirs, missing)] == [404] * 3
    assert through_ours.content == through_theirs.content == missing.content


def test_who_is_not_signed_in_is_asked_to(client, team):
    row = judged(team)
    client.logout()

    answer = card_page(client, team, row)

    assert answer.headers["Location"].startswith(reverse("accounts:login"))


def test_a_text_that_was_cut_before_it_was_sent_is_flagged(client, team):
    row = judged(team, "D")
    says = "Its texts are longer than what is sent to the language model"
    assert says not in words_of(card_page(client, team, row))

    PullRequestAnalysis.objects.update(is_cut=True)

    assert says in words_of(card_page(client, team, row))
