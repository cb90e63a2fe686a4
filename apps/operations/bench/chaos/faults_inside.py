"""Faults of our own machine: processes, broker, database."""

import signal
import sqlite3
import threading
import time
from contextlib import suppress

import redis
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import F

from apps.operations.bench.chaos.fault import Doing, Fault, NotNow, Scene
from apps.operations.bench.chaos.travellers import ids
from apps.operations.supervise import Child
from apps.pipeline.crash_points import Point, arm
from apps.pipeline.machine import ACTIVE
from apps.pipeline.recovery import DEAD, DIED, STOPPING
from apps.teams.models import Team

PATIENCE = 100  # looks at an armed crash point, until it is given up
LOOK = 0.1  # seconds between two of them

KILLED = frozenset({DIED})
#: A worker ends those of its processes that sleep too long (`apps.pipeline.hung`).
SLEPT = frozenset({DEAD, DIED})
TOLD_TO_STOP = frozenset({STOPPING, DIED})
#: A worker whose database fails it can neither go on nor say so, and one that cannot hear its
#: broker ends itself.
CUT = frozenset({DEAD, DIED, STOPPING})


def kill_worker(scene: Scene) -> Doing:
    """SIGKILL a worker's main process and everything below it."""
    worker = _worker(scene)
    main = scene.house.server_process(worker)
    _strike(scene, signal.SIGKILL, main, *scene.house.forks(worker))
    yield from _until_ended(worker)


def kill_main_process(scene: Scene) -> Doing:
    """SIGKILL the main process alone; its tether ends the rest."""
    worker = _worker(scene)
    _strike(scene, signal.SIGKILL, scene.house.server_process(worker))
    yield from _until_ended(worker)


def kill_forks(scene: Scene) -> Doing:
    """SIGKILL everything that a main process has forked: its pool, and its beat."""
    _strike(scene, signal.SIGKILL, *scene.house.forks(_worker(scene)))
    yield 0


def kill_holder(scene: Scene) -> Doing:
    """SIGKILL the one pool process that has a team's ticket in hand."""
    pid = yield from _holder(scene)
    _strike(scene, signal.SIGKILL, pid)
    return time.time()


def stop_worker(scene: Scene) -> Doing:
    """SIGTERM a worker, as a deployment does."""
    worker = _worker(scene)
    _strike(scene, signal.SIGTERM, scene.house.server_process(worker))
    yield from _until_ended(worker)


def let_holder_sleep(scene: Scene) -> Doing:
    """SIGSTOP a pool process that has a ticket in hand, often past its recovery; wake it up."""
    pid = yield from _holder(scene)
    _strike(scene, signal.SIGSTOP, pid)
    struck_at = time.time()
    yield scene.seconds(0.5, 11)
    scene.house.signal(signal.SIGCONT, pid)
    return struck_at


def let_worker_sleep(scene: Scene) -> Doing:
    """SIGSTOP a whole worker, and wake it up."""
    worker = _worker(scene)
    pids = (scene.house.server_process(worker), *scene.house.forks(worker))
    _strike(scene, signal.SIGSTOP, *pids)
    yield scene.seconds(0.5, 11)
    scene.house.signal(signal.SIGCONT, *pids)


def crash_at(point: Point, name: str = "SIGKILL") -> Fault:
    """The fault of a process that dies, or falls asleep, at a named place in the code."""

    def act(scene: Scene) -> Doing:
        status = scene.rng.choice(scene.somebody().ahead())
        armed = scene.house.crash_points / f"{point}@{status}"
        if armed.exists():  # by another act: one process could not be told from the other
            raise NotNow
        armed.with_name(f"{armed.name}.struck").unlink(missing_ok=True)
        told = arm(scene.house.crash_points, point, status, name=name)
        try:
            for _ in range(PATIENCE):
                yield LOOK
                if told.exists() or scene.all_there():
                    break
        finally:
            armed.unlink(missing_ok=True)
        if not told.exists():
            raise NotNow
        struck_at = told.stat().st_ctime  # of its renaming
        if name == "SIGSTOP":
            yield scene.seconds(5, 10)
            scene.house.wake()
        return struck_at

    if name == "SIGSTOP":
        return Fault(f"a worker falls asleep at “{point}”", act, SLEPT)
    return Fault(f"a process dies at “{point}”", act, KILLED)


def flush_broker(scene: Scene) -> Doing:
    """FLUSHALL: every message is gone."""
    try:
        scene.house.place.broker_client().flushall()
    except redis.RedisError as exc:
        raise NotNow from exc
    yield 0


def kill_broker(scene: Scene) -> Doing:
    """SIGKILL the broker, and again while it comes back."""
    broker = scene.house.place.broker
    _strike(scene, signal.SIGKILL, scene.house.server_process(broker))
    for _ in range(scene.rng.randrange(6)):
        yield 0.4
        scene.house.signal(signal.SIGKILL, scene.house.server_process(broker))


def black_hole(scene: Scene) -> Doing:
    """SIGSTOP the broker: it lets everybody connect, and never answers."""
    pid = scene.house.server_process(scene.house.place.broker)
    _strike(scene, signal.SIGSTOP, pid)
    yield scene.seconds(0.5, 5)
    scene.house.signal(signal.SIGCONT, pid)


def cut_connections(scene: Scene) -> Doing:
    """End every session of PostgreSQL but ours."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    except DatabaseError as exc:
        close_old_connections()
        raise NotNow from exc
    yield 0


def restart_database(scene: Scene) -> Doing:
    """SIGQUIT to PostgreSQL: it ends at once, and recovers from its log when it is back."""
    postgres = scene.house.place.postgres
    if postgres is None:
        raise NotNow
    _strike(scene, signal.SIGQUIT, scene.house.server_process(postgres))
    yield from _until_ended(postgres)


def keep_database_busy(scene: Scene) -> Doing:
    """Hold SQLite's only write lock, often longer than anybody waits for it."""
    held: list[float] = []
    holder = threading.Thread(
        target=_hold_write_lock, args=(scene.seconds(0.5, 4), held), daemon=True
    )
    holder.start()
    while holder.is_alive():
        yield LOOK
    if not held:
        raise NotNow
    return held[0]


def _hold_write_lock(seconds: float, held: list[float]) -> None:
    """Note the moment from which it is held; nothing if somebody else keeps it busy."""
    database = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=5)
    try:
        database.isolation_level = None
        with suppress(sqlite3.OperationalError):
            database.execute("BEGIN IMMEDIATE")
            held.append(time.time())
            time.sleep(seconds)
            database.execute("ROLLBACK")
    finally:
        database.close()


def _worker(scene: Scene) -> Child:
    return scene.rng.choice(scene.house.workers)


def _holder(scene: Scene) -> Doing:
    """
    Wait until somebody's ticket is in hand; the process that has it (`apps.pipeline.identity`).

    :raises NotNow: if nobody takes one in time.
    """
    for _ in range(PATIENCE):
        if found := _holders(scene):
            return scene.rng.choice(found)
        if scene.all_there():
            break
        yield LOOK
    raise NotNow


def _holders(scene: Scene) -> list[int]:
    taken = Team.objects.filter(
        pk__in=ids(scene.travellers),
        onboarding_pipeline_status__in=ACTIVE,
        pipeline_claimed=F("pipeline_ticket"),
    )
    try:
        names = list(taken.order_by("pk").values_list("pipeline_worker", flat=True))
    except DatabaseError:
        close_old_connections()
        return []
    return [int(name.split()[-1].partition(".")[0]) for name in names if name]


def _strike(scene: Scene, number: signal.Signals, *pids: int | None) -> None:
    if not scene.house.signal(number, *pids):
        raise NotNow


def _until_ended(child: Child) -> Doing:
    """Wait until its tether has ended with all below it; a new one is started then."""
    popen = child.popen
    while popen is not None and child.popen is popen and popen.poll() is None:
        yield LOOK


INSIDE = (
    Fault("a worker is killed", kill_worker, KILLED, weight=2),
    Fault("a worker's main process is killed", kill_main_process, KILLED),
    Fault("a worker's pool and beat are killed", kill_forks, KILLED, weight=2),
    Fault("the process with a ticket is killed", kill_holder, KILLED, weight=3),
    Fault("a worker is told to stop (SIGTERM)", stop_worker, TOLD_TO_STOP, weight=2),
    Fault("the process with a ticket sleeps, and wakes up", let_holder_sleep, SLEPT, weight=2),
    Fault("a worker sleeps, and wakes up", let_worker_sleep, SLEPT),
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
