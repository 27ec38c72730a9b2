"""What may be a speaker's label at the start of a paragraph: a short, name-shaped start and a separator.

Whether it is one is for the whole document to say: see `cast`. Cue words stand in `cue_words.tsv`.
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

LabelKind = Literal["asks", "answers", "moderates", "outlet", "never"]
LabelForm = Literal["mark", "word", "blanks", "time", "heading"]
"""What separates a label from the words: a colon or a bar; a full stop or blanks behind Q and A; a run of blanks; the
time of day; nothing, where the label stands alone in a heading or in bold."""

MAX_LATIN_LABEL_CHARS = 60
MAX_HAN_LABEL_CHARS = 14
LABEL_SEARCH_CHARS = MAX_LATIN_LABEL_CHARS + 12
"""Characters of a unit in which a separator must stand."""

LABEL_SEPARATOR = re.compile("[:：︰﹕∶|｜]")
WIDE_SPACE = re.compile("  |\u3000|\t")
UNSEPARATED_STARTS = frozenset("QA问答問【[*_")
"""What a label without a colon may begin with."""
TIME_OF_DAY = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[ ]?[AaPp][Mm])?"
SEPARATED_LABEL = regex.compile(
    rf"[*_]{{0,3}}(?P<before>[\[(（]?{TIME_OF_DAY}[\])）]?[*_]{{0,3}}\s{{1,3}}[*_]{{0,3}})?+"
    r"[*_]{0,3}(?P<open>[【\[])?(?P<label>[^:：︰﹕∶|｜\n【】*_][^:：︰﹕∶|｜\n【】]{0,59}?)(?(open)[】\]])[*_]{0,3}"
    rf"(?P<time>\s?[(（\[]{TIME_OF_DAY}[)）\]])?[*_]{{0,3}}\s{{0,3}}(?P<mark>[:：︰﹕∶|｜])[*_]{{0,6}}(?P<blank>\s*)",
    regex.VERSION1,
)
PLAIN_LABEL = regex.compile(r"\p{L}[\p{L}\p{M} .'’&·\-]*+")
"""A label without marks, numbers and brackets."""
BRACKETED_LABEL = regex.compile(
    r"[*_]{0,3}(?:【(?P<label>[^【】\n:：]{1,14})】|\[(?P<label>[^\[\]\n:：]{1,40})\](?![(\[:]))[*_]{0,3}(?P<blank>\s*)(?=\S)"
)
TIMED_LABEL = regex.compile(
    rf"[*_]{{0,3}}(?P<label>[^\d\n*_:：|｜][^\n:：|｜]{{0,59}}?)[*_]{{0,3}}\s+(?P<time>[\[(（]?{TIME_OF_DAY}[\])）]?)[*_]{{0,3}}$"
)
SPACED_LABEL = regex.compile(r"[*_]{0,3}(?P<label>[^\s*_](?:[^\s]|[ ](?![ ])){0,40}?)(?:\u3000+|\t+|[ ]{2,})(?=\S)")
QA_LABEL = regex.compile(
    r"[*_]{0,3}(?P<label>[QA](?:\d{1,3})?)(?:[.．、][*_]{0,3}\s*|[*_]{2,3}\s+|\s{2,})(?=\S)"
    r"|[*_]{0,3}(?P<label>[问答問])(?:[.．、][*_]{0,3}\s*|[*_]{2,3}\s*|\s+)(?=\S)"
)
NICKNAME = regex.compile(r"[\p{L}\p{N}_.\-]{2,24}")
"""What somebody may be called in a chat, where the time stands before it."""
NUMBER_AFTER_QA = regex.compile(r"(?P<number>\d{1,3})(?:[.、．)）]\s*|\s+)(?=\S)")
"""The number of a question that stands behind its word: `Q:12 What …`."""
CAPITALISED_WORD = r"(?:[\p{Lu}][\p{L}\p{M}.’'\-&]*)"
NAME_CONNECTORS = frozenset((
    "of", "and", "the", "de", "van", "von", "der", "den", "la", "le", "du", "di", "da", "dos", "del", "bin",
    "al", "ibn", "y", "&", "for", "from", "at", "in", "to", "on", "e", "zu", "af", "av",
))  # fmt: skip
LATIN_NAME_WORD = regex.compile(r"[\p{Latin}\p{M}.’'\-&/]+")
PARENTHESISED = regex.compile(r"\s*[(（]([^()（）]{1,40})[)）]")
TRAILING_NUMBER = regex.compile(r"\s*[#＃]?\d{1,3}$")
NUMBERED_HEADING = regex.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十\d]+[、章节節条條]")
"""What numbers a heading or an item, and no speaker."""
HAN_LABEL_TEXT = regex.compile(r"[\p{Han}·・《》〈〉「」“”、\s\p{Latin}\d]+")
# Characters that clauses are made of and names are not.
CLAUSE_CHARS = regex.compile(
    r"[的是了在有我你您他她它们們这這那哪就也都不没沒和与與及把被让讓说說想要会會能可如因所以但]"
)
NAME_AND_ROLE = regex.compile(r"(?P<name>[^,，]{3,40}),\s[\p{L}\p{M}\s.&’'\-]{2,50}")


class LabelCandidate(msgspec.Struct, frozen=True, gc=False):
    """A possible label at the start of a unit: `[start, end)` of the document, `key` what makes two the same.

    `body` is where the words begin, counted in the unit's text; `told` says that the user names it; `beside` are spans
    of the unit's text with a time or a number that stand around the label.
    """

    start: int
    end: int
    text: str
    key: str
    kind: LabelKind | None
    anonymous: bool
    body: int
    told: bool = False
    form: LabelForm = "mark"
    beside: tuple[tuple[int, int], ...] = ()

    @property
    def capitals(self) -> bool:
        """Whether it is written in capitals, as in transcripts: `MS. FERN`."""
        return len(self.text) > 2 and self.text.isupper()


class Cue(msgspec.Struct, frozen=True, gc=False):
    """What a word in a label says."""

    kind: LabelKind
    anonymous: bool
    asking: bool = False


@cache
def cue_words() -> Mapping[str, Cue]:
    """The cue words, lower-case, from `cue_words.tsv`."""
    table = {}
    for row in rows("cues.tsv"):
        word, kind, *rest = row.split("\t")
        table[word.casefold()] = Cue(kind, bool(rest), "asking" in rest)  # type: ignore[arg-type]
    return table


@lru_cache(maxsize=4096)
def cue_of(label: str) -> Cue | None:
    """What the words of a label say: the whole of it, or an outlet's or a reporter's word at its end."""
    known = cue_words()
    plain = TRAILING_NUMBER.sub("", PARENTHESISED.sub("", label)).strip().casefold()
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


class LabelShape(msgspec.Struct, frozen=True, gc=False):
    """What can be said of a label by itself."""

    key: str
    kind: LabelKind | None
    anonymous: bool


def vocabulary_labels(vocabulary: Vocabulary) -> Mapping[str, LabelKind | None]:
    """The keys of labels that the user names, and their kind: a medium for an outlet, none for a person."""
    people = {label_key(name): None for name in vocabulary.names}
    media: dict[str, LabelKind | None] = {label_key(outlet): "outlet" for outlet in vocabulary.outlets}
    return {key: kind for key, kind in (people | media).items() if key}


def find_candidate(unit: Block, vocabulary: Vocabulary = NO_VOCABULARY) -> LabelCandidate | None:
    """The possible label at the start of a unit, or None."""
    text = unit.text
    mark = LABEL_SEPARATOR.search(text, 0, LABEL_SEARCH_CHARS)
    if mark is not None:
        found = _separated_candidate(unit, mark.start(), vocabulary)
        if found is not None:
            return found
    elif text[0] in "QA" and text[1:3] == "  ":
        body = len(text) - len(text[1:].lstrip())
        shape = _label_shape(text[0])
        if shape is not None:
            return LabelCandidate(
                unit.start, unit.start + 1, text[0], shape.key, shape.kind, shape.anonymous, body, form="word"
            )
    elif (
        text[0] not in UNSEPARATED_STARTS
        and not (unit.level or unit.bold or text.isupper())
        and not WIDE_SPACE.search(text, 0, LABEL_SEARCH_CHARS)
    ):
        return None
    head = text[:LABEL_SEARCH_CHARS]
    first = head[0] if head[0] not in "*_" else head.lstrip("*_")[:1]
    if first in "QA问答問":
        match = QA_LABEL.match(unit.text)
        if match is not None:
            return _matched_candidate(unit, match, vocabulary, "word")
    if first and first in "【[":
        match = BRACKETED_LABEL.match(unit.text)
        if match is not None:
            return _matched_candidate(unit, match, vocabulary, "mark")
    if "  " in head or "\u3000" in head or "\t" in head:
        match = SPACED_LABEL.match(head)
        if match is not None:
            return _matched_candidate(unit, match, vocabulary, "blanks")
    alone = unit.level or unit.bold or unit.text.isupper()
    if alone and len(unit.text) <= MAX_LATIN_LABEL_CHARS and not unit.ended:
        shape = _label_shape(unit.text)
        if shape is not None:
            return LabelCandidate(
                unit.start, unit.end, unit.text, shape.key, shape.kind, shape.anonymous, len(unit.text), form="heading"
            )
    return None


def _separated_candidate(unit: Block, at: int, vocabulary: Vocabulary) -> LabelCandidate | None:
    """A label before a colon or a bar, or alone on its line with the time of day."""
    text = unit.text
    # Nearly all labels are plain: letters up to the first colon, and words or nothing behind it.
    label = text[:at].strip("*_ ")
    if _is_plain_label(label) and not text[at + 1 : at + 2].isdigit():
        return _plain_candidate(unit, label, at, vocabulary)
    if len(unit.text) <= LABEL_SEARCH_CHARS and (timed := TIMED_LABEL.match(unit.text)):
        return _matched_candidate(unit, timed, vocabulary, "time")
    match = SEPARATED_LABEL.match(unit.text)
    if match is None or not _is_separator(unit.text, match):
        return None
    return _matched_candidate(unit, match, vocabulary, "mark")


@lru_cache(maxsize=8192)
def _is_plain_label(label: str) -> bool:
    return PLAIN_LABEL.fullmatch(label) is not None


def _plain_candidate(unit: Block, label: str, at: int, vocabulary: Vocabulary) -> LabelCandidate | None:
    """The hit of a label that nothing stands beside, before the separator at `at`."""
    text = unit.text
    shape = _label_shape(label)
    named = _vocabulary_shape(label, shape, vocabulary) if vocabulary else None
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
    return LabelCandidate(
        start, start + len(label), label, shape.key, shape.kind, shape.anonymous, body, named is not None
    )


def _matched_candidate(
    unit: Block, match: "regex.Match[str]", vocabulary: Vocabulary, form: LabelForm
) -> LabelCandidate | None:
    start, _ = match.span("label")
    label = match["label"].rstrip("*_ ")
    groups = match.groupdict()
    shape = _label_shape(label)
    if shape is None and groups.get("before") and NICKNAME.fullmatch(label) and (key := label_key(label)):
        shape = LabelShape(key, None, anonymous=False)
    named = _vocabulary_shape(label, shape, vocabulary) if vocabulary else None
    shape = named or shape
    if shape is None:
        return None
    body = len(unit.text) if form == "time" else match.end()
    beside = [_trimmed_span(unit.text, *match.span(name)) for name in ("before", "time") if groups.get(name)]
    glued = shape.kind == "asks" and shape.anonymous and form == "mark" and not match["blank"]
    if glued and (number := NUMBER_AFTER_QA.match(unit.text, body)):
        beside.append(number.span("number"))
        body = number.end()
    return LabelCandidate(
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


def _trimmed_span(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks and marks around it."""
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip("*_ ")), end - len(inner) + len(inner.rstrip("*_ "))


def _vocabulary_shape(label: str, shape: LabelShape | None, vocabulary: Vocabulary) -> LabelShape | None:
    """The shape of a label that the user names, whatever its form; what its words say goes before what the user says.

    Words for Q and A stay what they are.
    """
    if shape is not None and shape.anonymous:
        return None
    key, known = label_key(label), vocabulary.derived(vocabulary_labels)
    if not key or key not in known:
        return None
    return LabelShape(key, (shape.kind if shape else None) or known[key], anonymous=False)


@lru_cache(maxsize=8192)
def _label_shape(label: str) -> LabelShape | None:
    """The shape of a label; None where it is no speaker's. The same few labels come all through a document."""
    if not label or not is_name_shaped(label):
        return None
    said = cue_of(label)
    if said is not None and said.kind == "never":
        return None
    anonymous = said is not None and said.anonymous
    key = label_key(label, anonymous=anonymous)
    # Nothing but quotation marks and brackets names nobody.
    return LabelShape(key, said.kind if said else None, anonymous) if key else None


def _is_separator(text: str, match: "regex.Match[str]") -> bool:
    """A colon of ASCII in `10:30` or `std::map` separates nothing; before a blank or beside Chinese it does."""
    if match["mark"] != ":" or match["blank"] or match.end() == len(text):
        return True
    last = text[match.end()]
    return last in "\"“‘'「『(（*" or not last.isascii() or not match["label"].isascii() or _is_qa_word(match["label"])


def _is_qa_word(label: str) -> bool:
    said = cue_of(label)
    return said is not None and said.anonymous


def label_key(label: str, *, anonymous: bool = False) -> str:
    """What makes two labels the same: no marks, no parentheses, no case; for words for Q and A no number either."""
    plain = PARENTHESISED.sub("", label).strip("*_ 《》〈〉“”\"'[]【】")
    if role := NAME_AND_ROLE.fullmatch(plain):
        plain = role["name"]
    if anonymous:
        plain = TRAILING_NUMBER.sub("", plain)
    return " ".join(plain.split()).casefold()


def is_name_shaped(label: str) -> bool:
    """Whether a label has the form of a name, of a role, or of a word for Q and A."""
    if TRAILING_NUMBER.sub("", label).strip().casefold() in cue_words():
        return True
    plain = PARENTHESISED.sub("", label).strip()
    if role := NAME_AND_ROLE.fullmatch(plain):
        plain = role["name"]
        if " " not in plain:
            return False
    if not plain or (any(c in plain for c in '()（）,，.。?？!！;；"[]{}<>=/\\') and not _has_abbreviated_title(plain)):
        return False
    if plain.isascii() or LATIN_NAME_WORD.match(plain):
        words = plain.split()
        shaped = all(_is_name_word(word) or word in NAME_CONNECTORS or word.casefold() in cue_words() for word in words)
        return len(plain) <= MAX_LATIN_LABEL_CHARS and 0 < len(words) <= 8 and shaped and _is_name_word(words[0])
    if NUMBERED_HEADING.match(plain):
        return False
    bare = plain.strip("《》〈〉“”「」")
    return (
        len(bare) <= MAX_HAN_LABEL_CHARS
        and bool(HAN_LABEL_TEXT.fullmatch(plain))
        and (bare != plain or not CLAUSE_CHARS.search(bare))
    )


def _has_abbreviated_title(label: str) -> bool:
    """`Dr. Ada Fern`, `J. R. Moss`, `St. John`: a full stop behind a short capitalised word belongs to a name."""
    return all(c in ".&/" or c not in ',，。?？!！;；"[]{}<>=/\\()（）' for c in label) and all(
        "." not in word.rstrip(".") or len(word) <= 5 for word in label.split()
    )


def _is_name_word(word: str) -> bool:
    return (word[0].isupper() and bool(LATIN_NAME_WORD.fullmatch(word))) or (word.isdigit() and len(word) <= 3)
