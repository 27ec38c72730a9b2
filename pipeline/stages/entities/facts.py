"""What holds for all candidates of a line, and of a document. It is counted once."""

import re
from collections import Counter
from collections.abc import Sequence

import msgspec
import regex

from pipeline.stages.entities.lexer import Candidate
from pipeline.stages.entities.shapes import WIDE_LETTER
from pipeline.stages.entities.suspect_lines import SuspectLine

SUFFIX = regex.compile(r"(?:s|t|re|ve|ll|d|m|S|T)\b")
"""What follows an apostrophe within a word."""
OPENING_OF = {"”": "“", "’": "'", "‘": "'", "»": "«", "›": "‹", "」": "「", "』": "『", "》": "《"}
REFERENCE_AT_END = re.compile(r"&#?\w{2,8};\s*$")
BARE_NUMBER = re.compile(r"#\d+\b(?!;)")
"""The number of an issue or a topic, which no semicolon follows."""
ABOUT_ENTITIES = re.compile(
    r"""
    \b(?:entit(?:y|ies)|HTML|XML|SGML|escap(?:e|ed|ing)|encod(?:e|ed|ing)|Unicode     # the HTML entity
       |character\ references?)\b
    |转义|实体|编码                                                                   # 转义成
    """,
    re.VERBOSE,
)
RUN_OF_SPACES = re.compile(r"(?<=\S) {3,}(?=\S)")
LIKELY_NUMBERS = frozenset({34, 38, 39, 60, 62, 160, 173, *range(130, 160), *range(8192, 8251), 8364, 8482})
"""Numbers that stand for punctuation."""
MOST_COUNTED = 9
MAX_SAMPLE_CHARS, MAX_LINE_SAMPLE_CHARS = 10_000, 2_000
"""Characters of a document and of a line that are searched for what the text is about."""


class LineContext(msgspec.Struct, frozen=True):
    """What holds for all candidates of one line."""

    starts: tuple[int, ...]
    ends: dict[int, Candidate]
    """Candidates by the offset after them."""
    begins: dict[int, Candidate]
    """Candidates by their offset."""
    same: dict[str, list[int]]
    """Indexes of candidates by the character they stand for; quotation marks of one kind are together."""
    intact: int
    """Kinds of entities that still have their ampersand."""
    symbols: int
    ends_as_code: bool
    about_entities: int
    indent: int
    is_wide: bool
    runs_of_spaces: int
    """Places with three spaces or more between two words."""


class DocumentFacts(msgspec.Struct, frozen=True):
    """What the candidates of a document say together."""

    candidates: int
    glued: int
    """Candidates between two letters: `it#39;s`, `nightmdash;and`."""
    spaced: int
    """Candidates of which the space before them must be the ampersand: `isn #39;t`."""
    double_spaced: int
    """Candidates after two spaces."""
    unlikely: int
    """Numbers that stand for no mark of punctuation: `#41;`."""
    bare_numbers: int
    about_entities: int
    same: Counter[str]


def line_facts(line: SuspectLine, found: Sequence[Candidate]) -> LineContext:
    """The facts of a line with these candidates."""
    text = line.text
    same: dict[str, list[int]] = {}
    for i, candidate in enumerate(found):
        same.setdefault(kind_of_quote(candidate.new), []).append(i)
    sample = text[:MAX_LINE_SAMPLE_CHARS]
    marks = sum(not (c.isalnum() or c.isspace()) for c in sample)
    intact = sum(reference in text for reference in ("&quot;", "&#39;", "&rsquo;", "&ldquo;"))
    last = text.rstrip()[-1:]
    return LineContext(
        starts=tuple(candidate.start for candidate in found),
        ends={candidate.end: candidate for candidate in found},
        begins={candidate.start: candidate for candidate in found},
        same=same,
        intact=intact,
        symbols=min(99, 100 * marks // max(1, len(sample))),
        ends_as_code=bool(last) and last in ";{}" and not REFERENCE_AT_END.search(text, max(0, len(text) - 20)),
        about_entities=min(MOST_COUNTED, len(ABOUT_ENTITIES.findall(sample))),
        indent=min(MOST_COUNTED, len(text) - len(text.lstrip())),
        runs_of_spaces=min(MOST_COUNTED, len(RUN_OF_SPACES.findall(sample))),
        is_wide=WIDE_LETTER.search(sample) is not None,
    )


def document_facts(lines: Sequence[tuple[SuspectLine, Sequence[Candidate]]], text: str) -> DocumentFacts:
    """The facts of a document with these candidates."""
    glued = spaced = double = unlikely = total = 0
    same: Counter[str] = Counter()
    for line, found in lines:
        for candidate in found:
            total += 1
            same[candidate.sign + candidate.new] += 1
            before, after = line.before(candidate.start), line.after(candidate.end)
            if before.isalpha() and after.isalpha():
                glued += 1
            if before == " ":
                first = line.before(candidate.start - 1)
                double += first == " "
                spaced += first.isalpha() and candidate.role == "apostrophe" and _has_suffix(line, candidate)
            if candidate.body in ("decimal", "hex") and number_of(candidate) not in LIKELY_NUMBERS:
                unlikely += 1
    return DocumentFacts(
        total, glued, spaced, double, unlikely,
        min(MOST_COUNTED, len(BARE_NUMBER.findall(text[:MAX_SAMPLE_CHARS]))) if "#" in text else 0,
        min(MOST_COUNTED, len(ABOUT_ENTITIES.findall(text[:MAX_SAMPLE_CHARS]))), same,
    )  # fmt: skip


def kind_of_quote(new: str) -> str:
    """The opening mark of a pair of quotation marks; any other character as it is."""
    return OPENING_OF.get(new, new)


def number_of(candidate: Candidate) -> int:
    """The number of a candidate that has one."""
    name = candidate.name
    return int(name[1:], 16) if name[0] in "xX" else int(name)


def _has_suffix(line: SuspectLine, candidate: Candidate) -> bool:
    return SUFFIX.match(line.text, candidate.end) is not None
