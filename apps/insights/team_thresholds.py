"""A team's thresholds: as its page shows them, and changing them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.insights.later import recompute_later
from apps.insights.limits import Limits, is_known, parse
from apps.insights.models import RuleSetting
from apps.insights.thresholds import ABOUT, BY_KEY, ON, THRESHOLDS, Number, Threshold
from apps.pipeline.rows import locked
from apps.teams.models import Team

RESET = "reset"  # posted with a rule's name, or with ALL
ALL = "all"
SWITCHED_ON, SWITCHED_OFF = "on", "off"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class ThresholdField:
    """One number of a rule, as a form shows it."""

    name: str  #: of the input: "I-01.hours"
    label: str
    unit: str
    text: str  #: what stands in the input: the value, or what was posted and not accepted
    default: str
    minimum: str
    maximum: str
    step: str
    source: str
    is_changed: bool  #: the team has chosen it; False: the default holds
    error: str = ""  #: a sentence


@dataclass(frozen=True)
class ThresholdRow:
    """
    One rule with its switch and its numbers.

    The switch is posted as "on" or "off". A checkbox posts nothing when it is empty: put a hidden
    input of the same name with "off" before it.
    """

    rule: str
    title: str
    switch: str  #: name of the input: "I-01.on"
    is_on: bool
    is_changed: bool  #: switched off, or one of its numbers is the team's own
    fields: tuple[ThresholdField, ...]


@dataclass(frozen=True)
class Change:
    """What became of a form: errors by the input's name, and then nothing was stored."""

    errors: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()  #: rules of which something is different now

    @property
    def is_stored(self) -> bool:
        return not self.errors


def limits_of(team: Team) -> Limits:
    """What the rules get. One statement; unknown keys are left out, not an error."""
    stored = RuleSetting.objects.filter(team=team).values_list("rule", "key", "value")
    return Limits({(rule, key): value for rule, key, value in stored if is_known(rule, key)})


def thresholds_of(
    team: Team, *, posted: Mapping[str, str] = NOTHING, errors: Mapping[str, str] = NOTHING
) -> tuple[ThresholdRow, ...]:
    """
    Every rule with what holds for the team. One statement.

    :param posted: after a refused form: shown where it stands, so that nobody types it again.
    :param errors: of `change`.
    """
    limits = limits_of(team)
    return tuple(_row(rule, limits, posted, errors) for rule in ABOUT)


def change(team: Team, posted: Mapping[str, str], user: User | None) -> Change:
    """
    Store what was posted, all of it or nothing, and have the insights computed anew.

    What was not posted stays. An empty number, or the default, is the default again. "reset" with a
    rule's name takes all of that rule's numbers and its switch back, with "all" everything.
    """
    if RESET in posted:
        wanted, errors = _reset(posted[RESET])
    else:
        wanted, errors = _parsed(posted)
    if errors:
        return Change(errors=errors)
    with transaction.atomic():
        locked(team.pk).first()  # one at a time, and none while insights are being stored
        changed = _store(team, wanted, user)
        if changed:
            transaction.on_commit(partial(recompute_later, team_id=team.pk), robust=True)
    return Change(changed=tuple(sorted(changed)))


def in_words(done: Change, posted: Mapping[str, str]) -> str:
    """What a form has changed, by the names that people know; empty for nothing."""
    if not done.changed:
        return ""
    what = "their default limits again" if RESET in posted else "other limits"
    return f"Insights have {what}: {', '.join(f'“{ABOUT[rule]}”' for rule in done.changed)}."


Wanted = dict[tuple[str, str], Number | None]  # None: the default


def _parsed(posted: Mapping[str, str]) -> tuple[Wanted, dict[str, str]]:
    wanted: Wanted = {}
    errors: dict[str, str] = {}
    for threshold in THRESHOLDS:
        name = name_of(threshold.rule, threshold.key)
        if name not in posted:
            continue
        try:
            wanted[threshold.rule, threshold.key] = _chosen(threshold, posted[name])
        except ValueError as exc:
            errors[name] = str(exc)
    for rule in ABOUT:
        switch = posted.get(name_of(rule, ON), "")
        if switch in (SWITCHED_ON, SWITCHED_OFF):
            wanted[rule, ON] = 0 if switch == SWITCHED_OFF else None
        elif switch:
            errors[name_of(rule, ON)] = "Switch it on or off."
    return wanted, errors


def _chosen(threshold: Threshold, text: str) -> Number | None:
    value = parse(threshold, text) if text.strip() else threshold.default
    return None if value == threshold.default else value


def _reset(rule: str) -> tuple[Wanted, dict[str, str]]:
    if rule != ALL and rule not in ABOUT:
        return {}, {RESET: "There is no such rule."}
    keys = [*BY_KEY, *((each, ON) for each in ABOUT)]
    return {key: None for key in keys if rule in (ALL, key[0])}, {}


def _store(team: Team, wanted: Wanted, user: User | None) -> set[str]:
    """Write the difference, and say in which rules there was one."""
    stored = {(row.rule, row.key): row for row in RuleSetting.objects.filter(team=team)}
    values = {key: row.value for key, row in stored.items()}
    different = {key: value for key, value in wanted.items() if values.get(key) != value}
    now = timezone.now()
    RuleSetting.objects.bulk_create(
        [
            RuleSetting(team=team, rule=rule, key=key, value=value, changed_at=now, changed_by=user)
            for (rule, key), value in different.items()
            if value is not None
        ],
        update_conflicts=True,
        unique_fields=["team", "rule", "key"],
        update_fields=["value", "changed_at", "changed_by"],
    )
    defaults = [stored[key].pk for key, value in different.items() if value is None]
    RuleSetting.objects.filter(pk__in=defaults).delete()
    return {rule for rule, _ in different}


def _row(
    rule: str, limits: Limits, posted: Mapping[str, str], errors: Mapping[str, str]
) -> ThresholdRow:
    values = limits.of(rule)
    fields = tuple(
        _field(threshold, values[threshold.key], posted, errors)
        for threshold in THRESHOLDS
        if threshold.rule == rule
    )
    switch, is_on = name_of(rule, ON), limits.is_on(rule)
    return ThresholdRow(
        rule=rule,
        title=ABOUT[rule],
        switch=switch,
        is_on=posted.get(switch, SWITCHED_ON if is_on else SWITCHED_OFF) == SWITCHED_ON,
        is_changed=not is_on or any(each.is_changed for each in fields),
        fields=fields,
    )


def _field(
    threshold: Threshold, value: Number, posted: Mapping[str, str], errors: Mapping[str, str]
) -> ThresholdField:
    name = name_of(threshold.rule, threshold.key)
    return ThresholdField(
        name=name,
        label=threshold.label,
        unit=threshold.unit,
        text=posted.get(name, f"{value:g}"),
        default=f"{threshold.default:g}",
        minimum=f"{threshold.minimum:g}",
        maximum=f"{threshold.maximum:g}",
        step=f"{threshold.step:g}",
        source=threshold.source,
        is_changed=value != threshold.default,
        error=errors.get(name, ""),
    )


def name_of(rule: str, key: str) -> str:
    """The name of an input."""
    return f"{rule}.{key}"
