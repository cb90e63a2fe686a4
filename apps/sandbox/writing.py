"""Turn plans into pull requests: numbers, ids, commits, files, reviews and draft events."""

from datetime import datetime, timedelta
from hashlib import sha1
from random import Random

from apps.sandbox import people, phrases
from apps.sandbox.lifecycles import Lifecycle
from apps.sandbox.mentions import mention_of
from apps.sandbox.people import TEAM
from apps.sandbox.plans import Plan
from apps.sandbox.projects import FILE_NAMES
from apps.sandbox.records import (
    Account,
    ChangedFile,
    Commit,
    DraftEvent,
    Label,
    PullRequest,
    Repository,
    Review,
)

_PULL_IDS = 2_912_400_000  # beyond 31 bits, as at GitHub today
_REVIEW_IDS = 4_401_700_000  # beyond 32 bits
_KEEPS_BRANCH = {"branch", "agent"}  # ways in which a tool shows
_COLORS = {"bug": "d73a4a", "enhancement": "a2eeef", "documentation": "0075ca", "codex": "1f883d"}


def write(rng: Random, repository: Repository, planned: list[Plan]) -> list[PullRequest]:
    """Number the plans of one repository in their order, and write each as GitHub would tell it."""
    written: dict[int, PullRequest] = {}
    number = planned[0].project.first_number
    reverted = {id(plan.reverts) for plan in planned if plan.reverts is not None}
    for plan in planned:
        number += rng.choice((1, 1, 2, 2, 3))  # issues take numbers too
        files = _files(rng, plan)
        if plan.reverts is not None:
            original = written[id(plan.reverts)]
            _refer(plan, original)
            files = tuple(_undone(file) for file in original.files)
        else:
            _name_issue(plan, repository, number, is_reverted=id(plan) in reverted)
        written[id(plan)] = _pull_request(rng, repository, plan, number, files)
    return list(written.values())


def _name_issue(plan: Plan, repository: Repository, number: int, *, is_reverted: bool) -> None:
    """
    Write into a person's change which issue it is about: into its branch, its title or a commit.

    A branch that tells of a tool keeps its name, and a title that a revert quotes its words.
    """
    sketch, mention = plan.sketch, mention_of(repository.name, number)
    if mention is None or sketch.author is None or sketch.author.typename != "User":
        return
    marked_by_branch = sketch.assistance is not None and sketch.assistance.way in _KEEPS_BRANCH
    if mention.place == "branch" and not marked_by_branch:
        folder, slash, name = sketch.branch.rpartition("/")
        sketch.branch = f"{folder}{slash}{mention.key.lower()}-{name}"
    elif mention.place == "title" and not is_reverted:
        sketch.title = f"{sketch.title} ({mention.key})"
    else:
        first, *rest = sketch.messages
        subject, gap, body = first.partition("\n\n")
        sketch.messages = [f"{subject}\n\nRefs {mention.key}{gap}{body}", *rest]


def _refer(plan: Plan, original: PullRequest) -> None:
    """Write into a revert what it reverts."""
    merge = _oid(original.repository, original.number, "merge")
    plan.sketch.branch = f"revert-{original.number}-{original.head_ref_name}"
    plan.sketch.paragraphs = [f"Reverts {original.repository.name_with_owner}#{original.number}"]
    plan.sketch.messages = [f"{plan.sketch.title}\n\nThis reverts commit {merge}."]


def _undone(file: ChangedFile) -> ChangedFile:
    kind = {"ADDED": "DELETED"}.get(file.change_type, file.change_type)
    return ChangedFile(file.path, file.deletions, file.additions, kind)


def _pull_request(
    rng: Random,
    repository: Repository,
    plan: Plan,
    number: int,
    files: tuple[ChangedFile, ...],
) -> PullRequest:
    sketch, life = plan.sketch, plan.life
    reviews = _reviews(rng, repository, plan, number)
    merger = reviews[-1].author if reviews and rng.random() < 0.5 else sketch.author
    if merger is None or merger.typename == "Bot":
        merger = TEAM[0].account
    return PullRequest(
        repository=repository,
        full_database_id=_PULL_IDS + repository.database_id % 1_000 * 100_000 + number,
        number=number,
        title=sketch.title,
        body="\n\n".join(sketch.paragraphs),
        state="MERGED" if life.merged_at else "CLOSED" if life.closed_at else "OPEN",
        is_draft=life.is_draft,
        created_at=_whole(life.created_at),
        updated_at=_whole(max([life.updated_at, *(review.submitted_at for review in reviews)])),
        merged_at=_whole(life.merged_at) if life.merged_at else None,
        closed_at=_whole(life.closed_at) if life.closed_at else None,
        base_ref_name=repository.default_branch,
        head_ref_name=sketch.branch,
        author=sketch.author,
        merged_by=merger if life.merged_at else None,
        labels=tuple(Label(name, _COLORS.get(name, "ededed")) for name in sketch.labels),
        reviews=reviews,
        commits=_commits(rng, repository, plan, number),
        files=files,
        timeline_items=_draft_events(life, sketch.author),
        assistance=sketch.assistance,
    )


def _commits(rng: Random, repository: Repository, plan: Plan, number: int) -> tuple[Commit, ...]:
    """Spread the commits from the first one to the last round of review."""
    life, messages = plan.life, plan.sketch.messages
    last = life.reviews[-1] if len(life.reviews) > 1 else life.created_at
    span = (last - life.started_at).total_seconds()
    offsets = [0.0, *sorted(rng.uniform(0, span) for _ in messages[1:])]
    commits = []
    for position, (message, offset) in enumerate(zip(messages, offsets, strict=True)):
        moment = _whole(life.started_at + timedelta(seconds=offset))
        committer = plan.sketch.committer
        if position and plan.sketch.assistance and committer.user == people.CURSOR_AGENT:
            committer = plan.sketch.mate.git  # the person goes on where the agent stopped
        oid = _oid(repository, number, position)
        commits.append(Commit(oid, message, moment, moment, committer))
    return tuple(commits)


def _files(rng: Random, plan: Plan) -> tuple[ChangedFile, ...]:
    """Share the changed lines out among files; a lock file comes on top."""
    left, files = plan.lines, []
    paths = _paths(rng, plan)
    for path in paths:
        lines = left if path is paths[-1] else int(left * rng.uniform(0.1, 0.5))
        left -= lines
        added = round(lines * rng.uniform(0.45, 1.0))
        kind = "ADDED" if added == lines and rng.random() < 0.6 else "MODIFIED"
        files.append(ChangedFile(path, added, lines - added, kind))
    if plan.changes_lock_file:
        added = int(rng.lognormvariate(4.5, 1.3))
        files.append(ChangedFile(plan.project.lock_file, added, int(added * 0.8), "MODIFIED"))
    return tuple(files)


def _paths(rng: Random, plan: Plan) -> list[str]:
    project = plan.project
    if plan.sketch.labels == ["dependencies"]:
        return [project.manifest]
    names = [f"{name}.{project.extension}" for name in FILE_NAMES]
    places = [f"{folder}{deep}" for deep in ("", "/parts") for folder in project.folders]
    everywhere = [f"{place}/{name}" for place in places for name in names]
    return rng.sample(everywhere, k=min(plan.files, len(everywhere)))


def _reviews(rng: Random, repository: Repository, plan: Plan, number: int) -> tuple[Review, ...]:
    """Let people review at the moments of the lifecycle; then add the bot's and the author's."""
    life, found = plan.life, list[tuple[datetime, Account | None, str]]()
    reviewer = _reviewer(rng, plan)
    for index, moment in enumerate(life.reviews):
        is_last = index == len(life.reviews) - 1
        state = "APPROVED" if is_last and life.approved else _opinion(rng)
        found.append((moment, reviewer, state))
        for extra in range(plan.reviewer_count - 1):
            when = moment - timedelta(minutes=3 + 11 * extra)
            if when > life.created_at:
                found.append((when, _reviewer(rng, plan), "COMMENTED"))
        if not is_last and rng.random() < 0.15:  # the author answers in a review of their own
            found.append((moment + timedelta(minutes=9), plan.sketch.author, "COMMENTED"))
    if plan.project.has_review_bot and rng.random() < 0.7:
        found.append((life.created_at + timedelta(minutes=4), people.CODERABBIT, "COMMENTED"))
    found.sort(key=lambda review: review[0])
    first = _REVIEW_IDS + repository.database_id % 1_000 * 1_000_000 + number * 100
    return tuple(
        Review(first + index, author, state, phrases.remark(rng, state), _whole(moment))
        for index, (moment, author, state) in enumerate(found)
    )


def _opinion(rng: Random) -> str:
    return rng.choice(("CHANGES_REQUESTED", "CHANGES_REQUESTED", "COMMENTED"))


def _reviewer(rng: Random, plan: Plan) -> Account | None:
    """Choose who reviews: never the author, and now and then somebody who has left since."""
    if rng.random() < 0.012:
        return None
    others = [mate for mate in TEAM if mate.account != plan.sketch.author and mate.reviews]
    weights = [mate.reviews * mate.at.get(plan.project.name, 0.3) for mate in others]
    return rng.choices(others, weights)[0].account


def _draft_events(life: Lifecycle, actor: Account | None) -> tuple[DraftEvent, ...]:
    names = ("ReadyForReviewEvent", "ConvertToDraftEvent")
    return tuple(
        DraftEvent(names[index % 2], _whole(moment), actor)
        for index, moment in enumerate(life.moves)
    )


def _oid(repository: Repository, number: int, part: object) -> str:
    return sha1(f"{repository.name}/{number}/{part}".encode(), usedforsecurity=False).hexdigest()


def _whole(moment: datetime) -> datetime:
    """GitHub tells whole seconds."""
    return moment.replace(microsecond=0)
