"""Speaker labels: discovered in each document, not taken from a list.

A label is a short, name-shaped start of a paragraph followed by a colon or a bar. What makes it a speaker's is the
whole document: it comes again, it takes turns with another, questions stand behind it, its word says so; or the user
names it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import msgspec
import regex

from pipeline.layout import width
from pipeline.stages.dialogue.units import Unit, piece
from pipeline.vocabulary import NOTHING, Vocabulary

Kind = Literal["asks", "answers", "moderates", "outlet", "never"]

LONGEST_LATIN = 60
LONGEST_HAN = 14
GLUED = 160
"""Columns from which a paragraph may be a dump of several turns on one line."""
LEAST_GLUED = 4
"""Labels inside one paragraph from which it is one."""
SHORT_VALUE = 25
"""Median length of what stands behind the labels under which they are keys of a list, unless something is asked."""

LABEL = regex.compile(
    r"(?P<label>[^:：|｜\n]{1,60}?)[*_]{0,3}\s{0,3}(?P<mark>[:：|｜])[*_]{0,3}(?P<blank>\s*)", regex.VERSION1
)
MARK = regex.compile(r"[:：|｜]")
QUESTION_WORD = regex.compile(r"(?P<label>[QA])(?:\.[*_]{0,3}\s+|[*_]{2,3}\s+|\s{2,})(?=\S)")
NAME_WORD = r"(?:[\p{Lu}][\p{L}\p{M}.’'\-&]*)"
JOINING = frozenset(
    [
        "of",
        "and",
        "the",
        "de",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "du",
        "di",
        "da",
        "dos",
        "bin",
        "al",
        "ibn",
        "y",
        "&",
        "for",
        "from",
        "at",
    ]
)
LATIN_WORD = regex.compile(r"[\p{Latin}\p{M}.’'\-&/]+")
PARENTHESIS = regex.compile(r"\s*[(（]([^()（）]{1,40})[)）]")
NUMBER = regex.compile(r"\s*\d{1,3}$")
HAN_LABEL = regex.compile(r"[\p{Han}·・《》〈〉「」“”\s\p{Latin}\d]+")
# Characters that clauses are made of and names are not.
CLAUSE = regex.compile(r"[的是了在有我你您他她它们們这這那哪就也都不没沒和与與及把被让讓说說想要会會能可如因所以但]")
INNER = regex.compile(
    r"(?:^|(?<=[.!?…。！？][\"'”’」』)）\]]{0,2}\s{0,3}))"
    rf"(?P<label>{NAME_WORD}(?:\s(?:{NAME_WORD}|of|and|the|de|van|von|&)){{0,6}}(?=:\s)"
    r"|《?\p{Han}[\p{Han}·》]{0,12}(?=[：:]))[:：]\s*"
)
HONORIFIC = regex.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame|Minister|President|Ambassador|Senator|Secretary|Professor|Doctor|General|"
    r"Admiral|Captain|Governor|Mayor|Director)\.?\s+)+"
)


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A possible label at the start of a unit: `[start, end)` of the document, `key` what makes two the same.

    `body` is where the words begin, counted in the unit's text; `told` says that the user names it.
    """

    start: int
    end: int
    text: str
    key: str
    kind: Kind | None
    anonymous: bool
    body: int
    told: bool = False


class Cue(msgspec.Struct, frozen=True, gc=False):
    """What a word in a label says."""

    kind: Kind
    anonymous: bool


@cache
def cues() -> Mapping[str, Cue]:
    """The cue words, lower-case, from `cues.tsv`."""
    table = {}
    for row in files(__package__).joinpath("cues.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            word, kind, *rest = row.split("\t")
            table[word.casefold()] = Cue(kind, bool(rest))  # type: ignore[arg-type]
    return table


def cue(label: str) -> Cue | None:
    """What the words of a label say: the whole of it, or an outlet's or a reporter's word at its end."""
    known = cues()
    plain = NUMBER.sub("", label).strip().casefold()
    if plain in known:
        return known[plain]
    bare = plain.strip("《》〈〉“”\"'")
    words = bare.split()
    last = known.get(words[-1]) if len(words) > 1 else None
    if last is None and not bare.isascii():
        last = next((known[bare[-n:]] for n in (3, 2, 1) if len(bare) > n and bare[-n:] in known), None)
    if last is None or last.anonymous or last.kind not in {"asks", "outlet", "moderates"}:
        return None
    return last


class Shape(msgspec.Struct, frozen=True, gc=False):
    """What can be said of a label by itself."""

    key: str
    kind: Kind | None
    anonymous: bool


def told(vocabulary: Vocabulary) -> Mapping[str, Kind | None]:
    """The keys of labels that the user names, and their kind: a medium for an outlet, none for a person."""
    people = {_key(name, anonymous=False): None for name in vocabulary.names}
    media: dict[str, Kind | None] = {_key(outlet, anonymous=False): "outlet" for outlet in vocabulary.outlets}
    return {key: kind for key, kind in (people | media).items() if key}


def hit(unit: Unit, vocabulary: Vocabulary = NOTHING) -> Hit | None:
    """The possible label at the start of a unit, or None."""
    head = unit.text[: LONGEST_LATIN + 8]
    if not MARK.search(head) and head[0] not in "QA":
        return None
    match = LABEL.match(unit.text)
    if match is None or not _separates(unit.text, match):
        match = QUESTION_WORD.match(unit.text)
        if match is None:
            return None
    label = match["label"].rstrip("*_ ")
    shape = _shape(label)
    named = _told(label, shape, vocabulary) if vocabulary else None
    shape = named or shape
    if shape is None:
        return None
    start = unit.start + match.start("label")
    end = start + len(label)
    return Hit(start, end, label, shape.key, shape.kind, shape.anonymous, match.end(), named is not None)


def _told(label: str, shape: Shape | None, vocabulary: Vocabulary) -> Shape | None:
    """The shape of a label that the user names, whatever its form; what its words say goes before what the user says.

    Words for Q and A stay what they are.
    """
    if shape is not None and shape.anonymous:
        return None
    key, known = _key(label, anonymous=False), vocabulary.derived(told)
    if not key or key not in known:
        return None
    return Shape(key, (shape.kind if shape else None) or known[key], anonymous=False)


@lru_cache(maxsize=4096)
def _shape(label: str) -> Shape | None:
    """The shape of a label; None where it is no speaker's. The same few labels come all through a document."""
    if not label or not _name_shaped(label):
        return None
    said = cue(label)
    if said is not None and said.kind == "never":
        return None
    anonymous = said is not None and said.anonymous
    return Shape(_key(label, anonymous=anonymous), said.kind if said else None, anonymous)


def _separates(text: str, match: "regex.Match[str]") -> bool:
    """A colon of ASCII in `10:30` or `std::map` separates nothing; before a blank or beside Chinese it does."""
    if match["mark"] != ":" or match["blank"] or match.end() == len(text):
        return True
    return text[match.end()] in "\"“‘'「『(（" or not text[match.end()].isascii() or not match["label"].isascii()


def _key(label: str, *, anonymous: bool) -> str:
    plain = PARENTHESIS.sub("", label).strip("*_ 《》〈〉“”\"'")
    if anonymous:
        plain = NUMBER.sub("", plain)
    return " ".join(plain.split()).casefold()


def _name_shaped(label: str) -> bool:
    if NUMBER.sub("", label).strip().casefold() in cues():
        return True
    plain = PARENTHESIS.sub("", label).strip()
    if not plain or (any(c in plain for c in '()（）,，.。?？!！;；"[]{}<>=/\\') and not _with_title(plain)):
        return False
    if plain.isascii() or LATIN_WORD.match(plain):
        words = plain.split()
        shaped = all(_name_word(word) or word in JOINING or word.casefold() in cues() for word in words)
        return len(plain) <= LONGEST_LATIN and 0 < len(words) <= 7 and shaped and _name_word(words[0])
    bare = plain.strip("《》〈〉“”「」")
    return len(bare) <= LONGEST_HAN and bool(HAN_LABEL.fullmatch(plain)) and (bare != plain or not CLAUSE.search(bare))


def _with_title(label: str) -> bool:
    """`Dr. Ada Fern`, `J. R. Moss`, `St. John`: a full stop behind a short capitalised word belongs to a name."""
    return all(c in ".&/" or c not in ',，。?？!！;；"[]{}<>=/\\()（）' for c in label) and all(
        "." not in word.rstrip(".") or len(word) <= 5 for word in label.split()
    )


def _name_word(word: str) -> bool:
    return (word[0].isupper() and bool(LATIN_WORD.fullmatch(word))) or (word.isdigit() and len(word) <= 3)


def separate(given: Sequence[Unit]) -> tuple[Unit, ...]:
    """Units with the turns of a one-line dump apart, so that each label begins a unit of its own."""
    found: list[Unit] = []
    for unit in given:
        if unit.text.count(":") + unit.text.count("：") < LEAST_GLUED or width(unit.text) < GLUED:
            found.append(unit)
            continue
        matches = [match for match in INNER.finditer(unit.text) if _name_shaped(match["label"])]
        tally = Counter(_key(match["label"], anonymous=False) for match in matches)
        recurring = {key for key, count in tally.items() if count > 1 and not _never(key)}
        if len(recurring) < 2 or sum(tally[key] for key in recurring) < LEAST_GLUED:
            found.append(unit)
            continue
        keys = [(_key(match["label"], anonymous=False), match.start()) for match in matches]
        kin = Kin(recurring)
        found.extend(_cut(unit, [start for key, start in keys if key in recurring or kin.of(key)]))
    return tuple(found)


def _never(key: str) -> bool:
    said = cue(key)
    return said is not None and said.kind == "never"


def _cut(unit: Unit, starts: Sequence[int]) -> Iterator[Unit]:
    preamble = unit.text[: starts[0]]
    if preamble.strip():
        at = _title_case_end(preamble) if unit.first else 0
        if at:
            yield piece(unit, 0, at)
        yield piece(unit, at, starts[0])
    for start, end in zip(starts, [*starts[1:], len(unit.text)], strict=True):
        yield piece(unit, start, end)


SENTENCE_END = regex.compile(r"[?!？！](?=\s|$)|。")
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "nor",
        "of",
        "on",
        "or",
        "over",
        "the",
        "to",
        "up",
        "via",
        "with",
    ]
)


def _title_case_end(text: str) -> int:
    """Where a title in title case with an end mark ends at the start of `text`; 0 where there is none."""
    match = SENTENCE_END.search(text)
    if match is None or match.end() == len(text.rstrip()):
        return 0
    words = text[: match.end()].split()
    shown = [word for word in words if word.casefold() not in SMALL_WORDS and word[0].isalpha()]
    return match.end() if len(shown) >= 3 and all(word[0].isupper() for word in shown) else 0


def speakers(hits: Mapping[int, Hit], given: Sequence[Unit]) -> dict[int, Hit]:
    """Of the possible labels (by index of their unit) those that are speakers', judged by the whole document."""
    tally = Counter(found.key for found in hits.values())
    named = {i: found for i, found in hits.items() if found.told}
    sure = named | {
        i: found for i, found in hits.items() if tally[found.key] > 1 or found.kind in {"asks", "answers", "moderates"}
    }
    if not _talk(sure, hits, given):
        sure = named
    if not sure:
        return {}
    keys = {found.key for found in sure.values()}
    first, last = min(sure), max(sure)
    kin = Kin(keys)
    initials = _initials(hits.values())
    introduced = {initials[key] for key in keys & initials.keys()} | {
        short for short, key in initials.items() if key in keys
    }
    for i, found in hits.items():
        within = first - 1 <= i <= last + 1 and (given[i].asks or found.kind == "outlet")
        if within or found.key in introduced or kin.of(found.key):
            sure[i] = found
    return dict(sorted(sure.items()))


def _talk(sure: Mapping[int, Hit], hits: Mapping[int, Hit], given: Sequence[Unit]) -> bool:
    """Whether the labels that may be speakers' are those of a talk: somebody asks, or they take turns."""
    keys = {found.key for found in sure.values()}
    asking = sum(given[i].asks or _asks_below(i, hits, given) for i in sure)
    # Each of several reporters may ask once: their labels do not come again, that of who answers does.
    asking += sum(i not in sure and i + 1 in sure and given[i].asks for i in hits)
    kinds = {found.kind for found in sure.values()}
    # A medium and one person who take turns talk, even if the medium never asks; several media are a press review.
    takes_turns = not kinds.isdisjoint({"asks", "answers"}) or (len(keys) == 2 and kinds == {"outlet", None})
    if len(sure) < 2 or not (asking or takes_turns or (len(keys) > 2 and len(sure) >= 6)):
        return False
    if len(keys) < 2 and asking < 2:
        return False
    lengths = sorted(given[i].end - found.end for i, found in sure.items())
    return bool(asking) or lengths[len(lengths) // 2] >= SHORT_VALUE


def _asks_below(i: int, hits: Mapping[int, Hit], given: Sequence[Unit]) -> bool:
    """Whether a turn that goes on in unlabelled paragraphs ends in a question."""
    j = i + 1
    while j < len(given) and j not in hits and j <= i + 2:
        if given[j].asks:
            return True
        j += 1
    return False


def _short_forms(key: str) -> set[str]:
    """What else may stand for a name: it without a title or first names, and its first word alone."""
    words = key.split()
    forms = {" ".join(words[i:]) for i in range(1, len(words))}
    return forms | {words[0]} if len(words) > 1 and len(words[0]) > 2 else forms


def akin(one: str, other: str) -> bool:
    """Whether one label is the other without a title, a first or a last name."""
    return one in _short_forms(other) or other in _short_forms(one)


class Kin:
    """Finds the akin among some keys without comparing all with all."""

    def __init__(self, keys: Set[str]) -> None:
        self._keys = keys
        self._full: dict[str, set[str]] = {}
        for key in keys:
            for form in _short_forms(key):
                self._full.setdefault(form, set()).add(key)

    def of(self, key: str) -> list[str]:
        """The keys that are akin to `key`, sorted."""
        return sorted(self._full.get(key, set()) | (_short_forms(key) & self._keys))


def _initials(hits: Iterable[Hit]) -> dict[str, str]:
    """Initials to the key of the label that introduces them: `Ada Fern (AF)`, then `AF`."""
    found = {}
    for hit_ in hits:
        if "(" in hit_.text or "（" in hit_.text:
            match = PARENTHESIS.search(hit_.text)
            if match:
                found[match[1].strip().casefold()] = hit_.key
    return found


def names(hits: Mapping[int, Hit]) -> dict[str, str | None]:
    """The speaker's name behind each key: None for Q and A words, one name for all labels of one person.

    The first form of a name that is written out wins over initials and over a surname alone; a bare full name wins
    over the same name with a title before it.
    """
    shown: dict[str, str] = {}
    for found in hits.values():
        if found.key not in shown:
            plain = " ".join(PARENTHESIS.sub("", found.text).strip("*_ ").split())
            shown[found.key] = plain.strip("《》〈〉“”")
    initials = _initials(hits.values())
    anonymous = {found.key for found in hits.values() if found.anonymous}
    kin = Kin(shown.keys() - anonymous)
    named: dict[str, str | None] = {}
    for key, text in shown.items():
        if key in anonymous:
            named[key] = None
            continue
        full = initials.get(key, key)
        same = kin.of(full)
        forms = [shown.get(full, text)] + [shown[other] for other in same if len(same) == 1]
        named[key] = max(forms, key=_completeness)
    return named


def _completeness(name: str) -> tuple[int, int]:
    """More of the name itself is better; a title before it is worse."""
    bare = HONORIFIC.sub("", name)
    return min(len(bare.split()), 2), -len(name)
