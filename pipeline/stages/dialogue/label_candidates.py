"""What may be a speaker's label at the start of a paragraph: a short, name-shaped start and a separator.

Whether it is one is for the whole document to say: see `cast`. Cue words stand in `cues.tsv`.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.people import is_name
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.word_lists import rows

Kind = Literal["asks", "answers", "moderates", "outlet", "never"]
Form = Literal["mark", "word", "blanks", "time", "heading"]
"""What separates a label from the words: a colon or a bar; a full stop or blanks behind Q and A; a run of blanks; the
time of day; nothing, where the label stands alone in a heading or in bold."""

LONGEST_LATIN = 60
LONGEST_HAN = 14
REACH = LONGEST_LATIN + 12
"""Characters of a unit in which a separator must stand."""

MARK = re.compile("[:：︰﹕∶|｜]")
BLANK_RUN = re.compile("  |\u3000|\t")
FIRST = frozenset("QA问答問【[*_")
"""What a label without a colon may begin with."""
TIME = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[ ]?[AaPp][Mm])?"
LABEL = regex.compile(
    rf"[*_]{{0,3}}(?P<before>[\[(（]?{TIME}[\])）]?[*_]{{0,3}}\s{{1,3}}[*_]{{0,3}})?+"
    r"[*_]{0,3}(?P<open>[【\[])?(?P<label>[^:：︰﹕∶|｜\n【】*_][^:：︰﹕∶|｜\n【】]{0,59}?)(?(open)[】\]])[*_]{0,3}"
    rf"(?P<time>\s?[(（\[]{TIME}[)）\]])?[*_]{{0,3}}\s{{0,3}}(?P<mark>[:：︰﹕∶|｜])[*_]{{0,6}}(?P<blank>\s*)",
    regex.VERSION1,
)
PLAIN = regex.compile(r"\p{L}[\p{L}\p{M} .'’&·\-]*+")
"""A label without marks, numbers and brackets."""
BRACKETED = regex.compile(
    r"[*_]{0,3}(?:【(?P<label>[^【】\n:：]{1,14})】|\[(?P<label>[^\[\]\n:：]{1,40})\](?![(\[:]))[*_]{0,3}(?P<blank>\s*)(?=\S)"
)
TIMED = regex.compile(
    rf"[*_]{{0,3}}(?P<label>[^\d\n*_:：|｜][^\n:：|｜]{{0,59}}?)[*_]{{0,3}}\s+(?P<time>[\[(（]?{TIME}[\])）]?)[*_]{{0,3}}$"
)
BLANKS = regex.compile(r"[*_]{0,3}(?P<label>[^\s*_](?:[^\s]|[ ](?![ ])){0,40}?)(?:\u3000+|\t+|[ ]{2,})(?=\S)")
QUESTION_WORD = regex.compile(
    r"[*_]{0,3}(?P<label>[QA](?:\d{1,3})?)(?:[.．、][*_]{0,3}\s*|[*_]{2,3}\s+|\s{2,})(?=\S)"
    r"|[*_]{0,3}(?P<label>[问答問])(?:[.．、][*_]{0,3}\s*|[*_]{2,3}\s*|\s+)(?=\S)"
)
NICKNAME = regex.compile(r"[\p{L}\p{N}_.\-]{2,24}")
"""What somebody may be called in a chat, where the time stands before it."""
NUMBERED = regex.compile(r"(?P<number>\d{1,3})(?:[.、．)）]\s*|\s+)(?=\S)")
"""The number of a question that stands behind its word: `Q:12 What …`."""
NAME_WORD = r"(?:[\p{Lu}][\p{L}\p{M}.’'\-&]*)"
JOINING = frozenset((
    "of", "and", "the", "de", "van", "von", "der", "den", "la", "le", "du", "di", "da", "dos", "del", "bin",
    "al", "ibn", "y", "&", "for", "from", "at", "in", "to", "on", "e", "zu", "af", "av",
))  # fmt: skip
LATIN_WORD = regex.compile(r"[\p{Latin}\p{M}.’'\-&/]+")
PARENTHESIS = regex.compile(r"\s*[(（]([^()（）]{1,40})[)）]")
NUMBER = regex.compile(r"\s*[#＃]?\d{1,3}$")
LISTED = regex.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十\d]+[、章节節条條]")
"""What numbers a heading or an item, and no speaker."""
HAN_LABEL = regex.compile(r"[\p{Han}·・《》〈〉「」“”、\s\p{Latin}\d]+")
# Characters that clauses are made of and names are not.
CLAUSE = regex.compile(r"[的是了在有我你您他她它们們这這那哪就也都不没沒和与與及把被让讓说說想要会會能可如因所以但]")
ROLE_BEHIND = regex.compile(r"(?P<name>[^,，]{3,40}),\s[\p{L}\p{M}\s.&’'\-]{2,50}")


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A possible label at the start of a unit: `[start, end)` of the document, `key` what makes two the same.

    `body` is where the words begin, counted in the unit's text; `told` says that the user names it; `beside` are spans
    of the unit's text with a time or a number that stand around the label.
    """

    start: int
    end: int
    text: str
    key: str
    kind: Kind | None
    anonymous: bool
    body: int
    told: bool = False
    form: Form = "mark"
    beside: tuple[tuple[int, int], ...] = ()

    @property
    def capitals(self) -> bool:
        """Whether it is written in capitals, as in transcripts: `MS. FERN`."""
        return len(self.text) > 2 and self.text.isupper()


class Cue(msgspec.Struct, frozen=True, gc=False):
    """What a word in a label says."""

    kind: Kind
    anonymous: bool
    asking: bool = False


@cache
def cues() -> Mapping[str, Cue]:
    """The cue words, lower-case, from `cues.tsv`."""
    table = {}
    for row in rows("cues.tsv"):
        word, kind, *rest = row.split("\t")
        table[word.casefold()] = Cue(kind, bool(rest), "asking" in rest)  # type: ignore[arg-type]
    return table


@lru_cache(maxsize=4096)
def cue(label: str) -> Cue | None:
    """What the words of a label say: the whole of it, or an outlet's or a reporter's word at its end."""
    known = cues()
    plain = NUMBER.sub("", PARENTHESIS.sub("", label)).strip().casefold()
    if plain in known:
        return known[plain]
    bare = plain.strip("《》〈〉“”\"'")
    words = bare.split()
    first = known.get(words[0]) if len(words) > 1 else None
    if first is not None and not first.anonymous and first.kind in {"moderates", "asks"}:
        return first  # `Chair Lombard`, `Moderator Ines Fern`
    if not bare.isascii() and 4 <= len(bare) <= 7:
        opening = next((known[bare[:n]] for n in (3, 2) if bare[:n] in known and is_name(bare[n:])), None)
        if opening is not None and not opening.anonymous and opening.kind in {"moderates", "asks"}:
            return opening  # `主持人林某`
    last = known.get(words[-1]) if len(words) > 1 else None
    if last is None and not bare.isascii():
        last = next((known[bare[-n:]] for n in (4, 3, 2, 1) if len(bare) > n and bare[-n:] in known), None)
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
    people = {key_of(name): None for name in vocabulary.names}
    media: dict[str, Kind | None] = {key_of(outlet): "outlet" for outlet in vocabulary.outlets}
    return {key: kind for key, kind in (people | media).items() if key}


def hit(unit: Block, vocabulary: Vocabulary = NO_VOCABULARY) -> Candidate | None:
    """The possible label at the start of a unit, or None."""
    text = unit.text
    mark = MARK.search(text, 0, REACH)
    if mark is not None:
        found = _marked(unit, mark.start(), vocabulary)
        if found is not None:
            return found
    elif text[0] in "QA" and text[1:3] == "  ":
        body = len(text) - len(text[1:].lstrip())
        shape = _shape(text[0])
        if shape is not None:
            return Candidate(
                unit.start, unit.start + 1, text[0], shape.key, shape.kind, shape.anonymous, body, form="word"
            )
    elif (
        text[0] not in FIRST
        and not (unit.level or unit.bold or text.isupper())
        and not BLANK_RUN.search(text, 0, REACH)
    ):
        return None
    head = text[:REACH]
    first = head[0] if head[0] not in "*_" else head.lstrip("*_")[:1]
    if first in "QA问答問":
        match = QUESTION_WORD.match(unit.text)
        if match is not None:
            return _hit(unit, match, vocabulary, "word")
    if first and first in "【[":
        match = BRACKETED.match(unit.text)
        if match is not None:
            return _hit(unit, match, vocabulary, "mark")
    if "  " in head or "\u3000" in head or "\t" in head:
        match = BLANKS.match(head)
        if match is not None:
            return _hit(unit, match, vocabulary, "blanks")
    alone = unit.level or unit.bold or unit.text.isupper()
    if alone and len(unit.text) <= LONGEST_LATIN and not unit.ended:
        shape = _shape(unit.text)
        if shape is not None:
            return Candidate(
                unit.start, unit.end, unit.text, shape.key, shape.kind, shape.anonymous, len(unit.text), form="heading"
            )
    return None


def _marked(unit: Block, at: int, vocabulary: Vocabulary) -> Candidate | None:
    """A label before a colon or a bar, or alone on its line with the time of day."""
    text = unit.text
    # Nearly all labels are plain: letters up to the first colon, and words or nothing behind it.
    label = text[:at].strip("*_ ")
    if _is_plain(label) and not text[at + 1 : at + 2].isdigit():
        return _plain(unit, label, at, vocabulary)
    if len(unit.text) <= REACH and (timed := TIMED.match(unit.text)):
        return _hit(unit, timed, vocabulary, "time")
    match = LABEL.match(unit.text)
    if match is None or not _separates(unit.text, match):
        return None
    return _hit(unit, match, vocabulary, "mark")


@lru_cache(maxsize=8192)
def _is_plain(label: str) -> bool:
    return PLAIN.fullmatch(label) is not None


def _plain(unit: Block, label: str, at: int, vocabulary: Vocabulary) -> Candidate | None:
    """The hit of a label that nothing stands beside, before the separator at `at`."""
    text = unit.text
    shape = _shape(label)
    named = _told(label, shape, vocabulary) if vocabulary else None
    shape = named or shape
    if shape is None:
        return None
    body = at + 1
    while body < len(text) and text[body] in "*_":
        body += 1
    after = text[body : body + 1]
    glued = text[at] == ":" and body == at + 1 and after and not after.isspace() and after.isascii() and label.isascii()
    if glued and after not in "\"'(" and not shape.anonymous:
        return None
    while body < len(text) and text[body].isspace():
        body += 1
    start = unit.start + text.index(label)
    return Candidate(start, start + len(label), label, shape.key, shape.kind, shape.anonymous, body, named is not None)


def _hit(unit: Block, match: "regex.Match[str]", vocabulary: Vocabulary, form: Form) -> Candidate | None:
    start, _ = match.span("label")
    label = match["label"].rstrip("*_ ")
    groups = match.groupdict()
    shape = _shape(label)
    if shape is None and groups.get("before") and NICKNAME.fullmatch(label) and (key := key_of(label)):
        shape = Shape(key, None, anonymous=False)
    named = _told(label, shape, vocabulary) if vocabulary else None
    shape = named or shape
    if shape is None:
        return None
    body = len(unit.text) if form == "time" else match.end()
    beside = [_trimmed(unit.text, *match.span(name)) for name in ("before", "time") if groups.get(name)]
    glued = shape.kind == "asks" and shape.anonymous and form == "mark" and not match["blank"]
    if glued and (number := NUMBERED.match(unit.text, body)):
        beside.append(number.span("number"))
        body = number.end()
    return Candidate(
        unit.start + start,
        unit.start + start + len(label),
        label,
        shape.key,
        shape.kind,
        shape.anonymous,
        body,
        named is not None,
        form,
        tuple(beside),
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks and marks around it."""
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip("*_ ")), end - len(inner) + len(inner.rstrip("*_ "))


def _told(label: str, shape: Shape | None, vocabulary: Vocabulary) -> Shape | None:
    """The shape of a label that the user names, whatever its form; what its words say goes before what the user says.

    Words for Q and A stay what they are.
    """
    if shape is not None and shape.anonymous:
        return None
    key, known = key_of(label), vocabulary.derived(told)
    if not key or key not in known:
        return None
    return Shape(key, (shape.kind if shape else None) or known[key], anonymous=False)


@lru_cache(maxsize=8192)
def _shape(label: str) -> Shape | None:
    """The shape of a label; None where it is no speaker's. The same few labels come all through a document."""
    if not label or not name_shaped(label):
        return None
    said = cue(label)
    if said is not None and said.kind == "never":
        return None
    anonymous = said is not None and said.anonymous
    key = key_of(label, anonymous=anonymous)
    # Nothing but quotation marks and brackets names nobody.
    return Shape(key, said.kind if said else None, anonymous) if key else None


def _separates(text: str, match: "regex.Match[str]") -> bool:
    """A colon of ASCII in `10:30` or `std::map` separates nothing; before a blank or beside Chinese it does."""
    if match["mark"] != ":" or match["blank"] or match.end() == len(text):
        return True
    last = text[match.end()]
    return last in "\"“‘'「『(（*" or not last.isascii() or not match["label"].isascii() or _word(match["label"])


def _word(label: str) -> bool:
    said = cue(label)
    return said is not None and said.anonymous


def key_of(label: str, *, anonymous: bool = False) -> str:
    """What makes two labels the same: no marks, no parentheses, no case; for words for Q and A no number either."""
    plain = PARENTHESIS.sub("", label).strip("*_ 《》〈〉“”\"'[]【】")
    if role := ROLE_BEHIND.fullmatch(plain):
        plain = role["name"]
    if anonymous:
        plain = NUMBER.sub("", plain)
    return " ".join(plain.split()).casefold()


def name_shaped(label: str) -> bool:
    """Whether a label has the form of a name, of a role, or of a word for Q and A."""
    if NUMBER.sub("", label).strip().casefold() in cues():
        return True
    plain = PARENTHESIS.sub("", label).strip()
    if role := ROLE_BEHIND.fullmatch(plain):
        plain = role["name"]
        if " " not in plain:
            return False
    if not plain or (any(c in plain for c in '()（）,，.。?？!！;；"[]{}<>=/\\') and not _with_title(plain)):
        return False
    if plain.isascii() or LATIN_WORD.match(plain):
        words = plain.split()
        shaped = all(_name_word(word) or word in JOINING or word.casefold() in cues() for word in words)
        return len(plain) <= LONGEST_LATIN and 0 < len(words) <= 8 and shaped and _name_word(words[0])
    if LISTED.match(plain):
        return False
    bare = plain.strip("《》〈〉“”「」")
    return len(bare) <= LONGEST_HAN and bool(HAN_LABEL.fullmatch(plain)) and (bare != plain or not CLAUSE.search(bare))


def _with_title(label: str) -> bool:
    """`Dr. Ada Fern`, `J. R. Moss`, `St. John`: a full stop behind a short capitalised word belongs to a name."""
    return all(c in ".&/" or c not in ',，。?？!！;；"[]{}<>=/\\()（）' for c in label) and all(
        "." not in word.rstrip(".") or len(word) <= 5 for word in label.split()
    )


def _name_word(word: str) -> bool:
    return (word[0].isupper() and bool(LATIN_WORD.fullmatch(word))) or (word.isdigit() and len(word) <= 3)
