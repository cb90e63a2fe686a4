"""
People are told apart by GitHub's number, no longer by their login.

Somebody who was renamed has been two people so far, with one number: the later one keeps it and
gets the pull requests and reviews of the other. The other row stays, as an account without a
number, because weeks that were counted before point to it until they are counted anew.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import migrations, models

ROWS_A_STATEMENT = 500


def fill(apps: Any, schema_editor: Any) -> None:
    person = apps.get_model("github", "Person")
    rows = person.objects.order_by("team_id", "-modified", "-pk").iterator(ROWS_A_STATEMENT)
    changed = []
    for _, team in groupby(rows, key=lambda row: row.team_id):
        changed += _identified(apps, team)
    person.objects.bulk_update(
        changed, ["identity", "github_id", "is_member"], batch_size=ROWS_A_STATEMENT
    )


def _identified(apps: Any, team: Iterator[Any]) -> list[Any]:
    """The people of one team, the latest first, each with an identity of its own."""
    seen: dict[str, Any] = {}
    for row in team:
        identity = _identity(row)
        if (later := seen.get(identity)) is not None:
            later.is_member = later.is_member or row.is_member
            _hand_over(apps, row.pk, later.pk)
            row.github_id, row.is_member = None, False
            identity = _identity(row)
        row.identity = identity
        seen[identity] = row
    return list(seen.values())


def _identity(row: Any) -> str:
    if row.kind == "ghost":
        return "ghost"
    return f"{row.kind}:{row.github_id or f'@{row.login}'}"


def _hand_over(apps: Any, earlier: int, later: int) -> None:
    pull_requests = apps.get_model("github", "PullRequest").objects
    pull_requests.filter(author_id=earlier).update(author_id=later)
    pull_requests.filter(merged_by_id=earlier).update(merged_by_id=later)
    reviews = apps.get_model("github", "Review").objects
    reviews.filter(author_id=earlier).update(author_id=later)


class Migration(migrations.Migration):
    dependencies = [("github", "0003_connections_counts_and_deliveries")]

    operations = [
        migrations.AddField("person", "identity", models.CharField(default="", max_length=120)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("person", "identity", models.CharField(max_length=120)),
        migrations.RemoveConstraint("person", "one_person_per_login"),
        migrations.AddConstraint(
            "person",
            models.UniqueConstraint(fields=("team", "identity"), name="one_person_per_identity"),
        ),
    ]
