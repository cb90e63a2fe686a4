"""The evidence card: one pull request, its verdict and everything that this rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.dashboard.evidence import by_strength, without_evidence
from apps.dashboard.evidence_words import (
    CLASSES,
    PLACES,
    STRENGTHS,
    ClassWords,
    class_in_words,
    kind_in_words,
    tools_in_words,
)
from apps.dashboard.excerpts import Excerpt, excerpt, visible
from apps.dashboard.references import Reference, commit_url, reference_of
from apps.github.models import Commit, PullRequest
from apps.llm.models import Correction, Evidence, PullRequestAnalysis
from apps.llm.texts import READ_CHILDREN
from apps.llm.verdict import LlmState, decide
from apps.metrics.models import Measurement
from apps.teams.models import Team

NOT_MARKED = "Its texts have not been looked through yet. The next update does that."


@dataclass(frozen=True)
class MarkShown:
    kind: str
    tool: str
    strength: str
    is_suspected: bool
    place: str
    excerpt: Excerpt
    url: str  #: of the place at GitHub; empty in the demo


@dataclass(frozen=True)
class ModelPart:
    """What the model has written; all of it is text of a machine about texts of strangers."""

    summary: str
    description: str
    kind_of_change: str
    risk: str
    review_size: str
    by: str  #: "openai/gpt-oss-20b, prompt v2"
    answered_at: datetime | None


@dataclass(frozen=True)
class Earlier:
    """A verdict that another one has replaced."""

    letter: str
    class_name: str
    tools: str
    by: str
    until: datetime


@dataclass(frozen=True)
class Word:
    """What a person has said."""

    by: str
    sentence: str
    note: str
    at: datetime
    until: datetime | None  #: None: it stands
    ended_by: str  #: who took it back, or said something else; empty where nobody knows


@dataclass(frozen=True)
class Card:
    reference: Reference
    author: str
    state: str
    created_at: datetime
    letter: str
    words: ClassWords
    tools: str
    standing: Word | None
    by_evidence: ClassWords | None  #: what the evidence alone says, below a standing word
    is_counted: bool  #: the weekly numbers were computed since that was said
    marks: tuple[MarkShown, ...]
    without_marks: str  #: why there are none, a sentence
    reason: str  #: why it is undecided or waits; a sentence
    missing: tuple[str, ...]  #: what GitHub has not told
    is_cut: bool  #: the model has read only a part of its texts
    hidden_characters: int
    rules: str  #: version of the rules; empty before they have run
    model: ModelPart | None
    is_waiting: bool  #: for the model
    is_judged: bool  #: only then a person can say otherwise
    is_read: bool  #: its repository is still chosen
    earlier: tuple[Earlier, ...]
    said: tuple[Word, ...]  #: newest first


def card_of(team: Team, pk: int) -> Card | None:
    """None for a pull request that is not the team's; in a constant number of statements."""
    row = (
        PullRequest.objects.filter(team=team, pk=pk)
        .select_related("repository", "author", "analysis")
        .first()
    )
    if row is None:
        return None
    found: PullRequestAnalysis | None = getattr(row, "analysis", None)
    analysis = found or PullRequestAnalysis(team=team, pull_request=row)
    evidence = by_strength(analysis.evidence.all()) if found else []
    said = list(row.corrections.all())
    word = next((each for each in said if each.withdrawn_at is None), None)
    return Card(
        reference=reference_of(row),
        author=row.author.handle,
        state=row.get_state_display(),
        created_at=row.created_at,
        letter=analysis.ai_class,
        words=class_in_words(analysis.ai_class, is_said=word is not None),
        tools=tools_in_words(analysis.tools),
        standing=_word(word) if word else None,
        by_evidence=_by_evidence(analysis, evidence) if word else None,
        is_counted=word is None or _is_counted(team, word),
        marks=_marks(row, evidence),
        without_marks=without_evidence(analysis) if found else NOT_MARKED,
        reason=analysis.llm_reason,
        missing=_missing(row),
        is_cut=analysis.is_cut,
        hidden_characters=analysis.hidden_characters,
        rules=analysis.markers_version,
        model=_model_part(analysis),
        is_waiting=analysis.llm_state == LlmState.PENDING,
        is_judged=found is not None,
        is_read=row.repository.is_selected,
        earlier=_earlier(analysis) if found else (),
        said=tuple(map(_word, said)),
    )


def _marks(row: PullRequest, evidence: list[Evidence]) -> tuple[MarkShown, ...]:
    commits = {f"commit {one.position}": one for one in row.commits.all()} if evidence else {}
    return tuple(_mark(row, piece, commits) for piece in evidence)


def _mark(row: PullRequest, piece: Evidence, commits: Mapping[str, Commit]) -> MarkShown:
    reference, commit = reference_of(row), commits.get(piece.place)
    source = _source(row, piece, commit)
    return MarkShown(
        kind=kind_in_words(piece.kind),
        tool=tools_in_words([piece.tool]),
        strength=STRENGTHS.get(piece.strength, piece.strength),
        is_suspected=piece.strength == "suspected",
        place=_place(piece, commit),
        excerpt=excerpt(source, piece.quote, start=piece.start, end=piece.end),
        url=commit_url(reference, commit.oid) if commit else reference.url,
    )


def _source(row: PullRequest, piece: Evidence, commit: Commit | None) -> str:
    """The text in which the quote stands; a name or a label is its own."""
    if commit and piece.kind != "commit_author":
        return commit.message
    texts = {"title": row.title, "body": row.body, "branch": row.head_ref}
    return texts.get(piece.place, piece.quote)


def _place(piece: Evidence, commit: Commit | None) -> str:
    if commit is None:
        return PLACES.get(piece.place, piece.place)
    return f"commit {commit.position + 1} ({commit.oid[:7]})"


def _by_evidence(analysis: PullRequestAnalysis, evidence: list[Evidence]) -> ClassWords:
    state, all_read = analysis.llm_state, analysis.all_read
    return CLASSES[decide(evidence, llm_state=state, all_read=all_read).ai_class]


def _is_counted(team: Team, word: Correction) -> bool:
    return Measurement.objects.filter(team=team, computed_at__gt=word.created_at).exists()


def _missing(row: PullRequest) -> tuple[str, ...]:
    parts = [name for name in READ_CHILDREN if name in row.truncated]
    return tuple(
        f"commits ({row.commits_total} in all)" if name == "commits" and row.commits_total else name
        for name in parts
    )


def _model_part(analysis: PullRequestAnalysis) -> ModelPart | None:
    if not (analysis.summary or analysis.kind_of_change):
        return None
    return ModelPart(
        summary=visible(analysis.summary),
        description=visible(analysis.description),
        kind_of_change=analysis.kind_of_change,
        risk=analysis.risk,
        review_size=analysis.review_size,
        by=_by(analysis.llm_model, analysis.llm_prompt_version),
        answered_at=analysis.llm_answered_at,
    )


def _by(model: str, prompt: str) -> str:
    return ", ".join([model] * bool(model) + [f"prompt {prompt}"] * bool(prompt))


def _earlier(analysis: PullRequestAnalysis) -> tuple[Earlier, ...]:
    return tuple(
        Earlier(
            letter=past.ai_class,
            class_name=class_in_words(past.ai_class, is_said=past.is_corrected).name,
            tools=tools_in_words(past.tools),
            by="a person"
            if past.is_corrected
            else ", ".join(
                [f"rules {past.markers_version}"]
                + [_by(past.llm_model, past.llm_prompt_version)] * bool(past.llm_model)
            ),
            until=past.until,
        )
        for past in analysis.past_verdicts.all()
    )


def _word(row: Correction) -> Word:
    named = f": {tools_in_words(row.tools)}" if row.tools else ""
    return Word(
        by=row.said_by,
        sentence=f"AI was used{named}" if row.is_ai_assisted else "No AI was used",
        note=visible(row.note),
        at=row.created_at,
        until=row.withdrawn_at,
        ended_by=row.withdrawn_by,
    )
