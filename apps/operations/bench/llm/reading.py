"""Phase 1's analysis of one team by the pipeline's own step, and the serial walk beside it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings

from apps.github.models import PullRequest
from apps.llm import answers, prompts
from apps.llm.analyse import analyse_recent
from apps.llm.client import GroqClient
from apps.llm.marking import texts_of
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.prompts import question_about
from apps.operations.bench.llm import stand_in
from apps.operations.bench.llm.figures import Comparison, Reading, Walk, of_whole_minutes
from apps.operations.bench.llm.stand_in import Meter, StandIn
from apps.operations.bench.place import Place
from apps.operations.bench.sync.comparison import Scene, scene
from apps.operations.bench.sync.histories import size
from apps.operations.bench.sync.passage import go_through, synced
from apps.operations.bench.sync.statements import counted
from apps.pipeline.machine import Status
from apps.teams.models import Team

PAGE_SECONDS = 0.02  # GitHub's: here it is not the sync that is looked at
PAUSE = 2.1  # seconds of the baseline after each call, as those do who mind 30 requests a minute


def compare(
    place: Place, shared: Path, wanted: int, *, call_seconds: float, walked: int
) -> Comparison:
    """The walk over a part, then the analysis, at a Groq of the developer tier."""
    with history(place, shared, wanted, seed=place.seed) as here:
        team = with_pull_requests(here, f"llm-{wanted}")
        key = f"developer_{wanted}"
        tier = partial(stand_in.running, place, shared, tier="developer", key=key)
        with tier(seconds=call_seconds) as groq:
            walk = walk_over(team, walked)
            groq.forget()
            return Comparison(wanted, walk, read(team, groq))


def read_free(
    place: Place, shared: Path, wanted: int, *, call_seconds: float, deadline: int
) -> Reading:
    """The analysis with a key of the free tier, which does not get far until its deadline."""
    with history(place, shared, wanted, seed=place.seed + 1) as here, deadline_of(deadline):
        team = with_pull_requests(here, "llm-free")
        key = f"free_{wanted}"
        with stand_in.running(place, shared, tier="free", seconds=call_seconds, key=key) as groq:
            return read(team, groq)


@contextmanager
def history(place: Place, shared: Path, wanted: int, *, seed: int) -> Iterator[Scene]:
    """A GitHub with about so many; a seed and a size have a folder of their own."""
    with scene(place, shared, size(wanted), page_seconds=PAGE_SECONDS, seed=seed) as here:
        yield here


def with_pull_requests(here: Scene, name: str) -> Team:
    """A team that is about to be analysed."""
    team = here.team(name)
    synced(team)
    return team


def walk_over(team: Team, pull_requests: int) -> Walk:
    """
    Ask about one pull request after another, with a pause after each.

    With our own questions, and without storing anything: that is in the walk's favour.
    """
    newest = PullRequest.objects.filter(repository__team=team).order_by("-updated_at")
    texts = texts_of(team, list(newest.values_list("pk", flat=True)[:pull_requests]))
    began = time.monotonic()
    with GroqClient(settings.GROQ_API_KEY) as client:
        for text in texts.values():
            client.complete(
                system=prompts.system_prompt(),
                user=question_about(text).framed(),
                schema=answers.SCHEMA,
            )
            time.sleep(PAUSE)
    return Walk(len(texts), time.monotonic() - began, PAUSE)


def read(team: Team, groq: StandIn) -> Reading:
    """Let the team's step run as a worker would, however often it is postponed."""
    with Meter(groq) as meter, counted(LlmAnswer) as statements:
        passage = go_through(team, Status.LLM_PROCESSING, analyse_recent)
    minutes, tokens = of_whole_minutes(meter.seen)
    rows = PullRequestAnalysis.objects.filter(team=team)
    analysed = analysed_of(team)
    return Reading(
        tier=groq.tier,
        call_seconds=groq.seconds,
        deadline=settings.HISTORICAL_SYNC_CONFIG["llm_deadline_seconds"],
        pull_requests=PullRequest.objects.filter(repository__team=team).count(),
        analysed=analysed.analysed,
        marked=rows.count(),
        reason=analysed.reason,
        seconds=passage.seconds,
        served=groq.served(),
        postponed=passage.postponed,
        statements=statements.total,
        of_a_group=statements.of_a_batch,
        of_the_largest=statements.of_the_largest,
        minutes=minutes,
        tokens_of_minutes=tokens,
    )


@contextmanager
def deadline_of(seconds: int) -> Iterator[None]:
    """Let phase 1's analysis have so many seconds."""
    usual = settings.HISTORICAL_SYNC_CONFIG
    settings.HISTORICAL_SYNC_CONFIG = {**usual, "llm_deadline_seconds": seconds}
    try:
        yield
    finally:
        settings.HISTORICAL_SYNC_CONFIG = usual
