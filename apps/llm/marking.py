"""The first half of the analysis: marks for every pull request. Cheap, and asks nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Length

from apps.core.changes import tell_changed
from apps.github.models import Commit, PullRequest
from apps.llm import markers
from apps.llm.computing import computed
from apps.llm.corrections import standing
from apps.llm.models import Evidence, PastVerdict, PullRequestAnalysis
from apps.llm.prompts import VERSION, hidden_characters
from apps.llm.registry import registry
from apps.llm.scope import pull_requests_of
from apps.llm.texts import PullRequestText, text_of
from apps.llm.verdict import LlmState, judge, replaced
from apps.pipeline.claims import Claim
from apps.teams.models import Team

BATCH, BATCH_CHARS = 100, 250_000  # pull requests and characters of text a transaction
QUOTE = "quote"  # the kind of the evidence that the model adds
#: What the model has added; kept as long as the texts are the same.
OF_THE_MODEL = (
    "llm_state", "llm_attempts", "llm_reason", "llm_model", "llm_prompt_version", "llm_answered_at",
    "kind_of_change", "summary", "description", "risk", "review_size", "is_cut",
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
    before = locked(team, readings)
    said = standing(team, readings.keys())
    evidence: dict[int, list[Evidence]] = {}
    analyses, past = [], []
    for pk in there:
        analysis = _fresh(team, pk, readings[pk])
        evidence[pk] = [row_of(found) for found in readings[pk].marks]
        old = before.get(pk)
        if old and old.input_hash == analysis.input_hash:
            _keep(analysis, old, team)
            evidence[pk] += [piece for piece in old.evidence.all() if piece.kind == QUOTE]
        judge(analysis, evidence[pk], said.get(pk))
        if old and _is_by_others(old, analysis) and (row := replaced(old, analysis)):
            past.append(row)
        analyses.append(analysis)
    _store(team, analyses, evidence)
    PastVerdict.objects.bulk_create(past)
    tell_changed(team.pk)


def locked(team: Team, ids: Iterable[int]) -> dict[int, PullRequestAnalysis]:
    """Locked before the corrections are read, so that nobody's word is lost."""
    rows = (
        PullRequestAnalysis.objects.select_for_update(of=("self",))
        .filter(team=team, pull_request__in=ids)
        .order_by("pk")
        .prefetch_related("evidence")
    )
    return {row.pull_request_id: row for row in rows}


def _is_by_others(old: PullRequestAnalysis, new: PullRequestAnalysis) -> bool:
    """
    Whether other rules, another model or prompt, or a person judge now.

    A verdict that is another one because the pull request is, is no past verdict of it.
    """
    models = (settings.GROQ_MODEL, settings.GROQ_FALLBACK_MODEL)
    is_of_today = old.llm_prompt_version in ("", VERSION) and old.llm_model in ("", *models)
    same_model = old.llm_model == new.llm_model or (not new.llm_model and is_of_today)
    rules = (old.markers_version, old.is_corrected)
    return rules != (new.markers_version, new.is_corrected) or not same_model


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
    """Also where it is to be read again: what was said last stays until then."""
    if old.llm_state in (LlmState.DONE, LlmState.UNDECIDED, analysis.llm_state):
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
            "modified", "ai_class", "tools", "is_corrected", "markers_version", "marked_fetched_at",
            "all_read", "input_hash", "hidden_characters", *OF_THE_MODEL,
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
