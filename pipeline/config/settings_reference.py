"""List every setting of a `pipeline.toml`, with its default and description: for people, and as a schema for editors.

Both come from the types and their descriptions, and cover the stages, readers and exporters that they are given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, cast

import msgspec

from pipeline.config.options import options
from pipeline.config.settings import Input, Key, Limits, Settings
from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.model.stage import Stage

Schema = dict[str, Any]


class Named(Protocol):
    """A frozen dataclass with a name; its fields are its settings."""

    name: ClassVar[str]


DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


class Parts(msgspec.Struct, frozen=True):
    """The stages, readers and exporters whose settings are listed."""

    stages: tuple[Stage, ...]
    sources: tuple[Named, ...] = ()
    sinks: tuple[Named, ...] = ()


class Setting(msgspec.Struct, frozen=True):
    """A setting: its path, its default (None if it is not set), what it does, and what is allowed."""

    key: Key
    default: object
    what: str
    allowed: str


def list_settings(parts: Parts) -> Iterator[Setting]:
    """Yield every setting outside profiles, in the order of the file. There is one for each rule of the stages."""
    tables = {
        (): (Settings, ("recipe",)),
        ("input",): (Input, [field.name for field in msgspec.structs.fields(Input) if field.name != "limits"]),
        ("input", "limits"): (Limits, None),
        ("vocabulary",): (Vocabulary, None),
    }
    for key, (kind, names) in tables.items():
        yield from _fields(key, kind, names)
    for table in ("sources", "stages", "sinks"):
        for part in getattr(parts, table):
            yield from _fields((table, part.name), type(part), None)
    for stage in parts.stages:
        for rule in stage.rules:
            yield Setting(("rules", rule.name), rule.threshold, rule.meaning, 'from 0 to 1, or "off"')


def schema(parts: Parts) -> Schema:
    """The JSON Schema (2020-12) of a `pipeline.toml`, with which editors complete and check it."""
    settings_schema = msgspec.json.schema(Settings)
    definitions = cast("Schema", settings_schema["$defs"])
    stages = parts.stages
    named, sources, sinks = (_tables(kind, definitions) for kind in (stages, parts.sources, parts.sinks))
    threshold: Schema = definitions["Settings"]["properties"]["rules"]["additionalProperties"]
    # Dotted keys without quotes are nested tables, which are accepted too.
    nested = {"anyOf": [*threshold["anyOf"], {"type": "object"}]}
    rules: Schema = {stage.name: {"description": f"All rules of the stage {stage.name}.", **nested} for stage in stages}
    for stage in stages:
        for rule in stage.rules:
            rules[rule.name] = {"description": rule.meaning, **threshold, "default": rule.threshold}
    definitions["Rules"] = {"type": "object", "properties": rules, "additionalProperties": nested}
    definitions["Stages"] = {"type": "object", "properties": named, "additionalProperties": {"type": "object"}}
    definitions["Sources"] = {"type": "object", "properties": sources, "additionalProperties": {"type": "object"}}
    definitions["Sinks"] = {"type": "object", "properties": sinks, "additionalProperties": {"type": "object"}}
    definitions["Recipe"] = {
        "type": "array",
        "items": {"description": "A stage.", "anyOf": [{"enum": list(named)}, {"type": "string"}]},
        "uniqueItems": True,
    }
    for kind in ("Settings", "Profile"):
        properties = definitions[kind]["properties"]
        for name in properties.keys() & {"recipe", "sources", "stages", "sinks", "rules"}:
            description = properties[name]["description"]
            properties[name] = {"description": description, "$ref": f"#/$defs/{name.capitalize()}"}
    return {"$schema": DIALECT, "title": "pipeline.toml", **settings_schema}


def _tables(parts: Iterable[Named], definitions: Schema) -> Schema:
    """The schema of each table by its name. The types that it refers to are added to `definitions`."""
    named: Schema = {}
    for part in parts:
        (table,), components = msgspec.json.schema_components([type(part)], ref_template="#/$defs/{name}")
        definitions |= components
        named[part.name] = {**definitions.pop(table["$ref"].rpartition("/")[2]), "additionalProperties": False}
        named[part.name].pop("title", None)
    return named


def _fields(key: Key, kind: type[Any], names: Sequence[str] | None) -> Iterator[Setting]:
    table = _table(kind)
    made = kind()
    defaults = msgspec.structs.asdict(made) if isinstance(made, msgspec.Struct) else options(made)
    for name, described in table["properties"].items():
        if names is None or name in names:
            default = msgspec.to_builtins(defaults[name])
            yield Setting((*key, name), default, described.get("description", ""), _allowed(described))


def _table(kind: type) -> Schema:
    schema_of_kind = msgspec.json.schema(kind)
    return cast("Schema", schema_of_kind["$defs"][schema_of_kind["$ref"].rpartition("/")[2]])


def _allowed(described: Mapping[str, Any]) -> str:
    """What a schema allows, in words: `a whole number from 1`, `a list of text`."""
    if "enum" in described:
        return " or ".join(map(repr, described["enum"]))
    if "anyOf" in described:
        return " or ".join(_allowed(option) for option in described["anyOf"] if option.get("type") != "null")
    words = TYPES.get(described.get("type", ""), "a value")
    for inner in ("items", "additionalProperties"):
        if isinstance(described.get(inner), Mapping) and described[inner]:
            words = f"{words} of {_allowed(described[inner])}"
    low = described.get("minimum", described.get("exclusiveMinimum"))
    high = described.get("maximum", described.get("exclusiveMaximum"))
    if low is not None:
        words += f" from {low}" if "minimum" in described else f" over {low}"
    if high is not None:
        words += f" to {high}" if "maximum" in described else f" under {high}"
    return words
