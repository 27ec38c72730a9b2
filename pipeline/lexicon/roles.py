"""Words for what people did for an article, such as 校对 and `copy editor`, and their plain English."""

from functools import cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.lists import table
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary, fold

RoleUse = Literal["b", "c", "s", "m", "p"]
"""How a label is used. b: in a byline near the title; c: in a credit; s: in a credit, or as the label of a speaker;
m: a compound of known words; p: perhaps a role, because it ends like one."""

ROLE_SEPARATOR = regex.compile(r"\s*[/／、＋+&和及与與]\s*")
"""What joins two roles of one person: 采访、整理, 攝影及剪接."""
HAN_LABEL = regex.compile(r"\p{Han}{2,12}+")
MAX_COMPOUND_CHARS = 12
"""Characters of the longest compound label."""


class Role(msgspec.Struct, frozen=True, gc=False):
    """A word for a role: its English, its `RoleUse`, and whether longer labels may end in it (`head`)."""

    english: str
    use: str
    head: bool


@cache
def chinese_roles() -> dict[str, Role]:
    """Chinese roles, simplified and traditional."""
    roles: dict[str, Role] = {}
    for simplified, traditional, english, use in table(__package__, "roles.tsv"):
        role = Role(english, use[0], "h" in use)
        roles.setdefault(simplified, role)
        roles.setdefault(traditional, role)
    return roles


@cache
def role_modifiers() -> dict[str, str]:
    """Words that a longer Chinese label may begin with, simplified and traditional, and their English."""
    modifiers: dict[str, str] = {}
    for simplified, traditional, english in table(__package__, "role_modifiers.tsv"):
        modifiers.setdefault(simplified, english)
        modifiers.setdefault(traditional, english)
    return modifiers


@cache
def english_roles() -> dict[str, str]:
    """English roles in small letters, and their `RoleUse`."""
    return {row[0]: row[1] for row in table(__package__, "roles.english.tsv")}


def role_use(label: str, vocabulary: Vocabulary = NO_VOCABULARY) -> RoleUse | None:
    """How a label is used; None if it is no known role.

    A role of the user's vocabulary is used in credits, unless the lexicon knows it from bylines or of speakers.

    >>> [role_use(label) for label in ("作者", "校对", "采访、整理", "海外运营统筹", "量子统筹", "天气")]
    ['b', 'c', 'c', 'm', 'p', None]
    """
    known = chinese_roles().get(label)
    if known is not None and known.use != "h":
        return known.use  # type: ignore[return-value]
    if label.isascii():
        use = english_roles().get(" ".join(label.replace("_", " ").lower().split()))
        return use or ("c" if _user_english(label, vocabulary) is not None else None)  # type: ignore[return-value]
    if _user_english(label, vocabulary) is not None:
        return "c"
    parts = ROLE_SEPARATOR.split(label)
    if len(parts) > 1:
        uses = [role_use(part, vocabulary) for part in parts]
        return None if None in uses else uses[0] if uses[0] == "b" else "c"
    if not HAN_LABEL.fullmatch(label):
        return None
    if _compound_english(label) is not None:
        return "m"
    return "p" if any(known.head and label.endswith(head) for head, known in chinese_roles().items()) else None


def role_in_english(role: str, vocabulary: Vocabulary = NO_VOCABULARY) -> str | None:
    """Plain English for a role as a credit writes it, or None if a part of it is unknown.

    A role of the user's vocabulary has the English that the user gives it, None if that is empty.

    >>> role_in_english("责编"), role_in_english("海外运营编辑"), role_in_english("Copy Editor")
    ('editor in charge', 'overseas operations editor', 'copy editor')
    >>> role_in_english("采访、整理"), role_in_english("量子统筹")
    ('interview and compiled by', None)
    """
    label = " ".join(role.replace("_", " ").split())
    if (by_user := _user_english(label, vocabulary)) is not None:
        return by_user or None
    known = chinese_roles().get(label)
    if known is not None:
        return known.english
    if label.isascii():
        return label.lower() or None
    parts = ROLE_SEPARATOR.split(label)
    if len(parts) > 1:
        translated = [role_in_english(part, vocabulary) for part in parts]
        return None if None in translated else " and ".join(filter(None, translated))
    return _compound_english(label)


def _user_english(label: str, vocabulary: Vocabulary) -> str | None:
    """The English of a role of the user's vocabulary, which may be empty; None for any other role."""
    return vocabulary.tasks.get(fold(label.replace("_", " "))) if vocabulary.roles else None


def _compound_english(label: str) -> str | None:
    """The English of a compound label: the longest known role at its end, with modifiers before it."""
    if len(label) > MAX_COMPOUND_CHARS:
        return None
    for cut in range(1, len(label) - 1):
        role = chinese_roles().get(label[cut:])
        if role is not None and role.head and (before := _modifiers_english(label[:cut])) is not None:
            return f"{before} {role.english}"
    return None


def _modifiers_english(text: str) -> str | None:
    """The English of a run of modifiers, read from the left, the longest first; None if it is no such run."""
    known, words, at = role_modifiers(), [], 0
    while at < len(text):
        end = next((end for end in range(len(text), at, -1) if text[at:end] in known), 0)
        if not end:
            return None
        words.append(known[text[at:end]])
        at = end
    return " ".join(words)
