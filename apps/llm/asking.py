"""One run of questions about a team's pull requests, and what becomes of the answers."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from django.conf import settings
from django.db.models import Exists, OuterRef

from apps.core.parallel import Outcome, in_parallel_groups
from apps.llm import prompts
from apps.llm.batching.scope import is_at_groq
from apps.llm.client import (
    AnswerInvalid,
    Completion,
    GroqError,
    GroqUnavailable,
    ModelMissing,
    RequestRejected,
    RequestTooLarge,
)
from apps.llm.computing import computed
from apps.llm.costs import allowance
from apps.llm.loading import questions, repositories_of
from apps.llm.models import LlmAnswer
from apps.llm.progress import share
from apps.llm.scope import analyses_of
from apps.llm.service import Service
from apps.llm.settling import (
    Asked,
    Reply,
    models,
    replies_from,
    reply_to,
    store,
    stored_answers,
)
from apps.llm.verdict import LlmState
from apps.pipeline.claims import Claim
from apps.teams.models import Team

LOADED_AT_ONCE = 50  # pull requests whose texts are in memory
GROUP = 16  # answers that are stored together, at most
BREAKS_THE_SERVICE = "Groq fails whenever it is asked about this pull request."


class Asking:
    """In rounds: who got no usable answer is asked about again in the next."""

    def __init__(self, claim: Claim, service: Service, *, shows_progress: bool) -> None:
        self._claim = claim
        self._team: Team = claim.row
        self._service = service
        self._shows_progress = shows_progress
        self._repositories = repositories_of(self._team)
        pending = analyses_of(self._team).filter(llm_state=LlmState.PENDING)
        self._pending = pending.filter(~is_at_groq())  # what is in a batch is paid already
        self._total = analyses_of(self._team).count()
        self._left = pending.count()
        self._suspects: dict[int, Asked] = {}  # the service failed when these were asked about

    def run(self) -> None:
        """Ask until nobody is left, or the service is closed."""
        newest_first = self._pending.order_by("-pull_request__updated_at", "-pk")
        todo = list(newest_first.values_list("pull_request_id", flat=True))
        known = self._take_stored()
        self._close_where_spent()
        self._ask_all([pk for pk in todo if pk not in known])
        left = set(self._pending.values_list("pull_request_id", flat=True))
        if self._service.has_failed and left <= self._suspects.keys():
            self._store(self._breaking([self._suspects[pk] for pk in sorted(left)]))

    def _breaking(self, suspects: Sequence[Asked]) -> list[Reply]:
        """Everybody else was answered. Those are to blame whose model answers about nothing."""
        replies = []
        for model in sorted({one.model for one in suspects}):
            cost = self._service.witness(model=model)
            if cost is None:
                continue
            for one in suspects:
                if one.model == model:
                    error = GroqError(BREAKS_THE_SERVICE)
                    error.usage, cost = cost, None  # paid once
                    replies.append(Reply(one, error=error))
        return replies

    def _take_stored(self) -> set[int]:
        """Settle what was answered in an earlier run: that costs nothing, whatever the budget."""
        answers = LlmAnswer.objects.filter(
            pull_request=OuterRef("pull_request"),
            rerun=OuterRef("reruns"),
            prompt_version=prompts.VERSION,
            model__in=models(),
        )
        answered = self._pending.filter(Exists(answers))
        left = list(answered.values_list("pull_request_id", flat=True))
        known: set[int] = set()
        for start in range(0, len(left), LOADED_AT_ONCE):
            replies = self._from_stored(self._load(left[start : start + LOADED_AT_ONCE]))
            self._store(replies)
            known |= {reply.asked.pull_request_id for reply in replies}
        return known

    def _from_stored(self, asked: Sequence[Asked]) -> list[Reply]:
        rows = stored_answers(asked)
        return computed(self._claim, lambda: replies_from(rows, asked))

    def _ask_all(self, todo: list[int]) -> None:
        while todo and not self._service.is_closed():
            groups = in_parallel_groups(
                self._service.while_open(self._questions(todo)),
                lambda asked: self._service.ask(asked.question, model=asked.model),
                at_once=settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"],
                most=GROUP,
                on_idle=self._claim.heartbeat,
                on_leaving=self._service.leave,
            )
            with closing(groups):  # before the client is, whose connections the threads have
                todo = [pk for group in groups for pk in self._take(group)]

    def _questions(self, todo: Sequence[int]) -> Iterator[Asked]:
        """Texts are loaded as they are needed."""
        for start in range(0, len(todo), LOADED_AT_ONCE):
            yield from self._load(todo[start : start + LOADED_AT_ONCE])

    def _load(self, ids: Sequence[int]) -> list[Asked]:
        return questions(self._claim, self._pending, ids, repositories=self._repositories)

    def _take(self, group: Sequence[Outcome[Asked, Completion]]) -> list[int]:
        """Store a group; the pull requests that should be asked about once more."""
        replies = computed(self._claim, lambda: [_reply_of(outcome) for outcome in group])
        again = self._store([reply for reply in replies if reply])
        for outcome, reply in zip(group, replies, strict=True):
            pk = outcome.item.pull_request_id
            if reply:
                self._suspects.pop(pk, None)
            elif isinstance(outcome.error(), GroqUnavailable | RequestRejected):
                # The service failed or refused; whether by this question is seen in the end.
                self._suspects[pk] = outcome.item
                again.append(pk)
        self._close_where_spent()
        return again

    def _store(self, replies: Sequence[Reply]) -> list[int]:
        """In one transaction, which says how far the run has come with it."""
        if not replies:
            return []
        self._left -= sum(reply.found is not None for reply in replies)
        settled = self._total - self._left
        columns = {}
        if self._shows_progress:
            columns["background_llm_progress"] = min(share(settled, self._total), 99)
        position = f"{settled} of {self._total} pull requests analysed"
        with self._claim.batch(progress=True, position=position, **columns):
            return store(self._team, replies, run=self._team.pipeline_run)

    def _close_where_spent(self) -> None:
        """What is in flight is still paid, counted and stored."""
        if sentence := allowance(self._team).sentence:
            self._service.stop(sentence)


def _reply_of(outcome: Outcome[Asked, Completion]) -> Reply | None:
    """None where the question has not been answered and is not to blame; pure."""
    asked = outcome.item
    try:
        return reply_to(asked, outcome.value())
    except (AnswerInvalid, RequestTooLarge) as exc:
        return Reply(asked, error=exc)
    except (ModelMissing, RequestRejected) as exc:
        return Reply(asked, error=exc) if asked.model else None  # without a fallback: undecided
    except GroqError:
        return None
