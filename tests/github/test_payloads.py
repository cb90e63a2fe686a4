"""GitHub's JSON into dataclasses: every field, whatever is null, long, broken or unheard of."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.github.api import payloads
from apps.github.api.facts import (
    GHOST,
    Account,
    Page,
    Review,
    first_human_review,
    ready_since,
)
from tests.github.fakes import commit, connected, file, pull_request, review, stamp, user

CREATED = datetime(2026, 5, 1, 9, tzinfo=UTC)


def hours(number: float) -> datetime:
    return CREATED + timedelta(hours=number)


def test_an_id_beyond_32_bits_survives():
    assert payloads.pull_request(pull_request(1)).github_id == 3_000_000_001


def test_an_older_answer_has_only_the_small_id():
    raw = pull_request(1)
    del raw["fullDatabaseId"]

    assert payloads.pull_request({**raw, "databaseId": 7}).github_id == 7


@pytest.mark.parametrize(
    ("raw", "account"),
    [
        (None, GHOST),
        ({}, GHOST),
        (user("ada"), Account("ada", "user", 294, "ada")),
        ({**user("renovate", "Bot"), "name": None}, Account("renovate", "bot", 868, "")),
        ({**user("moved", "Mannequin"), "name": None}, Account("moved", "user", 539, "")),
        ({"__typename": "Organization", "login": "acme"}, Account("acme", "user", None, "")),
        (
            {"__typename": "EnterpriseUserAccount", "login": "eve", "user": {"databaseId": 5}},
            Account("eve", "user", 5, ""),
        ),
        (
            {"__typename": "EnterpriseUserAccount", "login": "eve", "user": None},
            Account("eve", "user", None, ""),
        ),
    ],
)
def test_an_actor_is_told_by_its_type_and_nobody_is_the_ghost(raw, account):
    assert payloads.actor(raw) == account


def test_text_that_no_database_stores_is_replaced_and_the_rest_kept():
    raw = pull_request(1, title="a\x00b \ud800 🎉 \u202eabc", body=None)

    found = payloads.pull_request(raw)

    assert found.title == "a\ufffdb \ufffd 🎉 \u202eabc"
    assert found.body == ""


def test_unknown_values_are_kept_as_they_came():
    raw = pull_request(
        1,
        state="FROZEN",
        reviews=connected([review(1, state="APPLAUDED")]),
        files=connected([{**file(1), "changeType": "TELEPORTED"}]),
    )

    found = payloads.pull_request(raw)

    assert found.state == "frozen"
    assert found.reviews.items[0].state == "APPLAUDED"
    assert found.files.items[0].change_type == "TELEPORTED"


def test_a_review_that_is_not_sent_yet_is_nobodys_business():
    unsent = review(2, state="PENDING", submittedAt=None)

    found = payloads.pull_request(pull_request(1, reviews=connected([review(1), unsent])))

    assert [one.node_id for one in found.reviews.items] == ["PRR_1"]
    assert found.reviews.total == 1


def test_a_list_that_is_null_or_goes_on_is_named_as_truncated():
    long = {**connected([file(1)]), "pageInfo": {"hasNextPage": True, "endCursor": "MQ"}}

    found = payloads.pull_request(pull_request(1, commits=None, files=long))

    assert found.truncated == ["commits", "files"]
    assert found.files.cursor == "MQ"


def test_a_merger_is_asked_for_only_where_there_was_a_merge():
    closed = pull_request(1, state="CLOSED", mergedAt=None, mergedBy=None)

    assert payloads.pull_request(closed).merged_by is None
    assert payloads.pull_request(pull_request(1, mergedBy=None)).merged_by == GHOST


def test_a_commit_keeps_its_words_and_not_its_authors_address():
    raw = commit(1, name="Ada\x00", email="ada@example.org", user=user("ada"))

    found = payloads.commit(raw)

    assert (found.author_name, found.author_login) == ("Ada\ufffd", "ada")
    assert "ada@example.org" not in repr(found)


def test_a_commit_without_an_author_is_a_commit():
    raw = commit(1)
    raw["commit"]["author"] = None

    assert payloads.commit(raw).author_name == ""


# --- ready_at -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_ready", "first_review", "expected"),
    [
        ([], None, 0),
        ([], 5, 0),
        ([2], None, 2),
        ([2, 4], 5, 4),
        ([2, 4, 9], 5, 4),  # sent back to draft and made ready again, after the review
        ([9], 5, 9),  # reviewed as a draft
    ],
)
def test_ready_is_the_last_time_before_the_first_review(made_ready, first_review, expected):
    ready = ready_since(
        CREATED,
        [hours(number) for number in made_ready],
        first_review=None if first_review is None else hours(first_review),
    )

    assert ready == hours(expected)


def test_a_draft_is_not_ready():
    assert payloads.pull_request(pull_request(1, isDraft=True)).ready_at is None


def test_ready_events_are_read():
    events = {"nodes": [{"createdAt": stamp(hours(3))}, {}]}

    assert payloads.pull_request(pull_request(1, timelineItems=events)).ready_at == hours(3)


def test_neither_the_author_nor_a_bot_makes_the_first_review():
    ada, bot, bert = Account("ada"), Account("coderabbitai", "bot"), Account("bert")
    reviews = [
        Review(str(number), who, "COMMENTED", hours(number))
        for number, who in enumerate((ada, bot, GHOST, bert))
    ]

    assert first_human_review(reviews, ada) == hours(3)
    assert first_human_review(reviews[:3], ada) is None


def test_pages_follow_one_another():
    first, second = Page((1, 2), 3, "MQ"), Page((3,), 3, "Mg", is_last=True)

    assert first.followed_by(second) == Page((1, 2, 3), 3, "Mg", is_last=True)
