"""Candidates for turn starts in annotated and in re-dressed documents, with their features and whether a turn starts.

The truth gives the first letters of each turn. A candidate is right if its words begin with these letters, in order:
the longest common subsequence of both lists decides (Hunt and Szymanski, "A fast algorithm for computing longest common
subsequences", 1977).
"""

import gzip
import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import Pipeline, PipelineError
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.dialogue.blocks import read_blocks, split_at, without_references
from pipeline.stages.dialogue.split_turns import split_one_line_dumps
from pipeline.stages.dialogue.turn_candidates import find_turn_candidates, read_opening
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures
from pipeline.stages.dialogue.turn_start_table import turn_start_features
from pipeline.stages.front_matter import front_matter_end
from structure.pages import Redressed
from structure.redress import redress_many, redress_many_negatives
from structure.talks import read_prose, read_talks

UNSQUEEZED = re.compile(r"<[^>]*>|[\s*_#>\\\u3000\u200b\ufeff]")
NOT_WORD = re.compile(r"[\W_]")
KEY_LETTERS = 12
READ_CHARS = 200
"""Characters of a turn in which its first letters are."""
MAX_PLACES = 400
"""Places of one key that are compared; a turn such as `Yes.` is met all through a document."""
AMBIGUOUS_GROUPS = frozenset({"faq", "play", "chat"})
"""Texts with speakers or questions that are no interview; whether they hold turns is a matter of taste."""
STAGES = ("entities", "mojibake", "markup", "punctuation", "words", "languages", "credits")
ANONYMOUS = frozenset({"q", "a", "问", "答", "問", "question", "answer"})


class WantedTurn(NamedTuple):
    """The start of a turn as the truth gives it: its first letters, and its label if it has one."""

    key: str
    speaker: str | None


class Example(NamedTuple):
    """The candidates of one document."""

    name: str
    source: str
    family: str
    """What is left out together: a family of sources, or a kind of invented text."""
    group: str
    layout: str
    """Family of the layout in which a talk was re-dressed; empty for a document as published."""
    turns: tuple[WantedTurn, ...]
    features: NDArray[np.int16]
    right: NDArray[np.bool_]
    counts: NDArray[np.bool_]
    """Whether a candidate counts in the training."""
    place: tuple[int, ...]
    """For each candidate the number of the place at which its words begin."""
    labels: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    """For each place the first letters that follow, and those up to the end of the block."""

    @property
    def is_talk(self) -> bool:
        """Whether there is a talk in it."""
        return bool(self.turns)


@dataclass(frozen=True)
class Capture:
    """A stage in place of `dialogue` that keeps each document as it comes."""

    seen: list[Document] = field(default_factory=list)
    name: ClassVar[str] = "capture"
    after: ClassVar[frozenset[str]] = frozenset({"languages", "credits"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"capture.none"})
    rules: ClassVar[tuple[Rule, ...]] = ()
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Keeps the document and yields nothing."""
        self.seen.append(document)
        yield from ()


class DocumentReader:
    """Reads bytes as the pipeline does, up to the stage `dialogue`."""

    def __init__(self) -> None:
        self._capture = Capture()
        self._pipeline = Pipeline([*STAGES, self._capture])

    def read(self, data: bytes, name: str) -> Document | None:
        """The document as `dialogue` gets it; None if it cannot be read."""
        self._capture.seen.clear()
        try:
            self._pipeline.process(data, id=name)
        except PipelineError:
            return None
        return self._capture.seen[-1] if self._capture.seen else None


def turn_key(words: str) -> str:
    """The first letters of a turn, as the truth has them."""
    squeezed = UNSQUEEZED.sub("", words)
    return NOT_WORD.sub("", squeezed[:24]).casefold()[:KEY_LETTERS] or squeezed[:6]


def speaker_key(speaker: str | None) -> str | None:
    """A label without marks, to compare it with that of a candidate."""
    return UNSQUEEZED.sub("", speaker).strip("[]()：:").casefold() if speaker else None


def aligned(wanted: Sequence[str], places: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """As many pairs of a wanted key and a place with it as possible, in the order of both."""
    at: dict[str, list[int]] = defaultdict(list)
    for number, keys in enumerate(places):
        for key in set(keys):
            at[key].append(number)
    ends: list[int] = []
    last: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for i, key in enumerate(wanted):
        for j in reversed(at.get(key, [])[:MAX_PLACES]):
            length = bisect_left(ends, j)
            if length == len(ends):
                ends.append(j)
                last.append((i, j))
            else:
                ends[length], last[length] = j, (i, j)
            before[i, j] = last[length - 1] if length else None
    pairs = []
    pair = last[-1] if last else None
    while pair is not None:
        pairs.append(pair)
        pair = before[pair]
    return pairs[::-1]


def wanted_turns(turns: Sequence[WantedTurn]) -> list[str]:
    """The keys of the turns, where neighbours of one named speaker are one turn."""
    return [
        turn.key
        for i, turn in enumerate(turns)
        if not (i and turn.speaker and turn.speaker not in ANONYMOUS and turns[i - 1].speaker == turn.speaker)
    ]


def example_of(
    document: Document, turns: Sequence[WantedTurn], again: frozenset[str] = frozenset(), **about: str
) -> Example:
    """The candidates of a document, and which of them start its turns.

    `again` are the first letters of what follows a label that only repeats who is speaking: neither right nor wrong.
    """
    _, blocks = split_at(read_blocks(document), front_matter_end(document.text))
    blocks = list(split_one_line_dumps(without_references(blocks)))
    openings = [read_opening(block) for block in blocks]
    candidates = find_turn_candidates(blocks, openings)
    features = turn_start_features(candidates, blocks, openings)
    words = [(c.words_block, c.words if c.words >= 0 else openings[c.words_block].end) for c in candidates]
    places = sorted(set(words))
    number = {place: i for i, place in enumerate(places)}
    starts: dict[int, list[int]] = defaultdict(list)
    for candidate in candidates:
        starts[candidate.block].append(candidate.start)
    keys = []
    for block, offset in places:
        end = min((start for start in starts[block] if start > offset), default=len(blocks[block].text))
        first = blocks[block].start + offset
        keys.append(
            (
                turn_key(document.text[first : first + READ_CHARS]),
                turn_key(blocks[block].text[offset:end][:READ_CHARS]),
            )
        )
    at: dict[int, list[int]] = defaultdict(list)
    for i, place in enumerate(words):
        at[number[place]].append(i)
    right = np.zeros(len(candidates), bool)
    for turn, place_number in aligned([turn.key for turn in turns], keys):
        speaker = turns[turn].speaker
        ranked = [(_fit(candidates[i].label, candidates[i].key, speaker), -i) for i in at[place_number]]
        right[-max(ranked)[1]] = True
    return Example(
        turns=tuple(turns),
        features=np.array(features, np.int16).reshape(len(candidates), len(TurnStartFeatures._fields)),
        right=right,
        counts=np.array([right[i] or keys[number[place]][0] not in again for i, place in enumerate(words)], bool),
        place=tuple(number[place] for place in words),
        labels=tuple(candidate.key for candidate in candidates),
        keys=tuple(keys),
        **about,
    )


def _fit(label: str, key: str, speaker: str | None) -> int:
    """How well a candidate fits the label that the truth gives for its place."""
    if speaker is None:
        return int(not key)
    return 2 * int(speaker_key(label) == speaker) + int(bool(key))


def real_examples(folder: Path, talks: int, others: int, seed: int = 1) -> Iterator[Example]:
    """Up to `talks` documents of each source with a talk, and up to `others` of each without."""
    reader = DocumentReader()
    for file, most in (("truth.jsonl.gz", talks), ("negatives.jsonl.gz", others)):
        by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
        with gzip.open(folder / file, "rt", encoding="utf-8") as rows:
            for line in rows:
                row = json.loads(line)
                by_source[row["file"].split("/")[1]].append(row)
        for source, rows_of_source in by_source.items():
            Random(seed).shuffle(rows_of_source)
            for row in rows_of_source[:most]:
                document = reader.read((folder / row["file"]).read_bytes(), Path(row["file"]).stem)
                if document is None:
                    continue
                turns = [
                    WantedTurn(turn_key(turn["first"]), speaker_key(turn["speaker"])) for turn in row.get("turns", ())
                ]
                if not turns and row["group"] in AMBIGUOUS_GROUPS:
                    continue
                family = row.get("family", source) if turns else f"without:{source}"
                yield example_of(
                    document, turns, name=row["file"], source=source, family=family, group=row["group"], layout=""
                )


def redressed_examples(folder: Path, talks: int, others: int, seed: int = 1) -> Iterator[Example]:
    """Talks of all families in all layouts in turn, and other texts with the same marks."""
    random, reader = Random(seed), DocumentReader()
    prose = list(read_prose(folder))
    known = [talk for talk in read_talks(folder) if talk.kind != "play"]
    for number, made in enumerate(redress_many(known, prose, talks, random)):
        yield from _example_of_redressed(reader, made, f"redressed-{number}", made.family)
    for number, made in enumerate(redress_many_negatives(prose, others, random)):
        if made.kind not in AMBIGUOUS_GROUPS:
            yield from _example_of_redressed(reader, made, f"other-{number}", f"without:{made.layout_family}")


def _example_of_redressed(reader: DocumentReader, made: Redressed, name: str, family: str) -> Iterator[Example]:
    document = reader.read(made.text.encode(), name)
    if document is None:
        return
    turns = [
        WantedTurn(turn_key(made.text[start.start : min(end, start.start + READ_CHARS)]), speaker_key(start.label))
        for start, end in zip(made.turns, made.ends, strict=True)
    ]
    again = frozenset(turn_key(made.text[at : at + READ_CHARS]) for at in made.repeats)
    yield example_of(
        document, turns, again, name=name, source="redressed", family=family, group=made.kind, layout=made.layout_family
    )
