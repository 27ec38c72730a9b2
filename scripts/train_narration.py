"""Grows `narration.forest` of `pipeline/stages/dialogue/`, which tells stories from talks. Same sources, same bytes.

    python scripts/train_narration.py STRUCTURE CASES [--to pipeline/stages/dialogue]

Stories are the novels of the two folders of annotated documents, whole and in excerpts, and stories made of real talks;
all else is no story. Both are printed in several ways: without quotation marks, as a quotation, wrapped. It prints the
scores of stories and of talks whose family was left out. `MIN_STORY_SCORE` must be above every talk of these.

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

sys.path.insert(0, str(Path(__file__).parent))
from forest_file import forest_bytes
from structure.kind_data import KindSource, labelled, real_sources
from structure.made_stories import PRINTS, made_stories
from structure.talks import read_talks

from pipeline.model.document import Document
from pipeline.segmentation.trees import NODE_DTYPE, Trees
from pipeline.stages.dialogue.narration import MIN_STORY_CHARS, STORY_FEATURES, story_facts

Array = NDArray[Any]

NO_STORY = "novels-zh/共产党宣言"
"""A pamphlet among the novels."""
STORY_CASES = frozenset({"neg_janeeyre", "neg_big5", "neg_portobello"})
EXCERPTS, EXCERPT_PARAGRAPHS = 6, (12, 60)
MADE_STORIES = 150
FOLDS = 8
TREES, RATE, DEPTH, LEAVES, MIN_LEAF = 40, 0.15, 3, 8, 30


class Row(NamedTuple):
    """One text: whether it is a story, whose, how it was printed, and its features."""

    id: str
    story: bool
    family: str
    made_of: str | None
    print: str
    talk: bool
    """It holds a talk."""
    features: tuple[int, ...]


def rows_of(documents: Iterable[tuple[KindSource, Document]], structure: Path, seed: int) -> Iterator[Row]:
    """All texts, whole, in excerpts, and printed in several ways."""
    chance = random.Random(seed)
    for source, document in documents:
        story = (source.group == "novel" and not source.id.startswith(NO_STORY)) or source.id in STORY_CASES
        paragraphs = [line.text for line in document.paragraphs]
        parts = [paragraphs]
        for _ in range(EXCERPTS if story else 1):
            first = chance.randrange(max(1, len(paragraphs) - EXCERPT_PARAGRAPHS[0]))
            parts.append(paragraphs[first : first + chance.randrange(*EXCERPT_PARAGRAPHS)])
        for part in parts:
            names = list(PRINTS) if story else ["as it is", chance.choice(list(PRINTS))]
            for name in names:
                yield from _row(source, story=story, name=name, text="\n".join(part), made_of=None)
    for text, family in made_stories(read_talks(structure), seed, MADE_STORIES):
        made = KindSource("made", "none", "made stories", family, "made", text)
        yield from _row(made, story=True, name=chance.choice(list(PRINTS)), text=text, made_of=family)


def _row(source: KindSource, *, story: bool, name: str, text: str, made_of: str | None) -> Iterator[Row]:
    lines = [line.text for line in Document(PRINTS[name](text)).paragraphs]
    if sum(map(len, lines)) >= MIN_STORY_CHARS:
        features = msgspec.structs.astuple(story_facts(lines))
        yield Row(source.id, story, source.family, made_of, name, source.kind != "none", features)


def weights(rows: Sequence[Row]) -> Array:
    """Each family counts the same, and stories as much as all else."""
    counts = Counter((row.family, row.story) for row in rows)
    families = Counter(story for _, story in counts)
    found = [1 / counts[row.family, row.story] / families[row.story] for row in rows]
    return np.array(found) * len(rows) / sum(found)


def grown(rows: Sequence[Row]) -> bytes:
    """The trees, as they are written."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, max_depth=DEPTH, min_samples_leaf=MIN_LEAF,
        l2_regularization=20.0, max_features=0.3, early_stopping=False, random_state=0,
    )  # fmt: skip
    model.fit(np.array([row.features for row in rows]), [row.story for row in rows], sample_weight=weights(rows))
    return forest_bytes(model)


def scores_of(forest: bytes, rows: Sequence[Row]) -> Array:
    """The scores of rows."""
    found: Array = np.array(Trees.read(forest).scores([row.features for row in rows]))
    return found


def scores_left_out(rows: Sequence[Row]) -> Array:
    """The scores of real rows from trees that have not seen their family."""
    families = sorted({row.family for row in rows if row.made_of is None})
    stories = sorted({row.family for row in rows if row.story and row.made_of is None})
    # Each family of stories has a fold of its own, since there are few.
    fold_of = {family: stories.index(family) if family in stories else i % FOLDS for i, family in enumerate(families)}
    scores = np.zeros(len(rows), dtype=np.int64)
    for fold in range(FOLDS):
        kept = [row for row in rows if fold_of.get(row.made_of or row.family) != fold]
        tested = [i for i, row in enumerate(rows) if row.made_of is None and fold_of[row.family] == fold]
        scores[tested] = scores_of(grown(kept), [rows[i] for i in tested])
    return scores


def report(title: str, rows: Sequence[Row], scores: Array) -> None:
    """Prints quantiles of the scores by family of stories and for all else, and the highest scores of talks."""
    print(f"\n{title}: scores in thousandths of log odds: lowest, 1 %, 10 %, median")
    real = [i for i, row in enumerate(rows) if row.made_of is None]
    for family in sorted({rows[i].family for i in real if rows[i].story}):
        mine = scores[[i for i in real if rows[i].story and rows[i].family == family]]
        print(f"  story  {family:60s}", [int(np.quantile(mine, share)) for share in (0, 0.01, 0.1, 0.5)], len(mine))
    for name in PRINTS:
        mine = scores[[i for i in real if rows[i].story and rows[i].print == name]]
        print(f"  story  printed {name:52s}", [int(np.quantile(mine, share)) for share in (0, 0.01, 0.1, 0.5)])
    for talk in (True, False):
        others = [i for i in real if not rows[i].story and rows[i].talk == talk]
        highest = sorted(others, key=lambda i: -scores[i])[:12]
        print("  highest of", "talks" if talk else "other texts", len(others))
        for i in highest:
            print(f"    {scores[i]:6d} {rows[i].print:16s} {rows[i].family} {rows[i].id}")


def main() -> None:
    """Reads, learns, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("structure", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/stages/dialogue"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    documents = labelled(real_sources(options.structure, options.cases), finders=())
    rows = list(rows_of(documents, options.structure, options.seed))
    forest = grown(rows)
    report("families left out", rows, scores_left_out(rows))
    report("families seen", rows, scores_of(forest, rows))
    used = Counter(STORY_FEATURES[node["feature"]] for node in _nodes(forest))
    print("\nfeatures by the number of nodes that ask for them:", dict(used.most_common()))
    (options.to / "narration.forest").write_bytes(forest)


def _nodes(forest: bytes) -> Iterator[Any]:
    _, size, _ = np.frombuffer(forest, "<i4", 3)
    for number, node in enumerate(np.frombuffer(forest, NODE_DTYPE, int(size), 12)):
        if node["left"] != number and node["left"] != node["right"]:
            yield node


if __name__ == "__main__":
    main()
