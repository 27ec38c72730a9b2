"""Which labels name one person: short forms, initials and what a legend says."""

from collections.abc import Iterable, Mapping, Set
from itertools import combinations

import regex

from pipeline.stages.dialogue.label_candidates import NAME_AND_ROLE, PARENTHESISED, LabelCandidate, cue_words

MAX_CHINESE_NAME_CHARS = 3
"""Characters of most Chinese names; more begin with a word for what somebody does."""
HONORIFIC = regex.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame|Minister|President|Ambassador|Senator|Secretary|Professor|Doctor|General|"
    r"Admiral|Captain|Governor|Mayor|Director)\.?\s+)+",
    regex.IGNORECASE,
)


def short_forms(key: str) -> set[str]:
    """What else may stand for a name: it without a title or first names, and its first word alone."""
    words = key.split()
    if len(words) == 1 and len(key) > MAX_CHINESE_NAME_CHARS and not key.isascii():
        # A name behind what somebody does: `司机老郭`, later `老郭`.
        return {key[-n:] for n in (2, 3) if key[-n:] not in cue_words()}
    forms = {" ".join(words[i:]) for i in range(1, len(words))}
    first = words[0]
    return forms | {first} if len(words) > 1 and len(first) > 2 and first not in cue_words() else forms


def are_aliases(one: str, other: str) -> bool:
    """Whether one label is the other without a title, a first or a last name."""
    return one in short_forms(other) or other in short_forms(one)


class AliasIndex:
    """Finds the akin among some keys without comparing all with all."""

    def __init__(self, keys: Set[str]) -> None:
        self._keys = keys
        self._full: dict[str, set[str]] = {}
        for key in keys:
            for form in short_forms(key):
                self._full.setdefault(form, set()).add(key)

    def of(self, key: str) -> list[str]:
        """The keys that are akin to `key`, sorted."""
        return sorted(self._full.get(key, set()) | (short_forms(key) & self._keys))


def introduced_initials(hits: Iterable[LabelCandidate]) -> dict[str, str]:
    """Initials to the key of the label that introduces them: `Ada Fern (AF)`, then `AF`."""
    found = {}
    for hit in hits:
        if "(" in hit.text or "（" in hit.text:
            match = PARENTHESISED.search(hit.text)
            if match:
                found[match[1].strip().casefold()] = hit.key
    return found


def unique_initials(keys: Iterable[str]) -> dict[str, str]:
    """Initials to the one full name among `keys` that has them: `nf` for `natalie fisher`."""
    found: dict[str, str] = {}
    twice = set()
    for key in keys:
        words = [word for word in key.split() if word[0].isalpha()]
        if len(words) > 1:
            short = "".join(word[0] for word in words)
            if short in found and found[short] != key:
                twice.add(short)
            found[short] = key
    return {short: key for short, key in found.items() if short not in twice}


def speaker_names(hits: Mapping[int, LabelCandidate], legend: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """The speaker's name behind each key: None for Q and A words, one name for all labels of one person.

    The first form of a name that is written out wins over initials and over a surname alone; a bare full name wins
    over the same name with a title before it. `legend` says what some keys stand for.
    """
    legend = legend or {}
    shown: dict[str, str] = {}
    for found in hits.values():
        if found.key not in shown:
            plain = " ".join(PARENTHESISED.sub("", found.text).strip("*_ ").split())
            role = NAME_AND_ROLE.fullmatch(plain)
            plain = (role["name"] if role else plain).strip("《》〈〉【】[]")
            shown[found.key] = plain.strip("“”") if plain[:1] in "“”" else plain
    short = unique_initials(shown) | introduced_initials(hits.values())
    anonymous = {found.key for found in hits.values() if found.anonymous}
    kin = AliasIndex(shown.keys() - anonymous)
    named: dict[str, str | None] = {}
    for key, text in shown.items():
        if key in legend:
            named[key] = legend[key]
            continue
        if key in anonymous:
            named[key] = None
            continue
        full = short.get(key, key)
        same = kin.of(full)
        # `Chef Amaru Solis`, `Amaru Solis`, `Solis` are one; `Solis` where two of that name speak is nobody's else.
        one = all(are_aliases(this, that) for this, that in combinations(same, 2))
        forms = [shown.get(full, text)] + [shown[other] for other in same if one]
        named[key] = max(forms, key=_completeness)
    return named


def _completeness(name: str) -> tuple[int, int]:
    """More of the name itself is better; a title before it is worse."""
    bare = HONORIFIC.sub("", name)
    return min(len(bare.split()), 2), -len(name)
