"""Nanoseconds a byte of each stage, of the check and of the whole way, beside ftfy in the same run.

The clean set is the right text of the English samples, the damaged set their raw dumps; the third is the clean set
five times over as one document, whose figures should not be worse: everything is linear in a document's length.
Each figure is the best of several rounds over the whole set, since noise only ever adds; a round before them loads
what loads once.
"""

from collections.abc import Sequence
from pathlib import Path

import ftfy

from benchmarks.timing import best
from pipeline.core.apply_stage import find, repair
from pipeline.core.assemble import assemble
from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import Step
from pipeline.exporters.json import encode_article
from pipeline.model.article import Article
from pipeline.model.document import Document
from pipeline.model.verify import faults
from pipeline.text.decoding import decode
from pipeline.text.edits import apply

CHECK = "check before it is written"
BUDGET = {
    "words": 40,
    "dialogue": 25,
    "kind": 20,
    "entities": 10,
    "punctuation": 10,
    "languages": 10,
    "mojibake": 8,
    "markup": 8,
    "credits": 5,
    "decoding, assembly, encoding": 9,
}
WHOLE = 125


def report(root: Path, rounds: int) -> None:
    """Prints the table for the clean and the damaged set."""
    clean = _english(root / "seeds")
    sets = {"clean": clean, "damaged": _english(root / "raw"), "clean, as one document of all": [b"\n".join(clean * 5)]}
    for name, documents in sets.items():
        size = sum(map(len, documents))
        print(
            f"\nspeed, {name} samples: {len(documents)} documents, {size / 1000:.0f} kB, ns a byte (best of {rounds})"
        )
        figures = measure(documents, rounds)
        for what, value in figures.items():
            budget = WHOLE if what == "whole way" else BUDGET.get(what)
            told = f"budget {budget:>4}  {'ok' if value <= budget else 'OVER'}" if budget else ""
            print(f"  {what:32s} {value:8.1f}   {told}")
        print(f"  {'whole way':32s} {1000 / figures['whole way']:8.2f}   MB/s")


def measure(documents: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Nanoseconds a byte by stage, for the rest, for the whole way, and for ftfy."""
    pipeline = Pipeline()
    size = sum(map(len, documents))
    figures: dict[str, float] = {}
    decoded = [decode(data) for data in documents]
    inputs = [Document(apply(one.text, one.edits)) for one in decoded]
    texts = [document.text for document in inputs]
    for step in pipeline.recipe.steps:
        figures[step.stage.name] = _stage(step, inputs, rounds) / size
        inputs = [_after(step, document) for document in inputs]
    articles = [pipeline.process(data) for data in documents]
    figures["decoding, assembly, encoding"] = (
        best(lambda: [decode(data) for data in documents], rounds)
        + best(lambda: [_assembled(pair) for pair in zip(inputs, articles, strict=True)], rounds)
        + best(lambda: [encode_article(article) for article in articles], rounds)
    ) / size
    figures[CHECK] = best(lambda: [list(faults(article)) for article in articles], rounds) / size
    whole = best(lambda: [encode_article(pipeline.process(data)) for data in documents], rounds) / size
    figures["whole way"] = whole
    figures["ftfy.fix_text alone"] = best(lambda: [ftfy.fix_text(text) for text in texts], rounds) / size
    return figures


def _english(folder: Path) -> list[bytes]:
    """The files of a folder of samples whose text is mostly English, in UTF-8."""
    found = []
    for path in sorted(folder.rglob("*.txt")):
        data = path.read_bytes()
        if sum(byte < 128 for byte in data) > 0.8 * len(data) and b"\0" not in data:
            found.append(data)
    return found


def _stage(step: Step, documents: Sequence[Document], rounds: int) -> float:
    work = find if step.stage.gives else repair

    def once() -> None:
        for document in documents:
            # A fresh document: what it computes lazily belongs to the stage that asks first.
            work(step, Document(document.text, labels=document.labels))

    return best(once, rounds)


def _assembled(pair: tuple[Document, Article]) -> Article:
    """The article made once more from its labelled text."""
    document, article = pair
    provenance = article.provenance
    return assemble(document, article.notes, provenance.source, provenance.pipeline, provenance.changes)


def _after(step: Step, document: Document) -> Document:
    if step.stage.gives:
        return document.with_labels(find(step, document)[0])
    return document.with_text(apply(document.text, repair(step, document)[0]))
