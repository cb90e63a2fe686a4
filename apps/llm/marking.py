"""The first half of the analysis: marks for every pull request. Cheap, and asks nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Length

from apps.github.models import Commit, PullRequest
from apps.llm import markers
from apps.llm.computing import computed
from apps.llm.models import Evidence, PullRequestAnalysis
from apps.llm.prompts import hidden_characters
from apps.llm.registry import registry
from apps.llm.scope import pull_requests_of
from apps.llm.texts import PullRequestText, text_of
from apps.llm.verdict import LlmState, judge
from apps.pipeline.claims import Claim
from apps.teams.models import Team

BATCH, BATCH_CHARS = 100, 250_000  # pull requests and characters of text a transaction
#: What the model has added; kept as long as the texts are the same.
OF_THE_MODEL = (
    "llm_state", "llm_attempts", "llm_reason", "kind_of_change", "summary", "risk", "review_size",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """One pull request as it was read, and the marks in that."""

    text: PullRequestText
    fetched_at: datetime  #: which fetch of it this was
    fingerprint: str
    marks: tuple[markers.Mark, ...]
    hidden_characters: int


def reading_of(text: PullRequestText, fetched_at: datetime) -> Reading:
    """Read one; pure, and slow for a giant."""
    return Reading(
        text=text,
        fetched_at=fetched_at,
        fingerprint=text.fingerprint(),
        marks=tuple(markers.find(text)),
        hidden_characters=hidden_characters(text),
    )


def mark(claim: Claim) -> None:
    """
    Judge by marks every pull request that has no verdict, an older one, or one by older rules.

    What the model has said of unchanged texts is kept. Marks are looked for outside of the
    transaction that stores them: it holds up every other writer.
    """
    left = stale(claim.row)
    total = pull_requests_of(claim.row).count() if left else 0
    done = total - len(left)
    for ids in _batches(left):
        readings = read(claim, ids)
        done += len(ids)
        position = f"{done} of {total} pull requests looked through"
        with claim.batch(progress=True, position=position):
            store(claim.row, readings)


def stale(team: Team) -> list[int]:
    """
    Pull requests without a current verdict: never marked, fetched since, or by older rules.

    "Since" is any other fetch than the one that was read: two workers' clocks are not compared.
    """
    return list(
        pull_requests_of(team)
        .filter(
            Q(analysis__isnull=True)
            | ~Q(analysis__markers_version=registry().version)
            | ~Q(analysis__marked_fetched_at=F("fetched_at"))
        )
        .order_by("-updated_at", "-pk")
        .values_list("pk", flat=True)
    )


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    """Split so that each has few rows and little text; a giant stands alone."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        chars = _chars_of(some)
        batch: list[int] = []
        left = BATCH_CHARS
        for pk in some:
            if batch and chars.get(pk, 0) > left:
                yield batch
                batch, left = [], BATCH_CHARS
            batch.append(pk)
            left -= chars.get(pk, 0)
        yield batch


def _chars_of(ids: Sequence[int]) -> dict[int, int]:
    of_commits = (
        Commit.objects.filter(pull_request=OuterRef("pk"))
        .order_by()
        .values("pull_request")
        .annotate(chars=Sum(Length("message")))
        .values("chars")
    )
    chars = Length("title") + Length("body") + Coalesce(Subquery(of_commits), 0)
    return dict(PullRequest.objects.filter(pk__in=ids).values_list("pk", chars))


def read(claim: Claim, ids: Sequence[int]) -> dict[int, Reading]:
    """Look for the marks of these pull requests; outside of transactions, it may take seconds."""
    rows = [(row, text_of(row, row.commits.all())) for row in _rows(claim.row, ids)]
    return computed(claim, lambda: {row.pk: reading_of(text, row.fetched_at) for row, text in rows})


def store(team: Team, readings: Mapping[int, Reading]) -> None:
    """Replace the analyses and the evidence of these pull requests; inside a transaction."""
    there = PullRequest.objects.filter(pk__in=readings).values_list("pk", flat=True)
    before = {
        analysis.pull_request_id: analysis
        for analysis in PullRequestAnalysis.objects.filter(
            team=team, pull_request__in=readings
        ).prefetch_related("evidence")
    }
    evidence: dict[int, list[Evidence]] = {}
    analyses = []
    for pk in there:
        analysis = _fresh(team, pk, readings[pk])
        evidence[pk] = [row_of(found) for found in readings[pk].marks]
        if (old := before.get(pk)) and old.input_hash == analysis.input_hash:
            _keep(analysis, old, team)
            evidence[pk] += [piece for piece in old.evidence.all() if piece.kind == "quote"]
        judge(analysis, evidence[pk])
        analyses.append(analysis)
    _store(team, analyses, evidence)


def texts_of(team: Team, ids: Iterable[int]) -> dict[int, PullRequestText]:
    """Load the texts of some of the team's pull requests, in two queries."""
    return {row.pk: text_of(row, row.commits.all()) for row in _rows(team, ids)}


def _rows(team: Team, ids: Iterable[int]) -> QuerySet[PullRequest]:
    """The commits come after their row: newer ones belong to a fetch that is marked later."""
    return (
        PullRequest.objects.filter(team=team, pk__in=ids)
        .select_related("author")
        .prefetch_related(Prefetch("commits", queryset=Commit.objects.order_by("position")))
    )


def row_of(mark: markers.Mark) -> Evidence:
    """An unsaved row of a mark, without its analysis."""
    return Evidence(
        kind=mark.kind,
        place=mark.place,
        tool=mark.tool,
        quote=mark.quote,
        start=mark.start,
        end=mark.end,
        strength=mark.strength,
    )


def _fresh(team: Team, pk: int, reading: Reading) -> PullRequestAnalysis:
    return PullRequestAnalysis(
        team=team,
        pull_request_id=pk,
        markers_version=registry().version,
        marked_fetched_at=reading.fetched_at,
        all_read=not reading.text.missing,
        input_hash=reading.fingerprint,
        hidden_characters=reading.hidden_characters,
        llm_state=LlmState.PENDING if team.llm_enabled else LlmState.OFF,
    )


def _keep(analysis: PullRequestAnalysis, old: PullRequestAnalysis, team: Team) -> None:
    if old.llm_state in (LlmState.DONE, LlmState.UNDECIDED):
        for name in OF_THE_MODEL:
            setattr(analysis, name, getattr(old, name))


def _store(
    team: Team,
    analyses: Sequence[PullRequestAnalysis],
    evidence: Mapping[int, list[Evidence]],
) -> None:
    PullRequestAnalysis.objects.bulk_create(
        analyses,
        update_conflicts=True,
        unique_fields=["pull_request"],
        update_fields=[
            "modified", "ai_class", "tools", "markers_version", "marked_fetched_at", "all_read",
            "input_hash", "hidden_characters", *OF_THE_MODEL,
        ],
    )  # fmt: skip
    ids = dict(
        PullRequestAnalysis.objects.filter(
            team=team, pull_request__in=[analysis.pull_request_id for analysis in analyses]
        ).values_list("pull_request_id", "pk")
    )
    Evidence.objects.filter(analysis__in=ids.values()).delete()
    rows = []
    for pull_request_id, pieces in evidence.items():
        for piece in pieces:
            piece.pk, piece.analysis_id = None, ids[pull_request_id]
            rows.append(piece)
    Evidence.objects.bulk_create(rows)
