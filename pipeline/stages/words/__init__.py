"""Missing spaces between run-together English words: `decadesof` is `decades of`.

Three steps, kept apart so that each can be bettered alone: runs of letters that are no known word (`lexicon.runs`), the
best reading of each in its context, and how sure that reading is (`readings`). What the document itself shows to be a
word or a name counts as one, and so does what the user's vocabulary says. Lines without blanks are solved whole, in
`titles`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, ClassVar

import msgspec
import regex

from pipeline import lexicon
from pipeline.document import Document
from pipeline.layout import Line
from pipeline.ledger import Edit
from pipeline.lexicon.runs import CAPITAL_INSIDE, RUN, items, names, suspicious, token, tokens
from pipeline.lexicon.segmentation import LONGEST, lowered
from pipeline.stage import Finding, Rule
from pipeline.stages.proposals import at_rest
from pipeline.stages.words import titles
from pipeline.stages.words.readings import (
    BRAND,
    COMMON,
    FREQUENT,
    NEIGHBOURHOOD,
    WORD_AFTER,
    WORD_BEFORE,
    Candidate,
    Known,
    confidence,
    judged,
    logp,
    promising,
    told,
)
from pipeline.vocabulary import inside

CAPITALISED = regex.compile(r"\p{Lu}\p{Ll}+")
# Tokens that are no prose: links, addresses, paths, handles, hashtags, code, file names, entities and their rests.
PROTECTED = regex.compile(
    r"^[(\[]*-{1,2}\p{L}|\]:|://|www\.|[@#\\/_{}<>=|~^*$+`]|::|\(\)|\p{L}\.\p{Ll}|\d\p{L}|\p{L}\.\.\.|"
    r"(?:quot|amp|nbsp|apos|[lr][ds]quo|[mn]dash|hellip|[lg]t);|&\w{1,10};"
)
YEAR = regex.compile(r"(?:19|20)\d\d(?<=\p{Ll}\d{4})(?![\w-]|[./:]\w)")
BEFORE_YEAR = regex.compile(
    r"(?<![^\s(“\"])(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Dd]uring|[Bb]efore|[Aa]fter|[Aa]bout|[Tt]han|[Oo]ver|"
    r"and|January|February|March|April|May|June|July|August|September|October|November|December)$"
)
NUMBER_SURE = 0.97
LONGEST_MONTH = 12
"""Code points that a word before a year and what is before it take."""
TOKEN_REACH = 100
"""Code points on each side of a run in which the end of its token is looked for."""
FEW_WORDS, MOSTLY_UNKNOWN = 4, 0.4
"""A line of at least so many words of which more than such a share is unknown is not English."""
LONGEST_RUN = 40
"""Letters of a run that is read when its line is judged."""
FEW_RUNS = 24
"""Runs that are looked for one by one rather than by a scan over all."""
WORTH_A_NOTE = 0.5
"""Confidence under which a reading is not even proposed."""
UNTOLD = Known()

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
    threshold=0.9,
)
CAPITAL = Rule(
    "words.inner-capital",
    "a capital letter begins a word inside another: `theGlobal`",
    acts=("He joined theRoyal guild.", "He was calledOn the way."),
    spares=("a YouTube channel", "FirstEnergy said", "the iPhone", "call querySelector first", "Mr. McDonald"),
    threshold=0.9,
)
IN_VOCABULARY = Rule(
    "words.in-vocabulary",
    "a token of the word lists that edited prose hardly ever has as one word: `ofthe`",
    acts=("This is one ofthe options.", "The hull has tobe tested."),
    spares=("We cannot go into the island.", "Tobe Nakagawa came.", "the capital of Togo"),
    threshold=0.95,
)
NUMBER = Rule(
    "words.number",
    "a small word or a month that runs into a year: `In2022`",
    acts=("Since2019 the mill has stood still.",),
    spares=("in 5G areas", "the mp3 file", "COVID19 and 10km", "The file in2022.txt", "/in2022/"),
    threshold=0.9,
)


@dataclass(frozen=True)
class Words:
    """Puts the spaces back between words: `calledThe Composerwhich` is `called The Composer which`."""

    name: ClassVar = "words"
    after: ClassVar = frozenset({"entities", "mojibake", "markup", "punctuation"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar = (RUN_TOGETHER, CAPITAL, IN_VOCABULARY, NUMBER, titles.LINE, titles.TRUNCATED)
    protocol: ClassVar = 1
    longest: Annotated[
        int, msgspec.Meta(description="Letters of the longest run that is looked at inside a line of words.", ge=1)
    ] = 40

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an insertion for each missing space, and a note on a title that was cut off."""
        known, _, solved = self._surveyed(document)
        yield from at_rest(document, self.rules, self._proposed)
        note = titles.truncated(document, solved, known)
        if note:
            yield note

    def _surveyed(self, document: Document) -> tuple[Known, set[str], tuple[titles.Packed, ...]]:
        """The words that the document and the user have, the runs worth reading, the lines that lost their spaces."""
        found = tokens(document.text)
        suspects = suspicious(found)
        users = document.vocabulary.derived(told) if document.vocabulary else UNTOLD
        if not suspects:
            return users, set(), ()
        words = frozenset({lowered(run) for run in suspects if is_new_word(run)} | names(found) | users.words)
        known = Known(words, users.kept)
        hopeful = {run for run in suspects if len(run) <= self.longest and (promising(run) or _extends(run, words))}
        if users.kept:
            hopeful = {run for run in hopeful if not users.keeps(run)}
        return known, hopeful, titles.packed(document, known) if titles.worth(suspects) else ()

    def _proposed(self, document: Document) -> Iterator[Edit]:
        """The insertions that the text asks for, but for those inside an entry of the user's: `In2022`, a product."""
        if not document.vocabulary:
            yield from self._asked_for(document)
        elif edits := list(self._asked_for(document)):
            spans = document.vocabulary.marked(document.text)
            yield from (edit for edit in edits if not inside(spans, edit.start, edit.end))

    def _asked_for(self, document: Document) -> Iterator[Edit]:
        text = document.text
        known, hopeful, solved = self._surveyed(document)
        for line in solved:
            yield from line.edits
        for candidate in candidates(document, hopeful, known) if hopeful else ():
            sure = confidence(candidate)
            if sure >= WORTH_A_NOTE and not _inside(candidate.start, solved):
                for cut in candidate.cuts:
                    yield Edit(candidate.start + cut, "", " ", reason(candidate).name, sure)
        for match in YEAR.finditer(text):
            word = text[max(0, match.start() - LONGEST_MONTH) : match.start()]
            if BEFORE_YEAR.search(word) and not _inside(match.start(), solved):
                yield Edit(match.start(), "", " ", NUMBER.name, NUMBER_SURE)


def reason(candidate: Candidate) -> Rule:
    """The rule under which a reading is proposed."""
    if lowered(candidate.run) in lexicon.words():
        return IN_VOCABULARY
    return CAPITAL if CAPITAL_INSIDE.search(candidate.run) else RUN_TOGETHER


def candidates(document: Document, hopeful: Set[str], known: Known) -> Iterator[Candidate]:
    """The runs of `document` that can be read as several words, each where it stands."""
    places = _places(document.text, hopeful)
    count = Counter(run for _, run in places)
    starts = [line.start for line in document.lines]
    english: dict[int, bool] = {}
    for start, run in places:
        at = bisect_right(starts, start) - 1
        if at not in english:
            english[at] = is_english(document.lines[at])
        if (
            english[at]
            and _is_latin(document, at, start, start + len(run))
            and not PROTECTED.search(token(document.text, start, start + len(run), TOKEN_REACH))
        ):
            candidate = judged(document.text, start, run, known, count[run])
            if candidate:
                yield candidate


def _places(text: str, runs: Set[str]) -> list[tuple[int, str]]:
    """Where `runs` stand in `text` as whole runs. A few are looked for one by one, which is a scan in C each."""
    if len(runs) > FEW_RUNS:
        return [(match.start(), match[0]) for match in RUN.finditer(text) if match[0] in runs]
    found = []
    for run in runs:
        start = text.find(run)
        while start >= 0:
            if (match := RUN.match(text, start)) and match[0] == run and not (start and _joined(text, start)):
                found.append((start, run))
            start = text.find(run, start + len(run))
    return sorted(found)


def _joined(text: str, start: int) -> bool:
    """True where a run does not begin at `start` because the one before goes on."""
    head = text[max(0, start - 2) : start]
    return RUN.fullmatch(head[-1]) is not None or (
        len(head) == 2 and head[1] in "'’" and RUN.match(head[0]) is not None
    )


def _is_latin(document: Document, line: int, start: int, end: int) -> bool:
    """False inside a line of Chinese, unless another word of Latin script stands beside the run."""
    if document.script(document.lines[line]) == "latin":
        return True
    before = WORD_BEFORE.search(document.text[max(0, start - NEIGHBOURHOOD) : start])
    return before is not None or WORD_AFTER.match(document.text, end) is not None


def is_new_word(run: str) -> bool:
    """True for a run that the document may be believed to use as a word or a name of its own: `Tokayev`, `AgriNova`."""
    if not 3 < len(run) <= LONGEST:
        return False
    if CAPITAL_INSIDE.search(run):
        return BRAND.fullmatch(run) is not None and not any(
            logp(lowered(word)) > COMMON for word in CAPITALISED.findall(run)
        )
    return not promising(run)


def _extends(run: str, known: frozenset[str]) -> bool:
    """True where a word of the document and a frequent one make up the run: `Tokayevsaid`."""
    return bool(known) and not known.isdisjoint(_rests(run))


@lru_cache(maxsize=1 << 15)
def _rests(run: str) -> tuple[str, ...]:
    """What is left of a run without a frequent word at its end or its beginning."""
    small = lowered(run)
    ends = [small[:at] for at in range(4, len(small) - 1) if logp(small[at:]) > FREQUENT]
    return (*ends, *(small[at:] for at in range(2, len(small) - 3) if logp(small[:at]) > FREQUENT))


def is_english(line: Line) -> bool:
    """False for a line of another language, or of names and terms only."""
    runs = [lowered(run) for run in RUN.findall(line.text)]
    foreign = sum(run in _foreign() for run in runs)
    words = lexicon.words()
    if foreign > 1 and foreign >= sum(logp(run) > COMMON for run in runs if run not in _foreign()):
        return False
    unknown = sum(run not in words and (len(run) > LONGEST_RUN or not promising(run)) for run in runs)
    return len(runs) < FEW_WORDS or unknown <= MOSTLY_UNKNOWN * len(runs)


def _inside(position: int, solved: Sequence[titles.Packed]) -> bool:
    at = bisect_right(solved, position, key=_start) - 1
    return at >= 0 and position < solved[at].end


def _start(line: titles.Packed) -> int:
    return line.start


@cache
def _foreign() -> frozenset[str]:
    return items("pipeline.stages.words", "foreign.txt")
