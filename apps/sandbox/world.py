"""
Build the world: about 500 pull requests of a believable team, the same for one seed and now.

Plans come first, in every repository by itself; then they are put in order of time and get their
numbers, because a revert must name the number of what it reverts.
"""

from datetime import datetime, timedelta
from random import Random

from apps.sandbox import lifecycles, people, plans, writing
from apps.sandbox.plans import Plan
from apps.sandbox.projects import Project, chosen
from apps.sandbox.records import Repository, World

SIGHT = timedelta(days=104)  # the oldest opening; a little beyond any 90-day window
_COUNT, _COUNT_SMALL = 560, 46  # of openings in that time: about 500 and 40 in 90 days


def build_world(*, seed: int = 1, now: datetime, small: bool = False) -> World:
    """Make the world of `seed` as it stands at `now`, which must carry a time zone."""
    now = now.replace(microsecond=0)
    count = _COUNT_SMALL if small else _COUNT
    repositories, pulls = [], []
    for project, share in chosen(small=small):
        rng = Random(f"{seed}/{project.name}")  # noqa: S311 - a story, not a secret
        planned = _plan(rng, project, count=round(count * share), now=now)
        repository = _repository(project, planned, now)
        repositories.append(repository)
        pulls += writing.write(rng, repository, planned)
    return World(
        seed=seed,
        now=now,
        organization=people.ORGANIZATION,
        members=tuple(mate.account for mate in people.TEAM if mate.is_member),
        accounts=people.BY_LOGIN,
        repositories=tuple(repositories),
        pull_requests=tuple(sorted(pulls, key=lambda pull: (pull.created_at, pull.id))),
    )


def _plan(rng: Random, project: Project, *, count: int, now: datetime) -> list[Plan]:
    """Plan all pull requests of one repository, oldest first."""
    planned = []
    for created in lifecycles.opening_times(rng, first=now - SIGHT, last=now, count=count):
        by = plans.by_bot if rng.random() < project.bots else plans.by_person
        planned.append(by(rng, project, created, now))
    merged = [plan for plan in planned if plan.life.merged_at and plan.sketch.kind != "chore"]
    regretted = rng.sample(merged, k=min(len(merged), max(1, count // 70)))
    reverts = [plans.revert_of(rng, plan, now) for plan in regretted]
    planned += [plan for plan in reverts if plan is not None]
    by_hand = [plan for plan in merged if plan.sketch.assistance is None]
    for plan in rng.sample(by_hand, k=min(len(by_hand), max(1, count // 120))):
        plans.forget_author(plan)
    if project.name == "harbor":
        planned.append(plans.giant(rng, project, now))
    return sorted(planned, key=lambda plan: plan.life.created_at)


def _repository(project: Project, planned: list[Plan], now: datetime) -> Repository:
    return Repository(
        owner=people.ORGANIZATION,
        name=project.name,
        description=project.description,
        language=project.language,
        database_id=project.database_id,
        created_at=now - timedelta(days=1_400),
        pushed_at=max(plan.life.updated_at for plan in planned),
    )
