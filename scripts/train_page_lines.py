"""Grows `page_lines.forest` of `pipeline/readers/html/`, which tells the lines of an article. Same pages, same bytes.

    python scripts/train_page_lines.py ARTICLES READABILITY [--to pipeline/readers/html]

ARTICLES is a checkout of the public article-extraction benchmark, READABILITY the folder `test/test-pages` of the
tests of Readability (`source.html`, `expected.html`). Generated talks in the layouts for tuning are added, so that
questions in all kinds of markup are known as article. It prints the F1 of the lines on sites left out, and on sites
that the trees have seen.

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import gzip
import json
import re
import statistics
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
from forest_file import forest_bytes

from benchmarks.extraction import WORD, score, shingles
from benchmarks.pages.layouts import HELD_OUT, TUNED
from benchmarks.pages.report import pages as generated_pages
from benchmarks.pages.sites import site_pages
from benchmarks.pages.talks import Talk
from pipeline.readers.html import line_choice
from pipeline.readers.html.alignment import align
from pipeline.readers.html.content import article_lines, extracted_lines_of, within_main_cell
from pipeline.readers.html.extraction import extract_main_content
from pipeline.readers.html.line_features import line_rows
from pipeline.readers.html.lines import PageLine, page_lines
from pipeline.readers.html.tree import clean_markup, parse_tree
from pipeline.segmentation.trees import Trees
from pipeline.text.decoding import decode

Array = NDArray[Any]

FOLDS = 5
WEIGHTS = {"articles": 1.0, "readability": 0.5, "sites": 0.0, "talks": 0.15, "held": 0.0}
"""What a page of each source counts. The pages of Readability keep more than the article, and talks are generated.

Sites are only measured: with .15 the trees were better on sites left out, and lost headings and disclaimers."""
SEEDS = {"talks": 7, "held": 8}
SITES_SEED = 9
TREES, RATE, DEPTH, LEAVES, MIN_LEAF = 100, 0.08, 5, 10, 60
MIN_LETTERS, MIN_WORDS, MIN_SHARE = 16, 6, 0.6
"""A line with so many letters that are in the article, or words of which so many are, is of the article."""
MIN_INNER_LETTERS = 8
"""The same for a line between two lines of the article; one that is shorter is left open."""


class Page(NamedTuple):
    """A page: its lines, the article as text, and which lines are article: 1, 0 or -1 if that is open."""

    source: str
    family: str
    lines: Sequence[PageLine]
    taken: frozenset[int]
    kept: Sequence[int]
    article: str
    labels: Sequence[int]
    rows: Sequence[tuple[int, ...]]

    def may_be_chosen(self, i: int) -> bool:
        """Whether the trees are asked about a line."""
        return i in self.kept or line_choice.may_be_added(self.lines[i])

    @property
    def fold(self) -> int:
        """The fold in which its site is left out; none for generated pages."""
        return -1 if self.source in SEEDS else zlib.crc32(self.family.encode()) % FOLDS


def all_pages(articles: Path, readability: Path) -> Iterator[Page]:
    """The pages of all sources."""
    for name, entry in sorted(json.loads((articles / "ground-truth.json").read_text("utf-8")).items()):
        data = gzip.decompress((articles / "html" / f"{name}.html.gz").read_bytes())
        host = entry.get("url", name).split("/")[2:3]
        yield from _page("articles", host[0].removeprefix("www.") if host else name, data, entry["articleBody"])
    for folder in sorted(path for path in readability.iterdir() if path.is_dir()):
        expected = _lines((folder / "expected.html").read_text("utf-8"))
        article = "\n".join(line.text for line in expected or ())
        yield from _page(
            "readability", re.sub(r"-?\d+$", "", folder.name), (folder / "source.html").read_bytes(), article
        )
    for name, _, made, furnished, data in site_pages(SITES_SEED):
        yield from _page("sites", name, data, _article_of(made), furnished.around)
    for source, layouts in (("talks", TUNED), ("held", HELD_OUT)):
        for _, talk, page in generated_pages(layouts, SEEDS[source]):
            yield from _page(source, source, page, _article_of(talk))


def _article_of(talk: Talk) -> str:
    return "\n".join(text for question, answer in talk.turns for text in (question, *answer))


def _lines(source: str) -> list[PageLine] | None:
    tree = parse_tree(clean_markup(source))
    return None if tree is None else page_lines(tree.root, tree.sizes)


def _page(source: str, family: str, data: bytes, article: str, around: Sequence[str] = ()) -> Iterator[Page]:
    tree = parse_tree(clean_markup(decode(data).text))
    if tree is None:
        return
    lines = page_lines(tree.root, tree.sizes)
    taken = within_main_cell(lines, extracted_lines_of(lines, extract_main_content(tree.root)))
    kept = article_lines(lines, taken)
    is_made = source in SEEDS or source == "sites"
    labels = _labels_of_talk(lines, article, around) if is_made else _labels(lines, article)
    rows = line_rows(lines, set(taken), set(kept), range(len(lines)))
    yield Page(source, family, lines, frozenset(taken), kept, article, labels, rows)


def _labels_of_talk(lines: Sequence[PageLine], article: str, around: Sequence[str]) -> list[int]:
    """All lines from the first turn to the last are article, but not those of `around`.

    Title, byline and lead are left open.
    """
    found = align([line.text for line in lines], article.split("\n"))
    first, last = found[0], found[-1]
    beside = {i for i, line in enumerate(lines) if any(text in line.text or line.text in text for text in around)}
    return [
        1 if first <= i <= last and i not in beside else 0 if i > last or line.context.furniture or i in beside else -1
        for i, line in enumerate(lines)
    ]


def _labels(lines: Sequence[PageLine], article: str) -> list[int]:
    letters, bag = "".join(article.split()), shingles(article)
    labels = [0] * len(lines)
    for i in align([line.text for line in lines], article.split("\n")):
        labels[i] = 1
    for i, line in enumerate(lines):
        own, words = "".join(line.text.split()), shingles(line.text)
        is_long = len(WORD.findall(line.text)) >= MIN_WORDS
        if (len(own) >= MIN_LETTERS and own in letters) or (
            is_long and (words & bag).total() >= MIN_SHARE * words.total()
        ):
            labels[i] = 1
    found = [i for i, label in enumerate(labels) if label]
    for i in range(found[0], found[-1]) if found else ():
        own = "".join(lines[i].text.split())
        if not labels[i] and len(own) > 2 and own in letters:
            labels[i] = 1 if len(own) >= MIN_INNER_LETTERS else -1
    return labels


def grown(pages: Sequence[Page]) -> bytes:
    """The trees, as they are written. A page counts the same whatever its length, a line by its words."""
    rows, labels, weights = [], [], []
    for page in pages:
        sizes = [len(line.text) // 5 + 1 for line in page.lines]
        total = sum(size for size, label in zip(sizes, page.labels, strict=True) if label == 1)
        for row, label, size, line in zip(page.rows, page.labels, sizes, page.lines, strict=True):
            if label >= 0 and not line.context.hidden:
                rows.append(row)
                labels.append(label)
                weights.append(WEIGHTS[page.source] * (size + 4) / (total + 40))
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, max_depth=DEPTH, min_samples_leaf=MIN_LEAF,
        l2_regularization=10.0, max_features=0.3, early_stopping=False, random_state=0,
    )  # fmt: skip
    found: Array = np.array(weights)
    model.fit(np.array(rows), labels, sample_weight=found / found.mean())
    return forest_bytes(model)


def chosen(page: Page, forest: Trees | None) -> str:
    """The text of the article, with trees or by the rules alone."""
    lines = page.kept
    if forest is not None:
        scores = {i: score for i, score in enumerate(forest.scores(page.rows)) if page.may_be_chosen(i)}
        lines = line_choice.choice(page.lines, page.kept, scores)
    return "\n".join(page.lines[i].text for i in lines)


def report(title: str, pages: Sequence[Page], forests: Sequence[Trees | None]) -> None:
    """Prints F1, precision and recall of each source."""
    print(f"\n{title}: F1, precision, recall of the lines")
    for source in dict.fromkeys(page.source for page in pages):
        scores = [
            score(page.article, chosen(page, forest))
            for page, forest in zip(pages, forests, strict=True)
            if page.source == source
        ]
        precision, recall = (statistics.mean(values) for values in zip(*scores, strict=True))
        print(f"  {source:12s} {2 * precision * recall / (precision + recall):.4f} {precision:.4f} {recall:.4f}")


def main() -> None:
    """Reads, learns, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("readability", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/readers/html"))
    options = parser.parse_args()
    pages = list(all_pages(options.articles, options.readability))
    print(dict(Counter(page.source for page in pages)), len({page.family for page in pages}), "families")
    whole = grown(pages)
    (options.to / "page_lines.forest").write_bytes(whole)
    folds = [Trees.read(grown([page for page in pages if page.fold != fold])) for fold in range(FOLDS)]
    report("by the rules alone", pages, [None] * len(pages))
    report("sites left out", pages, [folds[max(page.fold, 0)] for page in pages])
    report("sites seen", pages, [Trees.read(whole)] * len(pages))


if __name__ == "__main__":
    main()
