"""Each batch of the analysis says how far it comes with it."""

from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from apps.llm import asking, marking
from apps.llm.analyse import analyse
from apps.llm.models import PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.pipeline.claims import Claim
from apps.teams.models import Team

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Followed(Claim):
    """Notes after each batch what the team's row says, and how many of its rows are there."""

    said: list[str] = field(default_factory=list)
    true: list[tuple[int, int]] = field(default_factory=list)  #: marked, and settled by the model

    @contextmanager
    def batch(self, **arguments):
        with super().batch(**arguments):
            yield
        if arguments.get("position"):
            marked = PullRequestAnalysis.objects.filter(team_id=self.row.pk).count()
            settled = analysed_of(self.row).total - analysed_of(self.row).pending
            self.said.append(Team.objects.get(pk=self.row.pk).pipeline_position)
            self.true.append((marked, settled))


def followed(taken: Claim) -> Followed:
    return Followed(row=taken.row, ticket=taken.ticket, status=taken.status)


def test_first_the_marks_then_the_answers_as_they_are_stored(
    team, claim_of, pull_requests, groq, monkeypatch
):
    monkeypatch.setattr(marking, "BATCH", 2)
    monkeypatch.setattr(asking, "GROUP", 1)
    pull_requests(5)
    taken = followed(claim_of(team))

    analyse(taken)

    assert taken.said == [
        *(f"{marked} of 5 pull requests looked through" for marked in (2, 4, 5)),
        *(f"{settled} of 5 pull requests analysed" for settled in (1, 2, 3, 4, 5)),
    ]
    assert taken.true == [(2, 0), (4, 0), *((5, settled) for settled in range(6))]


def test_a_run_that_goes_on_counts_from_where_it_stopped(
    team, claim_of, pull_requests, groq, monkeypatch
):
    monkeypatch.setattr(marking, "BATCH", 2)
    monkeypatch.setattr(asking, "GROUP", 1)
    pull_requests(3)
    analyse(claim_of(team))
    pull_requests(2)
    taken = followed(claim_of(team))

    analyse(taken)

    assert taken.said == [
        "5 of 5 pull requests looked through",
        "4 of 5 pull requests analysed",
        "5 of 5 pull requests analysed",
    ]


def test_answers_that_land_together_are_stored_and_counted_together(
    team, claim_of, pull_requests, groq
):
    pull_requests(5)
    taken = followed(claim_of(team))

    analyse(taken)

    assert taken.said[-1] == "5 of 5 pull requests analysed"
    assert len(taken.said) < 6
    for said, (_, settled) in list(zip(taken.said, taken.true, strict=True))[1:]:
        assert said == f"{settled} of 5 pull requests analysed"


def test_an_answer_in_vain_is_not_counted(team, claim_of, pull_requests, groq):
    pull_requests(1)
    groq.change({"faults": {"prose": 1}})
    taken = followed(claim_of(team))

    analyse(taken)

    assert "0 of 1 pull requests analysed" in taken.said
