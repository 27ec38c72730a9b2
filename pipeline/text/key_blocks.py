"""Whether the lines between two fences at the top of a text are front matter, or text between two rules.

`---` opens front matter, and is also how a horizontal rule is written. A speaker's label looks like a key. The
difference: the keys are those that writers use for front matter, none is repeated, and no value is speech.
"""

from collections import Counter
from functools import cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.lists import table

KeyKind = Literal["k", "s", "r"]
"""k: a key that is not a name; s: its value may be a sentence; r: a role, which may also label a speaker."""
QUESTION_AND_ANSWER_LABELS = frozenset({"q", "a", "i", "r"})
KEY_AND_VALUE_LINE = regex.compile(
    r"""
    (?P<key>[\p{L}_\"'][\p{L}\p{N}_ .:\"'\-]{0,39}?)      # title
    [ \t]*+(?::(?=[ \t\n]|\Z)|=)[ \t]*+                    # : or =
    (?P<value>[^\n]*+)                                      # The weir
    """,
    regex.VERBOSE,
)
CONTINUATION = regex.compile(r"[ \t]|[-#\]\[}{]|\Z")
"""Lines between keys that continue a value, hold an item of a list, begin a table, or are empty."""
IDENTIFIER = regex.compile(r"[a-z][a-z0-9_\-.]*+\Z")
SPEECH_VALUE = regex.compile(r"[?？!！。…](?:[\"'”’」』）)]*+)\s*+\Z|[.](?:[\"'”’)]*+)\s*+\Z|\S.{79}", regex.DOTALL)
"""A value that ends like a sentence, or is long: that of a speaker's label rather than of a key."""
QUESTION_VALUE = regex.compile(r"[?？](?:[\"'”’」』）)]*+)\s*+\Z")


class _KeyLine(msgspec.Struct, frozen=True, gc=False):
    """A line with a key: the key as written, in small letters, and its value."""

    key: str
    name: str
    value: str

    @property
    def is_identifier(self) -> bool:
        """Whether the key looks like one of a program, rather than like a label of an interview."""
        return IDENTIFIER.match(self.key) is not None and self.name not in QUESTION_AND_ANSWER_LABELS

    @property
    def is_speech(self) -> bool:
        """Whether the value reads like speech."""
        return self.name not in keys("s") and SPEECH_VALUE.search(self.value) is not None


@cache
def keys(kind: KeyKind) -> frozenset[str]:
    """The keys of one kind, in small letters."""
    return frozenset(key for key, kinds in table("pipeline.text", "front_matter_keys.tsv") if kind in kinds)


def is_key_block(block: str) -> bool:
    r"""Whether the lines between two fences are front matter in YAML or TOML.

    >>> is_key_block("title: The weir\nauthor: Anna Berg\n"), is_key_block("Anna: Why a weir?\n\nBen: For the eel.\n")
    (True, False)
    """
    entries, others = _entries(block)
    if not entries:
        # There is no text between the two rules.
        return not any(map(str.isalnum, block))
    if others > len(entries):
        return False
    speech = [entry for entry in entries if entry.is_speech]
    if _is_repeated(speech, entries):
        return False
    known = [entry for entry in entries if entry.name in keys("k") and entry not in speech]
    if not known:
        return not speech and all(entry.is_identifier or entry.name in keys("r") for entry in entries)
    return not _is_interview(speech, known)


def _entries(block: str) -> tuple[list[_KeyLine], int]:
    """The keys of a block, and how many of its lines belong to no key."""
    entries, others = [], 0
    for line in block.split("\n"):
        match = KEY_AND_VALUE_LINE.match(line)
        if match is not None:
            key = match["key"].strip(" \t\"'")
            entries.append(_KeyLine(key, key.lower(), match["value"]))
        elif not CONTINUATION.match(line):
            others += 1
    return entries, others


def _is_repeated(speech: list[_KeyLine], entries: list[_KeyLine]) -> bool:
    """Whether a speaker has more than one turn."""
    counts = Counter(entry.name for entry in entries)
    return any(counts[entry.name] > 1 for entry in speech)


def _is_interview(speech: list[_KeyLine], known: list[_KeyLine]) -> bool:
    """Whether there is too much speech beside the known keys.

    An unknown key may have a sentence as its value. Two of them with a question among them are an interview.
    """
    asked = any(QUESTION_VALUE.search(entry.value) for entry in speech)
    speakers = speech if asked else [entry for entry in speech if not entry.is_identifier]
    return len({entry.name for entry in speakers}) > 1 and (asked or len(speakers) >= len(known))
