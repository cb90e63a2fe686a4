"""All orders of two workers, a recovery, a person, a broker and the clock: every one is safe."""

from pathlib import Path

import pytest

from tests.pipeline.model import Budgets, Model
from tests.pipeline.real_row import Answers, real_row

# Some ten seconds each on a core of its own; longer where many things run beside it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

#: Every kind of answer that some way leads to. One that is missing was never put to the test.
ANSWERS = {
    ("take", "taken"),
    ("take", "stale"),
    ("write", "written"),
    ("write", "overtaken"),
    ("write", "died"),
    ("end", "ended"),
    ("end", "died"),
    ("recover", "recovered"),
    ("recover", "healthy"),
    ("recover", "died"),
    ("hand_over", "recovered"),
    ("hand_over", "healthy"),
    ("hand_over", "died"),
    ("old_copy_is_saved", "saved"),
    ("old_copy_saves_its_status", "refused"),
}
PRESSES = {("press", "pressed"), ("press", "refused"), ("press", "died")}


@pytest.fixture(scope="module")
def known() -> Answers:
    """What the code answers depends on the row alone, so no graph asks what another has asked."""
    return {}


@pytest.mark.parametrize(
    ("budgets", "steps", "states", "answers"),
    [
        pytest.param(
            Budgets(recoveries=2, duplicates=1, crashes=1), 3, 70_000, ANSWERS, id="machines"
        ),
        pytest.param(
            Budgets(recoveries=1, duplicates=1, losses=1, crashes=1, failures=1),
            2,
            10_000,
            ANSWERS,
            id="everything-once",
        ),
        pytest.param(
            # The last step, and then a whole update, which is a button.
            Budgets(recoveries=1, crashes=1, presses=2),
            1,
            40_000,
            ANSWERS | PRESSES,
            id="people",
        ),
    ],
)
def test_no_order_of_events_breaks_an_invariant(
    budgets: Budgets,
    steps: int,
    states: int,
    answers: set[tuple[str, str]],
    tmp_path: Path,
    known: Answers,
):
    with real_row(tmp_path / "armed", known) as real:
        model = Model(real, budgets, steps=steps)
        explored = model.explore()

    assert explored.states > states
    assert explored.transitions > 3 * states
    assert {(act.name, answer.outcome) for (_, act), answer in model.answers.items()} >= answers
