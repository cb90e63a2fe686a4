"""Faults of others: GitHub, Groq, the mail server."""

from apps.operations.bench.chaos.fault import Act, Doing, Fault, Scene
from apps.operations.bench.chaos.house import GITHUB, GROQ, MAIL
from apps.sandbox.control import Control

#: At most two of these happen in a run: a question that fails three times is given up, rightly.
ANSWERS = "answers"


def _github(scene: Scene) -> Control:
    return scene.house.sandbox.github


def _groq(scene: Scene) -> Control:
    return scene.house.sandbox.groq


def github_says(fault: str, *, at_most: int = 3) -> Act:
    def act(scene: Scene) -> Doing:
        _github(scene).change({"next": [fault] * scene.rng.randint(1, at_most)})
        yield 0

    return act


def github_is_down(scene: Scene) -> Doing:
    _github(scene).change({"faults": {"502": 1}})
    yield scene.seconds(0.5, 2)
    _github(scene).change({"faults": {}})


def github_limit_is_used_up(scene: Scene) -> Doing:
    """The primary limit; it is full again after two seconds."""
    _github(scene).change({"remaining": 0, "reset_in": 2})
    yield 0


def token_is_revoked(scene: Scene) -> Doing:
    """A token is taken away, and given back."""
    token = scene.somebody().token
    _github(scene).change({"revoke": token})
    yield scene.seconds(0.5, 2)
    _github(scene).change({"restore": token})


def groq_says(fault: str, *, at_most: int = 1) -> Act:
    def act(scene: Scene) -> Doing:
        _groq(scene).change({"next": [fault] * scene.rng.randint(1, at_most)})
        yield 0

    return act


def groq_is_down(scene: Scene) -> Doing:
    _groq(scene).change({"faults": {"503": 1}})
    yield scene.seconds(0.5, 2)
    _groq(scene).change({"faults": {}})


def mail_server(fault: str) -> Act:
    def act(scene: Scene) -> Doing:
        scene.house.mail.control.change({"next": [fault]})
        yield 0

    return act


def nobody_delivers(scene: Scene) -> Doing:
    """The mail server refuses everybody for a while."""
    scene.house.mail.control.change({"faults": {"refuse": 1}})
    yield scene.seconds(1, 5)
    scene.house.mail.control.change({"faults": {}})


def _script(server: str, name: str, act: Act, *, weight: float = 1.0, group: str = "") -> Fault:
    """A fault that strikes only where the server's next questions come."""
    told = f"{server}: {name}"
    return Fault(told, act, weight=weight, group=group, drawn=(server, f"fault {name}"))


OUTSIDE = (
    *(
        _script(GITHUB, name, github_says(name))
        for name in ("502", "504", "timeout", "empty", "reset", "slow", "secondary")
    ),
    _script(GITHUB, "partial", github_says("partial", at_most=1), group="partial"),
    _script(GITHUB, "401", github_says("401", at_most=1)),
    Fault("GitHub is down", github_is_down, drawn=(GITHUB, "fault 502")),
    Fault(
        "GitHub's hourly limit is used up",
        github_limit_is_used_up,
        weight=0.3,
        drawn=(GITHUB, "refused"),
    ),
    Fault("a token is revoked, and given back", token_is_revoked, drawn=(GITHUB, "answered 401")),
    *(_script(GROQ, name, groq_says(name, at_most=3)) for name in ("429", "498", "slow")),
    *(_script(GROQ, name, groq_says(name), group=ANSWERS) for name in ("500", "reset")),
    _script(GROQ, "prose", groq_says("prose"), group=ANSWERS),
    Fault("Groq is down", groq_is_down, group=ANSWERS, drawn=(GROQ, "fault 503")),
    *(
        _script(MAIL, name, mail_server(name), weight=0.6)
        for name in ("refuse", "defer", "hang", "drop", "reject")
    ),
    Fault("the mail server refuses everybody", nobody_delivers, drawn=(MAIL, "fault refuse")),
)
