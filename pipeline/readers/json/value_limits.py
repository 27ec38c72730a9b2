"""How much one JSON value holds, counted before it is decoded.

A list of two bytes becomes an object of 56 in Python: 32 MiB of `[],[],…` take a gigabyte. A value that nests deeply is
refused by some decoders and not by others, and by how deep the program that calls them is itself.
"""

import re

from pipeline.config.settings import Limits

MIN_VALUE_BYTES = 2
"""Bytes that each value takes at least: itself, and what stands between it and the next."""
STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
JSON_BRACKETS = re.compile(rf"{STRING}|(?P<open>[\[{{]++)|(?P<close>[\]}}]++)".encode(), re.DOTALL)
CLOSED_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
AS_LISTS = bytes.maketrans(b"{}", b"[]")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
PASSES = 8
"""How often pairs of brackets are taken out: few nest deeper, and to stop early only costs time."""
PARTS = re.compile(JSON_BRACKETS.pattern + rb"|(?P<comma>,++)", re.DOTALL)
"""Brackets, and commas; those in a string are part of it."""


def fault(data: bytes | bytearray, limits: Limits) -> str | None:
    """Why a value should not be decoded, as what is said of a record; None for one within the limits.

    >>> fault(b"[[1]]", Limits(nesting=1)), fault(b"[1, 2]", Limits())
    ('is nested deeper than the limit of 1 levels; leave it out, or raise [input.limits] nesting', None)
    """
    opened = data.count(b"[") + data.count(b"{")
    # These are upper bounds, which nearly all records pass: what stands in strings is counted as well.
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
            return f"holds more than the limit of {limits.values:,} values; {remedy('values')}"
    return None


def too_many_members(data: bytes | bytearray, limits: Limits) -> bool:
    """Whether an object has more members than a record may have values; what lies in them is not counted."""
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
    """By how many levels some JSON ends above where it begins, and how far at most it goes below that on its way.

    >>> levels(b'"a": [1]}, {"b": "]"'), levels(b"1], [[")
    ((0, 1), (1, 1))
    """
    left = CLOSED_STRING.sub(b"", data).translate(AS_LISTS, NO_BRACKETS)
    rise = left.count(b"[") - left.count(b"]")
    for _ in range(PASSES):
        # What opens and closes again changes neither.
        shorter = left.replace(b"[]", b"")
        if len(shorter) == len(left):
            break
        left = shorter
    return rise, left.count(b"]")


def too_deep(limits: Limits) -> str:
    """What is said of a record whose lists and objects lie too deep in each other."""
    return f"is nested deeper than the limit of {limits.nesting:,} levels; {remedy('nesting')}"


def remedy(setting: str) -> str:
    """What to do about a record that is over a limit."""
    return f"leave it out, or raise [input.limits] {setting}"
