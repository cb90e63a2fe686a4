"""The plainest valid row of each model; traits put it into a state."""

from datetime import UTC, datetime, timedelta

import factory

from apps.accounts.models import User
from apps.github.models import (
    ChangedFile,
    Commit,
    Person,
    PullRequest,
    Review,
    TrackedRepository,
)
from apps.llm.models import PullRequestAnalysis
from apps.metrics.models import PullRequestFlow
from apps.teams.models import Membership, Team

# --- accounts, teams ---


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password("a long enough password")


class TeamFactory(factory.django.DjangoModelFactory):
    """A team that has not started; `at("syncing")` style states by `onboarding_pipeline_status`."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.ADMIN


# --- github, llm: rows that metrics, insights and pages read ---


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    class Params:
        bot = factory.Trait(kind=Person.Kind.BOT)
        ghost = factory.Trait(kind=Person.Kind.GHOST, login="ghost", identity="ghost")

    team = factory.SubFactory(TeamFactory)
    login = factory.Sequence(lambda n: f"login-{n}")
    kind = Person.Kind.USER
    identity = factory.LazyAttribute(lambda person: f"{person.kind}:@{person.login}")


class TrackedRepositoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TrackedRepository

    team = factory.SubFactory(TeamFactory)
    name_with_owner = factory.Sequence(lambda n: f"owner/repository-{n}")
    default_branch = "main"


class PullRequestFactory(factory.django.DjangoModelFactory):
    """An open pull request, one day old on 1 June 2026; `merged=True` merges it an hour later."""

    class Meta:
        model = PullRequest

    class Params:
        merged = factory.Trait(
            state=PullRequest.State.MERGED,
            merged_at=factory.LazyAttribute(lambda pr: pr.created_at + timedelta(hours=1)),
        )

    repository = factory.SubFactory(TrackedRepositoryFactory)
    team = factory.SelfAttribute("repository.team")
    author = factory.SubFactory(PersonFactory, team=factory.SelfAttribute("..team"))
    number = factory.Sequence(lambda n: n + 1)
    node_id = factory.LazyAttribute(lambda pr: f"PR_{pr.number}")
    title = factory.LazyAttribute(lambda pr: f"Change number {pr.number}")
    state = PullRequest.State.OPEN
    base_ref = "main"
    head_ref = factory.LazyAttribute(lambda pr: f"change-{pr.number}")
    additions = 10
    deletions = 2
    changed_files = 1
    created_at = datetime(2026, 5, 31, 12, tzinfo=UTC)
    ready_at = factory.SelfAttribute("created_at")
    merged_at = None
    closed_at = factory.SelfAttribute("merged_at")
    updated_at = factory.LazyAttribute(lambda pr: pr.merged_at or pr.created_at)
    fetched_at = factory.SelfAttribute("updated_at")


class ReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Review

    pull_request = factory.SubFactory(PullRequestFactory)
    node_id = factory.Sequence(lambda n: f"PRR_{n}")
    author = factory.SubFactory(PersonFactory, team=factory.SelfAttribute("..pull_request.team"))
    state = "APPROVED"
    submitted_at = factory.LazyAttribute(
        lambda review: review.pull_request.created_at + timedelta(minutes=30)
    )


class CommitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Commit

    pull_request = factory.SubFactory(PullRequestFactory)
    position = factory.Sequence(int)
    oid = factory.Sequence(lambda n: f"{n:040x}")
    message = "Change something"
    authored_at = factory.LazyAttribute(
        lambda commit: commit.pull_request.created_at - timedelta(hours=1)
    )
    committed_at = factory.SelfAttribute("authored_at")


class ChangedFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChangedFile

    pull_request = factory.SubFactory(PullRequestFactory)
    path = factory.Sequence(lambda n: f"src/module_{n}.py")
    additions = 10
    deletions = 2
    change_type = "MODIFIED"


class PullRequestAnalysisFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PullRequestAnalysis

    pull_request = factory.SubFactory(PullRequestFactory)
    team = factory.SelfAttribute("pull_request.team")
    ai_class = PullRequestAnalysis.AiClass.NO_SIGN
    markers_version = "test"
    input_hash = "0" * 64
    llm_state = PullRequestAnalysis.LlmState.DONE


# --- metrics: a pull request as it is counted ---


class PullRequestFlowFactory(factory.django.DjangoModelFactory):
    """
    What a measurement in UTC would say of a plain pull request: merged an hour after it was ready.

    `opened=True` is one that is still open; `title` and `number` are the pull request's.
    """

    class Meta:
        model = PullRequestFlow

    class Params:
        title = "A change"
        number = factory.Sequence(lambda n: n + 1)
        opened = factory.Trait(
            state=PullRequest.State.OPEN,
            merged_at=None,
            cycle_time=None,
            unreviewed_wait=None,
            size=None,
        )

    repository = factory.SubFactory(TrackedRepositoryFactory)
    team = factory.SelfAttribute("repository.team")
    author = factory.SubFactory(PersonFactory, team=factory.SelfAttribute("..team"))
    pull_request = factory.SubFactory(
        PullRequestFactory,
        repository=factory.SelfAttribute("..repository"),
        author=factory.SelfAttribute("..author"),
        title=factory.SelfAttribute("..title"),
        number=factory.SelfAttribute("..number"),
        state=factory.SelfAttribute("..state"),
        created_at=factory.SelfAttribute("..created_at"),
        merged_at=factory.SelfAttribute("..merged_at"),
    )
    is_by_person = True
    is_to_default_branch = True
    state = PullRequest.State.MERGED
    merged_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    merged_on = factory.LazyAttribute(lambda flow: flow.merged_at and flow.merged_at.date())
    created_at = factory.LazyAttribute(
        lambda flow: (flow.merged_at or datetime(2026, 6, 1, 12, tzinfo=UTC)) - timedelta(hours=1)
    )
    created_on = factory.LazyAttribute(lambda flow: flow.created_at.date())
    closed_at = factory.SelfAttribute("merged_at")
    updated_at = factory.LazyAttribute(lambda flow: flow.merged_at or flow.created_at)
    ready_at = factory.SelfAttribute("created_at")
    cycle_time = 7200.0
    unreviewed_wait = 3600.0
    size = 10
    ai_class = PullRequestAnalysis.AiClass.NO_SIGN
    fetched_at = factory.SelfAttribute("updated_at")
    computed_at = factory.SelfAttribute("updated_at")
