"""Who reviews: how much, and never in the order of how much."""

from dataclasses import dataclass

from apps.metrics.figures import Figure, share
from apps.metrics.selection.reading import Selection
from apps.metrics.selection.reviewer_rows import Reviewer
from apps.metrics.wording import in_words


@dataclass(frozen=True)
class ReviewLoad:
    reviewers: tuple[Reviewer, ...]  #: who gave one in the period, by login
    reviews: int
    busiest: Figure  #: the share of whoever gave most; nobody is named

    @property
    def sentence(self) -> str:
        """How the load lies on people, without a name."""
        people = len(self.reviewers)
        if not self.reviews:
            return "Nobody has reviewed anything."
        if self.reviews == 1:
            return "One person gave the only review."
        if people == 1:
            return f"One person gave all {self.reviews} reviews."
        return (
            f"{people} people gave {self.reviews} reviews; one of them gave"
            f" {in_words(self.busiest)}."
        )


def review_load(selection: Selection) -> ReviewLoad:
    """Of the period; a selection that was read without reviewers has none."""
    active = sorted(
        (reviewer for reviewer in selection.reviewers if reviewer.reviews),
        key=lambda reviewer: (reviewer.login.lower(), reviewer.person),
    )
    total = sum(reviewer.reviews for reviewer in active)
    most = max((reviewer.reviews for reviewer in active), default=0)
    return ReviewLoad(tuple(active), total, share(most, total).on(selection.basis))
