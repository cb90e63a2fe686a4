"""What the machine does by itself: no monkey plans it, and it explains what a step goes through."""

from typing import NoReturn

from apps.operations.bench.chaos.fault import Fault, NotNow, Scene
from apps.operations.bench.chaos.faults_inside import CUT
from apps.operations.bench.chaos.pulse import Stillness


def not_by_us(_: Scene) -> NoReturn:
    raise NotNow


#: Whoever stands still beyond H looks silent, and beyond other patience deaf or hung.
STOOD_STILL = Fault("the machine stood still", not_by_us, CUT)
FALTERED = Fault("the machine stood still again and again", not_by_us, CUT)
OF_THE_MACHINE = (STOOD_STILL, FALTERED)


def fault_of(stillness: Stillness) -> Fault:
    return STOOD_STILL if stillness.is_whole else FALTERED
