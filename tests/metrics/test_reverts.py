"""What names its original by branch, body, title or commit is its revert; nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.github.models import PullRequest
from apps.metrics import children
from apps.metrics.facts import load
from apps.metrics.reverts import Merge, reverts
from tests.factories import CommitFactory, PullRequestFactory, TrackedRepositoryFactory

DAY = timedelta(days=1)
MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)


def merge(pk: int, *, days: float = 0, **names: str) -> Merge:
    columns = {"repository": "acme/app", "title": f"Change {pk}", "head_ref": f"change-{pk}"}
    return Merge(pk=pk, number=pk, merged_at=MONDAY + days * DAY, **(columns | names))


def found(*merges: Merge, bodies=None, undone=None) -> dict[int, float]:
    """Original → days after the first Monday on which it was reverted."""
    at = reverts(merges, bodies=bodies or {}, undone=undone or {})
    return {pk: (moment - MONDAY) / DAY for pk, moment in at.items()}


@pytest.mark.parametrize(
    ("names", "body", "undone"),
    [
        ({"head_ref": "revert-1-change-1"}, "", ()),
        ({}, "Reverts acme/app#1", ()),
        ({}, "Reverts ACME/App#1 for now", ()),
        ({}, "Reverts #1", ()),
        ({"title": 'Revert "Change 1"'}, "", ()),
        ({}, "", (1,)),
    ],
)
def test_each_of_the_ways_to_name_the_original(names, body, undone):
    revert = merge(2, days=3, **names)

    assert found(merge(1), revert, bodies={2: body}, undone={2: undone}) == {1: 3}


@pytest.mark.parametrize(
    ("names", "body"),
    [
        ({"title": "Revert to the old theme"}, ""),
        ({"head_ref": "revert-theme"}, ""),
        ({}, "Reverts acme/other#1"),
        ({}, "This never Reverts anything"),
        ({"title": 'Revert "Change 9"'}, ""),
    ],
)
def test_what_names_no_known_original_is_no_revert(names, body):
    assert found(merge(1), merge(2, days=3, **names), bodies={2: body}) == {}


def test_a_number_is_believed_before_a_title():
    same = merge(2, days=1, title="Change 1")
    revert = merge(3, days=2, title='Revert "Change 1"')

    assert found(merge(1), same, revert, bodies={3: "Reverts #1"}) == {1: 2}


def test_of_several_with_that_title_the_last_before_it_is_meant():
    again = merge(2, days=1, title="Change 1")
    later = merge(4, days=5, title="Change 1")

    assert found(merge(1), again, merge(3, days=2, title='Revert "Change 1"'), later) == {2: 2}


def test_the_first_of_two_reverts_counts_and_a_revert_can_be_reverted():
    first = merge(2, days=2, title='Revert "Change 1"')
    undone = merge(3, days=4, title='Revert "Revert "Change 1""')
    second = merge(4, days=6, head_ref="revert-1-change-1")

    assert found(merge(1), first, undone, second) == {1: 2, 2: 4}


def test_what_was_merged_later_or_elsewhere_was_not_reverted():
    early = merge(2, days=-1, head_ref="revert-1-change-1")
    elsewhere = merge(3, days=1, repository="acme/other", title='Revert "Change 1"')

    assert found(merge(1), early, elsewhere) == {}


def test_one_that_names_itself_is_no_revert():
    assert found(merge(1, title='Revert "Change 1"'), bodies={1: "Reverts #1"}) == {}


@pytest.mark.django_db
def test_stored_reverts_are_found_by_body_and_by_commit():
    repository = TrackedRepositoryFactory()

    def stored(days: int, **columns):
        return PullRequestFactory(
            repository=repository, merged=True, merged_at=MONDAY + days * DAY, **columns
        )

    one, two, three = stored(0), stored(0), stored(0)
    CommitFactory(pull_request=two, oid="abcdef1234567890abcdef1234567890abcdef12")
    stored(3, body=f"Reverts {repository.name_with_owner}#{one.number}")
    by_commit = stored(4)
    CommitFactory(pull_request=by_commit, message="Undo it\n\nThis reverts commit abcdef12345.")
    stored(15, title=f'Revert "{three.title}"')

    facts = {pr.pk: pr for pr in load(repository.team_id, since=MONDAY - DAY)}

    assert facts[one.pk].is_reverted
    assert facts[two.pk].reverted_at == MONDAY + 4 * DAY
    assert facts[three.pk].reverted_at is not None
    assert not facts[three.pk].is_reverted  # after 14 days it is another story


@pytest.mark.django_db
def test_no_number_of_reverted_commits_is_too_many(monkeypatch):
    """Each costs a place in a statement: they are looked for in several."""
    monkeypatch.setattr(children, "OIDS_A_STATEMENT", 2)
    repository = TrackedRepositoryFactory()
    originals, oids = [], [f"{n:x}" * 40 for n in range(10, 15)]
    for oid in oids:
        originals.append(PullRequestFactory(repository=repository, merged=True))
        CommitFactory(pull_request=originals[-1], oid=oid)
    revert = PullRequestFactory(repository=repository, merged=True)
    for oid in (*oids[:4], oids[4][:9]):
        CommitFactory(pull_request=revert, message=f"This reverts commit {oid}.")

    undone = children.undone_by_commits(PullRequest.objects.filter(repository=repository))

    assert undone == {revert.pk: {original.pk for original in originals}}
