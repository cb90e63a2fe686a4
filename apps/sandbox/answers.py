"""
Fill in a JSON schema from what was read: by the names of its properties, and always valid.

The sandbox does not know which questions the product asks. It goes by words in the names
(`quote`, `tool`, `summary`, …), fits the value into what the schema allows, and takes the plainest
valid value where it has nothing to say.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from apps.sandbox.reading import Reading

Schema = Mapping[str, Any]
_SYNONYMS = {
    "feature": ("feature", "enhancement", "new", "feat"),
    "fix": ("fix", "bug", "bugfix", "bug_fix"),
    "refactor": ("refactor", "refactoring", "maintenance", "chore"),
    "test": ("test", "tests", "testing"),
    "docs": ("docs", "doc", "documentation"),
    "chore": ("chore", "maintenance", "dependencies", "dependency", "build"),
    "revert": ("revert", "fix", "bug"),
}
_PLAIN = ("other", "none", "unknown", "unclear", "no", "low", "")

#: Words in a property's name, and what the reading has to say to it; the first match counts.
_WISHES: tuple[tuple[str, Callable[[Reading], object]], ...] = (
    (r"confidence|certainty", lambda reading: 0.9 if reading.discloses else 0.6),
    (r"quote|excerpt|verbatim", lambda reading: reading.quote),
    (r"place|where|source|location", lambda reading: reading.place),
    (r"tool|product|assistant|model", lambda reading: reading.tool),
    (r"disclos|assist|declar|(^|_)ai(_|$)|evidence|mark", lambda reading: reading.discloses),
    (r"kind|type|category", lambda reading: reading.kind),
    (r"paragraph|text|prose|insight|sentence", lambda reading: reading.prose),
    (r"description", lambda reading: reading.description),
    (r"summary|headline|title|what", lambda reading: reading.summary),
    (r"risk|severity", lambda reading: reading.risk),
    (r"size|effort|complexity", lambda reading: reading.size),
    (r"reason|explanation|why|note", lambda reading: _reason(reading)),
)


def answer(schema: Schema, reading: Reading) -> object:
    """Return a document that is valid under `schema` and says what the reading knows."""
    return _fill(schema, "", reading, schema)


def _reason(reading: Reading) -> str:
    if reading.discloses:
        return f"The author names {reading.tool}."
    return "Nothing in the text says that a tool was used."


def _wish(name: str, reading: Reading) -> object:
    for pattern, say in _WISHES:
        if re.search(pattern, name, re.IGNORECASE):
            return say(reading)
    return None


def _fill(schema: Schema, name: str, reading: Reading, root: Schema) -> object:
    if "$ref" in schema:
        return _fill(_referred(schema["$ref"], root), name, reading, root)
    if "const" in schema:
        return schema["const"]
    wish = _wish(name, reading)
    if "enum" in schema:
        return _choice(schema["enum"], wish)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _fill(_option(options, wish), name, reading, root)
    match _type(schema, wish):
        case "object":
            return {
                key: _fill(below, key, reading, root)
                for key, below in schema.get("properties", {}).items()
            }
        case "array":
            count = max(schema.get("minItems", 0), 1 if wish else 0)
            return [_fill(schema["items"], name, reading, root) for _ in range(count)]
        case kind:
            return _scalar(kind, schema, wish)


def _referred(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step] if step != "#" else found
    resolved: Schema = found
    return resolved


def _option(options: list[Schema], wish: object) -> Schema:
    """Take the null of an optional property if there is nothing to say, else the other one."""
    nothing = [option for option in options if option.get("type") == "null"]
    something = [option for option in options if option.get("type") != "null"]
    return (nothing or something)[0] if wish in (None, False) else (something or nothing)[0]


def _type(schema: Schema, wish: object) -> str:
    allowed = schema.get("type", "string")
    kinds = allowed if isinstance(allowed, list) else [allowed]
    if "null" in kinds and wish is None:
        return "null"
    return str(next((kind for kind in kinds if kind != "null"), "null"))


def _choice(allowed: list[object], wish: object) -> object:
    """Find the allowed value that means what is wished, else the plainest."""
    if isinstance(wish, bool):
        wish = "yes" if wish else "no"
    words = [] if wish is None else [_bare(w) for w in _SYNONYMS.get(str(wish), (str(wish),))]
    for means in (str.__eq__, str.__contains__):
        for value in allowed:
            if any(means(_bare(str(value)), word) for word in words):
                return value
    plain = [value for value in allowed if value is None or str(value).lower() in _PLAIN]
    return (plain or allowed)[0]


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _scalar(kind: str, schema: Schema, wish: object) -> object:
    match kind:
        case "boolean":
            return wish is True or (isinstance(wish, str) and bool(wish))
        case "integer" | "number":
            return _number(kind, schema, wish)
        case "string":
            text = wish if isinstance(wish, str) else ""
            return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "-")
    return None


def _number(kind: str, schema: Schema, wish: object) -> float:
    lowest, highest = float(schema.get("minimum", 0)), float(schema.get("maximum", 1))
    if not isinstance(wish, float):
        return int(lowest) if kind == "integer" else lowest
    value = lowest + (highest - lowest) * wish
    return round(value) if kind == "integer" else round(value, 3)
