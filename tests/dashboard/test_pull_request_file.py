"""The file of pull requests: every row, and no cell that a spreadsheet would compute."""

import pytest

from tests.dashboard.listed import measured, merged_pr, repository, rows_of

__all__ = ["measured", "repository"]

pytestmark = pytest.mark.django_db


def test_the_file_has_every_row_and_is_named_for_its_days(client, team, repository, measured):
    for place in range(250):
        merged_pr(repository, f"Fix {place}", hours=2)
    merged_pr(repository, "Other, with a comma", ai_class="B", number=999)
    measured()

    answer, all_of_them = rows_of(client, team)
    _, some = rows_of(client, team, ai="B")

    assert len(all_of_them) == 251
    (row,) = some
    assert row["title"] == "Other, with a comma"
    assert row["url"] == "https://github.com/acme/web/pull/999"
    assert row["cycle_time_seconds"] == "3600"
    assert row["merged_at"] == "2026-05-29T12:00:00Z"
    assert (row["first_review_at"], row["review_rounds"], row["hotfix"]) == ("", "", "")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="lantern-pull-requests-2026-05-02-to-2026-06-01.csv"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", ' "=1', "\r=1"])
def test_no_cell_is_a_formula(client, team, repository, measured, title):
    merged_pr(repository, title)
    measured()

    _, (row,) = rows_of(client, team)

    assert row["title"] == f"'{title}"
