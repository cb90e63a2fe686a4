"""What changes while it is read is caught up, and nothing newer is overwritten."""

from datetime import timedelta

from apps.github.models import PullRequest, PullRequestKey
from tests.github.fakes import DETAILS, KEYS, NOW, commit, connected, file, pull_request
from tests.github.running import stored, sync_older, sync_recent, track


def test_a_pull_request_touched_while_the_list_is_walked_is_caught_up(github, team):
    prs = [pull_request(n, days_old=n / 10) for n in range(1, 151)]
    track(team, github.add_repository("acme/web", *prs))

    def touch_the_last_after_the_first_page(name, variables):
        if name == KEYS and variables["after"]:
            github.faults.clear()
            github.touch("acme/web", 150, NOW, title="Touched")

    github.faults.append(touch_the_last_after_the_first_page)
    sync_recent(team)

    assert stored(team) == set(range(1, 151))
    assert PullRequest.objects.get(number=150).title == "Touched"


def test_a_pull_request_touched_between_the_phases_is_fetched_again_in_phase_2(github, team):
    prs = [pull_request(1, days_old=3), pull_request(2, days_old=40)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    github.touch("acme/web", 1, NOW + timedelta(minutes=3), title="Touched")
    github.touch("acme/web", 2, NOW + timedelta(minutes=4), title="Touched too")

    sync_older(team)

    titles = PullRequest.objects.order_by("number").values_list("title", flat=True)
    assert list(titles) == ["Touched", "Touched too"]


def test_one_dated_in_the_future_hides_nobody_who_is_touched_later(github, team):
    prs = [pull_request(n, days_old=1 + n / 1000) for n in range(1, 251)]
    ahead = pull_request(900, days_old=-1000)
    track(team, github.add_repository("acme/web", ahead, *prs))
    sync_recent(team)
    for n in range(1, 251):
        github.touch("acme/web", n, NOW + timedelta(minutes=n), title="Touched")

    sync_older(team)

    assert PullRequest.objects.filter(title="Touched").count() == 250


def test_an_answer_older_than_what_is_stored_overwrites_nothing(github, team):
    repository = track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    PullRequest.objects.update(updated_at=NOW + timedelta(hours=1), title="Newer, by a webhook")
    PullRequestKey.objects.update(state=PullRequestKey.State.PENDING)

    sync_recent(team)

    assert PullRequest.objects.get().title == "Newer, by a webhook"
    repository.refresh_from_db()
    assert repository.sync_status == "completed"


def test_children_are_replaced_as_a_set(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    github.touch(
        "acme/web",
        1,
        NOW,
        reviews=connected([]),
        commits=connected([commit(7), commit(8)]),
        files=connected([file(9)]),
    )

    sync_recent(team)

    found = PullRequest.objects.get()
    assert found.reviews.count() == 0
    assert [c.message for c in found.commits.order_by("position")] == ["Step 7", "Step 8"]
    assert [f.path for f in found.files.all()] == ["src/9.py"]


def test_a_renamed_repository_is_followed_by_its_id(github, team):
    repository = track(team, github.add_repository("acme/old", pull_request(1)))
    github.repositories[repository.node_id]["nameWithOwner"] = "acme/new"

    sync_recent(team)

    repository.refresh_from_db()
    assert repository.name_with_owner == "acme/new"
    assert stored(team) == {1}


def test_one_that_waits_from_before_and_was_touched_since_is_asked_for_once(github, team):
    row = track(team, github.add_repository("acme/web", pull_request(1, days_old=0)))
    PullRequestKey.objects.create(
        repository=row, node_id="PR_1@acme/web", number=1, updated_at=NOW - timedelta(hours=1)
    )

    sync_recent(team)

    assert [v["ids"] for name, v in github.asked if name == DETAILS] == [["PR_1@acme/web"]]
    assert PullRequestKey.objects.get().state == PullRequestKey.State.DONE
