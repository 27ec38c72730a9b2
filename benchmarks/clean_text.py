"""What the repairs of spaces change in clean text, where every edit has to be judged: by kind of text and by rule.

A folder of texts is one kind; so is each folder in the one that is given, if it has folders.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline import Pipeline

STAGES = ("punctuation", "words")
SHOWN = 20
"""Examples that are printed of each kind."""
CONTEXT_CHARS = 30
MAX_BYTES = 2_000_000
"""Bytes of one file that are read."""


class CleanEdit(NamedTuple):
    """One edit of a clean text."""

    rule: str
    confidence: float
    context: str
    """The text around it, with `[old|new]` in its place."""


def report(folder: Path, seed: int = 1) -> None:
    """Prints, for each kind of text, the edits for 1,000 words by rule, and some of them."""
    kinds = sorted(path for path in folder.iterdir() if path.is_dir()) or [folder]
    print("edits of clean text for 1,000 words\nkind                         words   edits  for 1,000  by rule")
    examples: list[tuple[str, list[CleanEdit]]] = []
    for kind in kinds:
        words, edits = edits_of(kind)
        rules = Counter(edit.rule for edit in edits).most_common()
        shares = ", ".join(f"{rule} {count}" for rule, count in rules)
        print(f"{kind.name:24s} {words:9,d} {len(edits):7,d} {1000 * len(edits) / max(1, words):10.3f}  {shares}")
        examples.append((kind.name, random.Random(seed).sample(edits, min(SHOWN, len(edits)))))
    for name, shown in examples:
        for edit in shown:
            print(f"{name:24s} {edit.rule:36s} {edit.confidence:.2f}  {edit.context}")


def edits_of(folder: Path) -> tuple[int, Sequence[CleanEdit]]:
    """The number of words of all texts in a folder, and what is changed in them."""
    repair = Pipeline(stages=STAGES)
    words = 0
    edits: list[CleanEdit] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
        words += len(text.split())
        edits += _edits(repair, text)
    return words, edits


def _edits(repair: Pipeline, text: str) -> Iterator[CleanEdit]:
    article = repair.process(text)
    for change in article.provenance.changes:
        if change.stage in STAGES:
            for edit in change.edits:
                yield CleanEdit(edit.rule, edit.confidence, _context(text, edit.start, edit.old, edit.new))


def _context(text: str, start: int, old: str, new: str) -> str:
    """The text around an edit. The offset is that of the text its stage saw: in the last stage a few characters off."""
    before, after = text[max(0, start - CONTEXT_CHARS) : start], text[start + len(old) : start + CONTEXT_CHARS]
    return f"{before}[{old}|{new}]{after}".replace("\n", "⏎")
