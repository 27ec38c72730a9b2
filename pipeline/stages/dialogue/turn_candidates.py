"""Every place at which a turn could start, in each way in which sources print one.

A candidate is a label with words after it (`Ada: Yes.`), a label above its words, or a paragraph without a label. What
is a turn is decided by `turn_starts`, with the whole document in view; here nothing may be missed. The forms are those
of `TurnForm`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

import msgspec
import regex

from pipeline.stages.dialogue.asides import is_caption, is_stage_direction
from pipeline.stages.dialogue.blocks import CLOSING_CHARS, Block
from pipeline.stages.dialogue.label_candidates import (
    CAPITALISED_WORD,
    PARENTHESISED,
    TRAILING_NUMBER,
    cue_of,
)

TurnForm = Literal[
    "mark", "above", "line", "bracket", "change", "letter", "timed", "wide", "cell", "sign", "inner", "paragraph"
]
"""How a turn is printed.

- `mark`: `Ada: Yes.`
- `above`: `Ada:` alone on its line, with the words below
- `line`: a short line without a colon, with the words below
- `bracket`: `[Ada] Yes.`, `【问】为什么？`
- `change`: `>> Yes.`
- `letter`: `Q Why?`, `Q. Why?`
- `timed`: `Ada 00:12` alone on its line
- `wide`: `Ada    Yes.`
- `cell`: `| Ada | Yes. |`
- `sign`: `Ada — Yes.`, `ADA. Yes.`
- `inner`: `… walk. Ada: Yes.` amid a line
- `paragraph`: words without a label
"""
TURN_FORMS: tuple[TurnForm, ...] = TurnForm.__args__  # type: ignore[attr-defined]

RECURRING_FORMS: frozenset[TurnForm] = frozenset({"line", "inner", "wide", "sign"})
MIN_NAME_CHARS, MAX_NAME_CHARS = 1, 60
MAX_BESIDE_CHARS = 24
"""Characters of a time and of marks beside a label."""
COLONS = frozenset(":：︰﹕∶")
WIDE_SPACES = ("  ", "\t", "\u3000")
MAX_SURE_LABEL_CHARS = 12
"""Characters of a label before a colon up to which no other label is before it, as in `Q One more question: why?`."""
MAX_LINE_LABEL_CHARS = 42
"""Characters of a label that is a line of its own without a colon."""
MIN_INNER_BLOCK_CHARS = 40
"""Characters of a block from which labels are looked for amid it."""
CLOCK = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
TIME_BESIDE_LABEL = rf"(?:[\[(（【]{CLOCK}(?:\s?[-–—]+>?\s?{CLOCK})?[\])）】]|{CLOCK}(?![\d:：]))"
OPENING = regex.compile(
    rf"""
    (?: (?P<cell>\|\s*+)
      | (?P<change>(?:>{{2,}}|»)\s*+)
      | (?P<item>[\-*+•●◦·–]\s++(?!\|))
      | (?P<number>
            (?: \d{{1,3}}(?:[.)、．]|(?=[\s*_]*+[QA]\b)) | [(（]\d{{1,3}}[)）]
              | [一二三四五六七八九十]{{1,3}}、 | [①-⑳] )
            (?!\d)\s*+ )
      | (?P<time>{TIME_BESIDE_LABEL}(?=[\s*_>\-–—]|\p{{L}})[\s>\-–—]*+)
      | (?P<box>\[[ xX]?\]\s++)
      | (?P<bold>\*\*|__(?=\S)|''')
      | (?P<italic>[*_](?=\S)|'')
      | (?P<quote>>(?!>)\s*+)
      | :(?=[^\s:][^:\n]{{0,40}}:\s)                 # :Ada: Yes.
    )*+
    """,
    regex.VERBOSE | regex.VERSION1,
)
"""What may be before a label or the words of a turn."""
MARKED_LABEL = regex.compile(
    rf"""
    (?P<label>[^\n:：︰﹕∶]{{1,{MAX_NAME_CHARS}}}?)
    [*_'\s]*+ (?P<time>{TIME_BESIDE_LABEL})?+ [*_\s]*+
    (?: (?<!\d)[:：︰﹕∶] | (?<=\d)[:：︰﹕∶](?!\d) )(?::(?=\s))?+(?!//|:)
    (?:[*_]++|'{{2,3}}+)?+\s*+ (?P<after>{TIME_BESIDE_LABEL}(?=\s|$))?+ [*_\s]*+
    """,
    regex.VERBOSE | regex.VERSION1,
)
BRACKETED_LABEL = regex.compile(
    rf"""
    (?: [\[［](?P<label>[^\[\]［］\n]{{1,{MAX_NAME_CHARS}}})[\]］](?![(\[]) | 【(?P<label>[^【】\n]{{1,20}})】
      | [(（](?P<label>[^()（）\n]{{1,30}})[)）] )
    [*_]*+\s*+[:：]?[*_\s]*+
    """,
    regex.VERBOSE,
)
LETTER_LABEL = regex.compile(
    r"""
    (?P<label>(?:[QA]|Question|Answer|QUESTION|ANSWER)(?:\d{1,3}|[ ]\d{1,3}(?=[*_]*[.、)）．]))?|[问答問])
    (?<!A(?=\s[^\p{Lu}\s"“]))                   # not: A month later
    (?: [*_]++[.、)）]?\s*+                       # **Q** Why walk?
      | [.、)）．][*_]*+\s*+                      # Q. Why walk?
      | \s++                                      # Q Why walk?
      | (?=[\p{Han}]{4}) )                        # 问你为什么走
    [*_]*+(?=\S)
    """,
    regex.VERBOSE,
)
WIDE_LABEL = regex.compile(r"(?P<label>[^\s*_|](?:\S|[ ](?![ ])){0,40}?)[*_]*+(?:\u3000+|\t+|[ ]{2,})(?=\S)")
CELL_LABEL = regex.compile(r"(?P<label>[^|\n]{1,40}?)[*_]*+\s*+\|\s*+[*_]*+(?=[^|\s\-:])")
SIGN_LABEL = regex.compile(
    rf"""
    (?: (?P<label>
            {CAPITALISED_WORD}(?:[ ]{CAPITALISED_WORD}|[ ]\p{{Ll}}{{1,3}}(?=[ ])|,){{0,4}}    # Ada Fern
          | \p{{Han}}{{1,6}}(?:·\p{{Han}}{{1,6}})?
          | \p{{Ll}}{{1,4}} )
        (?:[ ]?[(（][^()（）\n]{{1,30}}[)）])?[*_]*+\s?                                       # Ada Fern (guide)
        (?: :: | \\?(?:[—–|｜=/]|>{{1,3}}|~{{1,2}}) | ->?(?=\s) | {TIME_BESIDE_LABEL}(?=[\s*_]) )   # Ada — Yes.
      | (?P<label>\p{{Lu}}[\p{{Lu}}.,'’\- ]{{1,30}}?)\.(?=\s) )                               # ADA FERN. Yes.
    [*_]*+\s*+[*_]*+(?=\S)
    """,
    regex.VERBOSE,
)
TIMED_LINE = regex.compile(rf"(?P<label>[^\n]{{1,{MAX_NAME_CHARS}}}?)[\s,(\[—–\-*_]++{TIME_BESIDE_LABEL}[\])\s*_]*+$")
LABEL_BEFORE = regex.compile(
    rf"""
    (?: (?<=[。！？!?…”」）)\].][\s*_]*+)                                                  # … walk. Ada
        (?P<label>[^\s，。：！？,.:;；、“”（）()\[\]*_|]{{1,20}}(?:[ ][^\s，。：！？,.:;；*_|]{{1,15}}){{0,2}})
      | (?<=[\s*_])                                                                         # … Ada Fern
        (?P<label>{CAPITALISED_WORD}(?:[ ]{CAPITALISED_WORD}|[ ]\p{{Ll}}{{1,3}}(?=[ ])){{0,3}})
      | \*\*(?P<label>[^*\n:：]{{1,30}}) )                                                  # … **Ada
    [*_]*+[ ]?$
    """,
    regex.VERBOSE,
)
"""A label before a colon amid a block; looked for in the characters right before the colon."""
MAX_INNER_CHARS = 56
"""Characters before a colon in which its label is."""
AFTER_COLON = regex.compile(r"(?!\d\d|//)[*_\s]*+(?=\S)")
REQUEST_OR_COUNT = regex.compile(r"[请請]|[第其][一二三四五六七八九十百\d]|首先|其次|最后|最後|另外")
"""How requests to the reader (`请注意：`) and counted points (`第一：`) begin; no name does."""
SAYING = regex.compile(r"(?:[说說道喊叫问問]|\b(?:said|says))$")
"""The end of what tells that somebody speaks, in a story or an answer: `I said: “…”`, `有人问：`."""
MIN_SENTENCE_WORD_LETTERS = 5
"""Letters of a word in small letters from which the full stop after it ends a sentence: `prof. Rook`, `feat. Moss`."""
END_WITHIN_LABEL = regex.compile(
    rf"""
    [。！？](?=\p{{L}})                                                   # 他走了。我问
  | (?<![\p{{L}}\p{{N}}@.’'\-]) \p{{Ll}}[\p{{L}}’'\-]*+                  # a word in small letters; not Yahoo! News
    (?: (?<=\p{{L}}{{{MIN_SENTENCE_WORD_LETTERS}}})\. | [!?…] )["”’)]?+\s   # I was tired. Then; Are you? Well
    """,
    regex.VERBOSE,
)
"""Where a sentence ends within a text. No label that speaks holds one."""
NO_LINE_END = ".。，,;；、!！"
WORD_CHARACTER = regex.compile(r"[\p{L}\p{N}\p{Emoji_Presentation}]")
"""What a label has at least one of; some people go by pictures."""
WORDS = regex.compile(r"[\p{L}\p{N}]|[?？!！…—–]|\.\.")
"""What somebody says: letters, or marks in place of words, as minutes have them (`TBL: ???`, `RG: ...`)."""
LABEL_MARKS = regex.compile(r"[*_#`~<>\[\]【】《》〈〉「」“”\"]+|(?<=\s)@|^@")
SPACES = regex.compile(r"[\s\N{IDEOGRAPHIC SPACE}]+")


class TurnOpening(msgspec.Struct, frozen=True, gc=False):
    """The marks before the words of a block: `end` is the offset in the block's text at which they end."""

    end: int = 0
    item: bool = False
    number: bool = False
    time: bool = False
    cell: bool = False
    change: bool = False
    bold: bool = False
    italic: bool = False
    quote: bool = False


NO_OPENING = TurnOpening()


class TurnCandidate(msgspec.Struct, frozen=True, gc=False):
    """A place at which a turn could start.

    It starts in block number `block`, at offset `start` of the block's text. Its own words begin in block number
    `words_block` at offset `words`. A label is `[label_start, label_end)` of the text of `block`; `label` is its text
    without marks and `key` is the same for all its spellings; both are empty without a label.
    """

    block: int
    start: int
    words_block: int
    words: int
    form: TurnForm
    label: str = ""
    key: str = ""
    label_start: int = 0
    label_end: int = 0
    timed: bool = False


def read_opening(block: Block) -> TurnOpening:
    """The marks at the start of a block's text."""
    first = block.text[0]
    if first.isalpha() and first not in "一二三四五六七八九十":
        return NO_OPENING
    match = OPENING.match(block.text)
    if match is None or not match.end():
        return NO_OPENING
    found = match.groupdict()
    return TurnOpening(
        match.end(),
        item=found["item"] is not None,
        number=found["number"] is not None,
        time=found["time"] is not None,
        cell=found["cell"] is not None,
        change=found["change"] is not None,
        bold=found["bold"] is not None,
        italic=found["italic"] is not None,
        quote=found["quote"] is not None,
    )


# Cached because the same few labels occur all through a document.
@lru_cache(maxsize=8192)
def candidate_key(label: str) -> str:
    """What all spellings of a label share: small letters, without marks, brackets and the number after Q or A."""
    plain = PARENTHESISED.sub("", label)
    plain = SPACES.sub(" ", LABEL_MARKS.sub("", plain)).strip(" .,-–—:：").casefold()
    bare = TRAILING_NUMBER.sub("", plain)
    return bare if bare in {"q", "a", "question", "answer", "问", "答", "問", "问题", "問題"} else plain


def find_turn_candidates(blocks: Sequence[Block], openings: Sequence[TurnOpening]) -> list[TurnCandidate]:
    """All candidates in order; at one place the labelled ones come first.

    Labels of the forms in `RECURRING_FORMS` are candidates only if they occur again: any short line could be one.
    """
    found: list[TurnCandidate] = []
    for i, block in enumerate(blocks):
        if not block.reference and not is_stage_direction(block):
            found.extend(_candidates_of(i, blocks, openings))
    counts = Counter(candidate.key for candidate in found)
    return [candidate for candidate in found if candidate.form not in RECURRING_FORMS or counts[candidate.key] > 1]


def _candidates_of(i: int, blocks: Sequence[Block], openings: Sequence[TurnOpening]) -> Iterator[TurnCandidate]:
    block, opening = blocks[i], openings[i]
    text, at = block.text, opening.end
    labelled = False
    for candidate in _labelled(i, blocks, opening) if not is_caption(block) else ():
        if is_never_speaker(candidate.label):
            continue
        labelled = labelled or candidate.form not in {"line", "sign", "wide"}
        yield candidate
    if opening.change and not (labelled and text[at : at + 1] not in "[(（【"):
        yield TurnCandidate(i, 0, i, at, "change")
    if _is_set_apart(block, opening) or block.asks or (i and _may_be_answered(blocks[i - 1], openings[i - 1])):
        yield TurnCandidate(i, 0, i, at, "paragraph")
    if len(text) > MIN_INNER_BLOCK_CHARS:
        yield from _inner(i, text, at)


@lru_cache(maxsize=8192)
def is_never_speaker(label: str) -> bool:
    """Whether the words of a label announce something else than a speaker: `Note`, `来源`, `请注意`, `第一`, `I said`.

    Neither is a label that holds the end of a sentence: `It was late. My answer`. In the documents that the trees
    learned from, none of some thousand such labels is a speaker's.
    """
    if not label:
        return False
    cue = cue_of(label)
    if cue is not None:
        return cue.kind == "never"
    return (
        REQUEST_OR_COUNT.match(label) is not None
        or SAYING.search(label) is not None
        or END_WITHIN_LABEL.search(label) is not None
        or label[0] in "(（"
    )


def _is_set_apart(block: Block, opening: TurnOpening) -> bool:
    """Whether a block is set as questions without a label often are."""
    return (
        block.level > 0
        or block.bold
        or block.italic
        or block.dashed
        or block.quoted
        or block.term
        or block.column > 0
        or block.bold_opening > 0
        or opening.bold
        or opening.italic
        or opening.number
        or opening.quote
        or opening.cell
    )


def _may_be_answered(block: Block, opening: TurnOpening) -> bool:
    """Whether a block could be a question that the block below it answers."""
    set_apart = block.level > 0 or block.bold or block.italic or block.dashed or block.term or block.column > 0
    return block.asks or set_apart or opening.bold


def _labelled(i: int, blocks: Sequence[Block], opening: TurnOpening) -> Iterator[TurnCandidate]:
    """The labels at the start of a block; one with a colon excludes those of most other forms."""
    block = blocks[i]
    head = block.text[opening.end : opening.end + MAX_NAME_CHARS + MAX_BESIDE_CHARS]
    has_next = i + 1 < len(blocks) and not blocks[i + 1].reference
    marked = _marked(i, block, opening, has_next=has_next) if not COLONS.isdisjoint(head) else None
    if marked is not None:
        yield marked
    yield from _bracketed(i, block, opening, has_next=has_next)
    if marked is None:
        yield from _in_cell_or_letter(i, block, opening)
        yield from _unmarked(i, block, opening, head, has_next=has_next)
    elif marked.label_end - marked.label_start > MAX_SURE_LABEL_CHARS:
        yield from _in_cell_or_letter(i, block, opening)
        yield from _signed(i, block, opening)


def _marked(i: int, block: Block, opening: TurnOpening, *, has_next: bool) -> TurnCandidate | None:
    """A label with a colon: before its words, or alone above them."""
    text = block.text
    match = MARKED_LABEL.match(text, opening.end)
    if match is None or not WORD_CHARACTER.search(match["label"]):
        return None
    timed = opening.time or match["time"] is not None or match["after"] is not None
    if WORDS.search(text, match.end()):
        return _of_match(i, match, i, match.end(), "change" if opening.change else "mark", timed=timed)
    return _of_match(i, match, i + 1, -1, "above", timed=timed) if has_next else None


def _bracketed(i: int, block: Block, opening: TurnOpening, *, has_next: bool) -> Iterator[TurnCandidate]:
    """A label in brackets; in round ones alone on its line it is a stage direction."""
    text, at = block.text, opening.end
    first = text[at : at + 1]
    match = BRACKETED_LABEL.match(text, at) if first and first in "[【(（［" else None
    if match is None or not WORD_CHARACTER.search(match["label"]):
        return
    if WORD_CHARACTER.search(text, match.end()):
        yield _of_match(i, match, i, match.end(), "bracket", timed=opening.time)
    elif has_next and first in "[［【":
        yield _of_match(i, match, i + 1, -1, "above", timed=opening.time)


def _in_cell_or_letter(i: int, block: Block, opening: TurnOpening) -> Iterator[TurnCandidate]:
    """The first cell of a row, and Q or A without a colon."""
    text, at = block.text, opening.end
    if opening.cell and (cell := CELL_LABEL.match(text, at)):
        yield _of_match(i, cell, i, cell.end(), "cell", timed=opening.time)
    first = text[at : at + 1]
    if first and first in "QA问答問" and (letter := LETTER_LABEL.match(text, at)):
        yield _of_match(i, letter, i, letter.end(), "letter", timed=opening.time)


def _unmarked(i: int, block: Block, opening: TurnOpening, head: str, *, has_next: bool) -> Iterator[TurnCandidate]:
    """Labels that bold, a time, a line of their own, spaces or another sign sets apart."""
    text, at = block.text, opening.end
    length = len(text) - at
    if MIN_NAME_CHARS <= block.bold_opening <= MAX_NAME_CHARS:
        yield _bold_start(i, block, opening)
    elif has_next and length <= MAX_NAME_CHARS + MAX_BESIDE_CHARS and (timed_line := TIMED_LINE.match(text, at)):
        yield _of_match(i, timed_line, i + 1, -1, "timed", timed=True)
    elif has_next and length <= MAX_LINE_LABEL_CHARS and _is_label_line(text):
        label = text[at:].rstrip("*_ ")
        yield TurnCandidate(
            i, 0, i + 1, -1, "line", _plain(label), candidate_key(label), at, at + len(label), opening.time
        )
    elif any(map(head.__contains__, WIDE_SPACES)) and (wide := WIDE_LABEL.match(text, at)):
        yield _of_match(i, wide, i, wide.end(), "wide", timed=opening.time)
    yield from _signed(i, block, opening)


def _signed(i: int, block: Block, opening: TurnOpening) -> Iterator[TurnCandidate]:
    """A label before a bar, a dash or another sign."""
    if sign := SIGN_LABEL.match(block.text, opening.end):
        yield _of_match(i, sign, i, sign.end(), "sign", timed=opening.time)


def _bold_start(i: int, block: Block, opening: TurnOpening) -> TurnCandidate:
    """A bold beginning without a mark after it, as pages set labels."""
    label = block.text[opening.end : block.bold_opening].rstrip()
    end = block.bold_opening
    words = end + len(block.text[end:]) - len(block.text[end:].lstrip())
    return TurnCandidate(
        i, 0, i, words, "sign", _plain(label), candidate_key(label), opening.end, opening.end + len(label), opening.time
    )


def _is_label_line(text: str) -> bool:
    last = text.rstrip(CLOSING_CHARS)[-1:]
    return bool(last) and last not in NO_LINE_END and "\n" not in text


def _inner(i: int, text: str, at: int) -> Iterator[TurnCandidate]:
    """Labels amid a block: after the end of a sentence, in bold, or names."""
    for colon in _colons(text, at + 1):
        after = AFTER_COLON.match(text, colon + 1)
        if after is None:
            continue
        first = max(at, colon - MAX_INNER_CHARS)
        match = LABEL_BEFORE.search(text[first:colon])
        if match is None or not first + match.start("label"):
            continue
        start, end = (first + offset for offset in match.span("label"))
        end -= len(match["label"]) - len(match["label"].rstrip("*_ "))
        # A block has no blanks around it, of whatever kind.
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if at < start < end:
            label = text[start:end]
            yield TurnCandidate(
                i, start, i, after.end(), "inner", _plain(label), candidate_key(label), start, end, timed=False
            )


def _colons(text: str, at: int) -> list[int]:
    """The offsets of colons in `text` from `at` on, in order."""
    found = []
    for mark in ":：":
        colon = text.find(mark, at)
        while colon >= 0:
            found.append(colon)
            colon = text.find(mark, colon + 1)
    return sorted(found)


def _of_match(
    i: int, match: "regex.Match[str]", words_block: int, words: int, form: TurnForm, *, timed: bool
) -> TurnCandidate:
    start, end = match.span("label")
    label = match["label"]
    end -= len(label) - len(label.rstrip("*_ "))
    return TurnCandidate(i, 0, words_block, words, form, _plain(label), candidate_key(label), start, end, timed)


@lru_cache(maxsize=8192)
def _plain(label: str) -> str:
    return SPACES.sub(" ", LABEL_MARKS.sub("", label)).strip()
