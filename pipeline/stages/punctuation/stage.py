"""Spaces around punctuation in English text: `that,under` is `that, under`, `Initiative ,` is `Initiative,`.

One scan finds the marks that touch what they should not; a judge for each kind of mark looks at the words on both
sides and says how sure it is. Chinese lines, numbers, addresses, code, abbreviations and French spacing are left as
they are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import ClassVar, NamedTuple

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.lexicon.vocabulary import changes_inside
from pipeline.model.document import Document, script_of
from pipeline.model.stage import Finding, Rule
from pipeline.segmentation.boundaries import LATIN_LETTER
from pipeline.segmentation.counts import document_counts
from pipeline.segmentation.score import MissingSpace, missing_spaces
from pipeline.segmentation.user_words import user_words_of
from pipeline.segmentation.word_scores import lowered
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.text.edits import Edit
from pipeline.text.lines import Line

# A mark with a letter, figure or closing mark before it and something that begins right behind it.
SPOT = regex.compile(
    r"""[,;:!?.)\]%”"](?<=[\p{L}\d.,!?)”’"'].)(?=[\p{Latin}\d“"(])"""
    rf"""|["“(](?<={LATIN_LETTER}.)(?={LATIN_LETTER})"""
)
STRAY_COMMA = regex.compile(r"""[ ],(?=[\s”"]|$)(?<=[\p{Latin}\d)”’"][ ],)""", regex.MULTILINE)
STRAIGHT_QUOTE = regex.compile('"')
LEFT = regex.compile(rf"(?<![^\s(“\"‘\[—–-]){LATIN_LETTER}++(?:['’-]{LATIN_LETTER}++)*+$")
RIGHT = regex.compile(rf"({LATIN_LETTER}++(?:['’]{LATIN_LETTER}++)*+)(?![\w@/\\=<>_(]|[.:]\w)")
DATE = regex.compile(
    r"\b(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|"
    r"Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?) ?\d{1,2}$"
)
YEAR = regex.compile(r"(?:1[5-9]|20)\d\d(?![\d,]|[.:-]\d)")
ACRONYM = regex.compile(r"\([A-Z]{3,6}\)(?!\w)")
BRACKET = regex.compile(rf"\((?:{LATIN_LETTER}+ )+{LATIN_LETTER}+\)(?=[\s,.;:!?]|$)")
SYMBOLS = regex.compile(r"(?<!\p{L})\p{L}[,;]\p{L}(?!\p{L})")
"""`x,y`."""
HALF_WORD = regex.compile(r"\(\p{Ll}{1,5}\)\p{Ll}|\p{Ll}\(\p{Ll}{1,3}\)|\p{L}\((?:\p{L}[,)]|\d{1,3}\))")
"""`(s)he`, `(re)use`, `word(s)`, `f(x, y)`, `varchar(255)`."""
# Tokens that are no prose: links, addresses, paths, handles, code, file names.
PROTECTED_TEXT = regex.compile(
    r"://|www\.|[@#\\/_{}<>=|~^*+`]|\$(?!\d)|::|\(\)|\)\.\p{Ll}|->|&\w{1,10};|\p{L}\.\p{Ll}{2,4}(?:\W|$)"
)
CODE = regex.compile(r"\w\(\w*(?:, ?\w+)*\);")
STATEMENT = regex.compile(r"\s*(?:import|def|class|return|var|let|const|#include)\b")
SIGNS_OF_CODE = ("()", "=>", "->", "::", "==", "!=")
ENDS_OF_CODE = ("{", "}", "`", ";")
OPENING_ELLIPSIS = regex.compile(r"(?:^|[\s:(“\"])\.\.\.$")
"""What begins in the middle of a sentence: `...and so on`."""
CONTEXT_CHARS = 60
"""Code points on each side of a mark that a judge may look at."""
OPENER = -8.5
"""log P of a word that is frequent enough to open a sentence behind a name: `Kazakhstan.The`."""
KNOWN = -18.5
STYLE = 2
"""So many blanks before commas in a document, and more than a quarter of its commas: the way it is written."""
WORTH_A_NOTE = 0.4
"""Confidence under which a space is not even proposed."""
QUOTATION = frozenset("\"“”‘’'")
MANY = 3
"""Commas of a token that make it a list of keys."""

MISSING = Rule(
    "punctuation.missing-space",
    "no space behind a comma, semicolon, colon, question or exclamation mark",
    acts=(
        "He said that,under the plan, it works.",
        "Did they call her?How did that go?",
        "in August 15,2008 and later",
    ),
    spares=("1,000 people at 10:30", "the TL;DR version", "a quot;hard rule", "f(a,b) and x,y", "red,green,blue,white"),
    threshold=0.6,
)
SENTENCE = Rule(
    "punctuation.missing-space-after-stop",
    "no space between a sentence and the next",
    acts=("This was history.The next day came.",),
    spares=(
        "Node.js and example.com",
        "the U.S.-based firm, e.g. Ph.D. students",
        "call string.Format() here",
        "ASP.NET",
    ),
    threshold=0.6,
)
BRACKETS = Rule(
    "punctuation.missing-space-at-bracket",
    "no space between a bracket and the word beside it",
    acts=("the Harbour Trust (HTS)and others", "our new friends(or a date) came"),
    spares=("(s)he and (re)use", "the word(s) f(x)", "call max(a, b) now"),
    threshold=0.6,
)
QUOTES = Rule(
    "punctuation.missing-space-at-quote",
    "no space between a quotation mark and the word beside it",
    acts=('He read "The Trial"and left.', "She said “yes”and left."),
    spares=('a 5"disk', "the rock'n'roll", 'say "yes" now'),
    threshold=0.6,
)
STRAY = Rule(
    "punctuation.stray-space",
    "a space before a comma",
    acts=("The Fund , the plan and the goal.",),
    spares=("Bonjour !", "so it goes ...", "a , b , c , d"),
    threshold=0.6,
)


class PunctuatedLine(msgspec.Struct, frozen=True):
    """What a line says about the marks in it."""

    start: int
    end: int
    readable: bool
    """False for a line of code, where nothing is touched."""
    chinese: bool
    """Only sentences of another script that the line quotes are touched."""
    quotes: tuple[int, ...]
    """Where its straight quotation marks stand."""
    opened: int
    """Where its first curly quotation mark opens, or -1."""


class MarkContext(NamedTuple):
    """A mark at `[start, end)` of a text, with the words on both sides of it, empty where there is none."""

    text: str
    start: int
    end: int
    left: str
    right: str


@dataclass(frozen=True)
class Punctuation:
    """Mends the spaces around punctuation: `(GSI)and that,under` is `(GSI) and that, under`."""

    name: ClassVar = "punctuation"
    after: ClassVar = frozenset({"entities", "mojibake", "markup"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, SENTENCE, BRACKETS, QUOTES, STRAY)
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an insertion for each missing space and a deletion for each stray one."""
        yield from propose_to_fixpoint(document, self.rules, proposed)


def proposed(document: Document) -> Iterator[Edit]:
    """The edits of `document`, but for those inside an entry of the user's: `Yahoo!Japan` stays as it is."""
    if not document.vocabulary:
        yield from asked_for(document)
    elif edits := list(asked_for(document)):
        spans = document.vocabulary.marked(document.text)
        yield from (edit for edit in edits if not changes_inside(spans, edit.start, edit.end))


def asked_for(document: Document) -> Iterator[Edit]:
    """The edit that each mark of `document` asks for."""
    text = document.text
    told = user_words_of(document.vocabulary).pieces
    gaps = {gap.at: gap for gap in missing_spaces(text, told) if not gap.inner and gap.confidence >= WORTH_A_NOTE}
    places = sorted({*((at, False) for at in spots_of(text, told)), *((at, True) for at in gaps)})
    if not places:
        return
    starts = [line.start for line in document.lines]
    blanks = text.count(" ,")
    spaced = blanks >= STYLE and 4 * blanks > text.count(",") + text.count("，")
    prose = PunctuatedLine(0, -1, readable=False, chinese=False, quotes=(), opened=-1)
    found: dict[int, Edit] = {}
    for at, is_gap in places:
        if at > prose.end:
            prose = looked_at(document, document.lines[bisect_right(starts, at) - 1])
        if prose.readable:
            edit = learned(text, gaps[at], prose) if is_gap else judged(text, at, prose, spaced=spaced)
            # Two marks may ask for the same space: `"One"("two")`.
            if edit and (edit.start not in found or found[edit.start].confidence < edit.confidence):
                found[edit.start] = edit
    for at in sorted(found):
        other = found.get(at + 1) if text[at] in QUOTATION else found.get(at - 1) if text[at - 1] in QUOTATION else None
        # A quotation mark opens or closes; it does not stand between two spaces.
        if other is None or (other.confidence, other.start) <= (found[at].confidence, at):
            yield found[at]


def learned(text: str, gap: MissingSpace, prose: PunctuatedLine) -> Edit | None:
    """The edit for a gap that `pipeline.segmentation` has found, where the marks around it are those of prose."""
    at = gap.at
    around = token(text, at - 1, at + 1, CONTEXT_CHARS)
    left, right = text[at - 1], text[at]
    if (left in ",;" and SYMBOLS.search(around)) or '","' in around or '";"' in around:
        return None
    if left == "%" and not text[at - 2 : at - 1].isdigit():
        return None
    if left == ";" and right.isupper() and text[at - 2].isupper():
        return None  # `TL;DR`
    if left == ":" and not right.isupper() and not (at - len(around) > prose.start and opens_clause(text, at)):
        return None
    if '"' in (left, right) and (text[at - 2 : at] if left == '"' else left)[:1].isdigit():
        return None  # a mark of inches
    if left == "." and OPENING_ELLIPSIS.search(text, max(prose.start, at - CONTEXT_CHARS), at):
        return None
    if prose.chinese or PROTECTED_TEXT.search(around) or around.count(",") >= MANY or HALF_WORD.search(around):
        return None
    return Edit(at, "", " ", rule_at(left, right).name, gap.confidence)


def opens_clause(text: str, at: int) -> bool:
    """Whether a word of any text begins in small letters behind a colon: `principle:that`, but not `status:open`."""
    right = RIGHT.match(text, at, at + CONTEXT_CHARS)
    return right is not None and common(right[1])


def rule_at(left: str, right: str) -> Rule:
    """The rule for a space between two characters, one of them a mark."""
    if left in ".…":
        return SENTENCE
    if left in ",;:!?":
        return MISSING
    if left in ")]" or right in "([":
        return BRACKETS
    return QUOTES if left in QUOTATION or right in QUOTATION else MISSING


def spots_of(text: str, told: frozenset[str]) -> list[int]:
    """Where marks stand that a judge should look at: in the tokens that may be missing a space, and behind a blank."""
    found = []
    for start, suspect in document_counts(text, told).placed:
        if not suspect.isalpha():
            found += [match.start() for match in SPOT.finditer(text, start, start + len(suspect))]
    if " ," in text:
        found += [match.start() for match in STRAY_COMMA.finditer(text)]
    return found


def looked_at(document: Document, line: Line) -> PunctuatedLine:
    """A line as the judges need it."""
    readable = not is_code(line.text)
    chinese = document.script(line) == "han"
    quotes = tuple(match.start() for match in STRAIGHT_QUOTE.finditer(document.text, line.start, line.end))
    return PunctuatedLine(
        line.start, line.end, readable, chinese, quotes, document.text.find("“", line.start, line.end)
    )


def is_code(line: str) -> bool:
    """Whether a line looks like a program; most of prose has none of the signs, which are looked for first."""
    return (
        line.rstrip().endswith(ENDS_OF_CODE)
        or any(sign in line for sign in SIGNS_OF_CODE)
        or STATEMENT.match(line) is not None
        or (");" in line and CODE.search(line) is not None)
    )


def judged(text: str, at: int, prose: PunctuatedLine, *, spaced: bool) -> Edit | None:
    """The edit that the mark at `at` asks for; a text that is `spaced` has blanks before its commas by intent."""
    low, high = max(prose.start, at - CONTEXT_CHARS), min(prose.end, at + CONTEXT_CHARS)
    if prose.chinese and script_of(text[low:high]) == "han":
        return None
    left = LEFT.search(text[low:at])
    if text[at] == " ":
        sure = 0.0 if spaced else stray(left[0] if left else "")
        return Edit(at, " ", "", STRAY.name, sure) if sure else None
    if PROTECTED_TEXT.search(token(text, at, at + 1, CONTEXT_CHARS)):
        return None
    right = RIGHT.match(text, at + 1, high)
    place = MarkContext(text, at, at + 1, left[0] if left else "", right[1] if right else "")
    if text[at] in '"”“':
        gap, sure = quote(place, prose)
        return Edit(gap, "", " ", QUOTES.name, sure) if sure else None
    judge, rule = JUDGES[text[at]]
    sure = judge(place)
    return Edit(at if text[at] == "(" else at + 1, "", " ", rule.name, sure) if sure else None


def comma(place: MarkContext) -> float:
    """`that,under`, `August 15,2008`; not `1,000`, `x,y`, `a,b,c,d`."""
    before, behind = (
        place.text[max(0, place.start - CONTEXT_CHARS) : place.start],
        place.text[place.end : place.end + CONTEXT_CHARS],
    )
    if behind[:1].isdigit():
        if YEAR.match(behind) and (DATE.search(before) or known(place.left)):
            return 0.97
        return 0.0
    if token(place.text, place.start, place.end, CONTEXT_CHARS).count(",") >= MANY or not place.right:
        return 0.0
    left, right = place.left.split("-")[-1], place.right
    if common(right) and (len(left) > 2 or before[-1:] in ')”"’' or before[-1:].isdigit()):
        return 0.97
    if known(left) and known(right) and len(left) > 1 and len(right) > 1:
        return 0.96
    if len(left) > 2 and len(right) > 2 and (known(left) or left[0].isupper()) and (known(right) or right[0].isupper()):
        return 0.92
    return 0.0


def semicolon(place: MarkContext) -> float:
    """`war;although`; not `TL;DR`, `quot;hard`."""
    left, right = place.left, place.right
    if lowered(left) in _entities() or (left.isupper() and right.isupper()):
        return 0.0
    return 0.95 if len(left) > 2 and len(right) > 1 and known(left) and known(right) else 0.0


def colon(place: MarkContext) -> float:
    """`Defenses:Leaders will`; not `10:30`, `key:value`, `C:`."""
    left, right = place.left, place.right
    if len(left) > 2 and len(right) > 1 and known(left) and right[0].isupper() and known(right) and not right.isupper():
        return 0.92
    return 0.0


def question(place: MarkContext) -> float:
    """`call her?How did`; not `Yahoo!News`, `index?Page=1`."""
    left, right = place.left, place.right
    if len(left) > 1 and left.islower() and known(left) and right[:1].isupper() and (common(right) or known(right)):
        return 0.96
    return 0.0


def stop(place: MarkContext) -> float:
    """`history.The next`; not `Node.js`, `U.S.-based`, `e.g.`, `string.Format`."""
    left, right = place.left, place.right
    if not right or not right[0].isupper() or not (right[1:].islower() or right in {"I", "A"}) or len(left) < 2:
        return 0.0
    if place.text[max(0, place.start - len(left) - 1) : place.start].startswith("."):
        return 0.0
    left = left.split("-")[-1]
    if not known(right) or lowered(left) in {
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "mc",
        "no",
        "vol",
        "vs",
        "jr",
        "sr",
        "prof",
    }:
        return 0.0
    if left.islower() and len(left) > 1 and known(left):
        return 0.97 if common(right) else 0.93
    return 0.95 if common(right) and len(left) > 3 else 0.0


def closing(place: MarkContext) -> float:
    """`(GSI)and`; not `(s)he`, `(re)use`, `f(x)dx`."""
    right = place.right
    if not right or not (known(right) and len(right) > 1):
        return 0.0
    opened = place.text.rfind(
        "(" if place.text[place.start] == ")" else "[", max(0, place.start - CONTEXT_CHARS), place.start
    )
    if opened < 0 or (opened and not place.text[opened - 1].isspace()):
        return 0.0
    inside = place.text[opened + 1 : place.start]
    if len(inside) < 2 or (inside.islower() and " " not in inside):
        return 0.0
    return 0.96 if common(right) else 0.92


def opening(place: MarkContext) -> float:
    """`friends(or a date)`, `Organization(WHO)`; not `word(s)`, `max(a, b)`."""
    left = place.left
    if len(left) > 4 and left[0].isupper() and known(left) and ACRONYM.match(place.text, place.start):
        return 0.93
    inside = BRACKET.match(place.text, place.start)
    if len(left) > 2 and known(left) and inside and any(map(common, inside[0][1:-1].split())):
        return 0.94
    return 0.0


def percent(place: MarkContext) -> float:
    """`80%of the tower`."""
    return 0.95 if len(place.right) > 1 and common(place.right) and place.text[place.start - 1].isdigit() else 0.0


def quote(place: MarkContext, prose: PunctuatedLine) -> tuple[int, float]:
    """Where the space at a quotation mark belongs, and how sure that is: `"word"word`, `the“word`."""
    mark, at = place.text[place.start], place.start
    opens = len(place.left) > 1 and len(place.right) > 1 and known(place.left)
    closes = len(place.right) > 1 and known(place.right)
    if mark == "“":
        return at, 0.94 if opens else 0.0
    if mark == "”":
        return place.end, 0.94 if closes and 0 <= prose.opened < at else 0.0
    if len(prose.quotes) % 2 or place.text[at - 1].isdigit() or place.text[at - 1] == '"':
        return at, 0.0  # a mark of inches, one that has lost its partner, one doubled as an escape
    if bisect_left(prose.quotes, at) % 2:
        return place.end, 0.93 if closes else 0.0
    return at, 0.93 if opens else 0.0


def stray(left: str) -> float:
    """`Initiative ,`; not `a , b`."""
    if left:
        return 0.95 if len(left) > 1 else 0.0
    return 0.92


JUDGES: dict[str, tuple[Callable[[MarkContext], float], Rule]] = {
    ",": (comma, MISSING),
    ";": (semicolon, MISSING),
    ":": (colon, MISSING),
    "?": (question, MISSING),
    "!": (question, MISSING),
    ".": (stop, SENTENCE),
    ")": (closing, BRACKETS),
    "]": (closing, BRACKETS),
    "(": (opening, BRACKETS),
    "%": (percent, MISSING),
}


def token(text: str, start: int, end: int, reach: int) -> str:
    """What stands around `[start, end)` up to the next blanks, at most `reach` code points away."""
    left, right = text[max(0, start - reach) : start], text[end : end + reach]
    head = left.rsplit(maxsplit=1)[-1] if left and not left[-1].isspace() else ""
    tail = right.split(maxsplit=1)[0] if right and not right[0].isspace() else ""
    return head + text[start:end] + tail


def known(word: str) -> bool:
    """True for an English word that is not too rare to be believed."""
    logp = english.lexicon().logp(lowered(word.rsplit("-", maxsplit=1)[-1])) if word else None
    return logp is not None and logp > KNOWN


def common(word: str) -> bool:
    """True for a word of any text: articles, prepositions, pronouns."""
    logp = english.lexicon().logp(lowered(word)) if word else None
    return logp is not None and logp > OPENER


@cache
def _entities() -> frozenset[str]:
    lines = (resources.files(__package__) / "entities.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
