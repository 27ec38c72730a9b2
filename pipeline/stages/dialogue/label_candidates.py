"""What could be a speaker's label at the start of a block: a short text in the form of a name, and a separator.

`find_candidate` looks at one block only. Whether a candidate is a label is decided with the whole document in view, by
`label_selection`, for documents in which `turn_starts` finds nothing. The words that speakers' labels consist of, or
never do, are in `cues.tsv`.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.lists import table
from pipeline.lexicon.particles import name_particles
from pipeline.lexicon.people import is_name
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.blocks import Block

LabelKind = Literal["asks", "answers", "moderates", "outlet", "never"]
LabelForm = Literal["mark", "word", "blanks", "time", "heading"]
"""What separates a label from the text: a colon or a bar; a full stop or spaces after Q or A; a run of spaces; the time
of day; nothing, if the label is a heading or a bold line of its own."""

SPEAKER_KINDS: frozenset[LabelKind | None] = frozenset({"asks", "answers", "moderates"})
"""Kinds of words that only a speaker's label has."""

MAX_LATIN_LABEL_CHARS = 60
MAX_LATIN_LABEL_WORDS = 8
MAX_HAN_LABEL_CHARS = 14
LABEL_SEARCH_CHARS = MAX_LATIN_LABEL_CHARS + 12
"""Characters of a block within which the separator must be."""
MAX_ABBREVIATION_CHARS = 5
"""Characters of an abbreviated word in a name, `Prof.`, with its full stop."""
MAX_NUMBER_DIGITS = 3
"""Digits of a number in a name: `Speaker 12`."""

LABEL_SEPARATOR = re.compile("[:：︰﹕∶|｜]")
WIDE_SPACE = re.compile("  |\N{IDEOGRAPHIC SPACE}|\t")
UNSEPARATED_STARTS = frozenset("QA问答問【[*_")
"""First characters of a label that has no colon and is no heading."""
TIME_OF_DAY = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[ ]?[AaPp][Mm])?"
SEPARATED_LABEL = regex.compile(
    rf"""
    [*_]{{0,3}}
    (?P<before>[\[(（]?{TIME_OF_DAY}[\])）]?[*_]{{0,3}}\s{{1,3}}[*_]{{0,3}})?+            # [00:12] Ada Fern: …
    [*_]{{0,3}}
    (?P<open>[【\[])?(?P<label>[^:：︰﹕∶|｜\n【】*_][^:：︰﹕∶|｜\n【】]{{0,59}}?)(?(open)[】\]])   # 【记者】：…
    [*_]{{0,3}}
    (?P<time>\s?[(（\[]{TIME_OF_DAY}[)）\]])?[*_]{{0,3}}                                  # Ada Fern (0:12): …
    \s{{0,3}}(?P<mark>[:：︰﹕∶|｜])[*_]{{0,6}}(?P<blank>\s*)                              # **Ada Fern**: …
    """,
    regex.VERSION1 | regex.VERBOSE,
)
PLAIN_LABEL = regex.compile(r"\p{L}[\p{L}\p{M} .'’&·\-]*+")
"""A label without marks, numbers and brackets."""
BRACKETED_LABEL = regex.compile(
    r"""
    [*_]{0,3}
    (?: 【(?P<label>[^【】\n:：]{1,14})】                    # 【记者】你好
      | \[(?P<label>[^\[\]\n:：]{1,40})\](?![(\[:]) )       # [Ada Fern] Yes; not [a link](…)
    [*_]{0,3}(?P<blank>\s*)(?=\S)
    """,
    regex.VERBOSE,
)
TIMED_LABEL = regex.compile(
    rf"""
    [*_]{{0,3}}(?P<label>[^\d\n*_:：|｜][^\n:：|｜]{{0,59}}?)[*_]{{0,3}}
    \s+(?P<time>[\[(（]?{TIME_OF_DAY}[\])）]?)[*_]{{0,3}}$      # Ada Fern 00:12, alone on its line
    """,
    regex.VERBOSE,
)
SPACED_LABEL = regex.compile(r"[*_]{0,3}(?P<label>[^\s*_](?:[^\s]|[ ](?![ ])){0,40}?)(?:\u3000+|\t+|[ ]{2,})(?=\S)")
QA_LABEL = regex.compile(
    r"""
    [*_]{0,3}(?P<label>[QA](?:\d{1,3})?)
        (?: [.．、][*_]{0,3}\s*                              # Q. Why walk?
          | [*_]{2,3}\s+                                    # **Q** Why walk?
          | \s{2,} )(?=\S)                                  # Q  Why walk?
  | [*_]{0,3}(?P<label>[问答問])
        (?:[.．、][*_]{0,3}\s*|[*_]{2,3}\s*|\s+)(?=\S)       # 问 你好吗
    """,
    regex.VERBOSE,
)
NICKNAME = regex.compile(r"[\p{L}\p{N}_.\-]{2,24}")
"""A user name in a chat, after the time of day: `[00:12] ada_f: …`."""
NUMBER_AFTER_QA = regex.compile(r"(?P<number>\d{1,3})(?:[.、．)）]\s*|\s+)(?=\S)")
"""The number of a question after its label: `Q:12 What …`."""
CAPITALISED_WORD = r"(?:[\p{Lu}][\p{L}\p{M}.’'\-&]*)"
NAME_CONNECTORS = frozenset(name_particles("l"))
"""Small words within a name or a role: `Ida van Moss`, `Head of Design`."""
LATIN_NAME_WORD = regex.compile(r"[\p{Latin}\p{M}.’'\-&/]+")
PARENTHESISED = regex.compile(r"\s*[(（]([^()（）]{1,40})[)）]")
TRAILING_NUMBER = regex.compile(r"\s*[#＃]?\d{1,3}$")
NUMBERED_HEADING = regex.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十\d]+[、章节節条條]")
"""How a numbered heading or item begins: `一、`, `第三章`."""
HAN_LABEL_TEXT = regex.compile(r"[\p{Han}·・《》〈〉「」“”、\s\p{Latin}\d]+")
CLAUSE_CHARS = regex.compile(
    "[的是了在有我你您他她它们們这這那哪就也都不没沒和与與及把被让讓说說想要会會能可如因所以但]"
)
"""Characters of clauses that names do not have."""
NAME_AND_ROLE = regex.compile(r"(?P<name>[^,，]{3,40}),\s[\p{L}\p{M}\s.&’'\-]{2,50}")
"""`Ada Fern, Keeper of the Light`."""
NEVER_IN_NAME = frozenset('()（）,，.。?？!！;；"[]{}<>=/\\')
ALLOWED_IN_ABBREVIATED_NAME = frozenset("./&")
TITLE_QUOTES = "《》〈〉“”"
CHINESE_QUOTES = "《》〈〉「」"


class LabelCandidate(msgspec.Struct, frozen=True, gc=False):
    """A text at the start of a block that could be a speaker's label.

    `[start, end)` is its span in the document, `key` is the same for all spellings of one label, and `text_start` is
    the offset in the block's text at which the words after the label begin. `anonymous` labels are words such as Q and
    A. `from_vocabulary` labels are named by the user. `beside` are spans of the block's text with a time or a number
    next to the label.
    """

    start: int
    end: int
    text: str
    key: str
    kind: LabelKind | None
    anonymous: bool
    text_start: int
    from_vocabulary: bool = False
    form: LabelForm = "mark"
    beside: tuple[tuple[int, int], ...] = ()

    @property
    def capitals(self) -> bool:
        """Whether it is written in capitals, as in transcripts: `MS. FERN`."""
        return len(self.text) > 2 and self.text.isupper()


class Cue(msgspec.Struct, frozen=True, gc=False):
    """What a word in a label means.

    `asking`: it is a label only with a number or before questions, because it also means something else (`问题` is a
    question or a problem).
    """

    kind: LabelKind
    anonymous: bool
    asking: bool = False


@cache
def cue_words() -> Mapping[str, Cue]:
    """The cue words of `cues.tsv`, in small letters."""
    return {
        word.casefold(): Cue(kind, bool(flags), "asking" in flags)  # type: ignore[arg-type]
        for word, kind, *flags in table(__package__, "cues.tsv")
    }


@lru_cache(maxsize=4096)
def cue_of(label: str) -> Cue | None:
    """What the words of a label mean: the whole of it, its first words, or its last; None if no word is a cue."""
    known = cue_words()
    plain = TRAILING_NUMBER.sub("", PARENTHESISED.sub("", label)).strip().casefold()
    if plain in known:
        return known[plain]
    bare = plain.strip(f"{TITLE_QUOTES}\"'")
    return _leading_cue(bare) or _trailing_cue(bare)


def _leading_cue(label: str) -> Cue | None:
    """The cue of a role before a name: `Moderator Ines Fern`, `主持人林某`."""
    known = cue_words()
    words = label.split()
    starts = [words[0]] if len(words) > 1 else []
    if not label.isascii() and 4 <= len(label) <= 7:
        starts += [label[:size] for size in (3, 2) if label[:size] in known and is_name(label[size:])][:1]
    for start in starts:
        cue = known.get(start)
        if cue is not None and not cue.anonymous and cue.kind in {"moderates", "asks"}:
            return cue
    return None


def _trailing_cue(label: str) -> Cue | None:
    """The cue of an outlet's or a reporter's word at the end: `Harbour News`, `山城晚报`."""
    known = cue_words()
    words = label.split()
    cue = known.get(words[-1]) if len(words) > 1 else None
    if cue is None and not label.isascii():
        endings = (label[-size:] for size in (4, 3, 2, 1) if len(label) > size)
        cue = next((known[ending] for ending in endings if ending in known), None)
    if cue is None or cue.anonymous or cue.kind not in {"asks", "outlet", "moderates"}:
        return None
    return cue


class LabelShape(msgspec.Struct, frozen=True, gc=False):
    """What the text of a label shows without the rest of the document."""

    key: str
    kind: LabelKind | None
    anonymous: bool


def vocabulary_labels(vocabulary: Vocabulary) -> Mapping[str, LabelKind | None]:
    """The keys of the labels that the user names, with their kind: `outlet` for an outlet, None for a person."""
    people = {label_key(name): None for name in vocabulary.names}
    outlets: dict[str, LabelKind | None] = {label_key(outlet): "outlet" for outlet in vocabulary.outlets}
    return {key: kind for key, kind in (people | outlets).items() if key}


# --- finding a candidate


def find_candidate(block: Block, vocabulary: Vocabulary = NO_VOCABULARY) -> LabelCandidate | None:
    """The candidate at the start of a block, or None. `vocabulary` holds names and outlets that the user knows."""
    separator = LABEL_SEPARATOR.search(block.text, 0, LABEL_SEARCH_CHARS)
    if separator is not None:
        candidate = _separated_candidate(block, separator.start(), vocabulary)
        if candidate is not None:
            return candidate
    elif _is_spaced_qa(block.text):
        candidate = _spaced_qa_candidate(block)
        if candidate is not None:
            return candidate
    elif not _may_lack_separator(block):
        return None
    return _unseparated_candidate(block, vocabulary)


def _is_spaced_qa(text: str) -> bool:
    return text[0] in "QA" and text[1:3] == "  "


def _spaced_qa_candidate(block: Block) -> LabelCandidate | None:
    """`Q   Why walk?`: a letter before two or more spaces."""
    text = block.text
    shape = _label_shape(text[0])
    if shape is None:
        return None
    text_start = len(text) - len(text[1:].lstrip())
    return LabelCandidate(
        block.start, block.start + 1, text[0], shape.key, shape.kind, shape.anonymous, text_start, form="word"
    )


def _may_lack_separator(block: Block) -> bool:
    """Whether a block without a separator near its start can begin with a label at all; most cannot."""
    return (
        block.text[0] in UNSEPARATED_STARTS
        or _is_set_apart(block)
        or block.bold_opening > 0
        or WIDE_SPACE.search(block.text, 0, LABEL_SEARCH_CHARS) is not None
    )


def _is_set_apart(block: Block) -> bool:
    return block.level > 0 or block.bold or block.text.isupper() or _is_paired(block)


def _is_paired(block: Block) -> bool:
    """Whether markup sets what is said beside the block: the term of a definition, the first cell of a row."""
    return block.term or block.column == 1


def _unseparated_candidate(block: Block, vocabulary: Vocabulary) -> LabelCandidate | None:
    """A label that no colon or bar follows: `Q.`, `【记者】`, a name before a run of spaces, a heading."""
    head = block.text[:LABEL_SEARCH_CHARS]
    first = head[0] if head[0] not in "*_" else head.lstrip("*_")[:1]
    if first in "QA问答問" and (match := QA_LABEL.match(block.text)) is not None:
        return _matched_candidate(block, match, vocabulary, "word")
    if first and first in "【[" and (match := BRACKETED_LABEL.match(block.text)) is not None:
        return _matched_candidate(block, match, vocabulary, "mark")
    if block.bold_opening and (opening := _bold_candidate(block)) is not None:
        return opening
    if WIDE_SPACE.search(head) is not None and (match := SPACED_LABEL.match(head)) is not None:
        return _matched_candidate(block, match, vocabulary, "blanks")
    return _heading_candidate(block)


def _bold_candidate(block: Block) -> LabelCandidate | None:
    """A bold beginning without a separator that is a label as a whole: of a page that shows `Q Why walk?`."""
    label = block.text[: block.bold_opening].rstrip()
    text_start = len(block.text) - len(block.text[block.bold_opening :].lstrip())
    shape = _label_shape(label)
    return _whole_candidate(block, label, text_start, "word" if shape and shape.anonymous else "blanks")


def _heading_candidate(block: Block) -> LabelCandidate | None:
    """A heading, a bold line, a line in capitals or a cell that is a label as a whole."""
    if not _is_set_apart(block) or block.ends_sentence:
        return None
    return _whole_candidate(block, block.text, len(block.text), "mark" if _is_paired(block) else "heading")


def _whole_candidate(block: Block, label: str, text_start: int, form: LabelForm) -> LabelCandidate | None:
    """The candidate of a text at the start of a block, if it can be a label."""
    shape = _label_shape(label) if len(label) <= MAX_LATIN_LABEL_CHARS else None
    if shape is None:
        return None
    end = block.start + len(label)
    return LabelCandidate(block.start, end, label, shape.key, shape.kind, shape.anonymous, text_start, form=form)


def _separated_candidate(block: Block, at: int, vocabulary: Vocabulary) -> LabelCandidate | None:
    """A label before the separator at `at`, or alone on its line with the time of day."""
    text = block.text
    # Nearly all labels are plain: letters up to the first colon, and words or nothing after it.
    label = text[:at].strip("*_ ")
    if _is_plain_label(label) and not text[at + 1 : at + 2].isdigit():
        return _plain_candidate(block, label, at, vocabulary)
    if len(text) <= LABEL_SEARCH_CHARS and (timed := TIMED_LABEL.match(text)):
        return _matched_candidate(block, timed, vocabulary, "time")
    match = SEPARATED_LABEL.match(text)
    if match is None or not _is_separator(text, match):
        return None
    return _matched_candidate(block, match, vocabulary, "mark")


@lru_cache(maxsize=8192)
def _is_plain_label(label: str) -> bool:
    return PLAIN_LABEL.fullmatch(label) is not None


def _plain_candidate(block: Block, label: str, at: int, vocabulary: Vocabulary) -> LabelCandidate | None:
    """The candidate of a label with nothing beside it, before the separator at `at`."""
    text = block.text
    shape = _label_shape(label)
    named = _vocabulary_shape(label, shape, vocabulary) if vocabulary else None
    shape = named or shape
    if shape is None:
        return None
    text_start = at + 1
    while text_start < len(text) and text[text_start] in "*_":
        text_start += 1
    after = text[text_start : text_start + 1]
    glued = (
        text[at] == ":"
        and text_start == at + 1
        and after
        and not after.isspace()
        and after.isascii()
        and label.isascii()
    )
    if glued and after not in "\"'(" and not shape.anonymous:
        return None
    while text_start < len(text) and text[text_start].isspace():
        text_start += 1
    start = block.start + text.index(label)
    return LabelCandidate(
        start, start + len(label), label, shape.key, shape.kind, shape.anonymous, text_start, named is not None
    )


def _matched_candidate(
    block: Block, match: "regex.Match[str]", vocabulary: Vocabulary, form: LabelForm
) -> LabelCandidate | None:
    """The candidate of a match with a group `label`, and perhaps `before`, `time` and `blank`."""
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
    text_start = len(block.text) if form == "time" else match.end()
    beside = [_trimmed_span(block.text, *match.span(name)) for name in ("before", "time") if groups.get(name)]
    glued = shape.kind == "asks" and shape.anonymous and form == "mark" and not match["blank"]
    if glued and (number := NUMBER_AFTER_QA.match(block.text, text_start)):
        beside.append(number.span("number"))
        text_start = number.end()
    return LabelCandidate(
        block.start + start,
        block.start + start + len(label),
        label,
        shape.key,
        shape.kind,
        shape.anonymous,
        text_start,
        named is not None,
        form,
        tuple(beside),
    )


def _trimmed_span(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without spaces and marks of emphasis around it."""
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip("*_ ")), end - len(inner) + len(inner.rstrip("*_ "))


def _is_separator(text: str, match: "regex.Match[str]") -> bool:
    """Whether the matched mark separates a label.

    An ASCII colon in `10:30` or `std::map` does not; before a space, a bracket or beside Chinese it does.
    """
    if match["mark"] != ":" or match["blank"] or match.end() == len(text):
        return True
    after = text[match.end()]
    return (
        after in "\"“‘'「『(（*" or not after.isascii() or not match["label"].isascii() or _is_qa_word(match["label"])
    )


def _is_qa_word(label: str) -> bool:
    cue = cue_of(label)
    return cue is not None and cue.anonymous


# --- what a label says by itself


def _vocabulary_shape(label: str, shape: LabelShape | None, vocabulary: Vocabulary) -> LabelShape | None:
    """The shape of a label that the user names, whatever its form; None for any other and for words such as Q and A.

    The words of the label decide its kind before the vocabulary does.
    """
    if shape is not None and shape.anonymous:
        return None
    key, known = label_key(label), vocabulary.derived(vocabulary_labels)
    if not key or key not in known:
        return None
    return LabelShape(key, (shape.kind if shape else None) or known[key], anonymous=False)


# Cached because the same few labels occur all through a document.
@lru_cache(maxsize=8192)
def _label_shape(label: str) -> LabelShape | None:
    """The shape of a label; None if it cannot be a speaker's label."""
    if not label or not is_name_shaped(label):
        return None
    cue = cue_of(label)
    if cue is not None and cue.kind == "never":
        return None
    anonymous = cue is not None and cue.anonymous
    key = label_key(label, anonymous=anonymous)
    # A label of only quotation marks and brackets is not a name.
    return LabelShape(key, cue.kind if cue else None, anonymous) if key else None


def label_key(label: str, *, anonymous: bool = False) -> str:
    """The key that all spellings of a label share: lower case, without marks and parentheses.

    A role after a name goes, too, and for words such as Q and A (`anonymous`) the number.
    """
    plain = PARENTHESISED.sub("", label).strip(f"*_ {TITLE_QUOTES}\"'[]【】")
    if role := NAME_AND_ROLE.fullmatch(plain):
        plain = role["name"]
    if anonymous:
        plain = TRAILING_NUMBER.sub("", plain)
    return " ".join(plain.split()).casefold()


def is_name_shaped(label: str) -> bool:
    """Whether a label has the form of a name, of a role, or of a word such as Q and A."""
    if TRAILING_NUMBER.sub("", label).strip().casefold() in cue_words():
        return True
    plain = PARENTHESISED.sub("", label).strip()
    if role := NAME_AND_ROLE.fullmatch(plain):
        plain = role["name"]
        if " " not in plain:
            return False
    if not plain or (not NEVER_IN_NAME.isdisjoint(plain) and not _has_abbreviated_title(plain)):
        return False
    return _is_latin_name(plain) if plain.isascii() or LATIN_NAME_WORD.match(plain) else _is_han_name(plain)


def _is_latin_name(label: str) -> bool:
    words = label.split()
    shaped = all(_is_name_word(word) or word in NAME_CONNECTORS or word.casefold() in cue_words() for word in words)
    few = len(label) <= MAX_LATIN_LABEL_CHARS and 0 < len(words) <= MAX_LATIN_LABEL_WORDS
    return few and shaped and _is_name_word(words[0])


def _is_han_name(label: str) -> bool:
    if NUMBERED_HEADING.match(label):
        return False
    bare = label.strip(CHINESE_QUOTES + "“”")
    quoted = bare != label
    return (
        len(bare) <= MAX_HAN_LABEL_CHARS
        and HAN_LABEL_TEXT.fullmatch(label) is not None
        and (quoted or not CLAUSE_CHARS.search(bare))
    )


def _has_abbreviated_title(label: str) -> bool:
    """Whether the marks of a label belong to a name: `Dr. Ada Fern`, `J. R. Moss`, `St. John`."""
    return (NEVER_IN_NAME - ALLOWED_IN_ABBREVIATED_NAME).isdisjoint(label) and all(
        "." not in word.rstrip(".") or len(word) <= MAX_ABBREVIATION_CHARS for word in label.split()
    )


def _is_name_word(word: str) -> bool:
    if word.isdigit():
        return len(word) <= MAX_NUMBER_DIGITS
    return word[0].isupper() and LATIN_NAME_WORD.fullmatch(word) is not None
