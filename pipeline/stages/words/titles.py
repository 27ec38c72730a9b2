"""Lines that lost all their spaces, and titles that were cut off: a part of the stage `words`.

`ZhangXiao:ChinaandKazakhstanhaveshar` is `Zhang Xiao: China and Kazakhstan have shar`, and `shar` is the beginning
of `shared` if the document says `have shared` elsewhere.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

import regex

from pipeline import lexicon
from pipeline.document import Document
from pipeline.layout import Line
from pipeline.ledger import Edit
from pipeline.lexicon.runs import CAPITAL_INSIDE, LETTER, RUN
from pipeline.lexicon.segmentation import LONGEST, lowered, read, whole
from pipeline.stage import Note, Rule
from pipeline.stages.words.readings import Known
from pipeline.vocabulary import inside

LONG = 16
"""Letters of a run without which no line counts as having lost its spaces."""
LETTERS = 20
"""Letters that such a line has at least."""
LONGEST_RUN = 1000
"""Letters without any mark between them that may still be prose."""
LEAST_LETTERS = 0.7
"""Share of letters among the characters of such a line."""
MEAN_TOKEN = 12
"""Mean letters of its tokens; English has 5, German 6."""
SURE = 3.0
"""Log odds for the reading of a run."""
CONFIDENCE = 0.95
LEAST_ENGLISH = -2.65
"""Log odds a letter under which the reading is no English; English has -1.7, German taken for it -3."""
COMMON = -7.5
"""log P of a word that is found in any text; a line without one is a term or a name."""
CONTEXT = 60
"""Code points before a completion in which it shares its words with the title."""
FRAGMENT = 3.0
"""Zipf frequency under which a last word may be the beginning of another that the document has."""
NO_WORD = 2.0
"""Zipf frequency under which it is one, whatever the document has."""
NO_PROSE = regex.compile(r"://|www\.|[@#\\/_{}<>=|~^*$+`]|::|\(\)|\p{L}\.\p{Ll}|&\w{1,10};|(?:quot|nbsp|amp);")
MARK_BETWEEN = regex.compile(
    rf"(?<=[\p{{L}}\d’”\"\)])[,;:!?][”\"’)]?(?=[“\"‘(]?{LETTER})|(?<={LETTER}{LETTER})[.][”\"’)]?(?=[“\"‘(]?\p{{Lu}})|"
    rf"(?<={LETTER}{LETTER}),(?=\d)|(?<=[\p{{L}}\d])[)”](?={LETTER})|(?<=[\p{{L}}\d])(?=[(“]{LETTER})|"
    rf"(?<={LETTER}{LETTER})(?=(?:19|20)\d\d(?!\w))|(?<=\d)(?={LETTER}{LETTER}{LETTER})|%(?={LETTER})"
)
PAIR = regex.compile(rf"(?<!\w)(\p{{Lu}}{LETTER}*+) (?=(\p{{Lu}}{LETTER}*+))")
"""Two capitalised words side by side."""
END_MARK = regex.compile(r"[^\p{L}]$")

LINE = Rule(
    "words.packed-line",
    "a line that lost all its spaces",
    acts=("TheMinistersMetAgain:peopleoftheregionhaveagreed",),
    spares=("Internationalization", "https://www.example.com/thewholepath", "Donaudampfschifffahrtsgesellschaft"),
    threshold=0.9,
)
TRUNCATED = Rule(
    "words.title-truncated",
    "a title that ends inside a word",
    acts=("What the two countries have shar\nThey say that they have shared a lot.",),
    spares=("What the two countries have shared\nThey have shared a lot.", "Letters from Kyzyl\nWe went to Kyzylorda."),
)


class Packed(NamedTuple):
    """A line solved as a whole: where it stands, what to insert, and the repaired line."""

    start: int
    end: int
    edits: tuple[Edit, ...]
    repaired: str


def worth(suspects: Set[str]) -> bool:
    """False where no line of a text can have lost its spaces, as none of its unknown runs is long."""
    return any(len(run) >= LONG for run in suspects)


def packed(document: Document, known: Known) -> tuple[Packed, ...]:
    """The lines of `document` with hardly any blanks that read as English."""
    lines = [line for line in document.lines if _has_lost_spaces(line.text)]
    apart = frozenset(PAIR.findall(document.text)) if lines else frozenset()
    found = [(line, solved(line.text, known, apart)) for line in lines]
    if lines and document.vocabulary:
        found = [(line, _outside(document, line, places)) for line, places in found]
    return tuple(_inserted(line, places) for line, places in found if places)


def _outside(document: Document, line: Line, places: Iterable[int]) -> list[int]:
    """The places in a line that lie in no entry of the user's that has marks or figures."""
    spans = document.vocabulary.marked(document.text)
    return [place for place in places if not inside(spans, line.start + place, line.start + place)]


def _has_lost_spaces(line: str) -> bool:
    tokens = line.split()
    if not tokens or max(map(len, tokens)) < LETTERS or NO_PROSE.search(line):
        return False
    runs = [len(run) for run in RUN.findall(line)]
    letters = sum(runs)
    if letters < LETTERS or max(runs) > LONGEST_RUN:
        return False
    return letters >= MEAN_TOKEN * len(tokens) and letters >= LEAST_LETTERS * sum(map(len, tokens))


def _inserted(line: Line, places: Sequence[int]) -> Packed:
    edits = tuple(Edit(line.start + place, "", " ", LINE.name, CONFIDENCE) for place in places)
    ends = (0, *places, len(line.text))
    repaired = " ".join(line.text[i:j] for i, j in itertools.pairwise(ends))
    return Packed(line.start, line.end, edits, repaired)


def solved(text: str, known: Known, apart: Set[tuple[str, str]] = frozenset()) -> list[int]:
    """Where spaces are missing in a line without spaces; nothing where it does not read as English.

    `known` are words that the document or the user has; `apart` are the document's pairs of capitalised words, which
    stand apart here, too.
    """
    words, places, before, last = lexicon.words(), set[int](), "", 0
    total, letters, common = 0.0, 0, False
    for match in RUN.finditer(text):
        run, between = match[0], text[last : match.start()]
        if between.strip("-'’ "):
            before = ""
        opens = not before and between[-1:] in {"", ".", "!", "?", "“", '"', ":"}
        cuts: tuple[int, ...] = ()
        score = whole(words, run, before, opens=opens)
        if len(run) > 2:
            last_run = match.end() == len(text)
            reading = read(words, run, before, opens=opens, known=known.words, strangers=True, cut_off=last_run)
            if reading is not None and reading.score > score + SURE:
                score, cuts = reading
        cuts = known.unbroken(run, tuple(sorted({*cuts, *_apart(run, apart)})))
        pieces = [lowered(run[i:j]) for i, j in zip((0, *cuts), (*cuts, len(run)), strict=True)]
        common = common or any(len(piece) > 2 and (words.logp(piece) or -20.0) > COMMON for piece in pieces)
        total, letters = total + score, letters + len(run)
        places.update(match.start() + cut for cut in cuts)
        before, last = pieces[-1], match.end()
    if not places or not common or total < LEAST_ENGLISH * letters:
        return []
    places.update(match.end() for match in MARK_BETWEEN.finditer(text) if match.end() < len(text))
    return sorted(place for place in places if not text[place - 1].isspace() and not text[place].isspace())


def _apart(run: str, apart: Set[tuple[str, str]]) -> Iterator[int]:
    """The capitals inside a run before which the document has a blank elsewhere: `LiWei`, where it says `Li Wei`."""
    bounds = [0, *(match.start() + 1 for match in CAPITAL_INSIDE.finditer(run)), len(run)]
    for left, at, right in zip(bounds, bounds[1:], bounds[2:], strict=False):
        if (run[left:at], run[at:right]) in apart:
            yield at


def truncated(document: Document, lines: Sequence[Packed], known: Known) -> Note | None:
    """A note on a title that ends inside a word, with the completion that the document itself offers.

    A line that lost its spaces is believed to be cut off where its last piece is no common word; the first line of
    words only where the document has the same words before the whole word.
    """
    first = next((line for line in document.lines if line.text.strip()), None)
    if first is None or END_MARK.search(first.text.rstrip()):
        return None
    title = next((line.repaired for line in lines if line.start == first.start), first.text).rstrip()
    runs = RUN.findall(title)
    if len(runs) < 2 or not title.endswith(runs[-1]) or len(runs[-1]) < 2:
        return None
    fragment = lowered(runs[-1])
    if lexicon.words().zipf(fragment) >= FRAGMENT or known.keeps(fragment):
        return None
    rest = document.text[first.end :]
    whole_word = completion(rest, fragment, [lowered(run) for run in runs[:-1]])
    if not whole_word and first.start not in {line.start for line in lines}:
        return None
    if not whole_word and (lexicon.words().zipf(fragment) >= NO_WORD or runs[-1][0].isupper()):
        return None
    suggestion = title + whole_word[len(fragment) :] if whole_word else None
    message = f"the title ends inside a word: {runs[-1]!r}"
    return Note(first.start, first.end, TRUNCATED.name, "warning", message, suggestion)


def completion(text: str, fragment: str, before: Sequence[str]) -> str | None:
    """The word of `text` that starts with `fragment` and follows the last word of `before` there.

    Of several the one that shares more words before it, then the more frequent, then the earlier. None where the
    fragment itself is a word of `text`.
    """
    found: Counter[str] = Counter()
    shared: dict[str, int] = {}
    small = lowered(text)
    at = small.find(fragment)
    while at >= 0:
        run = RUN.match(small, at)
        if run and not (at and RUN.match(small, at - 1)):
            if run[0] == fragment:
                return None
            alike = _alike(RUN.findall(small[max(0, at - CONTEXT) : at]), before)
            if alike and len(run[0]) < LONGEST:
                found[run[0]] += 1
                shared[run[0]] = max(shared.get(run[0], 0), alike)
        at = small.find(fragment, at + len(fragment))
    return max(found, key=lambda word: (shared[word], found[word]), default=None)


def _alike(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words both end in."""
    return next(
        (i for i, (a, b) in enumerate(zip(reversed(words), reversed(others), strict=False)) if a != b),
        min(len(words), len(others)),
    )
