"""Mojibake: how much of a text comes back that was read with the wrong codec, also where bytes were lost.

The texts are those of the folders that are given, or the right texts of the samples. Each is written in one codec and
read in another, for every pair that is met in practice; before that a share of its bytes is lost: deleted, or made a
question mark, or made U+FFFD. Then the stage `mojibake` repairs it. Counted are the characters beyond ASCII of the
right text that are in the repaired one (back), and those that a repair wrote and that are not in the right text
(wrong), both as a share of the first. Sound text must stay: every edit of it is counted.
"""

import codecs
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import ftfy.bad_codecs
from ftfy import fix_encoding, fix_text

from benchmarks.encoded_documents import documents, language_of
from pipeline import Document, Pipeline
from pipeline.core.apply_stage import repair
from pipeline.stages.non_prose.code_marks import code_spans

SEED = 20_250_318
PASSAGE_CHARS = 1500
LOSSES = (0.0, 0.01, 0.05)
"""Shares of the bytes that are lost."""
KINDS_OF_LOSS = ("deleted", "?", "U+FFFD")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Misreading(NamedTuple):
    """How a text was written and how it was read, so many times over."""

    written: str
    read: str
    times: int = 1

    def __str__(self) -> str:
        return f"{self.written} as {self.read.removeprefix('sloppy-')}{', twice' if self.times > 1 else ''}"


WESTERN = ("sloppy-windows-1252", "latin-1", "mac_roman", "sloppy-windows-1251")
CHINESE_PAIRS = (
    *(Misreading("utf-8", read) for read in ("gb18030", "gbk", "cp950", "cp932", *WESTERN)),
    *(Misreading("gbk", read) for read in ("latin-1", "sloppy-windows-1252", "mac_roman", "cp950", "utf-8")),
    *(Misreading("big5", read) for read in ("gbk", "latin-1", "sloppy-windows-1252")),
    Misreading("utf-8", "sloppy-windows-1252", 2),
    Misreading("utf-8", "gbk", 2),
)
ENGLISH_PAIRS = (
    *(Misreading("utf-8", read) for read in ("gbk", "cp950", "cp932", *WESTERN)),
    Misreading("utf-8", "sloppy-windows-1252", 2),
)


class Score(NamedTuple):
    """Characters beyond ASCII of the right text, those that are back, and the wrong ones that were written."""

    total: int
    back: int
    wrong: int


Repair = Callable[[str], tuple[str, list[bool]]]
"""The repaired text, and for each of its characters whether a repair wrote it."""


def report(root: Path, folders: Sequence[Path] = (), *, limit: int = 0, listed: bool = False) -> None:
    """Prints the table of misreadings, and the edits in sound text."""
    ftfy.bad_codecs.ok()
    texts = [(path, text) for path, text in documents(folders or [root / "seeds"], limit)]
    columns: dict[str, Repair] = {
        "ours": ours,
        "ftfy.fix_encoding": _ftfy(fix_encoding),
        "ftfy.fix_text": _ftfy(fix_text),
    }
    print(
        "\nmojibake: percent of the characters beyond ASCII that are back, and that are wrong, by share of bytes lost"
    )
    print(f"  {'':44s}" + "".join(f"{f'{name}, {100 * loss:.0f} %':>24s}" for name in columns for loss in LOSSES))
    for language, pairs in (("Chinese", CHINESE_PAIRS), ("English", ENGLISH_PAIRS)):
        passages = [(path, p) for path, text in texts if (p := _passage(path, text, language))]
        for pair in pairs:
            for kind in KINDS_OF_LOSS:
                scores = {(name, loss): Score(0, 0, 0) for name in columns for loss in LOSSES}
                for path, passage in passages:
                    # What the codec cannot write is not part of the measurement.
                    right = passage.encode(pair.written, "ignore").decode(pair.written)
                    for loss in LOSSES:
                        chance = random.Random(f"{SEED}{path.name}{pair}{kind}{loss}")
                        given = misread(right, pair, loss, kind, chance)
                        for name, fix in columns.items():
                            score = scored(right, given, *fix(given))
                            before = scores[name, loss]
                            scores[name, loss] = Score(*(a + b for a, b in zip(before, score, strict=True)))
                            if listed and name == "ours" and score.wrong:
                                print(path.name, pair, kind, loss, score, repr(given[:60]), repr(fix(given)[0][:60]))
                cells = "".join(f"{_cell(score):>24s}" for score in scores.values())
                print(f"  {f'{language}, {pair}, {kind}':44s}{cells}")
    _sound(texts, listed=listed)


def _cell(score: Score) -> str:
    total = max(score.total, 1)
    return f"{100 * score.back / total:.1f} ({100 * score.wrong / total:.2f})"


def _passage(path: Path, text: str, language: str) -> str | None:
    """Lines of a document from a place that is the same each time; None if it is in another language."""
    found = language_of(text)
    if found != language and not (language == "Chinese" and found in ("simplified", "traditional")):
        return None
    chance = random.Random(f"{SEED}{path.name}")
    start = text.find("\n", chance.randrange(max(1, len(text) - PASSAGE_CHARS))) + 1
    passage = text[start : start + PASSAGE_CHARS]
    # Mojibake in code is left, so it is not part of the measurement.
    for low, high in reversed(code_spans(passage)):
        passage = passage[:low] + passage[high:]
    return None if passage.isascii() else passage


def misread(text: str, pair: Misreading, loss: float, kind: str, chance: random.Random) -> str:
    """The text as it looks after the misreading, with a share of its bytes lost."""
    for time in range(pair.times):
        data = text.encode(pair.written, "replace")
        marks: dict[str, bytes] = {"deleted": b"", "?": b"?", "U+FFFD": b"\x00"}
        if time == pair.times - 1:
            data = b"".join(marks[kind] if b > 127 and chance.random() < loss else bytes([b]) for b in data)
        text = codecs.decode(data, pair.read, "replace").replace("\0", REPLACEMENT)
    return text


def ours(text: str) -> tuple[str, list[bool]]:
    """The repair of the stage."""
    (step,) = Pipeline().only(("mojibake",)).recipe.repairs
    edits, _ = repair(step, Document(text))
    pieces: list[str] = []
    written: list[bool] = []
    at = 0
    for edit in edits:
        pieces += (text[at : edit.start], edit.new)
        written += [False] * (edit.start - at) + [True] * len(edit.new)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces), written + [False] * (len(text) - at)


def _ftfy(fix: Callable[[str], str]) -> Repair:
    def fixed(text: str) -> tuple[str, list[bool]]:
        new = "\n".join(map(fix, text.split("\n")))
        written = [True] * len(new)
        for block in _blocks(text, new):
            written[block.b : block.b + block.size] = [False] * block.size
        return new, written

    return fixed


class Block(NamedTuple):
    """The same characters in two texts."""

    a: int
    b: int
    size: int


def _blocks(first: str, second: str) -> Iterator[Block]:
    """What two texts have in common, line by line where they have as many lines."""
    lines, others = first.split("\n"), second.split("\n")
    if len(lines) != len(others):
        lines, others = [first], [second]
    a = b = 0
    for line, other in zip(lines, others, strict=True):
        for block in SequenceMatcher(None, line, other, autojunk=False).get_matching_blocks():
            yield Block(a + block.a, b + block.b, block.size)
        a, b = a + len(line) + 1, b + len(other) + 1


def scored(right: str, given: str, new: str, written: Sequence[bool]) -> Score:
    """The score of a repaired text."""
    total = sum(c > "\x7f" for c in right)
    if new == given:
        # Characters that are the same by chance are not back.
        return Score(total, 0, 0)
    back, matched = 0, [False] * len(new)
    for block in _blocks(right, new):
        back += sum(c > "\x7f" for c in right[block.a : block.a + block.size])
        matched[block.b : block.b + block.size] = [True] * block.size
    wrong = sum(w and not m and c > "\x7f" and c != REPLACEMENT for w, m, c in zip(written, matched, new, strict=True))
    return Score(total, back, wrong)


def _sound(texts: Sequence[tuple[Path, str]], *, listed: bool) -> None:
    """The edits that sound text gets. What is left may be true mojibake, to be looked at."""
    (step,) = Pipeline().only(("mojibake",)).recipe.repairs
    size, rules = 0, Counter[str]()
    for path, text in texts:
        size += len(text)
        edits, _ = repair(step, Document(text))
        rules.update(edit.rule for edit in edits)
        if listed:
            for edit in edits:
                print(path, edit.rule, repr(text[max(0, edit.start - 20) : edit.end + 20]), "->", repr(edit.new))
    print(f"  sound text, {len(texts)} documents, {size / 1e6:.1f} million characters: {dict(rules) or 'no edit'}")
