"""Divides blocks that hold several turns, so that each label begins a block."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from functools import cache

import msgspec
import regex

from pipeline.lexicon.lists import rows
from pipeline.lexicon.particles import name_particles
from pipeline.stages.dialogue.blocks import MAX_HEADING_COLUMNS, Block, block_slice
from pipeline.stages.dialogue.label_candidates import CAPITALISED_WORD, cue_of, cue_words, is_name_shaped, label_key
from pipeline.stages.dialogue.speaker_aliases import AliasIndex
from pipeline.text.lines import display_width

MIN_DUMP_COLUMNS, MIN_DUMP_LABELS = 160, 4
"""Columns of a block, and labels in it, from which it may be a dump of several turns on one line."""
HONORIFIC = r"(?:M[Rr]s?|M[Ss]|D[Rr]|S[Tt]|P[Rr][Oo][Ff]|G[Ee][Nn]|S[Ee][Nn]|R[Ee][Pp])\.\s{1,3}"
INNER_LABEL = regex.compile(
    rf"""
    (?:^|(?<=[.!?…。！？]["'”’」』)）\]]{{0,2}}\s{{0,3}}))(?<!\b{HONORIFIC})                     # after a sentence
    (?: (?P<label>(?:{HONORIFIC})?{CAPITALISED_WORD}
                  (?:\s(?:{CAPITALISED_WORD}|{"|".join(name_particles("t"))})){{0,6}}(?=:\s))           # Dr. Ada Fern:
      | (?P<label>《?\p{{Han}}[\p{{Han}}·》]{{0,12}}(?=[：:])) )                                 # 《财经》：
    [:：︰﹕]\s*
    """,
    regex.VERBOSE,
)
TITLE_END = regex.compile(r"[?!？！](?=\s|$)|。")
MIN_TITLE_CASE_WORDS = 3
"""Words of a title in title case, small words left out."""
BEFORE_MENTIONED_NAME = regex.compile(
    r"(?:对|對|向|问|問|跟|和|与|與|给|給|告诉|告訴|让|讓|请|請|被|据|據|to|told|the|a|and)\s*$"
)
"""Words before the name of a person who is mentioned: `他告诉记者：…`."""
BEFORE_VERB = regex.compile(r"[我你您他她它们們人者员員生曾再又就便没沒不追反再诘詰自]\s*$")
"""What precedes the verb `问`: `有人问：…`, which is no label."""
MIN_CHARS_BEFORE, MIN_WORDS_BEFORE = 5, 3
"""Characters before a label of one character, and words before a label in English, amid a block."""
MAX_SEARCHED_LABELS = 6
"""Labels up to which looking for each is faster than one pattern for all."""
CLAUSE_MARKS = regex.compile(r"[。？！?!；;，,]|\.\s")
LAST_SENTENCE_END = regex.compile(r"(?r)(?:[。？！?!…]|\.\s)[\"'”’」』)）\]]*+")
"""Found from the end of a text on."""
HAN_AND_BLANK = regex.compile(r"[\p{Han}”」』）](?P<blanks>[ \t\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}]++)$")
MAX_SEARCHED_CHARS = 240
"""Characters before and after a label amid a block that decide about it."""
MIN_GLUED_HEADING_CHARS, MAX_GLUED_HEADING_COLUMNS = 3, 60
LABEL_END_CHARS = " :：︰﹕"
AFTER_SENTENCE_CHARS = "\"'”’」』)）] *_"
SENTENCE_ENDS = frozenset("。！？?!….")


@cache
def small_words() -> frozenset[str]:
    """Words that are in small letters in a title in title case."""
    return frozenset(rows(__package__, "small-words.txt"))


# --- dumps on one line


def split_one_line_dumps(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, with the turns of a dump on one line apart. The labels in it must recur."""
    divided: list[Block] = []
    for block in blocks:
        starts = _dump_starts(block)
        if starts:
            divided.extend(_split_block(block, starts))
        else:
            divided.append(block)
    return tuple(divided)


def _dump_starts(block: Block) -> list[int]:
    """The offsets in a block at which turns begin; empty if it is no dump."""
    if not _may_be_dump(block):
        return []
    text = block.text
    matches = [match for match in INNER_LABEL.finditer(text) if is_name_shaped(match["label"])]
    labels = [(label_key(match["label"]), match.start()) for match in matches]
    recurring = _recurring_labels(text, [key for key, _ in labels])
    if not recurring:
        return []
    aliases = AliasIndex(recurring)
    turns = {start: key for key, start in labels if key in recurring or aliases.of(key)}
    forms = {match["label"] for match in matches if label_key(match["label"]) in recurring}
    forms |= recurring & _asking_keys()
    pattern = _label_pattern(sorted(forms, key=len, reverse=True))
    glued = [match for match in pattern.finditer(text) if match.start() not in turns and _is_turn_start(block, match)]
    turns |= {match.start(): label_key(match[0].strip(LABEL_END_CHARS)) for match in glued}
    headings = {start for match in glued for start in _heading_start(text, match.start())}
    return sorted(turns.keys() | headings | _in_place_of_answers(labels, turns))


def _may_be_dump(block: Block) -> bool:
    text = block.text
    if len(text) < MIN_DUMP_COLUMNS // 2 or text.count(":") + text.count("：") < MIN_DUMP_LABELS:
        return False
    return display_width(text) >= MIN_DUMP_COLUMNS and not block.reference


def _recurring_labels(text: str, keys: Sequence[str]) -> set[str]:
    """The keys of labels that recur; empty if there are too few for a dump. `keys` are of labels after sentences."""
    if not keys:
        return set()
    counts = Counter(keys) | Counter(match[0] for match in _asking_label().finditer(text))
    recurring = {key for key, count in counts.items() if count > 1 and not _is_excluded(key)}
    enough = len(recurring) > 1 and sum(counts[key] for key in recurring) >= MIN_DUMP_LABELS
    return recurring if enough else set()


def _in_place_of_answers(labels: Sequence[tuple[str, int]], turns: Mapping[int, str]) -> set[int]:
    """The offsets of labels that occur once, between two questions: `问：…？林晓：… 问：…？答：…`."""
    places = sorted(turns)
    between: dict[int, list[int]] = {}
    for key, start in labels:
        if start not in turns and not _is_excluded(key):
            between.setdefault(bisect_left(places, start), []).append(start)
    return {
        starts[0]
        for n, starts in between.items()
        if len(starts) == 1 and 0 < n < len(places) and turns[places[n - 1]] == turns[places[n]] in _asking_keys()
    }


@cache
def _asking_keys() -> frozenset[str]:
    """The words that mark a question: `Q`, `问`, `记者`."""
    return frozenset(word for word, cue in cue_words().items() if cue.kind == "asks")


@cache
def _asking_label() -> "regex.Pattern[str]":
    """A Chinese word that marks a question, with its colon, also right after a heading: `没有图纸的小屋记者：`."""
    words = sorted((word for word in _asking_keys() if not word.isascii()), key=len, reverse=True)
    return regex.compile(rf"(?:{'|'.join(map(regex.escape, words))})(?=[：:])")


def _is_excluded(key: str) -> bool:
    cue = cue_of(key)
    return cue is not None and cue.kind == "never"


# --- turns glued to what is before them


def split_glued_turns(blocks: Sequence[Block], labels: Collection[str], labelled: Set[int]) -> tuple[Block, ...] | None:
    """The blocks, with turns apart that are glued to what is before them; None if there are none.

    `labels` are those that begin turns elsewhere in the document. After the end of a sentence, or after the words of a
    heading (`…and the harvest Reporter: How …?`), they begin one here, too. `labelled` are the offsets at which blocks
    with a label start.
    """
    if not labels:
        return None
    forms = sorted(labels, key=len, reverse=True)
    pattern = _label_pattern(forms)
    hints = _hints(forms)
    divided: list[Block] = []
    for block in blocks:
        starts: list[int] = []
        # One colon is the label's own, or one of prose; only few blocks have more.
        min_colons = 2 if block.start in labelled else 1
        colons = block.text.count(":") + block.text.count("：")
        if colons >= min_colons and any(map(block.text.__contains__, hints)):
            starts = _glued_starts(block, pattern)
        divided.extend(_split_block(block, starts) if starts else [block])
    return tuple(divided) if len(divided) > len(blocks) else None


def _label_pattern(forms: Sequence[str]) -> "regex.Pattern[str]":
    """Any of the labels with a colon: as a word of its own, or right after Chinese."""
    names = "|".join(map(regex.escape, forms))
    return regex.compile(
        rf"(?<![\p{{L}}\p{{N}}《「“(（])(?:{names})\s?(?::\s|：)" rf"|(?<=\p{{Han}})(?:{names})[:：︰﹕]"
    )


def _hints(forms: Sequence[str]) -> list[str]:
    """Strings of which a block with one of the labels holds at least one."""
    if len(forms) > MAX_SEARCHED_LABELS:
        return [":", "："]
    return [form + mark for form in forms for mark in (":", "：", " :", " ：")]


def _glued_starts(block: Block, pattern: "regex.Pattern[str]") -> list[int]:
    """The offsets at which turns begin, and the headings that are glued to their labels."""
    turns = [match.start() for match in pattern.finditer(block.text) if _is_turn_start(block, match)]
    headings = (_heading_start(block.text, start) for start in turns)
    return sorted({*turns, *(start for starts in headings for start in starts)})


class _LabelPlace(msgspec.Struct, frozen=True, gc=False):
    """A label amid a block."""

    label: str
    before: str
    """The text before it, at most `MAX_SEARCHED_CHARS` of it."""
    clause: str
    """The text before it since the end of the last sentence."""
    after: str
    below_title: bool
    """All before it could be the title of the document."""


def _begins_block(place: _LabelPlace) -> bool:
    return not any(map(str.isalnum, place.before))


def _follows_sentence(place: _LabelPlace) -> bool:
    before = place.before
    return before.rstrip(AFTER_SENTENCE_CHARS)[-1:] in SENTENCE_ENDS and not before.endswith("“")


def _has_little_before(place: _LabelPlace) -> bool:
    if place.clause.isascii() and len(place.clause.split()) < MIN_WORDS_BEFORE:
        return True
    return (len(place.label) == 1 or place.below_title) and len(place.clause) < MIN_CHARS_BEFORE


def _is_verb(place: _LabelPlace) -> bool:
    return len(place.label) == 1 and BEFORE_VERB.search(place.before) is not None


def _is_mentioned(place: _LabelPlace) -> bool:
    return BEFORE_MENTIONED_NAME.search(place.before) is not None


def _follows_blank(place: _LabelPlace) -> bool:
    """After a blank, which Chinese has between sentences only if a line's end or a mark was lost."""
    blanks = HAN_AND_BLANK.search(place.before)
    return blanks is not None and (place.label in _asking_keys() or len(blanks["blanks"]) > 1)


def _is_within_sentence(place: _LabelPlace) -> bool:
    return (
        display_width(place.clause) > MAX_HEADING_COLUMNS
        or CLAUSE_MARKS.search(place.clause) is not None
        or ("：" in place.clause and not place.below_title)
    )


def _question_follows(place: _LabelPlace) -> bool:
    """After a heading a question must follow, or half the headings of the press would be divided."""
    return "？" in place.after or "?" in place.after


TURN_START_DECISIONS: tuple[tuple[Callable[[_LabelPlace], bool], bool], ...] = (
    (_begins_block, False),
    (_follows_sentence, True),
    (_has_little_before, False),
    (_is_verb, False),
    (_is_mentioned, False),
    (_follows_blank, True),
    (_is_within_sentence, False),
    (_question_follows, True),
)
"""Predicates on the place of a label amid a block, with whether a turn begins there.

The first that holds decides. If none holds, no turn begins.
"""


def _is_turn_start(block: Block, match: "regex.Match[str]") -> bool:
    text = block.text
    before = text[max(0, match.start() - MAX_SEARCHED_CHARS) : match.start()]
    clause = before[_clause_start(before) :]
    place = _LabelPlace(
        match[0].strip(LABEL_END_CHARS),
        before,
        clause,
        text[match.end() : match.end() + MAX_SEARCHED_CHARS],
        block.first and match.start() == len(clause),
    )
    return next((verdict for holds, verdict in TURN_START_DECISIONS if holds(place)), False)


def _clause_start(text: str) -> int:
    """The offset after the last sentence of a text; 0 without one."""
    return next((match.end() for match in LAST_SENTENCE_END.finditer(text)), 0)


def _heading_start(text: str, label_start: int) -> set[int]:
    """The offset of a heading between a sentence and the label that is glued to it; empty if there is none."""
    first = max(0, label_start - MAX_SEARCHED_CHARS)
    before = text[first:label_start]
    start = _clause_start(before)
    heading = before[start:].strip()
    fits = len(heading) >= MIN_GLUED_HEADING_CHARS and display_width(heading) <= MAX_GLUED_HEADING_COLUMNS
    return {first + start} if start and fits and CLAUSE_MARKS.search(heading) is None else set()


# --- dividing


def _split_block(block: Block, starts: Sequence[int]) -> Iterator[Block]:
    """The block divided at offsets of its text; a title before the first turn of the document is a block, too."""
    preamble = block.text[: starts[0]]
    if preamble.strip():
        title_end = _title_case_end(preamble) if block.first else 0
        if title_end:
            yield block_slice(block, 0, title_end)
        yield block_slice(block, title_end, starts[0])
    for start, end in zip(starts, [*starts[1:], len(block.text)], strict=True):
        # Between a heading and a label there may be marks or spaces only.
        if block.text[start:end].strip():
            yield block_slice(block, start, end)


def _title_case_end(text: str) -> int:
    """The end of a title in title case with an end mark at the start of `text`; 0 if there is none."""
    match = TITLE_END.search(text)
    if match is None or match.end() == len(text.rstrip()):
        return 0
    words = [word for word in text[: match.end()].split() if word.casefold() not in small_words() and word[0].isalpha()]
    return match.end() if len(words) >= MIN_TITLE_CASE_WORDS and all(word[0].isupper() for word in words) else 0
