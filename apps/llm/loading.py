"""Questions about pull requests, made of their texts."""

from collections.abc import Sequence

from django.db.models import QuerySet

from apps.github.models import TrackedRepository
from apps.llm.computing import computed
from apps.llm.marking import texts_of
from apps.llm.models import PullRequestAnalysis
from apps.llm.prompts import question_about
from apps.llm.settling import Asked, model_for
from apps.pipeline.claims import Claim
from apps.teams.models import Team


def repositories_of(team: Team) -> tuple[str, ...]:
    """Their names, which do not leave."""
    rows = TrackedRepository.objects.filter(team=team)
    return tuple(rows.values_list("name_with_owner", flat=True))


def questions(
    claim: Claim,
    analyses: QuerySet[PullRequestAnalysis],
    ids: Sequence[int],
    *,
    repositories: Sequence[str],
) -> list[Asked]:
    """
    What is to be asked about those of the pull requests that have one of these analyses.

    :param ids: few: all their texts are in memory.
    """
    texts = texts_of(claim.row, ids)
    marked = {row.pull_request_id: row for row in analyses.filter(pull_request__in=ids)}
    return computed(
        claim,
        lambda: [
            Asked(
                pull_request_id=pk,
                fingerprint=marked[pk].input_hash,
                text=texts[pk],
                question=question_about(texts[pk], repositories=repositories),
                rerun=marked[pk].reruns,
                model=model_for(marked[pk].llm_attempts),
            )
            for pk in ids
            if pk in texts and pk in marked
        ],
    )
