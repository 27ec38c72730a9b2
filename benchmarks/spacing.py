"""Missing spaces: ours, whole and with each part switched off, and what others use, on the public benchmark.

A line of the data holds `corrupt` and `correct`. Counted are inserted spaces, micro-averaged; real joins of the
sources, which `noise.json` names, count neither way. With `--folds` each document is repaired by forests that have not
seen it (`scripts/train_spacing.py --folds`).
"""

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import regex

import pipeline
from pipeline.lexicon.english import Lexicon
from pipeline.segmentation import candidates, counts, lattice, lattice_edges, score, tokens, trees, word_scores
from pipeline.segmentation.boundaries import LATIN_LETTER
from pipeline.segmentation.candidates import SpaceCandidate
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.trees import Trees

LEVELS = ("clean", "r01", "r03", "r10", "r100")
FOLDS = 5
Repair = Callable[[str], str]


class Row(NamedTuple):
    """One document of the data, line by line."""

    id: str
    source: str
    given: list[str]
    right: list[str]


class Score(NamedTuple):
    """What a system did on one level."""

    made: int
    false: int
    missed: int
    removed: int
    words: int
    bytes: int
    seconds: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall of inserted spaces."""
        return 2 * self.made / max(1, 2 * self.made + self.false + self.missed)

    def shown(self) -> str:
        """A row of the table."""
        return (
            f"{self.made / max(1, self.made + self.false):7.4f} {self.made / max(1, self.made + self.missed):7.4f}"
            f" {self.f1:7.4f}"
            f" {1000 * self.false / self.words:8.3f} {1000 * self.removed / self.words:8.3f}"
            f" {self.bytes / 1e6 / self.seconds:7.2f}"
        )


def rows_of(folder: Path, level: str) -> list[Row]:
    """The documents of one level: the development half, or whatever half lies there."""
    (path,) = sorted(folder.glob(f"{level}.*.jsonl.gz"))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        told = map(json.loads, lines)
        return [Row(row["id"], row["src"], row["corrupt"], row["correct"]) for row in told]


def spaces(line: str) -> set[int]:
    """The blanks of a line, as numbers of characters before each."""
    count, found = 0, set()
    for character in line.strip():
        if character.isspace():
            found.add(count)
        else:
            count += 1
    return found


def scored(rows: list[Row], noise: set[tuple[str, int, int]], repair: Callable[[Row], str]) -> Score:
    """What `repair` makes of the documents."""
    made = false = missed = removed = words = size = 0
    spent = 0.0
    for row in rows:
        began = time.perf_counter()
        lines = repair(row).split("\n")
        spent += time.perf_counter() - began
        size += sum(len(line.encode()) + 1 for line in row.given)
        for number, (given, right, got) in enumerate(zip(row.given, row.right, lines, strict=True)):
            had, wanted, found = spaces(given), spaces(right), spaces(got)
            real = {place for name, line, place in noise if name == row.id and line == number} if noise else set()
            inserted, asked = found - had - real, wanted - had - real
            made += len(inserted & asked)
            false += len(inserted - asked)
            missed += len(asked - inserted)
            removed += len((had & wanted) - found)
            words += len(right.split())
    return Score(made, false, missed, removed, words, size, spent)


def ours(row: Row) -> str:
    """Our repair."""
    return pipeline.clean("\n".join(row.given), stages=["punctuation", "words"])


def forget() -> None:
    """Forgets what was computed with other parts."""
    for module in (counts, trees, candidates, score, lattice, lattice_edges, tokens, word_scores):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()
    counts.forget_tokens()


@contextmanager
def without(part: str) -> Iterator[None]:
    """Our repair without one of its parts."""
    with ExitStack() as stack:
        if part == "second forest":
            stack.enter_context(patch.object(score, "score_candidates", _first_only))
        elif part == "document":
            stack.enter_context(patch.object(DocumentCounts, "count", lambda *_: 0))
            stack.enter_context(patch.object(DocumentCounts, "own", frozenset()))
        elif part == "pairs of words":
            stack.enter_context(patch.object(Lexicon, "pair", lambda *_: None))
        forget()
        yield
    forget()


def _first_only(gaps: Sequence[SpaceCandidate], _evidence: DocumentCounts, first: Trees, _second: Trees) -> list[int]:
    return first.scores([gap.features for gap in gaps]) if gaps else []


class OfFolds:
    """Our repair by the forests that have not seen a document."""

    def __init__(self, folder: Path) -> None:
        self.forests = [
            {name: Trees.read((folder / str(fold) / f"{name}.forest").read_bytes()) for name in ("first", "second")}
            for fold in range(FOLDS)
        ]

    def __call__(self, row: Row) -> str:
        """The repaired text of a document."""
        grown = self.forests[zlib.crc32(row.id.encode()) % FOLDS]
        with patch.object(score, "load_trees", grown.__getitem__):
            score.missing_spaces.cache_clear()
            return ours(row)


def peers() -> Iterator[tuple[str, Repair]]:
    """Word splitters that are installed, on tokens that are no words of ours."""
    from pipeline.lexicon import english

    known = english.lexicon()

    def outside(split: Callable[[str], list[str]]) -> Repair:
        run = regex.compile(rf"{LATIN_LETTER}+")

        def one(match: regex.Match[str]) -> str:
            return match[0] if match[0].lower() in known else " ".join(_cased(match[0], split(match[0])))

        return lambda text: run.sub(one, text)

    try:
        import wordninja

        yield "wordninja", outside(wordninja.split)
    except ImportError:
        print("  wordninja is not installed")
    try:
        import wordsegment

        wordsegment.load()
        yield "wordsegment", outside(wordsegment.segment)
    except ImportError:
        print("  wordsegment is not installed")
    try:
        from importlib import resources

        import symspellpy

        speller = symspellpy.SymSpell(max_dictionary_edit_distance=0)
        speller.load_dictionary(str(resources.files(symspellpy) / "frequency_dictionary_en_82_765.txt"), 0, 1)
        yield "symspellpy", outside(lambda word: speller.word_segmentation(word.lower()).segmented_string.split())
    except ImportError:
        print("  symspellpy is not installed")


def _cased(run: str, pieces: list[str]) -> list[str]:
    """The pieces as they are written in the run; the run itself where a splitter lost a letter."""
    if "".join(pieces).lower() != run.lower():
        return [run]
    found, at = [], 0
    for piece in pieces:
        found.append(run[at : at + len(piece)])
        at += len(piece)
    return found


def _of_lines(repair: Repair) -> Callable[[Row], str]:
    """A repair of text as one of rows."""
    return lambda row: repair("\n".join(row.given))


HEAD = f"  {'':24s} {'level':6s} {'P':>7s} {'R':>7s} {'F1':>7s} {'false/k':>8s} {'lost/k':>8s} {'MB/s':>7s}"


def report(public: Path, folds: Path | None) -> None:
    """Prints the table; without the data, that it is not there."""
    folder = public / "bench" / "spacing"
    print("\nmissing spaces: precision, recall and F1 of insertions; false insertions and lost blanks for 1,000 words")
    if not folder.exists():
        print("  the public data is not there: --public names its folder")
        return
    noise = {(name, line, place) for name, line, place in json.loads((folder / "noise.json").read_text("utf-8"))}
    data = {level: rows_of(folder, level) for level in LEVELS}
    print(HEAD)
    systems: list[tuple[str, Callable[[Row], str]]] = [("ours", ours)]
    if folds:
        systems.append(("ours, out of fold", OfFolds(folds)))
    for name, repair in systems:
        _level_rows(name, data, noise, repair)
    for part in ("second forest", "document", "pairs of words"):
        with without(part):
            _level_rows(f"without {part}", data, noise, OfFolds(folds) if folds else ours, LEVELS[:4])
    for name, split in peers():
        _level_rows(f"{name}, unknown words", data, noise, _of_lines(split))


def _level_rows(
    name: str,
    data: dict[str, list[Row]],
    noise: set[tuple[str, int, int]],
    repair: Callable[[Row], str],
    levels: tuple[str, ...] = LEVELS,
) -> None:
    for level in levels:
        score = scored(data[level], noise if level != "r100" else set(), repair)
        print(f"  {name:24s} {level:6s} {score.shown()}", flush=True)
