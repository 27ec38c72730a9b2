"""Missing spaces between run-together English words: `decadesof` is `decades of`.

Which spaces are missing is told by `pipeline.spacing`, which looks at the word, its neighbours and the whole document.
This stage says where that holds: in lines of English, outside links, code and what the user's vocabulary keeps whole.
Lines without blanks are solved whole, in `packed`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated, ClassVar

import msgspec
import regex

from pipeline import lexicon
from pipeline.document import Document
from pipeline.layout import Line
from pipeline.ledger import Edit
from pipeline.lexicon import POINTS
from pipeline.spacing.affixes import derived
from pipeline.spacing.evidence import Evidence, gathered
from pipeline.spacing.judgement import Missing, missing
from pipeline.spacing.known import Known, known_of
from pipeline.spacing.lattice import UNSEEN, facts, is_rare, lowered, read
from pipeline.spacing.marks import HUMP, LETTER, RUN
from pipeline.stage import Finding, Rule
from pipeline.stages.proposals import at_rest
from pipeline.stages.words.packed import LINE, Packed, packed
from pipeline.stages.words.titles import TRUNCATED, truncated
from pipeline.vocabulary import inside

# Tokens that are no prose: links, addresses, paths, handles, hashtags, code, file names, entities and their rests.
PROTECTED = regex.compile(
    r"\]:|://|www\.|[@#\\/_{}<>=|~^*+`′″]|\$(?!\d)|::|\(\)|\p{L}\.\p{Ll}{2,5}\b|"
    r"(?:quot|amp|nbsp|apos|[lr][ds]quo|[mn]dash|hellip|[lg]t);|&\w{1,10};"
)
OPTION = regex.compile(rf"^[(\[]*(-{{1,2}})({LETTER}++)")
"""`-v`, `-ie`; but also `-you`, where the document has dashes that stand alone."""
CUT_OFF = regex.compile(r" \.\.\.| …")
"""What stands behind a text that was cut off, perhaps inside its last word."""
CODE = regex.compile(r"\p{Lu}++\d++$")
"""`A320`, of `A320neo`."""
COMMAND = regex.compile(r"^\s*[$#>] |\s\|\s|\S {3,}\S")
"""A line for a shell, or of a table."""
BRAND = regex.compile(r"[b-z]\p{Lu}")
"""`iPhone`, `eBay`; but `aGlobal`."""
YEAR = regex.compile(r"(?:19|20)\d\d(?<=\p{Ll}\d{4})(?![\w-]|[./:]\w)")
MONTH = regex.compile("January|February|March|April|May|June|July|August|September|October|November|December")
BEFORE_YEAR = regex.compile(
    r"(?<![^\s(“\"])(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Dd]uring|[Bb]efore|[Aa]fter|[Aa]bout|[Tt]han|[Oo]ver|"
    rf"and|{MONTH.pattern})$"
)
FOUR_FIGURES = regex.compile(r"\d{4}(?!\d)")
NUMBER_SURE = 0.97
LONGEST_MONTH = 12
"""Code points that a word before a year and what is before it take."""
REACH = 100
"""Code points on each side of a gap in which the end of its token is looked for."""
BLOCK = 500
"""Code points of the parts of a long line that are judged each by itself whether they are English."""
NEIGHBOURHOOD = 40
"""Code points beside a run in Chinese in which another word of Latin script must stand."""
WORD_BEFORE = regex.compile(rf"(?<![\w'’]){RUN.pattern} $")
WORD_AFTER = regex.compile(rf"[ -]{RUN.pattern}(?!\w)")
LAST_RUN = regex.compile(rf"{LETTER}++(?=-$)")
OPENING = regex.compile(r"(?:^|[.!?:]['\"”’)]?\s|\n)['\"“‘(]*$")
LONGEST_SLIP_OF_NAME = 5
"""Letters of the longest slip that may be a name, `Tobe`; `Accordingto` is none."""
FEW_WORDS, MOSTLY_UNKNOWN = 4, 0.4
"""A line of at least so many words of which more than such a share is unknown is not English."""
MOSTLY_COMMON = 0.25
"""A line of which such a share is found in any text is English, however many names and terms it has."""
MANY_WORDS = 8
"""A line of at least so many words without one of any text is not English."""
COMMON = -7.5
"""log P of a word that is found in any text: articles, prepositions, pronouns, the most frequent verbs."""
COMMON_POINTS = COMMON * POINTS
FREQUENT = -10.0
"""log P of a word that names of code seldom begin with: `called`, but not `query`."""
LONGEST_READ = 40
"""Letters of a run that is read when its line is judged."""
DERIVED_SURE = 0.97
"""Confidence under which a word made from another is believed to be one: `plantswoman`."""
WORTH_A_NOTE = 0.4
"""Confidence under which a space is not even proposed."""

RUN_TOGETHER = Rule(
    "words.run-together",
    "two or more English words without the space between them",
    acts=(
        "They kept months of recordsin a shed.",
        "He gave thelonger answer at noon.",
        "We want to offerlow-cost housing.",
    ),
    spares=(
        "a nondemocratic state",
        "the city of Taldykorgan",
        "https://example.com/theother",
        "fifty chatbots",
        "a plantswoman",
    ),
    threshold=0.6,
)
CAPITAL = Rule(
    "words.inner-capital",
    "a capital letter begins a word inside another: `theGlobal`",
    acts=("He joined theRoyal guild.", "He was calledOn the way."),
    spares=("a YouTube channel", "the iPhone", "Mr. McDonald"),
    threshold=0.6,
)
NAMES = Rule(
    "words.joined-names",
    "two words without the space between them, the second with a capital and neither a small word: `MaryJohn`",
    acts=("In the autumn of that year, the story of MaryJohnson was told by her sister.",),
    spares=("FirstEnergy said", "call querySelector first", "the GameSpy award", "McAllister and DeLuca"),
    threshold=0.7,
)
IN_VOCABULARY = Rule(
    "words.in-vocabulary",
    "a token of the word lists that edited prose hardly ever has as one word: `ofthe`",
    acts=("This is one ofthe options.", "The hull has tobe tested."),
    spares=("We cannot go into the island.", "Tobe Nakagawa came.", "the capital of Togo"),
    threshold=0.7,
)
NUMBER = Rule(
    "words.number",
    "a word and a figure that run into each other: `In2022`",
    acts=("Since2019 the mill has stood still.",),
    spares=("in 5G areas", "the mp3 file", "COVID19 and 10km", "The file in2022.txt", "/in2022/"),
    threshold=0.6,
)
DASH = Rule(
    "words.dash",
    "a dash that runs into a word on one side only, where it parts two thoughts",
    acts=("I think -- and wehave said so -- that thework -- all of it -- was done --and thatis good.",),
    spares=("a well-known all-time high", "the years 1990–1995", "pre- and post-war"),
    threshold=0.7,
)


@dataclass(frozen=True)
class Words:
    """Puts the spaces back between words: `calledThe Composerwhich` is `called The Composer which`."""

    name: ClassVar = "words"
    after: ClassVar = frozenset({"entities", "mojibake", "markup", "punctuation"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (RUN_TOGETHER, CAPITAL, NAMES, IN_VOCABULARY, NUMBER, DASH, LINE, TRUNCATED)
    protocol: ClassVar = 1
    longest: Annotated[
        int, msgspec.Meta(description="Letters of the longest run that is looked at inside a line of words.", ge=1)
    ] = 40

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an insertion for each missing space, and a note on a title that was cut off."""
        yield from at_rest(document, self.rules, self._proposed)
        known = known_of(document.vocabulary)
        note = truncated(document, packed(document, known), known)
        if note:
            yield note

    def _proposed(self, document: Document) -> Iterator[Edit]:
        """The insertions that the text asks for, but for those inside an entry of the user's: `In2022`, a product."""
        if not document.vocabulary:
            yield from self._asked_for(document)
        elif edits := list(self._asked_for(document)):
            spans = document.vocabulary.marked(document.text)
            yield from (edit for edit in edits if not inside(spans, edit.start, edit.end))

    def _asked_for(self, document: Document) -> Iterator[Edit]:
        text, known = document.text, known_of(document.vocabulary)
        solved = packed(document, known)
        for line in solved:
            yield from line.edits
        years = set(_years(gathered(text, known.pieces)))
        for at in sorted(years):
            if not _within(at, solved):
                yield Edit(at, "", " ", NUMBER.name, NUMBER_SURE)
        for gap in missing(text, known.pieces):
            if gap.inner and gap.confidence >= WORTH_A_NOTE and gap.at not in years and not _within(gap.at, solved):
                rule = self._reason(document, gap, known)
                if rule is not None:
                    yield Edit(gap.at, "", " ", rule.name, gap.confidence)

    def _reason(self, document: Document, gap: Missing, known: Known) -> Rule | None:
        """The rule under which a space is proposed; None where nothing is to be touched."""
        text, at = document.text, gap.at
        start, end = _token(text, at)
        option = OPTION.search(text[start:end])
        if option and (f" {option[1]} " not in text or lowered(option[2]) not in lexicon.words()):
            return None
        if PROTECTED.search(text[start:end]) or not _is_prose(document, at, start, end):
            return None
        run = next((match for match in RUN.finditer(text, start, end) if match.start() < at < match.end()), None)
        if _is_alone(document, at, start, end) and not (run and _holds_common(run[0], at - run.start())):
            return None
        if run is None:
            return _at_figure(text, at, start, end) if text[at - 1].isdigit() or text[at].isdigit() else DASH
        if len(run[0]) > self.longest or known.keeps(run[0]) or known.breaks(run[0], at - run.start()):
            return None
        if BRAND.match(run[0]) or CUT_OFF.match(text, run.end()):
            return None
        if lowered(run[0]) in lexicon.words():
            named = _is_name(text, run[0], start, end) or _is_part_of_name(text, run.start(), start)
            return None if named else IN_VOCABULARY
        if text[at - 1].islower() and text[at].isupper():
            if _is_member(run[0]):
                return None
            if _beside_small_word(run[0], at - run.start()):
                return CAPITAL
            return None if _is_identifier(text, run, at) else NAMES
        made = gap.confidence < DERIVED_SURE and _is_derived(run[0], at - run.start())
        return None if made else RUN_TOGETHER


def _holds_common(run: str, cut: int) -> bool:
    """Whether one of the parts of a run is a word that any text has, and a small letter behind the cut: `Aboutus`."""
    parts = (run[:cut], run[cut:])
    return run[cut].islower() and any((lexicon.words().logp(lowered(part)) or -20.0) > COMMON for part in parts)


def _beside_small_word(run: str, cut: int) -> bool:
    """Whether one of the words that meet at a capital is found in any text: `theGlobal`, `MayorOf`."""
    pieces = HUMP.findall(run[:cut])[-1:] + HUMP.findall(run[cut:])[:1]
    return any((lexicon.words().logp(lowered(piece)) or -20.0) > COMMON for piece in pieces)


def _is_derived(run: str, cut: int) -> bool:
    """Whether a run is a word made from another, and no part of it is a small word: `plantswoman`, `explainability`."""
    parts = (lowered(run[:cut]), lowered(run[cut:]))
    return derived(lowered(run)) and all(facts(part)[0] <= COMMON_POINTS for part in parts)


def _is_member(run: str) -> bool:
    """Whether a run is a name of code, of three words or more of which no later one is a name: `getElementById`."""
    first, *others = HUMP.findall(run)
    known = [facts(lowered(other)) for other in others]
    return first.islower() and len(others) > 1 and all(found is not UNSEEN and found[1] < 0 for found in known)


def _is_identifier(text: str, run: regex.Match[str], at: int) -> bool:
    """Whether a run looks like code: `querySelector` begins small, and what its capital begins is no name."""
    words = lexicon.words()
    left, right = HUMP.findall(text[run.start() : at])[-1], lowered(HUMP.findall(text[at : run.end()])[0])
    named = right not in words or words.capital(right) > 0.5
    frequent = (words.logp(lowered(left)) or -20.0) > FREQUENT
    return run[0][0].islower() and not (named or frequent or text[run.end() + 1 : run.end() + 2].isupper())


def _is_name(text: str, run: str, start: int, end: int) -> bool:
    """Whether a token of the word lists is a name in its place: `Tobe Hooper`, `the Alot`."""
    if not run[0].isupper() or run[0] == "I" or len(run) > LONGEST_SLIP_OF_NAME or not run[1:].islower():
        return False
    opens = OPENING.search(text, max(0, start - NEIGHBOURHOOD), start) is not None
    return not opens or text[end + 1 : end + 2].isupper()


def _is_part_of_name(text: str, at: int, start: int) -> bool:
    """Whether a hyphen before a run joins it to a word that hardly anybody knows: `Pag-asa`."""
    before = LAST_RUN.search(text, start, at) if text[at - 1] == "-" else None
    return before is not None and len(before[0]) > 1 and is_rare(lowered(before[0]))


def _at_figure(text: str, at: int, start: int, end: int) -> Rule | None:
    """The rule for a word beside a figure.

    None for a unit, a code, a model, a name: `64bit`, `0x7a4abfff`, `COVID19`, `a1`, `Twenty20`.
    """
    if text[at].isdigit():
        word = text[start:at].lstrip("(“\"'")
        if word.isupper() or (len(word) == 1 and not text[at : at + 2].isdigit()):
            return None
        named = word[:1].isupper() and facts(lowered(word))[0] <= COMMON_POINTS and not MONTH.fullmatch(word)
        return None if named and not FOUR_FIGURES.match(text, at) else NUMBER
    if CODE.match(text, start, at):
        return None
    match = RUN.match(text, at, end)
    word = match[0] if match else ""
    written = word[1:].islower() and lowered(word) in lexicon.words() and lowered(word) not in _units()
    return NUMBER if written and (len(word) > 2 or (lexicon.words().logp(word) or -20.0) > COMMON) else None


def _years(evidence: Evidence) -> Iterator[int]:
    """Where a year runs into a word that is often before one."""
    text = evidence.text
    if not any(map(YEAR.search, evidence.suspects)):
        return
    for match in YEAR.finditer(text):
        if BEFORE_YEAR.search(text[max(0, match.start() - LONGEST_MONTH) : match.start()]):
            yield match.start()


def _token(text: str, at: int) -> tuple[int, int]:
    """The token that holds both sides of `at`, as far as it reaches."""
    head, tail = text[max(0, at - REACH) : at].rsplit(maxsplit=1)[-1], text[at : at + REACH].split(maxsplit=1)[0]
    return at - len(head), at + len(tail)


def _is_prose(document: Document, at: int, start: int, end: int) -> bool:
    """False in a line of another language; in Chinese another word of Latin script must stand beside."""
    line = _line_at(document, at)
    block = (at - line.start) // BLOCK * BLOCK
    if not _is_english(line.text[max(0, block - REACH) : block + BLOCK + REACH]):
        return False
    if document.script(line) == "latin":
        return True
    before = WORD_BEFORE.search(document.text, max(0, start - NEIGHBOURHOOD), start)
    return before is not None or WORD_AFTER.match(document.text, end) is not None


def _is_alone(document: Document, at: int, start: int, end: int) -> bool:
    """Whether a token is the only one of its line, and so perhaps a brand."""
    return len(_line_at(document, at).text.strip()) == end - start


def _line_at(document: Document, at: int) -> Line:
    return document.lines[bisect_right(document.lines, at, key=_start_of_line) - 1]


def _start_of_line(line: Line) -> int:
    return line.start


@lru_cache(maxsize=1 << 10)
def _is_english(line: str) -> bool:
    """False for a line of another language, of names and terms only, of a table or for a shell."""
    if COMMAND.search(line):
        return False
    runs = RUN.findall(lowered(line))
    if len(runs) < FEW_WORDS:
        return True
    foreign = sum(map(_foreign().__contains__, runs))
    common = sum(map(_is_common, runs))
    if (foreign > 1 and foreign >= common) or (not common and len(runs) >= MANY_WORDS):
        return False
    if common >= MOSTLY_COMMON * len(runs):
        return True
    unknown = sum(facts(run) is UNSEEN and (len(run) > LONGEST_READ or not _is_joined(run)) for run in runs)
    return unknown <= MOSTLY_UNKNOWN * len(runs)


@lru_cache(maxsize=1 << 14)
def _is_common(run: str) -> bool:
    return facts(run)[0] > COMMON_POINTS and run not in _foreign()


@lru_cache(maxsize=1 << 14)
def _is_joined(run: str) -> bool:
    """Whether a run that is no word looks like several before anything is known about its place."""
    return bool(read(run, ".", ".", []).cuts)


def _within(position: int, solved: Sequence[Packed]) -> bool:
    at = bisect_right(solved, position, key=_start) - 1
    return at >= 0 and position < solved[at].end


def _start(line: Packed) -> int:
    return line.start


def _foreign() -> frozenset[str]:
    return _items("foreign.txt")


def _units() -> frozenset[str]:
    return _items("units.txt")


@cache
def _items(name: str) -> frozenset[str]:
    lines = (resources.files(__package__) / name).read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
