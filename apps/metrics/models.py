"""The numbers of a week: one row per team, and one per member. Recomputing replaces them."""

from django.db import models

from apps.github.models import Person
from apps.teams.models import Team


class Measurement(models.Model):
    """
    The last pass over a team's pull requests: when, and over which repositories.

    A team may choose others since then; its weeks and insights still rest on these.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="measurement")
    repository_ids = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.team_id} {self.computed_at}"


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
