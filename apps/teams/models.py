"""Who belongs together: the team (the row that travels through the pipeline) and its people."""

import hashlib
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from model_utils import FieldTracker
from model_utils.models import TimeStampedModel
from waffle.models import AbstractUserFlag

from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineModel
from apps.pipeline.queryset import PipelineQuerySet

TWO_PHASE_FLAG = "two_phase_onboarding"


def known_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(f"{value} is not a time zone; use a name such as Europe/Berlin.")


class LivingTeams(models.Manager["Team"]):
    """All teams but those that are being deleted: whoever looks for one of these finds none."""

    def get_queryset(self) -> models.QuerySet["Team"]:
        every = PipelineQuerySet(model=self.model, using=self._db)
        return every.exclude(**{STATUS: Status.DELETING})


class Team(PipelineModel, TimeStampedModel):
    """A team and where it stands in the pipeline. Its rows are reached only through it."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_time_zone])
    llm_enabled = models.BooleanField(
        default=True, help_text="Off: pull requests are never sent to the language model."
    )
    llm_daily_usd = models.DecimalField(
        "budget for the language model",
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="US dollars a day (UTC); empty: what the installation allows each team.",
    )
    history_days = models.PositiveSmallIntegerField(
        "length of the history",
        null=True,
        blank=True,
        help_text="Days that the background reads; empty: the installation's BACKGROUND_DAYS.",
    )
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="teams"
    )

    objects: ClassVar[LivingTeams] = LivingTeams()  # type: ignore[assignment]
    tracker = FieldTracker(fields=["pipeline_ticket"])

    class Meta(PipelineModel.Meta):
        permissions = (("move_pipeline", "Can start, pause, cancel, retry and restart the import"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def wants_two_phases(self) -> bool:
        """The flag `two_phase_onboarding`, for this team; on where nobody has made the flag."""
        # Past waffle's cache, which lives in each process: a run asks once, and asks for the truth.
        flag = Flag.objects.filter(name=TWO_PHASE_FLAG).first()
        return flag.is_active_for_team(self) if flag else True

    def wants_history_days(self) -> int | None:
        return self.history_days


class Membership(TimeStampedModel):
    """One person's place in one team."""

    class Role(models.TextChoices):
        MEMBER = "member", "Member"
        ADMIN = "admin", "Admin"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"

    @property
    def is_admin(self) -> bool:
        return self.role == self.Role.ADMIN


class Flag(AbstractUserFlag):
    """A waffle flag that is also decided per team: by name, or by a stable share of all teams."""

    teams = models.ManyToManyField(
        Team, blank=True, help_text="On for these teams, whatever the percentage says."
    )

    def is_active_for_team(self, team: Team) -> bool:
        """
        Decide for one team: `everyone`, then the list of teams, then `percent` of all teams.

        A team's place in the percentage is a hash of its id, so that raising the percentage only
        ever adds teams.
        """
        if self.everyone is not None:
            return self.everyone
        if self.teams.filter(pk=team.pk).exists():
            return True
        return self.is_in_share(team.pk)

    def is_in_share(self, team_id: int) -> bool:
        """Whether `percent` reaches a team."""
        digest = hashlib.sha256(f"{self.name}:{team_id}".encode()).digest()
        place = int.from_bytes(digest[:4]) % 1000
        return place < float(self.percent or 0) * 10


class Invitation(TimeStampedModel):
    """A place in a team that is kept for whoever has this address; its link is good once."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(
        max_length=10, choices=Membership.Role.choices, default=Membership.Role.MEMBER
    )
    digest = models.CharField(max_length=64, unique=True)  # of the link's secret, which is not kept
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.team_id}"


class Deletion(models.Model):
    """The receipt for a team that was deleted: what there was, and who wanted it gone."""

    code = models.CharField(max_length=32, unique=True)  # names the receipt in its URL
    team_key = models.BigIntegerField()  # the team's id, which is nobody's any more
    team_name = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    user_name = models.CharField(max_length=150)
    counts = models.JSONField(default=dict)  # label of a model → how many of its rows were deleted
    at = models.DateTimeField()
    told = models.TextField(blank=True, default="")  # what became of the connections outside
    told_at = models.DateTimeField(null=True)  # null: whoever is outside is still to be told
    worked_at = models.DateTimeField(null=True)  # when a worker has deleted something last
    done_at = models.DateTimeField(null=True)  # null: there is something left to be deleted

    def __str__(self) -> str:
        return f"{self.team_name}, {self.at:%Y-%m-%d}"


class StaffVisit(models.Model):
    """Staff looked at or changed a team in the admin: who, what, and why."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    user_name = models.CharField(max_length=150)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    team_name = models.CharField(max_length=120)
    what = models.CharField(max_length=200)  # the page or the button
    why = models.CharField(max_length=200)  # as staff said when they opened the team
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["team", "at"]),)

    def __str__(self) -> str:
        return f"{self.user_name}: {self.what}, {self.at:%Y-%m-%d %H:%M}"
