"""The list of pull requests by what was found about AI, read in a constant number of statements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from apps.dashboard.evidence_words import (
    CLASSES,
    RANKED,
    ClassWords,
    class_in_words,
    kind_in_words,
    tool_names,
    tools_in_words,
)
from apps.dashboard.excerpts import visible
from apps.github.models import PullRequest, TrackedRepository
from apps.llm.corrections import standing
from apps.llm.models import Correction, Evidence, PullRequestAnalysis
from apps.llm.scope import pull_requests_of
from apps.llm.verdict import AiClass, LlmState
from apps.teams.models import Team

ON_A_PAGE = 50
QUOTED = 100  # characters of the strongest evidence
NOT_YET = "Not looked through yet."


@dataclass(frozen=True)
class Choice:
    """What of the list is wanted, as its URL says it; empty: all."""

    ai_class: str = ""
    tool: str = ""
    repository: str = ""
    page: int = 1

    @property
    def query(self) -> str:
        """For a link, with its question mark."""
        parts = {"class": self.ai_class, "tool": self.tool, "repository": self.repository}
        parts["page"] = str(self.page) if self.page > 1 else ""
        chosen = {key: value for key, value in parts.items() if value}
        return f"?{urlencode(chosen)}"

    @property
    def is_all(self) -> bool:
        return not (self.ai_class or self.tool or self.repository)


@dataclass(frozen=True)
class ClassCount:
    letter: str
    words: ClassWords
    count: int
    by_people: int  #: of `count`, those that a person has said
    query: str  #: shows these alone, or all again where they are chosen
    is_chosen: bool


@dataclass(frozen=True)
class Row:
    pk: int
    name: str
    title: str
    created_at: datetime
    letter: str
    class_name: str
    tools: str
    why: str  #: the strongest piece of evidence, in one line
    is_corrected: bool


@dataclass(frozen=True)
class EvidenceList:
    choice: Choice
    total: int  #: of all classes, with this tool and in this repository
    counts: tuple[ClassCount, ...]
    repositories: tuple[str, ...]
    tools: tuple[tuple[str, str], ...]  #: ids and names of those that were found, and the chosen
    rows: tuple[Row, ...]
    first: int  #: number of the first row
    found: int
    newer: str  #: query of the page before; empty on the first
    older: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def choice_of(given: Mapping[str, str], repositories: Collection[str]) -> Choice:
    """Read it from a URL; a value that does not exist chooses nothing."""
    page = given.get("page", "")
    return Choice(
        ai_class=_known(given.get("class", ""), CLASSES),
        tool=_known(given.get("tool", ""), tool_names()),
        repository=_known(given.get("repository", ""), repositories),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
    )


def evidence_list(team: Team, given: Mapping[str, str]) -> EvidenceList:
    """:param given: the URL's parameters."""
    repositories = tuple(
        TrackedRepository.objects.filter(team=team, is_selected=True)
        .order_by("name_with_owner")
        .values_list("name_with_owner", flat=True)
    )
    choice = choice_of(given, repositories)
    rows = _of_choice(team, choice)
    counts = _counts(rows, choice)
    found = sum(one.count for one in counts if choice.ai_class in ("", one.letter))
    choice = replace(choice, page=min(choice.page, max(1, -(-found // ON_A_PAGE))))
    start = (choice.page - 1) * ON_A_PAGE
    older = replace(choice, page=choice.page + 1).query if start + ON_A_PAGE < found else ""
    return EvidenceList(
        choice=choice,
        total=sum(one.count for one in counts),
        counts=counts,
        repositories=repositories,
        tools=_tools_to_choose(team, choice),
        rows=_page(team, rows, choice, start),
        first=start + 1,
        found=found,
        newer=replace(choice, page=choice.page - 1).query if choice.page > 1 else "",
        older=older,
    )


def _known(value: str, known: Collection[str]) -> str:
    return value if value in known else ""


def _tools_to_choose(team: Team, choice: Choice) -> tuple[tuple[str, str], ...]:
    """Those that the team's pull requests name: of all that are known most would find nothing."""
    lists = pull_requests_of(team).order_by().values_list("analysis__tools", flat=True).distinct()
    found = {tool for tools in lists for tool in tools or ()} | {choice.tool}
    named = [(tool, name) for tool, name in tool_names().items() if tool in found]
    return tuple(sorted(named, key=lambda tool: tool[1].lower()))


def _of_choice(team: Team, choice: Choice) -> QuerySet[PullRequest]:
    """Those with the tool and in the repository, of all classes."""
    rows = pull_requests_of(team)
    if choice.repository:
        rows = rows.filter(repository__name_with_owner=choice.repository)
    if choice.tool:  # SQLite cannot look into a list of JSON; ids have no quotation marks
        names = Cast("analysis__tools", TextField())
        rows = rows.filter(Contains(names, f'"{choice.tool}"'))
    return rows


def _counts(rows: QuerySet[PullRequest], choice: Choice) -> tuple[ClassCount, ...]:
    by_people = Count("pk", filter=Q(analysis__is_corrected=True))
    found = dict.fromkeys(CLASSES, (0, 0))
    for letter, count, said in (
        rows.order_by()
        .values("analysis__ai_class")
        .annotate(count=Count("pk"), said=by_people)
        .values_list("analysis__ai_class", "count", "said")
    ):
        before = found[letter or AiClass.UNDECIDED]
        found[letter or AiClass.UNDECIDED] = (before[0] + count, before[1] + said)
    return tuple(
        ClassCount(
            letter=letter,
            words=words,
            count=found[letter][0],
            by_people=found[letter][1],
            query=replace(choice, ai_class=_other(choice, letter), page=1).query,
            is_chosen=choice.ai_class == letter,
        )
        for letter, words in CLASSES.items()
    )


def _other(choice: Choice, letter: str) -> str:
    return "" if choice.ai_class == letter else letter


def _page(team: Team, rows: QuerySet[PullRequest], choice: Choice, start: int) -> tuple[Row, ...]:
    """Without the texts, which may be long."""
    if choice.ai_class == AiClass.UNDECIDED:
        rows = rows.filter(Q(analysis=None) | Q(analysis__ai_class=choice.ai_class))
    elif choice.ai_class:
        rows = rows.filter(analysis__ai_class=choice.ai_class)
    shown = list(
        rows.select_related("repository", "analysis")
        .prefetch_related("analysis__evidence")
        .order_by("-created_at", "-pk")
        .only(
            "number", "title", "created_at", "team", "repository__name_with_owner",
            "analysis__pull_request", "analysis__ai_class", "analysis__tools",
            "analysis__is_corrected", "analysis__llm_state", "analysis__llm_reason",
        )[start : start + ON_A_PAGE]
    )  # fmt: skip
    said = standing(team, [row.pk for row in shown])
    return tuple(_row(row, said.get(row.pk)) for row in shown)


def _row(pull_request: PullRequest, said: Correction | None) -> Row:
    analysis: PullRequestAnalysis | None = getattr(pull_request, "analysis", None)
    letter = analysis.ai_class if analysis else AiClass.UNDECIDED.value
    return Row(
        pk=pull_request.pk,
        name=f"{pull_request.repository.name_with_owner}#{pull_request.number}",
        title=visible(pull_request.title),
        created_at=pull_request.created_at,
        letter=letter,
        class_name=class_in_words(letter, is_said=said is not None).name,
        tools=tools_in_words(analysis.tools) if analysis else "",
        why=_why(analysis, said),
        is_corrected=said is not None,
    )


def _why(analysis: PullRequestAnalysis | None, said: Correction | None) -> str:
    if said:
        return f"{said.said_by} says: {'AI was used' if said.is_ai_assisted else 'no AI was used'}."
    if analysis is None:
        return NOT_YET
    if pieces := by_strength(analysis.evidence.all()):
        quote = " ".join(pieces[0].quote.split())
        short = quote if len(quote) <= QUOTED else f"{quote[: QUOTED - 1]}…"
        return f"{kind_in_words(pieces[0].kind)}: “{visible(short)}”"
    return analysis.llm_reason or without_evidence(analysis)


def without_evidence(analysis: PullRequestAnalysis) -> str:
    """What a verdict without any mark rests on."""
    match analysis.llm_state:
        case LlmState.PENDING:
            return "No mark; the language model has not read it yet."
        case LlmState.OFF:
            return "No mark; the language model is switched off."
        case LlmState.UNDECIDED:
            return "No mark, and the language model gave no usable answer."
    return "No mark, and the language model has read no disclosure in it."


def by_strength(pieces: Iterable[Evidence]) -> list[Evidence]:
    """The strongest first, and as they were found."""
    return sorted(pieces, key=lambda piece: (RANKED.index(piece.strength), piece.pk))
