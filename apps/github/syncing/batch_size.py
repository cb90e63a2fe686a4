"""How many pull requests of one repository are asked for at once: learnt from what GitHub says."""

from dataclasses import dataclass

GROWS_BY = 2  # pull requests, after each whole batch that GitHub has answered
TRUST = 20  # whole batches at its ceiling, until a size that failed before is tried again


@dataclass
class BatchSize:
    """
    Halved when GitHub gives up on a batch; then grown slowly, and not to where it failed.

    A repository's pull requests are of one kind: where twenty-five with long lists were too much
    once, they are again, and finding that out costs ten seconds and extra points each time
    (https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api).
    """

    most: int  #: what is asked for where GitHub never complained
    now: int
    ceiling: int  #: what it grows to
    trusted: int = 0  #: whole batches that were answered at the ceiling

    @classmethod
    def learnt(cls, size: int | None, *, most: int) -> "BatchSize":
        """Go on with what an earlier run has learnt; None: nothing yet."""
        now = min(max(size or most, 1), most)
        return cls(most=most, now=now, ceiling=now)

    @property
    def to_remember(self) -> int | None:
        return None if self.ceiling >= self.most else self.now

    def gave_up(self, asked: int) -> None:
        """GitHub gave up on a batch of `asked`; of one that was smaller than could be, on some."""
        if asked < self.now:
            return
        self.now = max(min(self.now, asked // 2), 1)
        self.ceiling = max(min(self.ceiling, asked * 3 // 4), self.now)
        self.trusted = 0

    def answered(self, asked: int) -> None:
        """GitHub answered a batch of `asked`; one that was smaller than could be says nothing."""
        if asked < self.now:
            return
        self.trusted += self.now >= self.ceiling
        if self.trusted >= TRUST:
            self.ceiling, self.trusted = min(self.ceiling + GROWS_BY, self.most), 0
        self.now = min(self.now + GROWS_BY, self.ceiling)
