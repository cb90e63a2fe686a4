"""
A team whose every text is a canary: one row of every model, made from the models themselves.

A canary is a word that is nowhere else; its end names the column, so that whoever hears it sing
knows what has leaked. A new model is poisoned without a line; one with a column that this cannot
fill fails, and says so.
"""

import re
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.security.shapes import NOBODYS, VALUES

#: How long a column has to be for a canary; what is shorter holds a code of ours.
LENGTH = 12

Row = models.Model


class Poisoned:
    """One team's rows, made when they are asked for."""

    def __init__(self, letter: str) -> None:
        self.prefix = f"qzxj{letter}vk"
        self.columns: dict[str, str] = {}  #: canary → "app.Model.column"
        self.rows: dict[tuple[str, int], Row] = {}
        self._sings = re.compile(f"{self.prefix}[0-9a-z]+", re.IGNORECASE)

    def canary(self, column: str) -> str:
        word = f"{self.prefix}{len(self.columns):04d}"
        self.columns[word] = column
        return word

    def sung_in(self, text: str) -> set[str]:
        """The columns whose canaries are in a text."""
        return {self.columns.get(word.lower(), word) for word in self._sings.findall(text)}

    def row(self, label: str, which: int = 1) -> Row:
        """The row of a model; what it hangs from is made before it."""
        if (label, which) not in self.rows:
            self.rows[label, which] = self._made(apps.get_model(label), which)
        return self.rows[label, which]

    def fill(self) -> None:
        """A row in every table that holds anything of anybody."""
        for model in apps.get_models():
            if model._meta.label not in NOBODYS:
                self.row(model._meta.label)

    def _made(self, model: type[Row], which: int) -> Row:
        values: dict[str, Any] = {}
        for field in model._meta.concrete_fields:
            name = f"{model._meta.label}.{field.name}"
            if name in VALUES:
                values[field.attname] = self._told(VALUES[name], which)
            elif field.remote_field:
                is_taken = isinstance(field, models.OneToOneField) and which > 1
                if field.remote_field.model is not model and not is_taken:
                    values[field.name] = self.row(field.remote_field.model._meta.label)
            elif not isinstance(field, models.AutoField | models.BigAutoField):
                values[field.attname] = self._value(field, name, which)
        row = model._base_manager.create(**values)
        self._joined(row)
        return row

    def _joined(self, row: Row) -> None:
        for field in row._meta.many_to_many:
            label = field.remote_field.model._meta.label
            if label not in NOBODYS and field.remote_field.through._meta.auto_created:
                getattr(row, field.name).add(self.row(label))

    def _told(self, value: Any, which: int) -> Any:
        return value(self, which) if callable(value) else value

    def _value(self, field: models.Field[Any, Any], name: str, which: int) -> Any:
        if field.choices:
            return field.choices[0][0]
        if isinstance(field, models.CharField | models.TextField):
            return self._text(field, name)  # a default, too, would be nobody's word
        if isinstance(field, models.JSONField):
            return self._json(field, name)
        if field.has_default() or field.null:
            return field.get_default()
        return _plain(field, name, which)

    def _text(self, field: models.Field[Any, Any], name: str) -> str:
        if field.max_length is not None and field.max_length < LENGTH:
            raise AssertionError(
                f"{name} is too short for a canary: say in VALUES of tests/security/shapes.py "
                f"what stands there"
            )
        word = self.canary(name)
        if isinstance(field, models.EmailField):
            return f"{word}@example.org"
        return f"https://{word}.example.org/" if isinstance(field, models.URLField) else word

    def _json(self, field: models.Field[Any, Any], name: str) -> Any:
        default = field.get_default()
        word = self.canary(name)
        return [word] if isinstance(default, list) else {word: word}


def _plain(field: models.Field[Any, Any], name: str, which: int) -> Any:
    for kind, value in PLAIN.items():
        if isinstance(field, kind):
            return value(which)
    raise AssertionError(
        f"{name} is a {type(field).__name__}: teach _plain of tests/security/poisoned.py to fill it"
    )


#: For columns without a default; the more special kinds first.
PLAIN: dict[type[models.Field[Any, Any]], Any] = {
    models.BooleanField: lambda which: True,
    models.DateTimeField: lambda which: moment(),
    models.DateField: lambda which: monday(),
    models.DecimalField: lambda which: Decimal(1),
    models.FloatField: lambda which: 1.0,
    models.IntegerField: lambda which: which,
    models.UUIDField: lambda which: uuid.uuid4(),
    models.DurationField: lambda which: timedelta(hours=1),
}


def moment() -> datetime:
    """A little while ago, in the days that every page shows."""
    return timezone.now() - timedelta(days=8)


def monday() -> date:
    day = moment().date()
    return day - timedelta(days=day.weekday())
