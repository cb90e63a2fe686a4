"""Which pull requests were undone by another one, and when."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

#: The branch that GitHub's button "Revert" makes: revert-<number>-<the original's branch>.
#: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/reverting-a-pull-request
BRANCH = re.compile(r"^revert-(\d+)-")
#: What that button writes into the title and the body, and `git revert` into a message.
TITLE = re.compile(r'^Revert "(.+)"\s*$', re.DOTALL)
BODY = re.compile(r"\bReverts\s+(?:([\w.-]+/[\w.-]+))?#(\d+)\b")
MESSAGE = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})\b")


@dataclass(frozen=True)
class Merge:
    """A merged pull request, as far as its name goes."""

    pk: int
    repository: str
    number: int
    title: str
    head_ref: str
    merged_at: datetime


def reverts(
    merges: Iterable[Merge], *, bodies: Mapping[int, str], undone: Mapping[int, Iterable[int]]
) -> dict[int, datetime]:
    """
    The merge of the first revert of each pull request that has one.

    A revert names its original by branch, body, title or commit; the last with that title that was
    merged before it is meant. Whatever is named must be among `merges` and merged before.

    :param bodies: of those whose body speaks of "Reverts", by primary key.
    :param undone: primary key → those with a commit that a message of its commits says is reverted.
    """
    names = _Names(merges)
    first: dict[int, datetime] = {}
    for merge in names.merges.values():
        named = {*_named(merge, bodies.get(merge.pk, ""), names), *undone.get(merge.pk, ())}
        for pk in named:
            original = names.merges.get(pk)
            if original and original.pk != merge.pk and original.merged_at <= merge.merged_at:
                first[pk] = min(first.get(pk, merge.merged_at), merge.merged_at)
    return first


class _Names:
    """Merges by what a revert may call them. GitHub's names of repositories have no case."""

    def __init__(self, merges: Iterable[Merge]) -> None:
        self.merges = {merge.pk: merge for merge in merges}
        self.numbers: dict[tuple[str, int], int] = {}
        self.titles: defaultdict[tuple[str, str], list[Merge]] = defaultdict(list)
        for merge in self.merges.values():
            self.numbers[merge.repository.lower(), merge.number] = merge.pk
            self.titles[merge.repository, merge.title.strip()].append(merge)

    def last_with_title(self, revert: Merge, title: str) -> int | None:
        before = [
            merge
            for merge in self.titles.get((revert.repository, title.strip()), ())
            if merge.merged_at <= revert.merged_at and merge.pk != revert.pk
        ]
        return max(before, key=lambda merge: merge.merged_at).pk if before else None


def _named(revert: Merge, body: str, names: _Names) -> Iterator[int]:
    numbers = [(revert.repository, number) for number in BRANCH.findall(revert.head_ref)]
    numbers += [
        (repository or revert.repository, number) for repository, number in BODY.findall(body)
    ]
    found = [names.numbers.get((repository.lower(), int(number))) for repository, number in numbers]
    yield from (pk for pk in found if pk is not None)
    # A title is the weakest name: it is asked only where no number is given.
    if not numbers and (title := TITLE.match(revert.title)):
        pk = names.last_with_title(revert, title[1])
        if pk is not None:
            yield pk
