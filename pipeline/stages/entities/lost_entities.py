"""Restore entities that lost their ampersand: `quot;hard connectivityquot;`, `countries#39; leaders`.

Something removed the `&`, or put a space in its place (`the  quot;road map quot; for`, as in the AG News corpus). The
rest may be a word, a colour or the number of an issue, so each kind has its own conditions: names that no English word
ends in, next to text; quotation marks in pairs; apostrophes before the letters that follow one.
"""

from collections.abc import Callable, Iterator

import msgspec
import regex

from pipeline.model.stage import Rule
from pipeline.stages.entities.entity_names import words_before_numbers
from pipeline.stages.entities.lost_candidates import (
    BEFORE_OPENING_QUOTE,
    ENDS_WORD,
    LostEntity,
    LostEntityContext,
    lost_entities,
    word_before,
)
from pipeline.stages.entities.mentions import is_mentioned
from pipeline.stages.entities.rules import (
    LOST_ACCENT,
    LOST_AMPERSAND,
    LOST_APOSTROPHE,
    LOST_DOLLAR,
    LOST_MARK,
    LOST_QUOTE,
    LOST_QUOTES,
)
from pipeline.stages.entities.suspect_lines import Spans, SuspectLine
from pipeline.text.edits import Edit

SUFFIX = regex.compile(r"(?:s|t|re|ve|ll|d|m|S|T)\b")
"""What follows an apostrophe within a word."""
PLURAL_S = regex.compile(r"s\b")
CURRENCY_PREFIX = regex.compile(r"(?<![A-Za-z])(?:US|AU|NZ|HK|[ACS]) $")
NAME_PREFIXES = frozenset("OoDdLl")
"""Letters before the apostrophe of a name: `O'Neal`, `d'Estaing`."""
DECADE = regex.compile(r"\d0s\b")
INITIALS_BEFORE = regex.compile(r"(?<![\p{L}-])[A-Z]{1,4}$")
INITIALS_AFTER = regex.compile(r"[A-Z]{1,4}s?\b")
YEAR_BEFORE = regex.compile(r"(?<!\d)(?:1[5-9]|20)?\d0$|(?<!\d)(?:1[5-9]|20)\d\d$")
INITIAL_BEFORE = regex.compile(r"(?<![\p{L}])(?:[A-Z]|[A-Z]\.)$")
BEFORE_AMPLIFIER = frozenset(
    {"a", "an", "the", "guitar", "bass", "tube", "valve", "combo", "practice", "my", "his", "her"}
)
"""Words before an amp that is an amplifier."""
MAX_SINGLE_QUOTED_CHARS = 120
MIN_PLURAL_CHARS, MIN_SPACED_PLURAL_CHARS = 3, 4
"""Letters of a plural before its apostrophe: `countries#39;`, `countries #39;`. `as`, `is` and `us` are shorter."""

PAIR_CONFIDENCE = 0.99
"""Two quotation marks, each next to a word. Chance leaves one at most."""
SPACED_PAIR_CONFIDENCE = 0.97
SINGLE_PAIR_CONFIDENCE = 0.9
"""Single quotes may also be an apostrophe and the number of an issue."""
LONE_QUOTE_CONFIDENCE = 0.9
CONTRACTION_CONFIDENCE, SPACED_CONTRACTION_CONFIDENCE = 0.98, 0.95
NAME_APOSTROPHE_CONFIDENCE = 0.93
FINAL_APOSTROPHE_CONFIDENCE, SPACED_FINAL_APOSTROPHE_CONFIDENCE = 0.9, 0.85
"""After a plural an apostrophe is likely, and a closing quotation mark possible."""
ACCENT_CONFIDENCE = 0.96
DOLLAR_CONFIDENCE, SPACED_CURRENCY_CONFIDENCE = 0.95, 0.9
"""With a space in its place, `#36;` before a digit may also number something."""
OPENING_CONFIDENCE = CLOSING_CONFIDENCE = 0.96
DASH_CONFIDENCE = SPACE_CONFIDENCE = 0.95
NAMED_MARK_CONFIDENCE = 0.93
"""A name says what it is, but only one side of it touches a word."""
SPACED_MARK_CONFIDENCE = 0.9

Repair = Callable[[SuspectLine, LostEntity, LostEntityContext], Edit | None]


def repaired_lost_entities(line: SuspectLine, edited: Spans, *, has_spaced_entities: bool) -> Iterator[Edit]:
    """Yield the edits for entities without ampersand in one line, outside the spans that are edited already.

    `has_spaced_entities` says that the document has entities with a space in place of their ampersand.
    """
    found = [entity for entity in lost_entities(line, edited) if not is_mentioned(line.text, entity.start, entity.end)]
    if not found:
        return
    yield from paired_quotes(line, [entity for entity in found if entity.side == "quote"])
    context = LostEntityContext.of(found, has_spaced_entities=has_spaced_entities)
    single_quotes = paired_single_quotes(line, found)
    for i, entity in enumerate(found):
        if i in single_quotes:
            yield single_quote(line, entity)
        elif repair := _repair_for(entity):
            edit = repair(line, entity, context)
            if edit:
                yield edit


def _repair_for(entity: LostEntity) -> Repair | None:
    if entity.new in "'’" and entity.side == "close":
        return apostrophe
    return REPAIRS.get(entity.side)


def edit_of(line: SuspectLine, entity: LostEntity, rule: Rule, confidence: float) -> Edit:
    """The edit that replaces the entity and nothing else."""
    return line.edit(entity.start, entity.end, entity.new, rule, confidence)


def edit_of_padded(line: SuspectLine, entity: LostEntity, rule: Rule, confidence: float) -> Edit:
    """The edit that also takes the space in place of the ampersand, if there is another space before it."""
    start = entity.start
    if start >= 2 and line.text[start - 2 : start] == "  ":
        start -= 1
    elif start == 1 and line.text[0] == " ":
        start = 0
    return line.edit(start, entity.end, entity.new, rule, confidence)


def edit_with_space(line: SuspectLine, entity: LostEntity, rule: Rule, confidence: float) -> Edit:
    """The edit that also takes the space before the entity, so that its character touches the word before it."""
    return line.edit(entity.start - 1, entity.end, entity.new, rule, confidence)


def has_two_spaces_before(line: SuspectLine, entity: LostEntity) -> bool:
    """Whether two spaces precede the entity: one of the text, one in place of the ampersand."""
    return line.text[max(0, entity.start - 2) : entity.start] == "  "


def paired_quotes(line: SuspectLine, quotes: list[LostEntity]) -> Iterator[Edit]:
    """`quot;hard connectivityquot;`: the quote that touches the word after it opens, the other one closes.

    Between two letters or Chinese characters parity decides. Where a space stands for the ampersand, a closing quote
    has one on both sides: `quot;road map quot; for`.
    """
    opened: LostEntity | None = None
    for quote in quotes:
        may_close = quote.follows_word and quote.before not in BEFORE_OPENING_QUOTE
        may_open = quote.precedes_word
        if opened is None:
            if may_open:
                opened = quote
            elif may_close:
                yield from lone_quote(line, quote)
            continue
        is_spaced = not may_close and not may_open and quote.before == " " and quote.start - opened.end > 1
        if quote.before == ":" and may_open:
            may_close = False
        if may_close or not may_open:
            confidence = SPACED_PAIR_CONFIDENCE if is_spaced else PAIR_CONFIDENCE
            yield edit_of_padded(line, opened, LOST_QUOTES, confidence)
            yield (edit_with_space if is_spaced else edit_of)(line, quote, LOST_QUOTES, confidence)
            opened = None
        else:
            yield from lone_quote(line, opened)
            opened = quote
    if opened is not None:
        yield from lone_quote(line, opened)


def lone_quote(line: SuspectLine, quote: LostEntity) -> Iterator[Edit]:
    """A quote whose other half is in another line or was never lost; only if it touches a word."""
    if "_" not in word_before(line, quote.start) and (quote.has_name or quote.precedes_word):
        yield edit_of_padded(line, quote, LOST_QUOTE, LONE_QUOTE_CONFIDENCE)


def paired_single_quotes(line: SuspectLine, found: list[LostEntity]) -> set[int]:
    """Indexes of single quotes in pairs: `#39;in time#39;`, and with spaces for ampersands `  #39;in time #39;`."""
    paired: set[int] = set()
    opened: int | None = None
    is_spaced = False
    for i, entity in enumerate(found):
        if entity.new != "'":
            continue
        closes = entity.before == " " if is_spaced else entity.follows_word
        if not entity.follows_word and entity.after.isalpha():
            two_spaces = has_two_spaces_before(line, entity)
            if two_spaces or not is_spaced:
                opened, is_spaced = i, two_spaces
        elif opened is not None and closes and not entity.after.isalnum():
            if entity.start - found[opened].end <= MAX_SINGLE_QUOTED_CHARS:
                paired |= {opened, i}
            opened, is_spaced = None, False
    return paired


def single_quote(line: SuspectLine, quote: LostEntity) -> Edit:
    """The edit for one of a pair of single quotes."""
    closes_after_space = quote.before == " " and not quote.after.isalnum()
    edit = edit_with_space if closes_after_space else edit_of_padded
    return edit(line, quote, LOST_APOSTROPHE, SINGLE_PAIR_CONFIDENCE)


def apostrophe(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`it#39;s`, `isn #39;t`, `O#39;Neal`, `countries#39; leaders`; not `PR#39;` nor `see #39;`."""
    if entity.before == " " and entity.start >= 2:
        return _spaced_apostrophe(line, entity, context)
    return _attached_apostrophe(line, entity)


def _spaced_apostrophe(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`isn #39;t`, `the #39;90s`, `O #39;Neal`, `countries #39; leaders`."""
    text, end = line.text, entity.end
    if DECADE.match(text, end):
        return edit_of_padded(line, entity, LOST_APOSTROPHE, FINAL_APOSTROPHE_CONFIDENCE)
    if is_between_year_and_s(line, entity.start - 1, end):
        return edit_with_space(line, entity, LOST_APOSTROPHE, FINAL_APOSTROPHE_CONFIDENCE)
    word = word_before(line, entity.start - 1)
    if not word or word.lower() in words_before_numbers():
        return None
    if SUFFIX.match(text, end) or (word in NAME_PREFIXES and entity.after.isupper()):
        return edit_with_space(line, entity, LOST_APOSTROPHE, SPACED_CONTRACTION_CONFIDENCE)
    is_plural = word[-1] == "s" and len(word) >= MIN_SPACED_PLURAL_CHARS
    if context.has_spaced_entities and is_plural and entity.after == " " and text[end + 1 : end + 2].isalpha():
        return edit_with_space(line, entity, LOST_APOSTROPHE, SPACED_FINAL_APOSTROPHE_CONFIDENCE)
    return None


def _attached_apostrophe(line: SuspectLine, entity: LostEntity) -> Edit | None:
    """`it#39;s`, `1990#39;s`, `O#39;Neal`, `countries#39; leaders`."""
    if is_between_year_and_s(line, entity.start, entity.end):
        return edit_of(line, entity, LOST_APOSTROPHE, FINAL_APOSTROPHE_CONFIDENCE)
    word = word_before(line, entity.start)
    has_suffix = SUFFIX.match(line.text, entity.end) is not None
    if not word or (word.lower() in words_before_numbers() and not has_suffix):
        return None
    if entity.after.isalpha():
        confidence = CONTRACTION_CONFIDENCE if has_suffix else NAME_APOSTROPHE_CONFIDENCE
        return edit_of(line, entity, LOST_APOSTROPHE, confidence)
    is_plural = word[-1] in "sS" and len(word) >= MIN_PLURAL_CHARS and not entity.after.isdigit()
    if is_plural or entity.has_name:
        return edit_of(line, entity, LOST_APOSTROPHE, FINAL_APOSTROPHE_CONFIDENCE)
    return None


def is_between_year_and_s(line: SuspectLine, start: int, end: int) -> bool:
    """Whether a year or a decade ends at `start` and an `s` follows `end`: `1990#39;s`."""
    is_after_year = YEAR_BEFORE.search(line.text, max(0, start - 8), start) is not None
    return is_after_year and PLURAL_S.match(line.text, end) is not None


def accent(line: SuspectLine, entity: LostEntity, _context: LostEntityContext) -> Edit | None:
    """`Laganiegrave;re`: within a word; at its end only with a name, because `see#233;` has a number."""
    if entity.new.isupper():
        fits = entity.after.isalpha() and not entity.before.islower()
    elif entity.has_name:
        fits = entity.before.isalpha() or entity.after.isalpha()
    else:
        fits = entity.before.isalpha() and entity.after.isalpha()
    if fits and word_before(line, entity.start).lower() not in words_before_numbers():
        return edit_of(line, entity, LOST_ACCENT, ACCENT_CONFIDENCE)
    return None


class SpacedAmpersand(msgspec.Struct, frozen=True):
    """An `amp;` between two spaces, with what decides whether it is an ampersand or an amplifier."""

    amps: int
    """How many: 2 in `amp;amp;`."""
    word: str
    """The word before it, or its last letters."""
    last: str
    """The last character before the space."""
    next: str
    """The first character after the space."""
    follows_initial: bool
    context: LostEntityContext

    def is_escaped_again(self) -> bool:
        """`Smith amp;amp; Sons`."""
        return self.amps > 1 and self.last.isalnum() and self.next.isalnum()

    def joins_initial_and_name(self) -> bool:
        """`J. amp; Sons`."""
        return self.follows_initial and self.next.isupper()

    def joins_names(self) -> bool:
        """`Turner amp; Sons`, in a document that has `the  quot;road map quot;`."""
        is_between_capitals = self.last.isalnum() and self.word[:1].isupper() and self.next.isupper()
        return self.context.has_spaced_entities and is_between_capitals

    def joins_words(self) -> bool:
        """`salt amp; pepper`, in a line that has `nightmdash;`; not `guitar amp; then`."""
        is_between_letters = self.last.isalpha() and self.next.isalpha()
        return self.context.has_attached_name and is_between_letters and self.word.lower() not in BEFORE_AMPLIFIER


SPACED_AMPERSANDS: tuple[tuple[Callable[[SpacedAmpersand], bool], float], ...] = (
    (SpacedAmpersand.is_escaped_again, 0.93),
    (SpacedAmpersand.joins_initial_and_name, 0.9),
    (SpacedAmpersand.joins_names, 0.8),
    (SpacedAmpersand.joins_words, 0.85),
)
"""Evidence that `amp;` is an ampersand, with its confidence. The first that holds decides."""
PADDED_AMPERSAND_CONFIDENCE = 0.95
INITIALS_CONFIDENCE, SPACED_INITIALS_CONFIDENCE = 0.95, 0.93


def ampersand(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`Ramp;D` and `J amp; J`; never a word in `amp`, and an amplifier may precede a semicolon."""
    before, after = line.text[max(0, entity.start - 40) : entity.start], line.text[entity.end : entity.end + 40]
    if INITIALS_AFTER.match(after):
        if INITIALS_BEFORE.search(before):
            return edit_of(line, entity, LOST_AMPERSAND, INITIALS_CONFIDENCE)
        if before.endswith(" ") and INITIALS_BEFORE.search(before[:-1]):
            return edit_with_space(line, entity, LOST_AMPERSAND, SPACED_INITIALS_CONFIDENCE)
    if not before.endswith(" ") or not after.startswith(" "):
        return None
    spaced = SpacedAmpersand(
        amps=line.text.count("amp", entity.start, entity.end),
        word=word_before(line, entity.start - 1),
        last=before.rstrip(" ")[-1:],
        next=after[1:2],
        follows_initial=INITIAL_BEFORE.search(before[:-1]) is not None,
        context=context,
    )
    follows_text = spaced.last.isalnum() or spaced.last in ENDS_WORD
    if before.endswith("  ") and follows_text and spaced.next.isalnum():
        return edit_of_padded(line, entity, LOST_AMPERSAND, PADDED_AMPERSAND_CONFIDENCE)
    confidence = next((confidence for holds, confidence in SPACED_AMPERSANDS if holds(spaced)), None)
    return None if confidence is None else edit_of(line, entity, LOST_AMPERSAND, confidence)


def dollar(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`#36;50`, and `US #36;50` where spaces stand for ampersands."""
    if not entity.after.isdigit():
        return None
    text_before = (line.text, max(0, entity.start - 6), entity.start)
    if context.has_spaced_entities and CURRENCY_PREFIX.search(*text_before):
        return edit_with_space(line, entity, LOST_DOLLAR, SPACED_CURRENCY_CONFIDENCE)
    if entity.before.isalnum() and entity.before.isascii():
        return None
    return edit_of_padded(line, entity, LOST_DOLLAR, DOLLAR_CONFIDENCE)


def other_currency(line: SuspectLine, entity: LostEntity, _context: LostEntityContext) -> Edit | None:
    """`  #163;50`: only with a space in place of the ampersand, because `#163;` may number something."""
    if entity.after.isdigit() and has_two_spaces_before(line, entity):
        return edit_of_padded(line, entity, LOST_DOLLAR, SPACED_CURRENCY_CONFIDENCE)
    return None


def opening_mark(line: SuspectLine, entity: LostEntity, _context: LostEntityContext) -> Edit | None:
    """`ldquo;Come in`: before a word, and after no letter or digit unless it is Chinese."""
    follows_latin = entity.before.isalnum() and entity.before.isascii()
    if entity.precedes_word and not follows_latin:
        return edit_of_padded(line, entity, LOST_MARK, OPENING_CONFIDENCE)
    return None


def closing_mark(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`Come inrdquo;`, `well hellip;`: after a word; without a name not before another letter."""
    precedes_latin = entity.after.isalnum() and entity.after.isascii()
    if entity.follows_word and (entity.has_name or not precedes_latin):
        return edit_of(line, entity, LOST_MARK, CLOSING_CONFIDENCE)
    if entity.new == "…" and entity.has_name and entity.precedes_word:
        return edit_of(line, entity, LOST_MARK, NAMED_MARK_CONFIDENCE)
    is_spaced = entity.before == " " and entity.start >= 2 and not entity.after.isalnum()
    if context.first_opening < entity.start and is_spaced:
        return edit_with_space(line, entity, LOST_MARK, SPACED_MARK_CONFIDENCE)
    return None


def dash(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`nightmdash;and day`, `1990#150;95`, `them  #151; online`."""
    is_between_letters = entity.before.isalpha() and entity.after.isalpha()
    is_between_digits = entity.before.isdigit() and entity.after.isdigit()
    if is_between_letters or is_between_digits:
        return edit_of(line, entity, LOST_MARK, DASH_CONFIDENCE)
    if has_two_spaces_before(line, entity) and entity.after == " ":
        return edit_of_padded(line, entity, LOST_MARK, SPACED_MARK_CONFIDENCE)
    if entity.has_name and (entity.follows_word or entity.precedes_word or context.has_attached_name):
        return edit_of(line, entity, LOST_MARK, NAMED_MARK_CONFIDENCE)
    return None


def space(line: SuspectLine, entity: LostEntity, context: LostEntityContext) -> Edit | None:
    """`12nbsp;km`, `nbsp;nbsp;First`: next to a word or to another entity."""
    is_next_to_word = entity.before.isalnum() or entity.precedes_word
    if is_next_to_word or context.touches_another(entity) or context.continues_spaces(entity):
        return edit_of(line, entity, LOST_MARK, SPACE_CONFIDENCE)
    return None


REPAIRS: dict[str, Repair] = {
    "open": opening_mark,
    "close": closing_mark,
    "between": dash,
    "space": space,
    "accent": accent,
    "amp": ampersand,
    "dollar": dollar,
    "money": other_currency,
}
"""The repair for each side of `LostEntity`. Quotation marks, side `quote`, are repaired in pairs."""
