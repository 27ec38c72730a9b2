"""`pipeline config`: the settings that hold, and where each comes from; or one file with every setting there is."""

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
from pipeline.config.settings_reference import Parts, Setting, catalogue
from pipeline.core.pipeline import Pipeline
from pipeline.errors import UsageError, did_you_mean
from pipeline.readers.registry import BUILT_IN, Registry
from pipeline.text.escapes import HIDDEN, escape_hidden

CONFIG_EXAMPLES = """examples:
  pipeline config                              show the settings in effect and where each comes from
  pipeline config --config pipeline.toml --profile sfc
  pipeline config --all -o pipeline.toml       write a settings file with every setting, its default and what it does
"""
DEFAULT_SOURCE = "default"
MAX_ALIGNED_CHARS = 60
"""Characters of a line that the others are aligned with."""
BARE_KEY = regex.compile(r"[A-Za-z0-9_-]+")
FILE_HEADER = """\
# Every setting of the pipeline: what it does, what is allowed, its default. A line that begins with `# ` and a key
# says what holds anyway; take the `# ` away and change it. The file is read where `--config` names it.
"""
PROFILE_EXAMPLE = """\
# What is laid over all of this for the documents that match; the first profile that matches holds.
# [profiles.NAME]
# match.id = "folder/*"            # patterns for the id, one or a list
# match.metadata.KEY = "pattern"   # and for the value of a key of the metadata
# recipe = ["…"]                   # other stages
# stages.STAGE.SETTING = …         # other settings
# rules."STAGE.RULE" = "off"       # other thresholds
# vocabulary.words = ["…"]         # further words, beside those above
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
    """Prints TOML that, given as `--config`, means the same."""
    said = settings(options)
    options.stages = None
    made = pipeline(options, said)
    if options.profile is not None and options.profile not in said.settings.profiles:
        known = did_you_mean(options.profile, said.settings.profiles)
        raise UsageError(f"unknown profile {options.profile!r}{known}")
    text = (
        everything(made, said) if options.all else "".join(f"{line}\n" for line in holding(made, said, options.profile))
    )
    write_bytes(text.encode("utf-8"), options.output)
    return 0


def holding(made: Pipeline, said: Layers, profile: str | None) -> Iterator[str]:
    """A line for each setting that holds, with its source; rules and vocabulary only where somebody said something."""
    values = _values(made, said, profile)
    sources = {key: _source(said, key, profile) for key in values}
    lines = {_assignment(key, value): sources[key] for key, value in values.items() if value is not None}
    width = max(len(line) for line in lines if len(line) <= MAX_ALIGNED_CHARS)
    yield from (f"{line:{width}}  # {escape_hidden(source)}" for line, source in lines.items())


def everything(made: Pipeline, said: Layers) -> str:
    """A `pipeline.toml` with every setting: those that somebody set, and the others as comments."""
    values = _values(made, said, None)
    lines = [FILE_HEADER]
    table: Key = ()
    for setting in catalogue(Parts(made.recipe.stages, readers(said).readers, tuple(installed.exporters()))):
        if setting.key[:-1] != table:
            table = setting.key[:-1]
            lines.append(f"\n[{_dotted(table)}]")
        source = _source(said, setting.key, None)
        value = values.get(setting.key, setting.default)
        line = _assignment(setting.key[-1:], value) if value is not None else f"{_dotted(setting.key[-1:])} = …"
        lines += ["", *_told(setting)]
        lines.append(f"# {line}" if source == DEFAULT_SOURCE or value is None else f"{line}  # {escape_hidden(source)}")
    lines += [*_tables_alone(values), *_idle(readers(said)), "", PROFILE_EXAMPLE]
    for name, profile in said.settings.profiles.items():
        lines += [f"[profiles.{_dotted((name,))}]", *_profile(profile), ""]
    return "\n".join(lines).rstrip() + "\n"


def _tables_alone(values: Mapping[Key, object]) -> Iterator[str]:
    """Tables that say no more than that a reader takes part."""
    for key, value in values.items():
        if key[0] == "sources" and value == {}:
            yield f"\n[{_dotted(key)}]"


def _idle(chosen: Registry) -> Iterator[str]:
    """Installed readers that take no part, as comments: a table would name them."""
    taking_part = {reader.name for reader in chosen.readers}
    for reader in installed.readers():
        if reader.name not in taking_part:
            yield f"\n# A reader that is installed and takes part where this table stands.\n# [sources.{reader.name}]"
            for name, value in fields(reader).items():
                yield f"#   {_assignment((name,), msgspec.to_builtins(value))}"


def _values(made: Pipeline, said: Layers, profile: str | None) -> dict[Key, object]:
    """Every setting that holds, by its key."""
    way = next(way for way in made.ways if way.version.profile == profile)
    told = said.settings
    values: dict[Key, object] = {("recipe",): [stage.name for stage in way.recipe.stages]}
    for name, value in msgspec.structs.asdict(told.input).items():
        if name != "limits":
            values["input", name] = msgspec.to_builtins(value)
    for name, value in msgspec.structs.asdict(told.input.limits).items():
        values["input", "limits", name] = value
    for reader in readers(said).readers:
        options = fields(reader)
        for name, value in options.items():
            values["sources", reader.name, name] = msgspec.to_builtins(value)
        if not options and reader.name not in BUILT_IN:
            # It takes part since it is named, and only then.
            values["sources", reader.name] = {}
    for sink, table in told.sinks.items():
        for name, value in table.items():
            values["sinks", sink, name] = msgspec.to_builtins(value)
    for stage in way.recipe.stages:
        for name, value in fields(stage).items():
            values["stages", stage.name, name] = msgspec.to_builtins(value)
    for rule, threshold in way.recipe.thresholds.items():
        values["rules", rule] = "off" if threshold > 1 else threshold
    for name, value in msgspec.structs.asdict(way.recipe.vocabulary).items():
        if value:
            values["vocabulary", name] = msgspec.to_builtins(value)
    return values


def _source(said: Layers, key: Key, profile: str | None) -> str:
    """Who said last what holds for `key`: a rule may have been set with all others of its stage."""
    stage = (*key[:-1], key[-1].partition(".")[0]) if key[0] == "rules" else key
    if profile is not None:
        for one in (key, stage):
            if source := said.source(("profiles", profile, *one)):
                return f"{source}, profile {profile}"
    return said.source(key) or said.source(stage) or DEFAULT_SOURCE


def _profile(profile: Profile) -> Iterator[str]:
    for key, value in _leaves(msgspec.to_builtins(profile)):
        yield _assignment(key, value)


def _leaves(table: Mapping[str, object], key: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*key, name))
        elif value is not None and value != []:
            yield (*key, name), value


def _told(setting: Setting) -> Iterator[str]:
    default = "not set" if setting.default is None else literal(setting.default)
    what = f"{setting.what[:1].upper()}{setting.what[1:]}".rstrip(".")
    yield f"# {what}." if what else "# (its stage does not say what it does)"
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
    # Texts and numbers are written as in JSON.
    # What nobody sees is escaped, in the way of TOML, which has no surrogates.
    return HIDDEN.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
