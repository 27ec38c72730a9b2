"""The main content of web pages: ours beside trafilatura, on the public article-extraction benchmark.

`--pages` names a checkout of that benchmark (`html/*.html.gz`, `ground-truth.json`). Its measure: the texts as bags of
four words in a row; precision and recall a page, averaged; F1 of the averages. Its articles hold no title and no
byline, so ours is counted with and without the lines that we put at the top.
"""

import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

WORD = re.compile(r"\w+")
Score = tuple[float, float]


def report(pages: Path | None) -> None:
    """Prints F1, precision, recall and milliseconds a page."""
    if pages is None:
        print("\nextraction: not measured; name the benchmark's folder with --pages")
        return
    truth = json.loads((pages / "ground-truth.json").read_text("utf-8"))
    data = {name: gzip.decompress((pages / "html" / f"{name}.html.gz").read_bytes()) for name in sorted(truth)}
    print(f"\nextraction, {len(data)} pages: F1, precision, recall; ms a page")
    for what, extract in EXTRACTORS.items():
        start = time.perf_counter()
        found = {name: extract(page) for name, page in data.items()}
        took = 1000 * (time.perf_counter() - start) / len(data)
        scores = [score(truth[name].get("articleBody", ""), text) for name, text in found.items()]
        precision, recall = (statistics.mean(values) for values in zip(*scores, strict=True))
        f1 = 2 * precision * recall / (precision + recall)
        print(f"  {what:36s} {f1:6.3f} {precision:6.3f} {recall:6.3f} {took:8.0f}")


def _ours(page: bytes) -> str:
    from pipeline.readers.html import PageError, extract

    try:
        return "\n".join(extract(page).body)
    except PageError:
        return ""


def _ours_whole(page: bytes) -> str:
    from pipeline.readers.html import PageError, page_text

    try:
        return page_text(page)
    except PageError:
        return ""


def _trafilatura(page: bytes, *, precise: bool) -> str:
    import trafilatura

    from pipeline.text.decoding import decode

    return trafilatura.extract(decode(page).text, favor_precision=precise, include_comments=False) or ""


EXTRACTORS: dict[str, Callable[[bytes], str]] = {
    "ours, body": _ours,
    "ours, with title and byline": _ours_whole,
    "trafilatura, favor_precision": lambda page: _trafilatura(page, precise=True),
    "trafilatura, default": lambda page: _trafilatura(page, precise=False),
}


def score(true: str, found: str) -> Score:
    """Precision and recall of one page."""
    want, got = shingles(true), shingles(found)
    right, false, missed = (sum(bag.values()) for bag in (want & got, got - want, want - got))
    precision = 1.0 if not false and not missed else right / (right + false) if right + false else 0.0
    recall = 1.0 if not false and not missed else right / (right + missed) if right + missed else 0.0
    return precision, recall


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The bag of all four words in a row of a text, or of its words if it has fewer."""
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words[i : i + 4])
