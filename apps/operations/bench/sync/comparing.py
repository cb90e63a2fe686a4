"""What is stored beside what GitHub has: the export, letter by letter."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from apps.operations import export
from apps.operations.bench.sync.histories import moment
from apps.operations.bench.sync.stand_in import Truth
from apps.teams.models import Team

#: The stand-in's name of a value → the export's.
VALUES = {
    **{name: name for name in ("title", "state", "author", "additions", "deletions")},
    **{name: name for name in ("files", "reviews", "commits")},
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "mergedAt": "merged_at",
    "changedFiles": "changed_files",
}


def differences(team: Team, truth: Truth, since: datetime) -> Iterator[str]:
    """
    A sentence for each pull request that is missing, too many, or not as GitHub has it.

    :param since: what was updated before is nobody's concern.
    """
    expected = {
        (repository, one["number"]): one
        for repository, rows in truth.items()
        for one in rows
        if moment(one["updatedAt"]) >= since
    }
    for row in export.pull_requests(team):
        name = f"{row['repository']}#{row['number']}"
        one = expected.pop((row["repository"], row["number"]), None)
        if one is None:
            yield f"{name} is stored, and GitHub has it not in this window."
        else:
            yield from (f"{name}: {sentence}" for sentence in _differing(row, one))
    for repository, number in sorted(expected):
        yield f"{repository}#{number} is missing."


def _differing(row: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[str]:
    for theirs, ours in VALUES.items():
        if row[ours] != one[theirs]:
            yield f"{ours} is {row[ours]!r}, at GitHub it is {one[theirs]!r}."
