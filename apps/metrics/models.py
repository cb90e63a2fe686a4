"""The numbers of a week: one row per team, and one per member. Recomputing replaces them."""

from django.db import models

from apps.github.models import Person, PullRequest, TrackedRepository
from apps.teams.models import Team


class Measurement(models.Model):
    """
    The last pass over a team's pull requests: when, and over which repositories.

    A team may choose others since then; its weeks and insights still rest on these.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="measurement")
    repository_ids = models.JSONField(default=list)
    # The version of the formulas (`formulas.DEFINITIONS`); 0 before they had one.
    definitions = models.PositiveSmallIntegerField(default=0, db_default=0)
    time_zone = models.CharField(max_length=64, default="", db_default="")  # of its days and weeks
    computed_at = models.DateTimeField()
    # Until when somebody is about to bring the touched weeks up to date; NULL: nobody is.
    freshening_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.team_id} {self.computed_at}"


class KeptHeadline(models.Model):
    """The headline at the end of a phase: what phase 2 has moved is said to those who saw it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="kept_headlines")
    run = models.PositiveIntegerField()
    phase = models.PositiveSmallIntegerField()  # 1 or 2
    figures = models.JSONField()  # name → value, n, unit, k, undecided (`moved.NAMES`)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "run", "phase"], name="one_headline_per_phase"),
        )

    def __str__(self) -> str:
        return f"{self.team_id} run {self.run} phase {self.phase}"


class CountingRules(models.Model):
    """What a team itself says about how its pull requests are counted."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="counting_rules")
    # A pull request is a hotfix if a label is one of these words, its branch begins with one, or
    # its title has one. No word, no rule: nothing is said about hotfixes then.
    hotfix_words = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.team_id}"


class CountingChange(models.Model):
    """Who changed what about how a team is counted: numbers that jump have their reason here."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="counting_changes")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=150)  # the name is kept when the user is gone
    sentence = models.TextField()

    class Meta:
        indexes = (models.Index(fields=["team", "-at"]),)

    def __str__(self) -> str:
        return f"{self.team_id} {self.at}: {self.sentence}"


class PullRequestFlow(models.Model):
    """
    What the formulas say of one pull request; pages compute everything from these rows.

    One row for each that was touched since the history begins or is still open, of the measured
    repositories. Durations are in seconds, NULL where they are not known; days are days of the
    team's time zone.
    """

    pull_request = models.OneToOneField(
        PullRequest, on_delete=models.CASCADE, primary_key=True, related_name="flow"
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="flows")
    repository = models.ForeignKey(TrackedRepository, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="flows")
    is_by_person = models.BooleanField()  # not by an app, nor by an account of the team's bot list
    is_to_default_branch = models.BooleanField()
    state = models.CharField(max_length=10, choices=PullRequest.State.choices)
    is_draft = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_on = models.DateField()
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # merged ones too
    merged_at = models.DateTimeField(null=True)
    merged_on = models.DateField(null=True)
    ready_at = models.DateTimeField(null=True)  # NULL: a draft
    first_review_at = models.DateTimeField(null=True)  # by a person who is not its author
    reviews_known = models.BooleanField(default=True)  # False: GitHub has more than are stored
    reviewers = models.JSONField(default=list)  # those people's primary keys, each once
    cycle_time = models.FloatField(null=True)
    coding_time = models.FloatField(null=True)
    pickup_time = models.FloatField(null=True)
    review_time = models.FloatField(null=True)
    merge_time = models.FloatField(null=True)
    unreviewed_wait = models.FloatField(null=True)
    unclear_start = models.BooleanField(default=False)  # merged, its first commit is not known
    size = models.PositiveIntegerField(null=True)  # changed lines written by hand
    review_rounds = models.PositiveSmallIntegerField(null=True)
    reverted_at = models.DateTimeField(null=True)  # when the first revert of it was merged
    is_hotfix = models.BooleanField(null=True)  # by the team's own rule; NULL without one
    ai_class = models.CharField(max_length=1)  # of `PullRequestAnalysis.AiClass`; U without one
    fetched_at = models.DateTimeField()  # the pull request's, when it was read for this row
    computed_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["team", "merged_at"]),
            models.Index(fields=["team", "created_at"]),
            models.Index(fields=["team", "state"]),
        )

    def __str__(self) -> str:
        return f"{self.pull_request_id}"


class WeekNumbers(models.Model):
    """
    What a week's rows hold. Missing is NULL, never 0; each median says on how many it rests.

    Durations are in seconds. "Merged" rows are counted in the week of `merged_at`, human authors
    only; definitions in `apps/metrics/formulas.py`.
    """

    week_start = models.DateField()  # a Monday in the team's time zone
    opened = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    merged_by_bots = models.PositiveIntegerField(default=0)
    merged_by_agents = models.PositiveIntegerField(default=0)  # of these bots: coding agents
    cycle_time = models.FloatField(null=True)  # median: first commit authored → merged
    cycle_time_n = models.PositiveIntegerField(default=0)
    # The stages of the cycle. Of one pull request they add up; their medians do not.
    coding_time = models.FloatField(null=True)  # median: first commit authored → ready
    coding_time_n = models.PositiveIntegerField(default=0)
    pickup_time = models.FloatField(null=True)  # median: ready → first human review
    pickup_time_n = models.PositiveIntegerField(default=0)
    review_time = models.FloatField(null=True)  # median: first human review → last approval
    review_time_n = models.PositiveIntegerField(default=0)
    merge_time = models.FloatField(null=True)  # median: last approval → merged
    merge_time_n = models.PositiveIntegerField(default=0)
    unreviewed_wait = models.FloatField(null=True)  # median: ready → merged, without a review
    unreviewed_wait_n = models.PositiveIntegerField(default=0)
    unclear_start = models.PositiveIntegerField(default=0)  # merged, first commit not known
    size = models.FloatField(null=True)  # median of additions + deletions, generated files left out
    size_n = models.PositiveIntegerField(default=0)
    big = models.PositiveIntegerField(default=0, db_default=0)  # of size_n: over BIG_LINES
    # Median: how often a person's review was answered by commits and reviewed again, plus one.
    review_rounds = models.FloatField(null=True)
    review_rounds_n = models.PositiveIntegerField(default=0, db_default=0)
    reverted = models.PositiveIntegerField(default=0, db_default=0)  # merged, undone in REVERT_DAYS
    hotfixes = models.PositiveIntegerField(null=True)  # merged; NULL where the team has no rule
    reviewed = models.PositiveIntegerField(default=0)  # merged with ≥ 1 human review
    reviews_given = models.PositiveIntegerField(default=0)
    # AI counts rest on `merged` and `merged_by_agents` together.
    ai_assisted = models.PositiveIntegerField(default=0)  # merged, class A or B
    ai_suspected = models.PositiveIntegerField(default=0)  # merged, class C
    ai_decided = models.PositiveIntegerField(default=0)  # merged, any class but U
    computed_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def reviews_known(self) -> int:
        """Merged with all reviews stored: each was picked up, or waited without a review."""
        return self.pickup_time_n + self.unreviewed_wait_n


class TeamWeek(WeekNumbers):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="weeks")
    #: Set in the first week where the history begins after Monday 00:00: that week is not whole.
    history_starts_at = models.DateTimeField(null=True)
    #: People who opened, merged or reviewed in the four weeks that end with this one.
    active_people = models.PositiveIntegerField(default=0, db_default=0)
    # What was open when the week ended, or now: people's, into default branches.
    open_at_end = models.PositiveIntegerField(default=0, db_default=0)
    drafts_at_end = models.PositiveIntegerField(default=0, db_default=0)  # of these
    oldest_open_at = models.DateTimeField(null=True)  # when the oldest of these was opened

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "week_start"], name="one_row_per_team_week"),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.week_start}"


class MemberWeek(WeekNumbers):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="member_weeks")
    member = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="weeks")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "member", "week_start"], name="one_row_per_member_week"
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.member_id} {self.week_start}"
