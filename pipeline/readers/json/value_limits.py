"""Checks the size of a JSON value before it is decoded.

A list of two bytes becomes a Python object of 56: 32 MiB of `[],[],…` take a gigabyte. Decoders differ in how deep a
value may nest, and for some it depends on the caller's stack.
"""

import re

from pipeline.config.settings import Limits

MIN_VALUE_BYTES = 2
"""Minimum bytes of a value, with the comma or bracket after it."""
STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
JSON_BRACKETS = re.compile(rf"{STRING}|(?P<open>[\[{{]++)|(?P<close>[\]}}]++)".encode(), re.DOTALL)
CLOSED_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
AS_LISTS = bytes.maketrans(b"{}", b"[]")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
PASSES = 8
"""How many times innermost pairs of brackets are removed. Few values nest deeper; stopping early only costs time."""
PARTS = re.compile(JSON_BRACKETS.pattern + rb"|(?P<comma>,++)", re.DOTALL)
"""Brackets and commas outside of strings."""


def fault(data: bytes | bytearray, limits: Limits) -> str | None:
    """Returns why a value must not be decoded, as a clause about a record; None if it is within the limits.

    >>> fault(b"[[1]]", Limits(nesting=1)), fault(b"[1, 2]", Limits())
    ('is nested deeper than the limit of 1 levels; leave it out, or raise [input.limits] nesting', None)
    """
    opened = data.count(b"[") + data.count(b"{")
    # These upper bounds also count characters in strings; nearly all records are within them.
    many = len(data) > MIN_VALUE_BYTES * limits.values and opened + data.count(b",") >= limits.values
    if not many and opened <= limits.nesting:
        return None
    values, depth = 1, 0
    for part in (PARTS if many else JSON_BRACKETS).finditer(data):
        kind = part.lastgroup
        if kind is None:
            continue
        size = part.end() - part.start()
        if kind == "close":
            depth -= size
            continue
        values += size
        if kind == "open":
            depth += size
            if depth > limits.nesting:
                return too_deep(limits)
        if values > limits.values:
            return f"has more than the limit of {limits.values:,} values; {remedy('values')}"
    return None


def too_many_members(data: bytes | bytearray, limits: Limits) -> bool:
    """Whether an object has more members than a record may have values, without counting nested values."""
    if len(data) <= MIN_VALUE_BYTES * limits.values:
        return False
    members = depth = 0
    for part in PARTS.finditer(data):
        kind = part.lastgroup
        size = part.end() - part.start()
        if kind == "open":
            depth += size
        elif kind == "close":
            depth -= size
        elif kind == "comma" and depth == 1:
            members += size
            if members >= limits.values:
                return True
    return False


def levels(data: bytes | bytearray) -> tuple[int, int]:
    """Returns by how many levels some JSON ends above its start, and how far at most it goes below it.

    >>> levels(b'"a": [1]}, {"b": "]"'), levels(b"1], [[")
    ((0, 1), (1, 1))
    """
    left = CLOSED_STRING.sub(b"", data).translate(AS_LISTS, NO_BRACKETS)
    rise = left.count(b"[") - left.count(b"]")
    for _ in range(PASSES):
        # Balanced brackets change neither.
        shorter = left.replace(b"[]", b"")
        if len(shorter) == len(left):
            break
        left = shorter
    return rise, left.count(b"]")


def too_deep(limits: Limits) -> str:
    """Returns the message for a record that nests too deeply."""
    return f"is nested deeper than the limit of {limits.nesting:,} levels; {remedy('nesting')}"


def remedy(setting: str) -> str:
    """Returns what to do about a record that is over a limit."""
    return f"leave it out, or raise [input.limits] {setting}"
