"""Every setting that a `pipeline.toml` may have, with its default and what it does: for people and for editors.

Both read the same source, the types and their descriptions, and cover the stages that they are given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from pipeline.options import options
from pipeline.settings import Input, Key, Limits, Settings
from pipeline.stage import Stage
from pipeline.vocabulary import Vocabulary

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


class Setting(msgspec.Struct, frozen=True):
    """A setting: the way to it, its default (none where it is not set), what it does, and what is allowed."""

    key: Key
    default: object
    what: str
    allowed: str


def catalogue(stages: Sequence[Stage]) -> Iterator[Setting]:
    """Every setting outside of profiles, in the order of the file: rules are given for each rule of `stages`."""
    tables = {
        (): (Settings, ("recipe",)),
        ("input",): (Input, ("text_field", "id_field", "encoding", "include")),
        ("input", "limits"): (Limits, None),
        ("vocabulary",): (Vocabulary, None),
    }
    for key, (kind, names) in tables.items():
        yield from _fields(key, kind, names)
    for stage in stages:
        yield from _fields(("stages", stage.name), type(stage), None)
    for stage in stages:
        for rule in stage.rules:
            yield Setting(("rules", rule.name), rule.threshold, rule.meaning, 'from 0 to 1, or "off"')


def schema(stages: Iterable[Stage]) -> Schema:
    """The JSON Schema (2020-12) of a `pipeline.toml` that may name `stages`: editors complete and check by it."""
    found = msgspec.json.schema(Settings)
    definitions = cast("Schema", found["$defs"])
    stages = list(stages)
    named: Schema = {}
    for stage in stages:
        (table,), components = msgspec.json.schema_components([type(stage)], ref_template="#/$defs/{name}")
        definitions |= components
        named[stage.name] = {**definitions.pop(table["$ref"].rpartition("/")[2]), "additionalProperties": False}
        named[stage.name].pop("title", None)
    threshold: Schema = definitions["Settings"]["properties"]["rules"]["additionalProperties"]
    # Dotted keys without quotes are tables of tables, which are read as well.
    nested = {"anyOf": [*threshold["anyOf"], {"type": "object"}]}
    rules: Schema = {stage.name: {"description": f"All rules of the stage {stage.name}.", **nested} for stage in stages}
    for stage in stages:
        for rule in stage.rules:
            rules[rule.name] = {"description": rule.meaning, **threshold, "default": rule.threshold}
    definitions["Rules"] = {"type": "object", "properties": rules, "additionalProperties": nested}
    definitions["Stages"] = {"type": "object", "properties": named, "additionalProperties": {"type": "object"}}
    definitions["Recipe"] = {
        "type": "array",
        "items": {"description": "A stage.", "anyOf": [{"enum": list(named)}, {"type": "string"}]},
        "uniqueItems": True,
    }
    for kind in ("Settings", "Profile"):
        properties = definitions[kind]["properties"]
        for name in ("recipe", "stages", "rules"):
            said = properties[name]["description"]
            properties[name] = {"description": said, "$ref": f"#/$defs/{name.capitalize()}"}
    return {"$schema": DIALECT, "title": "pipeline.toml", **found}


def _fields(key: Key, kind: type[Any], names: Sequence[str] | None) -> Iterator[Setting]:
    table = _table(kind)
    made = kind()
    defaults = msgspec.structs.asdict(made) if isinstance(made, msgspec.Struct) else options(made)
    for name, described in table["properties"].items():
        if names is None or name in names:
            default = msgspec.to_builtins(defaults[name])
            yield Setting((*key, name), default, described.get("description", ""), _allowed(described))


def _table(kind: type) -> Schema:
    found = msgspec.json.schema(kind)
    return cast("Schema", found["$defs"][found["$ref"].rpartition("/")[2]])


def _allowed(described: Mapping[str, Any]) -> str:
    """What a schema allows, in words: `a whole number from 1`, `a list of text`."""
    if "enum" in described:
        return " or ".join(map(repr, described["enum"]))
    if "anyOf" in described:
        return " or ".join(_allowed(one) for one in described["anyOf"] if one.get("type") != "null")
    said = TYPES.get(described.get("type", ""), "a value")
    for inner in ("items", "additionalProperties"):
        if isinstance(described.get(inner), Mapping) and described[inner]:
            said = f"{said} of {_allowed(described[inner])}"
    low = described.get("minimum", described.get("exclusiveMinimum"))
    high = described.get("maximum", described.get("exclusiveMaximum"))
    if low is not None:
        said += f" from {low}" if "minimum" in described else f" over {low}"
    if high is not None:
        said += f" to {high}" if "maximum" in described else f" under {high}"
    return said
