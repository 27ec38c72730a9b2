"""Words for what somebody did for an article, in Chinese and English, and what they are in plain English."""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary, fold

Use = Literal["b", "c", "s", "m", "p"]
"""b: near the title, a byline; c: a credit; s: a credit, but a speaker's label as well; m: composed of known words;
p: perhaps, since it ends in a word for a role."""

COMBINED = regex.compile(r"\s*[/／、＋+&和及与與]\s*")
"""What joins two roles of one person: 采访、整理; 攝影及剪接."""
HAN_LABEL = regex.compile(r"\p{Han}{2,12}+")
MAX_COMPOUND_CHARS = 12
"""Characters of the longest composed label."""


class Role(msgspec.Struct, frozen=True, gc=False):
    """A word for a role: what it is in English, where it stands, whether longer labels may end in it."""

    english: str
    use: str
    head: bool


def _rows(name: str) -> list[list[str]]:
    text = (resources.files("pipeline.lexicon") / name).read_text("utf-8")
    return [row.split("\t") for row in text.splitlines() if row and not row.startswith("#")]


@cache
def chinese_roles() -> dict[str, Role]:
    """Chinese roles in both scripts."""
    found: dict[str, Role] = {}
    for simplified, traditional, english, use in _rows("roles.tsv"):
        role = Role(english, use[0], "h" in use)
        found.setdefault(simplified, role)
        found.setdefault(traditional, role)
    return found


@cache
def role_modifiers() -> dict[str, str]:
    """Words that may stand before the end of a longer Chinese label, in both scripts, and its English."""
    found: dict[str, str] = {}
    for simplified, traditional, english in _rows("role_modifiers.tsv"):
        found.setdefault(simplified, english)
        found.setdefault(traditional, english)
    return found


@cache
def english_roles() -> dict[str, str]:
    """English roles in lower case, and their use."""
    return {row[0]: row[1] for row in _rows("roles.english.tsv")}


def role_use(label: str, vocabulary: Vocabulary = NO_VOCABULARY) -> Use | None:
    """Where a label stands, or None where it is none that we or the user know.

    A role of the user's is one of credits, unless we know it as one of bylines or of speakers.

    >>> use_of("作者"), use_of("校对"), use_of("采访、整理"), use_of("海外运营统筹"), use_of("量子统筹"), use_of("天气")
    ('b', 'c', 'c', 'm', 'p', None)
    """
    known = chinese_roles().get(label)
    if known is not None and known.use != "h":
        return known.use  # type: ignore[return-value]
    if label.isascii():
        use = english_roles().get(" ".join(label.replace("_", " ").lower().split()))
        return use or ("c" if _told(label, vocabulary) is not None else None)  # type: ignore[return-value]
    if _told(label, vocabulary) is not None:
        return "c"
    parts = COMBINED.split(label)
    if len(parts) > 1:
        uses = [role_use(part, vocabulary) for part in parts]
        return None if None in uses else uses[0] if uses[0] == "b" else "c"
    if not HAN_LABEL.fullmatch(label):
        return None
    if _composed(label) is not None:
        return "m"
    return "p" if any(known.head and label.endswith(head) for head, known in chinese_roles().items()) else None


def role_in_english(role: str, vocabulary: Vocabulary = NO_VOCABULARY) -> str | None:
    """Plain English for a role as it stands in a credit, or None where a part of it is unknown.

    For a role of the user's it is what the user says, None where that is nothing.

    >>> role_in_english("责编"), role_in_english("海外运营编辑"), role_in_english("Copy Editor")
    ('editor in charge', 'overseas operations editor', 'copy editor')
    >>> role_in_english("采访、整理"), role_in_english("量子统筹")
    ('interview and compiled by', None)
    """
    label = " ".join(role.replace("_", " ").split())
    if (told := _told(label, vocabulary)) is not None:
        return told or None
    known = chinese_roles().get(label)
    if known is not None:
        return known.english
    if label.isascii():
        return label.lower() or None
    parts = COMBINED.split(label)
    if len(parts) > 1:
        translated = [role_in_english(part, vocabulary) for part in parts]
        return None if None in translated else " and ".join(filter(None, translated))
    return _composed(label)


def _told(label: str, vocabulary: Vocabulary) -> str | None:
    """English of a role of the user's, which may be empty; None for any other."""
    return vocabulary.tasks.get(fold(label.replace("_", " "))) if vocabulary.roles else None


def _composed(label: str) -> str | None:
    """English of a label that known modifiers and one role make up: the longest role at its end, the rest before it."""
    if len(label) > MAX_COMPOUND_CHARS:
        return None
    for cut in range(1, len(label) - 1):
        role = chinese_roles().get(label[cut:])
        if role is not None and role.head and (before := _modified(label[:cut])) is not None:
            return f"{before} {role.english}"
    return None


def _modified(text: str) -> str | None:
    """English of a run of modifiers, longest first from the left."""
    known, words, at = role_modifiers(), [], 0
    while at < len(text):
        end = next((end for end in range(len(text), at, -1) if text[at:end] in known), 0)
        if not end:
            return None
        words.append(known[text[at:end]])
        at = end
    return " ".join(words)
