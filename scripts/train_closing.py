"""Learns the weights that tell what follows the last turn from what its speaker still says.

    python scripts/train_closing.py --cases FOLDER --structure FOLDER [--to FILE]

Examples are the blocks without a label behind the last turn of annotated documents, and, as speech, those within
turns further up, read as if the document ended there. Half of the forms of `benchmarks.frames` are examples, too. Whole
families of sources are left out in turn; the table shows both figures. Same sources, same weights.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.frames import documents
from pipeline import Document, Label
from pipeline.stages.credits.stage import Credits
from pipeline.stages.dialogue import parse_body as parser
from pipeline.stages.dialogue.blocks import read_blocks, split_at, without_references
from pipeline.stages.dialogue.closing_features import FEATURES, closing_features, speech_style
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.front_matter import front_matter_end
from pipeline.stages.languages.stage import Languages

MARKS = re.compile(r"<[^>]*>|[\s*_#>\\`]")
TAILS = frozenset("emacs otel wh-briefings ethereum webextensions patcg privacycg".split())  # noqa: SIM905
"""Families of transcripts whose truth says where the last turn ends."""
MAX_PER_FAMILY, MAX_DOCUMENTS, MAX_TURNS, MAX_BLOCKS = 400, 30, 6, 8
"""Examples of a family, documents of a source, turns of a document, blocks of an end."""
MADE_WEIGHT, MEETING_WEIGHT = 4.0, 0.1
"""How much a made example counts, and one of a meeting, whose turns are notes themselves."""
EVEN_SIZE = 40
"""Examples of a family and a class up to which each counts nearly whole."""
PENALTY = 0.3
"""Inverse strength of the penalty on large weights."""
UNITS = 1000
"""Weights are thousandths of log odds."""


class Example(NamedTuple):
    """The features of a block, and whether it is behind the talk."""

    family: str
    held_out: bool
    features: tuple[int, ...]
    closing: bool
    text: str
    meeting: bool = False


def body_of(text: str) -> list[LabelledBlock]:
    """The labelled blocks of a text before anything is taken for its closing."""
    document = Document(text)
    for stage in (Languages(), Credits()):
        document = document.with_labels(found for found in stage.find(document) if isinstance(found, Label))
    _, blocks = split_at(read_blocks(document), front_matter_end(text))
    # Nothing is taken for the closing yet: that is what is learned.
    setattr(parser, "mark_closing", lambda body, _makers="": body)  # noqa: B010
    return parser.parse_body(without_references(blocks)).blocks


def examples(
    family: str, body: Sequence[LabelledBlock], end: int | None, *, held_out: bool = False
) -> Iterator[Example]:
    """The blocks behind the last turn, which ends at the offset `end`, and those within turns further up."""
    starts = [i for i, labelled in enumerate(body) if labelled.label or labelled.part == "question"]
    if not starts:
        return
    said = [labelled.block for labelled in body if labelled.part == "answer"]
    names = [labelled.name for labelled in body if labelled.name]
    style = speech_style(said, names)
    chance = random.Random(len(body))
    ends = [(start, following) for start, following in pairwise(starts) if following - start > 1]
    for start, following in chance.sample(ends, min(MAX_TURNS, len(ends))):
        turn = [labelled for labelled in body[start + 1 : following] if labelled.part in {"answer", "question"}]
        for i, labelled in enumerate(turn[:MAX_BLOCKS]):
            found = closing_features(labelled.block, style, last=i == len(turn) - 1)
            yield Example(family, held_out, msgspec.structs.astuple(found), closing=False, text=labelled.block.text)
    if end is None or end < body[starts[-1]].start:
        return
    for i, labelled in enumerate(body[starts[-1] + 1 : starts[-1] + 1 + MAX_BLOCKS], starts[-1] + 1):
        closing = labelled.block.start >= end
        if not closing and labelled.block.end > end + 2:
            continue
        found = closing_features(labelled.block, style, last=i == len(body) - 1)
        yield Example(family, held_out, msgspec.structs.astuple(found), closing, labelled.block.text)


def _squeezed(text: str) -> tuple[str, list[int]]:
    """A text without marks and blanks, and the offset of each of its characters."""
    kept: list[int] = []
    at = 0
    for match in MARKS.finditer(text):
        kept += range(at, match.start())
        at = match.end()
    kept += range(at, len(text))
    return "".join(text[i] for i in kept), kept


def _end_of(text: str, want: "str | dict[str, Any]", start: int = 0) -> int | None:
    squeezed, offsets = _squeezed(text[start:])
    if isinstance(want, dict):
        size = want["len"]
        places = range(len(squeezed) - size, -1, -1)
        at = next((i for i in places if _digest(squeezed[i : i + size]) == want["sha256"]), -1)
    else:
        want = MARKS.sub("", want)
        size, at = len(want), squeezed.rfind(want) if not start else squeezed.find(want)
    return None if at < 0 else start + offsets[at + size - 1] + 1


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def cases(folder: Path) -> Iterator[Example]:
    """Examples of the annotated documents."""
    for line in (folder / "annotations.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["group"] != "positive" or not (want := row["expected"].get("last_answer_ends_with")):
            continue
        text = (folder / row["file"]).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        source = row.get("source") or {}
        yield from examples(source.get("repo", "?"), body_of(text), _end_of(text, want))


def transcripts(folder: Path) -> Iterator[Example]:
    """Examples of the documents with known turns."""
    by_source = defaultdict(list)
    with gzip.open(folder / "truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            by_source[row["file"].split("/")[1]].append(row)
    for rows in by_source.values():
        random.Random(1).shuffle(rows)
        for row in rows[:MAX_DOCUMENTS]:
            text = (folder / row["file"]).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
            turn = row["turns"][-1]
            known = row["family"] in TAILS
            end = _end_of(text, turn["last"], turn["start"]) if known and "\r" not in text else None
            meeting = row["group"] == "meeting"
            found = examples(row["family"], body_of(text), end)
            yield from (example._replace(meeting=meeting) for example in found)


def made() -> Iterator[Example]:
    """Examples of the made documents; those held out are only measured."""
    for document in documents():
        if document.kind != "closing" and not (document.kind == "credits in lists and links" and document.sound):
            continue
        body = body_of(document.text)
        count = sum(labelled.label is not None or labelled.part == "question" for labelled in body)
        ending = document.text.rstrip().rsplit("\n\n", document.last_paragraphs)[0]
        if count:
            end = len(document.text) if document.sound else len(ending)
            yield from examples("made", body, end, held_out=document.held_out)


def main() -> None:
    """Learns, prints the table, and writes the weights."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=Path, required=True)
    options.add_argument("--structure", type=Path, required=True)
    options.add_argument("--to", type=Path, default=Path("pipeline/stages/dialogue/closing_weights.tsv"))
    asked = options.parse_args()
    found = [*cases(asked.cases), *transcripts(asked.structure), *made()]
    found = _limited(found)
    learned = [example for example in found if not example.held_out]
    families = sorted({example.family for example in learned})
    weights = _learn(learned)
    out_of_fold = {family: _learn([example for example in learned if example.family != family]) for family in families}
    print(f"{len(learned)} examples of {len(families)} families, {sum(e.closing for e in learned)} of them closing")
    print("family: closing found in fold, out of fold; speech taken for closing in fold, out of fold")
    for family in families:
        own = [example for example in learned if example.family == family]
        print(f"  {family:44s}", *(_figures(own, model) for model in (weights, out_of_fold[family])))
    print(f"  {'made, held out':44s}", _figures([e for e in found if e.held_out], weights))
    talks = [e for e in learned if not e.meeting and e.family != "made"]
    for least in (-1, -0.5, 0, 0.5, 1):
        pairs = [(_figures([e for e in talks if e.family == f], out_of_fold[f], least)) for f in families]
        totals = np.sum([[int(n) for n in re.findall(r"\d+", pair)] for pair in pairs], axis=0)
        print(f"  all talks, out of fold, least score {least}: {totals}")
    lines = [f"{name}\t{round(UNITS * weight)}" for name, weight in zip(("base", *FEATURES), weights, strict=True)]
    head = (
        "# Weights of the features of `closing_features.py`, in thousandths of log odds; by scripts/train_closing.py."
    )
    asked.to.write_text("\n".join([head, *lines]) + "\n", "utf-8")


def _limited(found: Sequence[Example]) -> list[Example]:
    """At most so many examples of each family, all of those behind a talk first."""
    by_family: dict[tuple[str, bool], list[Example]] = defaultdict(list)
    for example in found:
        by_family[example.family, example.held_out].append(example)
    kept: list[Example] = []
    for key, own in sorted(by_family.items()):
        random.Random(1).shuffle(own)
        own.sort(key=lambda example: not example.closing)
        kept += own if key[0] == "made" else own[:MAX_PER_FAMILY]
    return kept


def _learn(found: Sequence[Example]) -> list[float]:
    """The base and a weight for each feature. Each family counts alike, and so do closing and speech within it."""
    size: dict[tuple[str, bool], int] = defaultdict(int)
    for example in found:
        size[example.family, example.closing] += 1
    weight = [
        (MADE_WEIGHT if e.family == "made" else MEETING_WEIGHT if e.meeting else 1.0)
        * EVEN_SIZE
        / (EVEN_SIZE + size[e.family, e.closing])
        for e in found
    ]
    model = LogisticRegression(C=PENALTY, max_iter=2000)
    model.fit(np.array([e.features for e in found]), [e.closing for e in found], sample_weight=weight)
    return [float(model.intercept_[0]), *map(float, model.coef_[0])]


def _figures(found: Sequence[Example], weights: Sequence[float], least: float = 0) -> str:
    scores = [(weights[0] + sum(np.multiply(weights[1:], e.features)), e.closing) for e in found]
    right = sum(score > least for score, closing in scores if closing)
    wrong = sum(score > least for score, closing in scores if not closing)
    closings = sum(closing for _, closing in scores)
    return f"{right:4d}/{closings:<4d} {wrong:4d}/{len(scores) - closings:<5d}"


if __name__ == "__main__":
    main()
