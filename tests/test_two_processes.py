"""Two processes test at once; who tests what is decided by file."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conftest import InOnePiece

ROOT = Path(__file__).resolve().parents[1]


CONFIG = SimpleNamespace(rootpath=ROOT, getvalue=lambda name: ["popen", "popen"])


@pytest.fixture
def scheduler(pytestconfig):
    """What pytest is given by the hook; by itself it would group nothing."""
    made = pytestconfig.hook.pytest_xdist_make_scheduler(config=CONFIG, log=None)
    assert type(made).__name__ == InOnePiece.__name__
    return made


@pytest.mark.parametrize(
    "file",
    [
        "tests/journeys/test_crashes.py",
        "tests/onboarding/test_journey_in_chromium.py",
        "tests/operations/test_demo.py",
    ],
)
def test_whatever_starts_workers_stands_in_one_line(scheduler, file):
    assert scheduler._split_scope(f"{file}::test_it[a::b]") == "houses"


@pytest.mark.parametrize(
    "file", ["tests/core/test_parallel.py", "tests/onboarding/test_browser.py"]
)
def test_any_other_file_stays_in_one_piece(scheduler, file):
    assert scheduler._split_scope(f"{file}::test_it") == file
