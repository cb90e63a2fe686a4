"""The first half of the analysis: marks for every pull request. Cheap, and asks nobody."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F, Prefetch, Q

from apps.github.models import Commit, PullRequest
from apps.llm import markers
from apps.llm.models import Evidence, PullRequestAnalysis
from apps.llm.registry import registry
from apps.llm.texts import PullRequestText, text_of
from apps.llm.verdict import LlmState, decide
from apps.pipeline.claims import Claim
from apps.teams.models import Team

BATCH = 100  # pull requests a transaction
#: What the model has added; kept as long as the texts are the same.
OF_THE_MODEL = ("llm_state", "llm_attempts", "llm_reason", "kind_of_change", "summary")


def mark(claim: Claim) -> None:
    """
    Judge by marks every pull request that has no verdict, an older one, or one by older rules.

    What the model has said of unchanged texts is kept.
    """
    ids = stale(claim.row)
    for start in range(0, len(ids), BATCH):
        with claim.batch(progress=True):
            mark_some(claim.row, ids[start : start + BATCH])


def stale(team: Team) -> list[int]:
    """Pull requests without a current verdict: never marked, fetched since, or by older rules."""
    return list(
        PullRequest.objects.filter(team=team)
        .filter(
            Q(analysis__isnull=True)
            | ~Q(analysis__markers_version=registry().version)
            | Q(analysis__modified__lt=F("fetched_at"))
        )
        .order_by("-updated_at", "-pk")
        .values_list("pk", flat=True)
    )


def mark_some(team: Team, ids: Sequence[int]) -> None:
    """Replace the analyses and the evidence of these pull requests; inside a transaction."""
    texts = texts_of(team, ids)
    before = {
        analysis.pull_request_id: analysis
        for analysis in PullRequestAnalysis.objects.filter(
            team=team, pull_request__in=ids
        ).prefetch_related("evidence")
    }
    evidence = {pk: [row_of(found) for found in markers.find(text)] for pk, text in texts.items()}
    analyses = []
    for pk, text in texts.items():
        analysis = _fresh(team, pk, text)
        if (old := before.get(pk)) and old.input_hash == analysis.input_hash:
            _keep(analysis, old, team)
            evidence[pk] += [piece for piece in old.evidence.all() if piece.kind == "quote"]
        judge(analysis, evidence[pk])
        analyses.append(analysis)
    _store(team, analyses, evidence)


def judge(analysis: PullRequestAnalysis, evidence: Iterable[Evidence]) -> None:
    """Set class and tools from the evidence and the model's state; does not save."""
    verdict = decide(evidence, llm_state=analysis.llm_state)
    analysis.ai_class, analysis.tools = verdict.ai_class, list(verdict.tools)


def texts_of(team: Team, ids: Iterable[int]) -> dict[int, PullRequestText]:
    """Load the texts of some of the team's pull requests, in two queries."""
    rows = (
        PullRequest.objects.filter(team=team, pk__in=ids)
        .select_related("author")
        .prefetch_related(Prefetch("commits", queryset=Commit.objects.order_by("position")))
    )
    return {row.pk: text_of(row, row.commits.all()) for row in rows}


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


def _fresh(team: Team, pk: int, text: PullRequestText) -> PullRequestAnalysis:
    return PullRequestAnalysis(
        team=team,
        pull_request_id=pk,
        markers_version=registry().version,
        input_hash=text.fingerprint(),
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
            "modified", "ai_class", "tools", "markers_version", "input_hash", *OF_THE_MODEL,
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
