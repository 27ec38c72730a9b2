"""Which labels name one person: short forms of a name, initials, and what a speaker key says."""

from collections.abc import Iterable, Mapping, Set
from itertools import combinations

import regex

from pipeline.lexicon.honorifics import honorifics
from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.label_candidates import NAME_AND_ROLE, PARENTHESISED, LabelCandidate, cue_words

MAX_CHINESE_NAME_CHARS = 3
"""Characters of most Chinese names; a longer label begins with an occupation."""
MIN_FIRST_NAME_CHARS = 3
"""Characters of a first word that can stand for the whole name."""
HONORIFICS = regex.compile(rf"^(?:(?:{'|'.join(honorifics('l'))})\.?\s+)+", regex.IGNORECASE)
"""Titles before a name: `Dr. Fern`, `Mr Director Fern`."""

SHORT_FORM = regex.compile(
    r"""
    (?: 简称 | 簡稱 | 下称 | 下稱 | \b(?:hereafter|hereinafter|henceforth|below)\b )   # （以下简称“李”，下同）
    [\s为為]* (?: (?:as|called)\s+ )?
    [“”"'「『《]? (?P<short> [^\s“”"'「」『』《》,，、;；]{1,20} )
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
"""In parentheses after a name: what it is called from there on."""


def short_forms(key: str) -> set[str]:
    """The short forms of a name, as keys of labels.

    >>> sorted(short_forms("dr. ada fern"))
    ['ada fern', 'dr.', 'fern']
    >>> sorted(short_forms("司机老郭"))
    ['机老郭', '老郭']
    """
    words = key.split()
    if len(words) == 1 and len(key) > MAX_CHINESE_NAME_CHARS and not key.isascii():
        return {key[-size:] for size in (2, 3) if key[-size:] not in cue_words()}
    forms = {" ".join(words[i:]) for i in range(1, len(words))}
    first = words[0]
    if len(words) > 1 and len(first) >= MIN_FIRST_NAME_CHARS and first not in cue_words():
        forms.add(first)
    return forms


def are_aliases(first: str, second: str) -> bool:
    """Whether one key is a short form of the other."""
    return first in short_forms(second) or second in short_forms(first)


class AliasIndex:
    """Finds the aliases of a key among `keys` without comparing it with each."""

    def __init__(self, keys: Set[str]) -> None:
        self._keys = keys
        self._by_short_form: dict[str, set[str]] = {}
        for key in keys:
            for form in short_forms(key):
                self._by_short_form.setdefault(form, set()).add(key)

    def of(self, key: str) -> list[str]:
        """The keys that are aliases of `key`, sorted."""
        return sorted(self._by_short_form.get(key, set()) | (short_forms(key) & self._keys))


def introduced_initials(labels: Iterable[LabelCandidate]) -> dict[str, str]:
    """Short forms to the key of the label that introduces them: `Ada Fern (AF)`, `李怀宇（简称“李”，下同）`."""
    keys_by_short_form = {}
    for label in labels:
        match = PARENTHESISED.search(label.text) if "(" in label.text or "（" in label.text else None
        if match:
            said = SHORT_FORM.search(match[1])
            keys_by_short_form[(said["short"] if said else match[1]).strip().casefold()] = label.key
    return keys_by_short_form


def unique_initials(keys: Iterable[str]) -> dict[str, str]:
    """Initials to the only full name among `keys` that has them: `nf` to `natalie fisher`, `李` to `李怀宇`."""
    keys_by_initials: dict[str, str] = {}
    ambiguous = set()
    for key in keys:
        short = _initials(key)
        if short:
            if keys_by_initials.get(short, key) != key:
                ambiguous.add(short)
            keys_by_initials[short] = key
    return {short: key for short, key in keys_by_initials.items() if short not in ambiguous}


def _initials(key: str) -> str:
    """The first letters of a name of several words, or the family name of a Chinese name; empty for other keys."""
    words = [word for word in key.split() if word[0].isalpha()]
    if len(words) > 1:
        return "".join(word[0] for word in words)
    return key[0] if not key.isascii() and 1 < len(key) <= MAX_CHINESE_NAME_CHARS and is_name(key) else ""


def speaker_names(
    labels: Mapping[int, LabelCandidate], key_names: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """The speaker's name for each key: None for words such as Q and A, one name for all labels of one person.

    The most complete form is the name: a full name rather than initials or a surname, and without a title before it.
    `key_names` are the names that the speaker key of the document gives.
    """
    key_names = key_names or {}
    shown = _first_spellings(labels)
    full_keys = unique_initials(shown) | introduced_initials(labels.values())
    anonymous = {label.key for label in labels.values() if label.anonymous}
    index = AliasIndex(shown.keys() - anonymous)
    names: dict[str, str | None] = {}
    for key, spelling in shown.items():
        if key in key_names:
            names[key] = key_names[key]
        elif key in anonymous:
            names[key] = None
        else:
            full = full_keys.get(key, key)
            forms = [shown.get(full, spelling), *(shown[alias] for alias in _unambiguous(index.of(full)))]
            names[key] = max(forms, key=_completeness)
    return names


def _first_spellings(labels: Mapping[int, LabelCandidate]) -> dict[str, str]:
    """For each key the first label that has it, without parentheses, role and quotation marks."""
    shown: dict[str, str] = {}
    for label in labels.values():
        if label.key not in shown:
            plain = " ".join(PARENTHESISED.sub("", label.text).strip("*_ ").split())
            role = NAME_AND_ROLE.fullmatch(plain)
            plain = (role["name"] if role else plain).strip("《》〈〉【】[]")
            # A label of marks only has no other name.
            shown[label.key] = (plain.strip("“”") if plain[:1] in "“”" else plain).strip() or label.text
    return shown


def _unambiguous(aliases: list[str]) -> list[str]:
    """The aliases, if all name one person: `Solis` is no alias if two people of that name speak."""
    return aliases if all(are_aliases(first, second) for first, second in combinations(aliases, 2)) else []


def _completeness(name: str) -> tuple[int, int]:
    """A sort key: two words of the name itself are better than one, and a shorter form without a title is better."""
    bare = HONORIFICS.sub("", name)
    return min(len(bare.split()), 2), -len(name)
