"""Faults of our own machine: processes, broker, database."""

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection

from apps.operations.bench.chaos.fault import Fault, NotNow, Scene
from apps.operations.supervise import Child
from apps.pipeline.crash_points import Point, arm
from apps.pipeline.recovery import DEAD, DIED, STOPPING

PATIENCE = 100  # looks at an armed crash point, until it is given up
LOOK = 0.1  # seconds between two of them

KILLED = frozenset({DIED})
SLEPT = frozenset({DEAD})
TOLD_TO_STOP = frozenset({STOPPING, DIED})
#: A worker whose database fails it can neither go on nor say so, and one that cannot hear its
#: broker ends itself.
CUT = frozenset({DEAD, DIED, STOPPING})


def kill_worker(scene: Scene) -> Iterator[float]:
    """SIGKILL a worker's main process and everything below it."""
    worker = _worker(scene)
    _strike(scene, signal.SIGKILL, scene.house.main_process(worker), *_below(scene, worker))
    yield 0


def kill_main_process(scene: Scene) -> Iterator[float]:
    """SIGKILL the main process alone; its tether ends the rest."""
    _strike(scene, signal.SIGKILL, scene.house.main_process(_worker(scene)))
    yield 0


def kill_pool(scene: Scene) -> Iterator[float]:
    """SIGKILL everything that a main process has forked: its pool, and its beat."""
    _strike(scene, signal.SIGKILL, *_below(scene, _worker(scene)))
    yield 0


def kill_pool_process(scene: Scene) -> Iterator[float]:
    """SIGKILL one of them."""
    _strike(scene, signal.SIGKILL, _one_below(scene))
    yield 0


def stop_worker(scene: Scene) -> Iterator[float]:
    """SIGTERM a worker, as a deployment does."""
    _strike(scene, signal.SIGTERM, scene.house.main_process(_worker(scene)))
    yield 0


def sleep_pool_process(scene: Scene) -> Iterator[float]:
    """SIGSTOP one pool process, often past its recovery, and wake it up."""
    pid = _one_below(scene)
    _strike(scene, signal.SIGSTOP, pid)
    yield scene.seconds(0.5, 7)
    scene.house.signal(signal.SIGCONT, pid)


def sleep_worker(scene: Scene) -> Iterator[float]:
    """SIGSTOP a whole worker, and wake it up."""
    worker = _worker(scene)
    pids = (scene.house.main_process(worker), *_below(scene, worker))
    _strike(scene, signal.SIGSTOP, *pids)
    yield scene.seconds(0.5, 7)
    scene.house.signal(signal.SIGCONT, *pids)


def crash_at(point: Point, name: str = "SIGKILL") -> "Fault":
    """The fault of a process that dies, or falls asleep, at a named place in the code."""

    def act(scene: Scene) -> Iterator[float]:
        status = scene.rng.choice(scene.somebody().ahead())
        told = arm(scene.house.crash_points, point, status, name=name)
        told.unlink(missing_ok=True)
        for _ in range(PATIENCE):
            yield LOOK
            if told.exists():
                break
            if all(traveller.is_there for traveller in scene.travellers):
                raise NotNow
        else:
            raise NotNow
        if name == "SIGSTOP":
            yield scene.seconds(3, 6)
            scene.house.wake()

    if name == "SIGSTOP":
        return Fault(f"a worker falls asleep at “{point}”", act, SLEPT)
    return Fault(f"a process dies at “{point}”", act, KILLED)


def flush_broker(scene: Scene) -> Iterator[float]:
    """FLUSHALL: every message is gone."""
    try:
        scene.house.place.broker_client().flushall()
    except OSError as exc:
        raise NotNow from exc
    yield 0


def kill_broker(scene: Scene) -> Iterator[float]:
    """SIGKILL the broker, and again while it comes back."""
    _strike(scene, signal.SIGKILL, scene.house.broker_process())
    for _ in range(scene.rng.randrange(6)):
        yield 0.4
        scene.house.signal(signal.SIGKILL, scene.house.broker_process())


def black_hole(scene: Scene) -> Iterator[float]:
    """SIGSTOP the broker: it lets everybody connect, and never answers."""
    pid = scene.house.broker_process()
    _strike(scene, signal.SIGSTOP, pid)
    yield scene.seconds(0.5, 5)
    scene.house.signal(signal.SIGCONT, pid)


def cut_connections(scene: Scene) -> Iterator[float]:
    """End every session of PostgreSQL but ours."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    except DatabaseError as exc:
        raise NotNow from exc
    yield 0


def restart_database(scene: Scene) -> Iterator[float]:
    """SIGQUIT to PostgreSQL: it ends at once, and recovers from its log when it is back."""
    postgres = scene.house.place.postgres
    if postgres is None:
        raise NotNow
    _strike(scene, signal.SIGQUIT, scene.house.main_process(postgres))
    yield 0


def keep_database_busy(scene: Scene) -> Iterator[float]:
    """Hold SQLite's only write lock, often longer than anybody waits for it."""
    seconds = scene.seconds(0.5, 4)
    holder = threading.Thread(target=_hold_write_lock, args=(seconds,), daemon=True)
    holder.start()
    while holder.is_alive():
        yield LOOK


def _hold_write_lock(seconds: float) -> None:
    database = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=5)
    try:
        database.isolation_level = None
        database.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        database.execute("ROLLBACK")
    except sqlite3.OperationalError:
        pass  # somebody else keeps it busy: as good
    finally:
        database.close()


def _worker(scene: Scene) -> Child:
    return scene.rng.choice(scene.house.workers)


def _below(scene: Scene, worker: Child) -> list[int]:
    return scene.house.pool_processes(worker)


def _one_below(scene: Scene) -> int:
    below = _below(scene, _worker(scene))
    if not below:
        raise NotNow
    return scene.rng.choice(below)


def _strike(scene: Scene, number: signal.Signals, *pids: int | None) -> None:
    if not scene.house.signal(number, *pids):
        raise NotNow


INSIDE = (
    Fault("a worker is killed", kill_worker, KILLED, weight=2),
    Fault("a worker's main process is killed", kill_main_process, KILLED),
    Fault("a worker's whole pool is killed", kill_pool, KILLED, weight=2),
    Fault("one pool process is killed", kill_pool_process, KILLED, weight=2),
    Fault("a worker is told to stop (SIGTERM)", stop_worker, TOLD_TO_STOP, weight=2),
    Fault("a pool process sleeps, and wakes up", sleep_pool_process, SLEPT),
    Fault("a worker sleeps, and wakes up", sleep_worker, SLEPT),
    *(crash_at(point) for point in Point),
    crash_at(Point.CLAIMED, "SIGSTOP"),
    crash_at(Point.BATCH_STORED, "SIGSTOP"),
    Fault("the broker is emptied (FLUSHALL)", flush_broker),
    Fault("the broker is killed", kill_broker, CUT),
    Fault("the broker is a black hole", black_hole, CUT),
    Fault("PostgreSQL's connections are cut", cut_connections, CUT, only="postgres"),
    Fault("PostgreSQL is restarted", restart_database, CUT, weight=0.5, only="postgres"),
    Fault("SQLite is busy", keep_database_busy, CUT, weight=2, only="sqlite"),
)
