"""Parses the front matter of a Markdown document: keys in YAML, TOML or JSON, as blogs use them."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, cast

import regex

from pipeline.readers.field_values import as_text
from pipeline.text.key_blocks import is_key_block

MAX_FRONT_MATTER_CHARS = 1 << 16
"""Maximum characters of front matter."""
MAX_DEPTH = 20
"""Maximum nesting of lists and mappings."""
TOO_DEEP = f"contains lists or tables nested more than {MAX_DEPTH} levels"
MAX_DIGITS = 1000
"""Maximum digits of an integer: parsing one of 100,000 digits takes seconds."""
TOML_TEXT = regex.compile(
    r'"""(?s:.*?)"""|' r"'''(?s:.*?)'''|" r'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"|' r"'[^'\n]*+'|#[^\n]*+"
)
"""Strings and comments, in which dotted keys are not searched for."""
DEEP_KEY = regex.compile(rf"(?<![\w\"-])(?:[\w\"-]++[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}")
"""A key such as `a.a.a.…`: the TOML parser needs memory and time quadratic in the number of its parts."""
DIGITS = regex.compile(rf"[0-9][0-9_]{{{MAX_DIGITS}}}|0[xob][0-9A-Fa-f_]{{{MAX_DIGITS}}}")
FENCES = {"---": regex.compile(r"^(?:---|\.\.\.)[ \t]*$", regex.M), "+++": regex.compile(r"^\+\+\+[ \t]*$", regex.M)}


class FrontMatterError(ValueError):
    """Front matter that is over a limit. The message is a clause that says why."""


def read_front_matter(text: str) -> dict[str, str]:
    r"""Returns the keys above a text whose lines end in `\n`; empty if there are none or they are malformed.

    Raises `FrontMatterError` if they are over a limit, which no real article is.

    >>> read_front_matter('---\ntitle: The weir\ndate: 2024-05-01\ntags: [eel, 鳗]\n---\nWhy a weir?')
    {'title': 'The weir', 'date': '2024-05-01', 'tags': '["eel","鳗"]'}
    """
    keys = _keys(text[:MAX_FRONT_MATTER_CHARS])
    _refuse_deep(keys)
    metadata = {str(key): as_text(value) for key, value in keys.items()} if isinstance(keys, Mapping) else {}
    try:
        "".join([*metadata, *metadata.values()]).encode()
    except UnicodeEncodeError:
        # An escape of half a surrogate pair.
        return {}
    return metadata


def _keys(text: str) -> object:
    if text.startswith("{"):
        return _json(text)
    first, _, rest = text.partition("\n")
    close = FENCES.get(first.rstrip(" \t"))
    end = close.search(rest) if close else None
    if end is None or not is_key_block(rest[: end.start()]):
        return None
    return _yaml(rest[: end.start()]) if first.startswith("---") else _toml(rest[: end.start()])


def _json(text: str) -> object:
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    # `{name} asked` is a text; in Hugo the closing brace ends its line.
    return value if text[end:].partition("\n")[0].strip() == "" else None


def _toml(text: str) -> object:
    bare = TOML_TEXT.sub('""', text)
    if DEEP_KEY.search(bare):
        raise FrontMatterError(TOO_DEEP)
    _refuse_digits(bare)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _refuse_digits(text: str) -> None:
    if DIGITS.search(text):
        raise FrontMatterError(f"contains a number of more than {MAX_DIGITS:,} digits")


def _refuse_deep(root: object) -> None:
    """Raises `FrontMatterError` for lists and mappings that nest too deeply."""
    level = [root]
    for _ in range(MAX_DEPTH + 1):
        inner: list[object] = []
        for value in level:
            if isinstance(value, Mapping):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        if not inner:
            return
        level = inner
    raise FrontMatterError(TOO_DEEP)


def _yaml(text: str) -> object:
    import yaml

    try:
        depth = 0
        for event in yaml.parse(text, Loader=_loader()):
            # Nested aliases expand a kilobyte to a gigabyte; tags request types that may not fit.
            if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
                return None
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise FrontMatterError(TOO_DEEP)
        return cast("object", yaml.load(text, Loader=_loader()))  # noqa: S506 -- a safe one
    except FrontMatterError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


@cache
def _loader() -> Any:  # noqa: ANN401 -- PyYAML has no types
    """Returns a safe loader that keeps words and numbers as written: `no` is a language, `007` a name."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012 -- PyYAML's own way

    def moment(loader: Any, node: Any) -> date | str:  # noqa: ANN401
        try:
            return cast("date", loader.construct_yaml_timestamp(node))
        except (ValueError, OverflowError):
            return str(node.value)

    for tag, letters in (("timestamp", "0123456789"), ("null", "~nN\0")):
        pattern = next(
            pattern
            for pairs in yaml.SafeLoader.yaml_implicit_resolvers.values()
            for name, pattern in pairs
            if name == f"tag:yaml.org,2002:{tag}"
        )
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", pattern, [*letters.replace("\0", ""), ""])
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", regex.compile(r"-?(?:0|[1-9][0-9]{0,17})$"), [*"-0123456789"])
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", regex.compile(r"(?:true|false)$"), [*"tf"])
    Loader.add_constructor("tag:yaml.org,2002:timestamp", moment)
    return Loader
