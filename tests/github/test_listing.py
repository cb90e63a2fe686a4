"""A list is read down to the window's end, then again from the top to where it was read before."""

from datetime import datetime, timedelta

from apps.github.api.facts import Key, Page
from apps.github.models import TrackedRepository
from apps.github.syncing import listing
from apps.github.syncing.listing import OVERLAP, THE_BEGINNING, ListJob, catch_up, walk
from tests.github.fakes import NOW

MONTH_AGO = NOW - timedelta(days=30)


def repository(**columns: object) -> TrackedRepository:
    return TrackedRepository(pk=1, node_id="R_1", name_with_owner="acme/web", **columns)


def advance(
    row: TrackedRepository,
    job: ListJob | None,
    page: Page[Key],
    *,
    has_moved: bool = False,
    now: datetime = NOW + timedelta(days=1),
) -> ListJob | None:
    assert job is not None
    return listing.advance(row, job, page, since=MONTH_AGO, has_moved=has_moved, now=now)


def listed(*updates: datetime, is_last: bool = False) -> Page[Key]:
    keys = tuple(Key(f"PR_{n}", n, updated) for n, updated in enumerate(updates))
    return Page(keys, total=len(keys), cursor=f"after {updates[-1:]}", is_last=is_last)


def test_a_walk_goes_on_until_a_page_ends_before_the_window():
    row = repository()
    first, second = listed(NOW, MONTH_AGO), listed(MONTH_AGO, MONTH_AGO - timedelta(seconds=1))

    following = advance(row, walk(row, MONTH_AGO), first)
    end = advance(row, following, second)

    assert following.cursor == first.cursor
    assert end is None
    assert row.is_listed_since(MONTH_AGO)
    assert (row.keys_top, row.keys_cursor) == (NOW, second.cursor)


def test_an_update_at_the_very_start_of_the_window_may_be_on_the_next_page():
    row = repository()

    following = advance(row, walk(row, MONTH_AGO), listed(NOW, MONTH_AGO))

    assert following is not None


def test_a_list_that_ends_reaches_back_to_the_beginning():
    row = repository()

    end = advance(row, walk(row, MONTH_AGO), listed(NOW, is_last=True))

    assert end is None
    assert row.keys_reach == THE_BEGINNING


def test_an_empty_list_is_read_to_its_end():
    row = repository()

    assert advance(row, walk(row, MONTH_AGO), Page(is_last=True)) is None
    assert row.is_listed_since(MONTH_AGO)
    assert advance(row, catch_up(row), Page(is_last=True)) is None


def test_a_catch_up_ends_where_the_top_was_before_less_an_overlap():
    row = repository(keys_top=NOW, keys_reach=MONTH_AGO, keys_cursor="far down")
    newest = NOW + timedelta(hours=1)

    following = advance(row, catch_up(row), listed(newest, NOW - OVERLAP))
    end = advance(row, following, listed(NOW - OVERLAP - timedelta(seconds=1)))

    assert following.is_catch_up
    assert end is None
    assert (row.keys_top, row.keys_cursor, row.keys_reach) == (newest, "far down", MONTH_AGO)


def test_the_top_does_not_move_before_a_catch_up_is_through():
    row = repository(keys_top=NOW, keys_reach=MONTH_AGO)

    advance(row, catch_up(row), listed(NOW + timedelta(hours=1), NOW))

    assert row.keys_top == NOW


def test_a_catch_up_goes_on_while_a_page_has_something_new():
    row = repository(keys_top=NOW, keys_reach=MONTH_AGO)
    old = listed(NOW - timedelta(days=1))

    following = advance(row, catch_up(row), old, has_moved=True)

    assert following is not None
    assert advance(row, following, old) is None


def test_the_top_is_never_later_than_now():
    row, future = repository(), listed(NOW + timedelta(days=600), MONTH_AGO)

    advance(row, walk(row, MONTH_AGO), future, now=NOW)
    after_the_walk = row.keys_top
    advance(row, catch_up(row), listed(NOW + timedelta(days=600), is_last=True), now=NOW)

    assert after_the_walk == row.keys_top == NOW


def test_a_top_that_was_noted_in_the_future_is_mended_by_the_next_catch_up():
    row = repository(keys_top=NOW + timedelta(days=600), keys_reach=MONTH_AGO)

    advance(row, catch_up(row), listed(NOW, is_last=True), now=NOW)

    assert row.keys_top == NOW


def test_a_catch_up_does_not_go_on_where_the_walk_has_not_been():
    row = repository(keys_top=NOW, keys_reach=MONTH_AGO)

    end = advance(row, catch_up(row), listed(MONTH_AGO - timedelta(days=1)), has_moved=True)

    assert end is None


def test_a_page_of_which_nothing_could_be_kept_is_not_the_end():
    row, nothing = repository(), Page(cursor="further down")

    walked = advance(row, walk(row, MONTH_AGO), nothing)
    caught_up = advance(row, catch_up(row), nothing)

    assert walked.cursor == caught_up.cursor == "further down"
    assert not row.is_listed_since(MONTH_AGO)
