"""Entities without their ampersand, for the repair `entities`: `quot;hard connectivityquot;`, `countries#39; leaders`.

Something took the `&` away, or put a blank in its place (`the  quot;road map quot; for`, as in the AG News corpus).
What is left may be a word, a colour or the number of an issue, so each kind has its own conditions: names that no
English word ends in, where they cling to text; marks in pairs; apostrophes in front of the letters that follow one.
"""

from collections.abc import Callable, Iterator

import regex

from pipeline.model.stage import Rule
from pipeline.stages.entities.lost_candidates import (
    CLOSING,
    OPENING,
    Company,
    Mark,
    Place,
    blank_taken,
    edit_of,
    left_word,
    marks,
    numbered,
)
from pipeline.text.edits import Edit

QUOTE = Rule(
    "entities.lost-quotes",
    "a pair of quotation marks that lost their ampersands",
    acts=("a quot;quiet questionquot; to ask", "she  quot;left early, quot; he said", "#34;Go#34; it said"),
    spares=("the quot; entity", "int quot; int rem;", "required in #34; existing tests"),
)
LONE_QUOTE = Rule(
    "entities.lost-quote",
    "a quotation mark that lost its ampersand, glued to a word on one side",
    acts=("quot;Stir until it is done.",),
    spares=("the quot; entity", "int quot; int rem;"),
)
MARK = Rule(
    "entities.lost-mark",
    "a dash, a curly quote, a blank or other mark that lost its ampersand",
    acts=("ldquo;Come inrdquo;", "nightmdash;and day", "nbsp;nbsp;First", "them  #151; online"),
    spares=("var gap = nbsp;", "closed by #8220; see there", "color: #8220;", "147 = ldquo; 148 = rdquo"),
)
APOSTROPHE = Rule(
    "entities.lost-apostrophe",
    "an apostrophe that lost its ampersand",
    acts=("it#39;s late", "the pilots#39; mess", "isn #39;t", "wonrsquo;t", "O#39;Neal"),
    spares=("see #39; it is", "issues #39; then #40;", "PR#39; the next", "ranked #39; he was"),
)
ACCENT = Rule(
    "entities.lost-accent",
    "an accented letter that lost its ampersand",
    acts=("Laval, Queacute;bec", "caf#233;s"),
    spares=("of hearing; of sharing;", "during; after"),
)
AMPERSAND = Rule(
    "entities.lost-ampersand",
    "an ampersand of which only `amp;` is left",
    acts=("Ramp;D money", "S amp;P said", "Turner  amp; Sons", "J amp; J", "Smith amp;amp; Sons"),
    spares=("a guitar amp; a drum", "the ramp; the stamp;", "time-ramp;Do it", "Guitar Amp; Bass Amp"),
)
DOLLAR = Rule(
    "entities.lost-dollar",
    "a dollar sign that lost its ampersand",
    acts=("up to  #36;50 million",),
    spares=("in #36; 50 of them", "#36;a"),
)
LOST_RULES = (QUOTE, LONE_QUOTE, MARK, APOSTROPHE, ACCENT, AMPERSAND, DOLLAR)

SUFFIX = regex.compile(r"(?:s|t|re|ve|ll|d|m|S|T)\b")
PLURAL = regex.compile(r"s\b")
CURRENCY = regex.compile(r"(?<![A-Za-z])(?:US|AU|NZ|HK|[ACS]) $")
NAME_BEGINS = frozenset("OoDdLl")
"""Letters before the apostrophe of a name: `O'Neal`, `d'Estaing`."""
DECADE = regex.compile(r"\d0s\b")
INITIALS = regex.compile(r"(?<![\p{L}-])[A-Z]{1,4}$")
CAPITALS = regex.compile(r"[A-Z]{1,4}s?\b")
YEAR = regex.compile(r"(?<!\d)(?:1[5-9]|20)?\d0$|(?<!\d)(?:1[5-9]|20)\d\d$")
NAME_BEFORE = regex.compile(r"(?<![\p{L}])(?:[A-Z]|[A-Z]\.)$")
SOUNDING = frozenset({"a", "an", "the", "guitar", "bass", "tube", "valve", "combo", "practice", "my", "his", "her"})
"""Words before an amp that is no ampersand."""
LONGEST_SINGLE = 120
"""Characters that a pair of single quotes may hold."""


def repaired_lost(
    place: Place, taken: list[tuple[int, int]], about: Callable[[int, int], bool], *, padded: bool
) -> Iterator[Edit]:
    """The edits for entities without ampersand in one line; `padded` says that the document has blanks in its place."""
    found = [mark for mark in marks(place, taken) if not about(mark.start, mark.end)]
    if not found:
        return
    quotes = [mark for mark in found if mark.kind == "quote"]
    if quotes:
        yield from paired_quotes(place, quotes)
    singles, company = paired_singles(place, found), Company.of(found)
    for i, mark in enumerate(found):
        edit = None
        if i in singles:
            padding = mark.before == " " and not mark.after.isalnum()
            edit = (
                blank_taken(place, mark, APOSTROPHE, 0.9)
                if padding
                else edit_of(place, mark, APOSTROPHE, 0.9, widened=True)
            )
        elif mark.new in "'’" and mark.kind == "close":
            edit = apostrophe(place, mark, padded=padded)
        elif mark.kind == "accent":
            edit = accent(place, mark)
        elif mark.kind == "amp":
            edit = ampersand(place, mark, padded=padded, glued=company.glued)
        elif mark.kind == "dollar":
            if padded and mark.after.isdigit() and CURRENCY.search(place.text, max(0, mark.start - 6), mark.start):
                edit = blank_taken(place, mark, DOLLAR, 0.9)
            elif mark.after.isdigit() and not (mark.before.isalnum() and mark.before.isascii()):
                edit = edit_of(place, mark, DOLLAR, 0.95, widened=True)
        elif mark.kind == "money":
            if mark.after.isdigit() and place.text[max(0, mark.start - 2) : mark.start] == "  ":
                edit = edit_of(place, mark, DOLLAR, 0.9, widened=True)
        elif mark.kind != "quote":
            edit = other_mark(place, mark, company)
        if edit:
            yield edit


def paired_quotes(place: Place, quotes: list[Mark]) -> Iterator[Edit]:
    """`quot;hard connectivityquot;`: what clings to the word behind it opens, what clings to the one before closes.

    Between two letters or Chinese characters parity decides. Where a blank stands for the ampersand, a closing mark
    has one on both sides: `quot;road map quot; for`.
    """
    opened: Mark | None = None
    for mark in quotes:
        before, behind = mark.clings_before and mark.before not in OPENING, mark.clings_behind
        if opened is None:
            if behind:
                opened = mark
            elif before:
                yield from lone_quote(place, mark)
            continue
        padding = not before and not behind and mark.before == " " and mark.start - opened.end > 1
        if mark.before == ":" and behind:
            before = False
        if before or not behind:
            confidence = 0.97 if padding else 0.99
            yield edit_of(place, opened, QUOTE, confidence, widened=True)
            yield (blank_taken if padding else edit_of)(place, mark, QUOTE, confidence)
            opened = None
        elif behind:
            yield from lone_quote(place, opened)
            opened = mark
    if opened is not None:
        yield from lone_quote(place, opened)


def lone_quote(place: Place, mark: Mark) -> Iterator[Edit]:
    """A mark whose other half is in another line or was never lost; only where it is glued to a word."""
    if "_" in left_word(place, mark.start) or not (mark.named or mark.clings_behind):
        return
    yield edit_of(place, mark, LONE_QUOTE, 0.9, widened=True)


def paired_singles(place: Place, found: list[Mark]) -> set[int]:
    """Which marks are single quotes in pairs: `#39;in time#39;`, with blanks for ampersands `  #39;in time #39;`."""
    singles: set[int] = set()
    opened: int | None = None
    padded = False
    for i, mark in enumerate(found):
        if mark.new != "'":
            continue
        closes = mark.before == " " if padded else mark.clings_before
        if not mark.clings_before and mark.after.isalpha():
            double = place.text[max(0, mark.start - 2) : mark.start] == "  "
            if double or not padded:
                opened, padded = i, double
        elif opened is not None and closes and not mark.after.isalnum():
            if mark.start - found[opened].end <= LONGEST_SINGLE:
                singles |= {opened, i}
            opened, padded = None, False
    return singles


def apostrophe(place: Place, mark: Mark, *, padded: bool) -> Edit | None:
    """`it#39;s`, `isn #39;t`, `O#39;Neal`, `countries#39; leaders`; not `PR#39;` nor `see #39;`."""
    line = place.text
    if mark.before == " " and mark.start >= 2:
        word = left_word(place, mark.start - 1)
        if DECADE.match(line, mark.end):
            return edit_of(place, mark, APOSTROPHE, 0.9, widened=True)
        if is_year(place, mark.start - 1, mark.end):
            return blank_taken(place, mark, APOSTROPHE, 0.9)
        if not word or word.lower() in numbered():
            return None
        if SUFFIX.match(line, mark.end) or (word in NAME_BEGINS and mark.after.isupper()):
            return blank_taken(place, mark, APOSTROPHE, 0.95)
        plural = (
            padded and word[-1] == "s" and len(word) > 3 and mark.after == " " and line[mark.end + 1 : mark.end + 2]
        )
        return blank_taken(place, mark, APOSTROPHE, 0.85) if plural and plural.isalpha() else None
    if is_year(place, mark.start, mark.end):
        return edit_of(place, mark, APOSTROPHE, 0.9)
    word = left_word(place, mark.start)
    if not word or (word.lower() in numbered() and not SUFFIX.match(line, mark.end)):
        return None
    if mark.after.isalpha():
        return edit_of(place, mark, APOSTROPHE, 0.98 if SUFFIX.match(line, mark.end) else 0.93)
    if (word[-1] in "sS" and len(word) > 2 and not mark.after.isdigit()) or mark.named:
        return edit_of(place, mark, APOSTROPHE, 0.9)
    return None


def is_year(place: Place, start: int, end: int) -> bool:
    """Whether a year or a decade stands before `start` and its `s` behind `end`: `1990#39;s`."""
    line = place.text
    return YEAR.search(line, max(0, start - 8), start) is not None and PLURAL.match(line, end) is not None


def accent(place: Place, mark: Mark) -> Edit | None:
    """`Laganiegrave;re`: inside a word; at its end only by name, for `see#233;` has a number."""
    if mark.new.isupper():
        fits = mark.after.isalpha() and not mark.before.islower()
    elif mark.named:
        fits = mark.before.isalpha() or mark.after.isalpha()
    else:
        fits = mark.before.isalpha() and mark.after.isalpha()
    fits = fits and left_word(place, mark.start).lower() not in numbered()
    return edit_of(place, mark, ACCENT, 0.96) if fits else None


def ampersand(place: Place, mark: Mark, *, padded: bool, glued: bool) -> Edit | None:
    """`Ramp;D` and `J amp; J`; never a word in `amp`, and an amplifier may stand before a semicolon."""
    line = place.text
    before, behind = line[max(0, mark.start - 40) : mark.start], line[mark.end : mark.end + 40]
    if INITIALS.search(before) and CAPITALS.match(behind):
        return edit_of(place, mark, AMPERSAND, 0.95)
    if before.endswith(" ") and INITIALS.search(before[:-1]) and CAPITALS.match(behind):
        return blank_taken(place, mark, AMPERSAND, 0.93)
    if not before.endswith(" ") or not behind.startswith(" "):
        return None
    word = before.rstrip(" ")[-1:]
    if before.endswith("  ") and (word.isalnum() or word in CLOSING) and behind[1:2].isalnum():
        return edit_of(place, mark, AMPERSAND, 0.95, widened=True)
    if place.text[mark.start : mark.end].count("amp") > 1 and word.isalnum() and behind[1:2].isalnum():
        return edit_of(place, mark, AMPERSAND, 0.93)
    if NAME_BEFORE.search(before[:-1]) and behind[1:2].isupper():
        return edit_of(place, mark, AMPERSAND, 0.9)
    if padded and word.isalnum() and left_word(place, mark.start - 1)[:1].isupper() and behind[1:2].isupper():
        return edit_of(place, mark, AMPERSAND, 0.8)
    if glued and word.isalpha() and behind[1:2].isalpha() and left_word(place, mark.start - 1).lower() not in SOUNDING:
        return edit_of(place, mark, AMPERSAND, 0.85)
    return None


def other_mark(place: Place, mark: Mark, company: Company) -> Edit | None:
    """Curly quotes, dashes, blanks, an ellipsis: each on the side where it belongs."""
    line = place.text
    double = line[max(0, mark.start - 2) : mark.start] == "  "
    if mark.kind == "open":
        if mark.clings_behind and (not mark.before.isalnum() or not mark.before.isascii()):
            return edit_of(place, mark, MARK, 0.96, widened=True)
    elif mark.kind == "close":
        if mark.clings_before and (mark.named or not (mark.after.isalnum() and mark.after.isascii())):
            return edit_of(place, mark, MARK, 0.96)
        if mark.new == "…" and mark.named and mark.clings_behind:
            return edit_of(place, mark, MARK, 0.93)
        if company.first_open < mark.start and mark.before == " " and mark.start >= 2 and not mark.after.isalnum():
            return blank_taken(place, mark, MARK, 0.9)
    elif mark.kind == "between":
        if (mark.before.isalpha() and mark.after.isalpha()) or (mark.before.isdigit() and mark.after.isdigit()):
            return edit_of(place, mark, MARK, 0.95)
        if double and mark.after == " ":
            return edit_of(place, mark, MARK, 0.9, widened=True)
        if mark.named and (mark.clings_before or mark.clings_behind or company.glued):
            return edit_of(place, mark, MARK, 0.93)
    elif mark.kind == "blank" and (
        mark.before.isalnum() or mark.clings_behind or company.touches(mark) or company.continues(mark)
    ):
        return edit_of(place, mark, MARK, 0.95)
    return None
