"""Explaining: one paragraph over a team's numbers, by the model or by a template."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import transaction

from apps.core.parallel import in_parallel
from apps.insights.fence import Fence
from apps.insights.models import Insight, Summary
from apps.insights.verify import says_only
from apps.llm import use
from apps.llm.client import Completion, GroqClient, GroqError, Usage, configured_client
from apps.llm.costs import allowance
from apps.llm.limits.limits import Priority
from apps.llm.models import LlmUse
from apps.llm.service import Service
from apps.metrics.figures import ENOUGH, Figure
from apps.metrics.headline import Headline, headline
from apps.metrics.wording import in_words
from apps.pipeline.claims import TicketLost
from apps.teams.models import Team

logger = logging.getLogger(__name__)

PROMPT = "explain_v1"
SCHEMA = {
    "type": "object",
    "properties": {"paragraph": {"type": "string"}},
    "required": ["paragraph"],
    "additionalProperties": False,
}
#: Its sentence names repositories; the model is told numbers only.
NOT_FOR_THE_MODEL = ("I-17",)


class NotAsked(GroqError):
    """The budget of the day is used up."""


def explain(fence: Fence, *, now: datetime) -> None:
    """
    Rewrite the team's summary from its headline and its insights.

    The model sees numbers in our own sentences, never a text of a pull request, and is believed
    only if every number it writes stands in them (`verify`). Without a key, with the model switched
    off for the team or its budget used up, or with any failure of asking the template's text is
    stored: this never fails the step. Unchanged facts are not asked twice.
    """
    team: Team = fence.row
    top = headline(team, now=now)
    insights = _open_ones(team)
    facts = "\n".join(facts_of(top, insights))
    client = configured_client() if team.llm_enabled and facts else None
    basis = _basis(facts, client.model if client else "")
    stored = Summary.objects.filter(team=team).first()
    if client and stored and (stored.basis, stored.source) == (basis, Summary.Source.MODEL):
        text, paid = stored.text, None
    else:
        text, paid = _by_model(client, facts, fence) if client else ("", None)
    source = Summary.Source.MODEL if text else Summary.Source.TEMPLATE
    if client and paid:
        _record(team, client.model, paid)
    with fence.batch():
        if _sentences(_open_ones(team)) != _sentences(insights):
            return  # somebody has found anew meanwhile, and explains that
        Summary.objects.update_or_create(
            team=team,
            defaults={
                "text": text or template(top, insights),
                "source": source,
                "basis": basis,
                "computed_at": now,
            },
        )


def _record(team: Team, model: str, paid: Usage) -> None:
    """Apart from the summary: the money is gone, whoever may have moved the team meanwhile."""
    with transaction.atomic():
        use.record(
            team, team.pipeline_run, LlmUse.Way.LIVE, LlmUse.Purpose.SUMMARY, [(model, paid)]
        )


def _open_ones(team: Team) -> list[Insight]:
    return list(Insight.objects.filter(team=team).open().order_by("rule"))


def _sentences(insights: Sequence[Insight]) -> list[tuple[str, str]]:
    return [(insight.title, insight.sentence) for insight in insights]


def facts_of(top: Headline, insights: Sequence[Insight]) -> list[str]:
    """What the model is told, one sentence a line; empty where there is nothing to tell."""
    lines = [_throughput(top)] if top.merged.n else []
    lines += _measures(top)
    lines += [insight.sentence for insight in insights if insight.rule not in NOT_FOR_THE_MODEL]
    return lines


def template(top: Headline, insights: Sequence[Insight]) -> str:
    """The paragraph without a model: the headline, then the findings by their titles."""
    if not top.merged.n:
        merged = f"No pull request was merged in the last {_days(top)} days."
    else:
        merged = " ".join([_throughput(top), *_measures(top)])
    if not insights:
        return merged
    titles = "; ".join(insight.title[0].lower() + insight.title[1:] for insight in insights)
    return f"{merged} What stands out: {titles}."


def _throughput(top: Headline) -> str:
    noun = "pull request was" if top.merged.n == 1 else "pull requests were"
    return f"{in_words(top.merged)} {noun} merged in the last {_days(top)} days."


def _measures(top: Headline) -> list[str]:
    sentences: list[tuple[Figure, str]] = [
        (top.cycle_time, "The median cycle time is {}"),
        (top.pickup_time, "The median wait for a first review is {}"),
        (top.review_coverage, "A person reviewed {} before the merge"),
    ]
    said = [_say(figure, sentence) for figure, sentence in sentences if not figure.is_thin]
    return said + _ai_assistance(top.ai_assisted)


def _say(figure: Figure, sentence: str) -> str:
    said = sentence.format(in_words(figure))
    return f"{said}; {figure.note}." if figure.note else f"{said}."


def _ai_assistance(figure: Figure) -> list[str]:
    """Said of few analysed ones too, so that nobody takes what is missing for a "no"."""
    if figure.n < ENOUGH["share"]:
        return []
    if figure.value is None:
        return [f"None of {figure.n} is analysed for AI assistance yet."]
    return [_say(figure, "AI assistance is declared in {}")]


def _days(top: Headline) -> int:
    return max(1, round((top.until - top.since).total_seconds() / 86400))


def _by_model(client: GroqClient, facts: str, fence: Fence) -> tuple[str, Usage | None]:
    """
    The model's paragraph, empty if it cannot be had or says what it was not told; and what was
    paid, whatever it says.
    """
    paid = None
    try:
        completion = _asked(client, facts, fence)
        paid = completion.usage
        paragraph = " ".join(str(completion.document.get("paragraph")).split())
        if says_only(paragraph, facts):
            return paragraph, paid
        logger.info("team %s: the model's summary was not kept", fence.row.pk)
    except TicketLost:
        raise
    except GroqError as exc:
        paid = exc.usage
        logger.info("team %s: the summary comes from the template: %s", fence.row.pk, exc)
    except Exception:
        logger.exception("team %s: the summary comes from the template", fence.row.pk)
    return "", paid


def _asked(client: GroqClient, facts: str, fence: Fence) -> Completion:
    if spent := allowance(fence.row).sentence:
        raise NotAsked(spent)

    def ask(question: str) -> Completion:
        return service.complete(system=system_prompt(), user=question, schema=SCHEMA)

    # Somebody waits for it: it takes its turn among the questions of phase 1.
    service = Service(client, priority=Priority.PHASE1, holder=f"team:{fence.row.pk}")
    with client:
        [outcome] = in_parallel(
            [facts], ask, at_once=1, on_idle=fence.heartbeat, on_leaving=service.leave
        )
    return outcome.value()


@cache
def system_prompt() -> str:
    return (Path(__file__).parent / "prompts" / f"{PROMPT}.md").read_text(encoding="utf-8")


def _basis(facts: str, model: str) -> str:
    return hashlib.sha256("\n".join((PROMPT, model, facts)).encode()).hexdigest()
