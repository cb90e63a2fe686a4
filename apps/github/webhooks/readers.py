"""Who hears of what is told of a repository: the teams that read it, each by its own way."""

from collections.abc import Collection

from apps.github.models import Connection, TrackedRepository


def readers(github_ids: Collection[int | None]) -> list[TrackedRepository]:
    """The chosen rows of these repositories, of all teams, with the connection of each."""
    rows = TrackedRepository.objects.filter(github_id__in=github_ids, is_selected=True)
    return list(rows.select_related("team__github"))


def is_told(row: TrackedRepository, *, installation_id: int | None) -> bool:
    """A team that reads by the App is told by its own installation, any other by each."""
    connection: Connection | None = getattr(row.team, "github", None)
    return (
        connection is None
        or connection.kind != Connection.Kind.APP
        or connection.installation_id == installation_id
    )
