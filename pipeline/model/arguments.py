"""Checks the arguments of the public functions. A wrong call raises a `UsageError` that says what to pass."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import TypeVar

from pipeline.errors import UsageError

Item = TypeVar("Item")

MAX_SHOWN_CHARS = 60
"""Characters of a value shown in a message."""


def describe_value(value: object) -> str:
    """A value as a message names it: its type, and the value itself if it is short.

    >>> describe_value(None), describe_value(3), describe_value("a.json"), describe_value([1, "b"])
    ('None', 'the int 3', "the str 'a.json'", 'a list of 2 items')
    """
    if value is None:
        return "None"
    kind = type(value).__name__
    if isinstance(value, list | tuple | set | frozenset | dict):
        return f"a {kind} of {len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, bool | int | float | str | bytes | PurePath):
        shown = repr(value)
        return f"the {kind} {shown if len(shown) <= MAX_SHOWN_CHARS else shown[:MAX_SHOWN_CHARS] + '…'}"
    return f"the class {value.__name__}" if isinstance(value, type) else f"an object of type {kind}"


def wrong_argument(call: str, name: str, value: object, wanted: str, remedy: str = "") -> UsageError:
    """The error for an argument that is not what is `wanted`; `remedy` is an example of what to pass."""
    return UsageError(f"{call}: {name} is {describe_value(value)}; pass {wanted}{f': {remedy}' if remedy else ''}")


def expect(call: str, name: str, value: object, kinds: type | tuple[type, ...], wanted: str, remedy: str = "") -> None:
    """Raises `UsageError` unless an argument has one of these types. A bool is not a number."""
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is int):
        raise wrong_argument(call, name, value, wanted, remedy)


def expect_text(call: str, name: str, value: object, *, optional: bool = False) -> None:
    """Raises `UsageError` unless an argument is a str; `optional` allows None."""
    if not isinstance(value, str) and not (optional and value is None):
        raise wrong_argument(call, name, value, "a str or None" if optional else "a str")


def expect_texts(call: str, name: str, value: Mapping[object, object] | None) -> None:
    """Raises `UsageError` unless an argument is a mapping of str to str, or None."""
    if value is None:
        return
    expect(call, name, value, Mapping, "a mapping of str to str, or None")
    for key, item in value.items():
        if not isinstance(key, str):
            raise wrong_argument(call, f"a key of {name}", key, "a str")
        if not isinstance(item, str):
            raise wrong_argument(call, f"{name}[{key!r}]", item, "a str", "other values as their JSON")


def expect_table(call: str, name: str, value: object) -> None:
    """Raises `UsageError` unless an argument is a mapping whose keys are str, or None."""
    if value is None:
        return
    expect(call, name, value, Mapping, "a mapping, such as a table of pipeline.toml, or None")
    for key in value:  # type: ignore[attr-defined]
        if not isinstance(key, str):
            raise wrong_argument(call, f"a key of {name}", key, "a str")


def expect_names(call: str, name: str, value: object, example: str) -> None:
    """Raises `UsageError` unless an argument is a list of names. A single name and None are refused."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise wrong_argument(call, name, value, "a list of names", example)
    if isinstance(value, list | tuple | set | frozenset):
        for i, item in enumerate(value):
            if not isinstance(item, str):
                raise wrong_argument(call, f"{name}[{i}]", item, "a name", example)


def expect_path(call: str, name: str, value: object, *others: type) -> None:
    """Raises `UsageError` unless an argument is a str, a path, or one of the `others`."""
    if isinstance(value, str) and not value:
        raise wrong_argument(call, name, value, "the path of a file or a folder, or a URL")
    expect(call, name, value, (str, PurePath, *others), "a path or a URL, as a str or a Path")


def expect_one(call: str, name: str, value: object, kind: type) -> None:
    """Raises `UsageError` unless an argument is one Article; `kind` is that type."""
    if isinstance(value, kind):
        return
    if isinstance(value, str | PurePath):
        raise wrong_argument(call, name, value, "an Article", "for article in pipeline.read(path)")
    if isinstance(value, Mapping | bytes):
        raise wrong_argument(call, name, value, "an Article", "pipeline.read(path) reads those of a file")
    if isinstance(value, Iterable):
        raise wrong_argument(call, name, value, "one Article at a time")
    raise wrong_argument(call, name, value, "an Article", "what pipeline.process returns")


def expect_all(call: str, name: str, value: object, kind: type[Item]) -> Iterator[Item]:
    """Iterates over the Articles of an argument; `kind` is that type.

    Raises `UsageError` at once if the argument is not iterable, and during iteration for an item that is no Article.
    """
    if isinstance(value, kind):
        raise wrong_argument(call, name, value, "a list", "[article]")
    if isinstance(value, str | bytes | PurePath | Mapping) or not isinstance(value, Iterable):
        raise wrong_argument(call, name, value, "Articles", "pipeline.read(path) reads those of an output")
    return _items(call, name, value, kind)


def _items(call: str, name: str, items: Iterable[object], kind: type[Item]) -> Iterator[Item]:
    for i, item in enumerate(items):
        if not isinstance(item, kind):
            raise wrong_argument(call, f"{name}[{i}]", item, "Articles", "pipeline.read(path) reads those of an output")
        yield item
