"""Whether the turns that were found make the document a talk: a sum of learned weights.

One likely turn does not make a talk: in a list of questions or a story, some lines look like turns, too. How likely
they are as a group, how many they are, whether labels recur and take turns, and how much of the document they span
decides together. The weights are in `talk_weights.tsv`, learned by `scripts/train_turn_starts.py` on families of
sources that the trees had not seen.
"""

import statistics
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.lexicon.lists import table
from pipeline.stages.dialogue.feature_scales import log, share
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures


class TalkFacts(NamedTuple):
    """What the turns of a document show as a group. Shares are of a hundred, `log` is hundredths of a natural log."""

    mean: int = 0
    """Mean, lower quartile and median of their probabilities, in hundredths, and the highest."""
    lower_quartile: int = 0
    median: int = 0
    highest: int = 0
    log_turns: int = 0
    labelled: int = 0
    log_labels: int = 0
    most_frequent: int = 0
    """Share of the turns that the most frequent label has."""
    recurring: int = 0
    alternating: int = 0
    """Share of the turns whose label is another one than that of the turn before."""
    span: int = 0
    """Share of the document from the first turn to the last."""
    log_density: int = 0
    """Turns for each character of the document."""
    asking: int = 0
    first_person: int = 0
    second_person: int = 0
    named: int = 0
    """Share of the turns whose label is a name."""
    headings: int = 0
    document_quoted: int = 0
    document_conversing: int = 0


def talk_facts(rows: Sequence[TurnStartFeatures], probabilities: Sequence[float], labels: Sequence[str]) -> TalkFacts:
    """The facts of the turns of a document, at least one, in order. `labels` are empty for turns without one."""
    size = len(rows)
    likely = sorted(round(100 * probability) for probability in probabilities)
    counts = Counter(label for label in labels if label)
    return TalkFacts(
        round(100 * sum(probabilities) / size),
        likely[size // 4],
        round(statistics.median(likely)),
        likely[-1],
        log(size),
        share(counts.total(), size),
        log(len(counts)),
        share(max(counts.values(), default=0), size),
        share(sum(count for count in counts.values() if count > 1), size),
        share(sum(first != second for first, second in pairwise(labels)), size - 1),
        rows[-1].place - rows[0].place,
        log(size) - rows[0].document_log_length,
        share(sum(row.asks for row in rows), size),
        share(sum(row.first_person for row in rows), size),
        share(sum(row.second_person for row in rows), size),
        share(sum(row.label_name for row in rows), size),
        share(sum(row.level > 0 for row in rows), size),
        rows[0].document_quoted,
        rows[0].document_conversing,
    )


@cache
def talk_weights() -> tuple[int, tuple[int, ...]]:
    """The base and the weight of a step of each fact, in thousandths of log odds."""
    weights = {name: int(weight) for name, weight in table(__package__, "talk_weights.tsv")}
    return weights["base"], tuple(weights[name] for name in TalkFacts._fields)


def talk_score(facts: TalkFacts) -> int:
    """The log odds, in thousandths, that turns with these facts are those of a talk."""
    base, weights = talk_weights()
    return base + sum(weight * value for weight, value in zip(weights, facts, strict=True))
