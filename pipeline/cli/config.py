"""`pipeline config`: the settings in effect and where each comes from, or a file with every setting."""

import argparse
import json
import re
from collections.abc import Iterator, Mapping

import msgspec
import regex

from pipeline.cli import installed
from pipeline.cli.options import add_config_options, pipeline, readers, settings, write_bytes
from pipeline.config.options import options as fields
from pipeline.config.settings import Key, Layers, Profile
from pipeline.config.settings_reference import Parts, Setting, list_settings
from pipeline.core.pipeline import Pipeline
from pipeline.errors import UsageError, did_you_mean
from pipeline.readers.registry import BUILT_IN_READERS, Registry
from pipeline.text.escapes import HIDDEN, escape_hidden

CONFIG_EXAMPLES = """examples:
  pipeline config                              show the settings in effect and where each comes from
  pipeline config --config pipeline.toml --profile sfc
  pipeline config --all -o pipeline.toml       write a settings file with every setting, its default and what it does
"""
DEFAULT_SOURCE = "default"
MAX_ALIGNED_CHARS = 60
"""Longest line with which the comments of others are aligned."""
BARE_KEY = regex.compile(r"[A-Za-z0-9_-]+")
FILE_HEADER = """\
# Every setting of the pipeline: what it does, which values are allowed, its default. To change a setting, remove the
# `# ` before its key. Use this file with `--config`.
"""
PROFILE_EXAMPLE = """\
# Settings for documents that match; the first profile that matches applies.
# [profiles.NAME]
# match.id = "folder/*"            # a pattern for the id, or a list
# match.metadata.KEY = "pattern"   # a pattern for a metadata value
# recipe = ["…"]                   # different stages
# stages.STAGE.SETTING = …         # different settings
# rules."STAGE.RULE" = "off"       # different thresholds
# vocabulary.words = ["…"]         # additional words
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = CONFIG_EXAMPLES
    add_config_options(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--profile", metavar="NAME", help="settings for documents of this profile")
    what.add_argument("--all", action="store_true", help="print an annotated file with every setting and its default")
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write to (default: stdout)")


def main(options: argparse.Namespace) -> int:
    """Prints the settings as TOML, which can be used with `--config`."""
    layers = settings(options)
    options.stages = None
    configured = pipeline(options, layers)
    if options.profile is not None and options.profile not in layers.settings.profiles:
        known = did_you_mean(options.profile, layers.settings.profiles)
        raise UsageError(f"unknown profile {options.profile!r}{known}")
    text = (
        annotated_settings(configured, layers)
        if options.all
        else "".join(f"{line}\n" for line in settings_in_effect(configured, layers, options.profile))
    )
    write_bytes(text.encode("utf-8"), options.output)
    return 0


def settings_in_effect(configured: Pipeline, layers: Layers, profile: str | None) -> Iterator[str]:
    """A line for each setting in effect, with its origin; rules and vocabulary only if they were set."""
    values = _values(configured, layers, profile)
    sources = {key: _origin(layers, key, profile) for key in values}
    lines = {_assignment(key, value): sources[key] for key, value in values.items() if value is not None}
    width = max(len(line) for line in lines if len(line) <= MAX_ALIGNED_CHARS)
    yield from (f"{line:{width}}  # {escape_hidden(source)}" for line, source in lines.items())


def annotated_settings(configured: Pipeline, layers: Layers) -> str:
    """A `pipeline.toml` with every setting; those that were not set are comments."""
    values = _values(configured, layers, None)
    lines = [FILE_HEADER]
    table: Key = ()
    for setting in list_settings(
        Parts(configured.recipe.stages, readers(layers).readers, tuple(installed.exporters()))
    ):
        if setting.key[:-1] != table:
            table = setting.key[:-1]
            lines.append(f"\n[{_dotted(table)}]")
        source = _origin(layers, setting.key, None)
        value = values.get(setting.key, setting.default)
        line = _assignment(setting.key[-1:], value) if value is not None else f"{_dotted(setting.key[-1:])} = …"
        lines += ["", *_setting_comments(setting)]
        lines.append(f"# {line}" if source == DEFAULT_SOURCE or value is None else f"{line}  # {escape_hidden(source)}")
    lines += [*_tables_alone(values), *_disabled_readers(readers(layers)), "", PROFILE_EXAMPLE]
    for name, profile in layers.settings.profiles.items():
        lines += [f"[profiles.{_dotted((name,))}]", *_profile(profile), ""]
    return "\n".join(lines).rstrip() + "\n"


def _tables_alone(values: Mapping[Key, object]) -> Iterator[str]:
    """Empty tables that enable a reader."""
    for key, value in values.items():
        if key[0] == "sources" and value == {}:
            yield f"\n[{_dotted(key)}]"


def _disabled_readers(chosen: Registry) -> Iterator[str]:
    """Installed readers that are not enabled, as comments: a table would enable them."""
    taking_part = {reader.name for reader in chosen.readers}
    for reader in installed.readers():
        if reader.name not in taking_part:
            yield f"\n# An installed reader; this table enables it.\n# [sources.{reader.name}]"
            for name, value in fields(reader).items():
                yield f"#   {_assignment((name,), msgspec.to_builtins(value))}"


def _values(configured: Pipeline, layers: Layers, profile: str | None) -> dict[Key, object]:
    """Every setting in effect, by its key."""
    variant = next(variant for variant in configured.variants if variant.version.profile == profile)
    effective = layers.settings
    values: dict[Key, object] = {("recipe",): [stage.name for stage in variant.recipe.stages]}
    for name, value in msgspec.structs.asdict(effective.input).items():
        if name != "limits":
            values["input", name] = msgspec.to_builtins(value)
    for name, value in msgspec.structs.asdict(effective.input.limits).items():
        values["input", "limits", name] = value
    for reader in readers(layers).readers:
        options = fields(reader)
        for name, value in options.items():
            values["sources", reader.name, name] = msgspec.to_builtins(value)
        if not options and reader.name not in BUILT_IN_READERS:
            # A reader of a plugin is enabled by its table.
            values["sources", reader.name] = {}
    for sink, table in effective.sinks.items():
        for name, value in table.items():
            values["sinks", sink, name] = msgspec.to_builtins(value)
    for stage in variant.recipe.stages:
        for name, value in fields(stage).items():
            values["stages", stage.name, name] = msgspec.to_builtins(value)
    for rule, threshold in variant.recipe.thresholds.items():
        values["rules", rule] = "off" if threshold > 1 else threshold
    for name, value in msgspec.structs.asdict(variant.recipe.vocabulary).items():
        if value:
            values["vocabulary", name] = msgspec.to_builtins(value)
    return values


def _origin(layers: Layers, key: Key, profile: str | None) -> str:
    """Where the value of `key` was set; a rule can be set through its stage."""
    stage = (*key[:-1], key[-1].partition(".")[0]) if key[0] == "rules" else key
    if profile is not None:
        for candidate in (key, stage):
            if source := layers.source(("profiles", profile, *candidate)):
                return f"{source}, profile {profile}"
    return layers.source(key) or layers.source(stage) or DEFAULT_SOURCE


def _profile(profile: Profile) -> Iterator[str]:
    for key, value in _leaves(msgspec.to_builtins(profile)):
        yield _assignment(key, value)


def _leaves(table: Mapping[str, object], key: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*key, name))
        elif value is not None and value != []:
            yield (*key, name), value


def _setting_comments(setting: Setting) -> Iterator[str]:
    default = "not set" if setting.default is None else literal(setting.default)
    what = f"{setting.what[:1].upper()}{setting.what[1:]}".rstrip(".")
    yield f"# {what}." if what else "# (no description)"
    yield f"# {setting.allowed[:1].upper()}{setting.allowed[1:]}; default: {default}"


def _assignment(key: Key, value: object) -> str:
    return f"{_dotted(key)} = {literal(value)}"


def _dotted(key: Key) -> str:
    return ".".join(part if BARE_KEY.fullmatch(part) else literal(part) for part in key)


def literal(value: object) -> str:
    """A value in TOML, on one line.

    >>> literal(["a", 1, True]), literal({"策展": "curator"})
    ('["a", 1, true]', '{ "策展" = "curator" }')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        inner = ", ".join(_assignment((str(key),), one) for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    # Strings and numbers are written as in JSON, with invisible characters as TOML escapes (no surrogates).
    return HIDDEN.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
