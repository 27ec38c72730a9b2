"""Where turns start: a learned decision about every candidate, with the whole document in view.

`turn_candidates` finds all places at which a turn could start, `turn_start_features` says what is known of each, and
decision trees (`turn_starts.forest`, grown by `scripts/train_turn_starts.py`) give its probability. Of several
candidates at one place the likeliest wins. What the user names in `[vocabulary]` decides before the trees do, and
shows what the other labels look like.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.segmentation.trees import Trees, load_trees, probability_of
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.feature_scales import log
from pipeline.stages.dialogue.label_candidates import SPEAKER_KINDS, cue_of, label_key, vocabulary_labels
from pipeline.stages.dialogue.label_facts import KIND_NUMBERS
from pipeline.stages.dialogue.talk_score import talk_facts, talk_score
from pipeline.stages.dialogue.turn_candidates import (
    TurnCandidate,
    TurnOpening,
    find_turn_candidates,
    read_opening,
)
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures
from pipeline.stages.dialogue.turn_start_table import style_of, turn_start_features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The first four thresholds were chosen by what trees say of families of sources that they have not seen.
MIN_PROBABILITY, MIN_TALK_PROBABILITY = 0.3, 0.65
"""Probability from which a candidate is a turn, and probability from which a document with such turns is a talk."""
MIN_ONCE_PROBABILITY = 0.5
"""The same for a label that occurs once: of those below it, a third were right."""
MIN_CUED_PROBABILITY = 0.25
"""The same for a label with a word such as `Reporter`: from here to 0.3 half were right, below it a quarter."""
MIN_KNOWN_PROBABILITY, MIN_KNOWN_SHARE, MIN_KNOWN_TURNS = 0.05, 0.7, 2
"""Probability from which a label is a turn's if at least this share of its lines are, and so many."""
MIN_DOUBTFUL_PROBABILITY = 0.15
"""Probability from which a refused label that recurs is worth a note."""
MIN_ALIKE_PROBABILITY = 0.02
"""Probability from which a label that is set like one that the user names is a turn."""
MIN_TURNS = 2
SPEAKER_KIND_NUMBERS = frozenset(KIND_NUMBERS[kind] for kind in (*SPEAKER_KINDS, "outlet"))
MIN_ASKING_TOPIC_SHARE = 50
"""Percentage of the lines of a label such as `问题` that must ask."""
MIN_CONVERSING_SHARE = 25
"""Percentage of the lines of a label that must say I or you, if none asks and the user names one that is set alike."""
MAX_ORDINARY_NAME = 40
"""How ordinary a word may be, as a percentage, to be a name."""


class TurnStart(msgspec.Struct, frozen=True, gc=False):
    """A candidate that starts a turn, with its probability."""

    candidate: TurnCandidate
    probability: float
    from_vocabulary: bool = False


class TurnStarts(msgspec.Struct, frozen=True, gc=False):
    """The turns of a document in order, and the labels that were nearly accepted, likeliest first."""

    starts: tuple[TurnStart, ...] = ()
    refused: tuple[TurnStart, ...] = ()
    talk_probability: float = 0.0
    """That the turns are those of a talk; see `talk_score`."""

    @property
    def is_talk(self) -> bool:
        """Whether the turns are likely enough for the document to be a talk, or the user names a speaker."""
        if any(start.from_vocabulary for start in self.starts):
            return True
        return self.talk_probability >= MIN_TALK_PROBABILITY

    @property
    def mean(self) -> float:
        """The mean probability of the turns; 0 without any."""
        return sum(start.probability for start in self.starts) / len(self.starts) if self.starts else 0.0


@cache
def _trees() -> Trees:
    return load_trees("turn_starts", __package__)


def probabilities(features: "NDArray[np.int32]") -> list[float]:
    """The probability of each candidate that a turn starts there; `features` has a row for each."""
    if not len(features):
        return []
    return [probability_of(score) for score in _trees().scores(features)]


def find_turn_starts(blocks: Sequence[Block], vocabulary: Vocabulary = NO_VOCABULARY) -> TurnStarts:
    """Where turns start in the body of a document."""
    openings = [read_opening(block) for block in blocks]
    candidates = find_turn_candidates(blocks, openings)
    features = turn_start_features(candidates, blocks, openings)
    likely = probabilities(features)
    named = _named_by_user(candidates, vocabulary) if vocabulary else frozenset[int]()
    chosen = {*likely_turns(candidates, features, likely), *named}
    chosen |= known_labels([candidate.key for candidate in candidates], likely, chosen)
    chosen |= known_labels(_question_styles(candidates, blocks, chosen), likely, chosen)
    if named:
        styles = [_style(candidate, blocks, openings) for candidate in candidates]
        shown = {styles[i] for i in named}
        chosen |= {
            i
            for i, style in enumerate(styles)
            if style in shown and likely[i] >= MIN_ALIKE_PROBABILITY and _may_speak(candidates[i], _row(features, i))
        }
    accepted = [TurnStart(candidates[i], 1.0 if i in named else likely[i], i in named) for i in sorted(chosen)]
    starts = _one_at_a_place(accepted)
    if len(starts) < MIN_TURNS and not named:
        starts = []
    refused = _refused(candidates, likely, starts)
    if not starts:
        return TurnStarts((), tuple(refused))
    number = {candidates[i]: i for i in chosen}
    facts = talk_facts(
        [_row(features, number[start.candidate]) for start in starts],
        [start.probability for start in starts],
        [start.candidate.key for start in starts],
    )
    return TurnStarts(tuple(starts), tuple(refused), probability_of(talk_score(facts)))


def likely_turns(
    candidates: Sequence[TurnCandidate], features: "NDArray[np.int32]", likely: Sequence[float]
) -> Iterator[int]:
    """The candidates that are likely enough by themselves."""
    for i, probability in enumerate(likely):
        if probability >= MIN_CUED_PROBABILITY and probability >= _lowest(candidates[i], _row(features, i)):
            yield i


def _row(features: "NDArray[np.int32]", i: int) -> TurnStartFeatures:
    """The features of one candidate."""
    return TurnStartFeatures._make(features[i].tolist())


def _question_styles(candidates: Sequence[TurnCandidate], blocks: Sequence[Block], chosen: Set[int]) -> list[str]:
    """For each line that is set apart and asks, or is right above a label's turn, how it is set; empty for others."""
    labelled = {candidates[i].block for i in chosen if candidates[i].label}
    styles = []
    for candidate in candidates:
        block = blocks[candidate.block]
        above = candidate.block + 1 in labelled
        if candidate.form == "paragraph" and (block.level or block.bold or block.italic) and (above or block.asks):
            styles.append(f"{block.level} {block.bold} {block.italic} {above}")
        else:
            styles.append("")
    return styles


def _style(candidate: TurnCandidate, blocks: Sequence[Block], openings: Sequence[TurnOpening]) -> tuple[object, ...]:
    if not candidate.label:
        return ()
    return style_of(candidate, blocks[candidate.block], openings[candidate.block], 0)


def _lowest(candidate: TurnCandidate, features: TurnStartFeatures) -> float:
    """The probability from which a candidate is a turn; above 1 for one that never is."""
    if is_topic(candidate, features):
        return math.inf
    return least_probability(features, labelled=bool(candidate.label))


def least_probability(features: TurnStartFeatures, *, labelled: bool) -> float:
    """The probability from which a candidate is a turn, by itself."""
    if features.label_kind in SPEAKER_KIND_NUMBERS:
        return MIN_CUED_PROBABILITY
    return MIN_ONCE_PROBABILITY if labelled and features.label_count == log(1) else MIN_PROBABILITY


def is_topic(candidate: TurnCandidate, features: TurnStartFeatures) -> bool:
    """Whether `问题` means a problem here: it has no number, and less than half of its lines ask."""
    cue = cue_of(candidate.label) if candidate.label else None
    if cue is None or not cue.asking or features.label_digit:
        return False
    return features.label_question_share < MIN_ASKING_TOPIC_SHARE


def _may_speak(candidate: TurnCandidate, features: TurnStartFeatures) -> bool:
    """Whether a label that recurs is a name or speaks, or one that occurs once is a name and speaks."""
    if not candidate.label:
        return False
    speaks = features.label_question_share > 0 or features.label_conversing >= MIN_CONVERSING_SHARE
    named = bool(features.label_name) or (not features.label_han and features.label_ordinary < MAX_ORDINARY_NAME)
    return speaks or named if features.label_count > log(1) else speaks and named


def known_labels(keys: Sequence[str], likely: Sequence[float], chosen: Set[int]) -> set[int]:
    """Further candidates whose label starts turns elsewhere: they need to be less likely. `keys` are empty for none."""
    lines, turns = Counter(keys), Counter(keys[i] for i in chosen)
    known = {
        key
        for key, count in turns.items()
        if key and count >= MIN_KNOWN_TURNS and count >= MIN_KNOWN_SHARE * lines[key]
    }
    return {i for i, key in enumerate(keys) if key in known and i not in chosen and likely[i] >= MIN_KNOWN_PROBABILITY}


def _named_by_user(candidates: Sequence[TurnCandidate], vocabulary: Vocabulary) -> frozenset[int]:
    """The candidates whose label the user names."""
    known = vocabulary.derived(vocabulary_labels)
    return frozenset(
        i for i, candidate in enumerate(candidates) if candidate.label and label_key(candidate.label) in known
    )


def _one_at_a_place(starts: Iterable[TurnStart]) -> list[TurnStart]:
    """The starts without those that share their place or their words with a likelier one."""
    best: dict[tuple[int, int], TurnStart] = {}
    for start in starts:
        candidate = start.candidate
        place = candidate.block, candidate.start
        if place not in best or _rank(start) > _rank(best[place]):
            best[place] = start
    # The words below a label alone on its line are those of its turn.
    below = {
        start.candidate.words_block for start in best.values() if start.candidate.words_block != start.candidate.block
    }
    apart: list[TurnStart] = []
    for _, start in sorted(best.items()):
        if start.candidate.form == "paragraph" and start.candidate.block in below:
            continue
        if apart and _overlap(apart[-1].candidate, start.candidate):
            if _rank(start) > _rank(apart[-1]):
                apart[-1] = start
        else:
            apart.append(start)
    return apart


def _overlap(first: TurnCandidate, second: TurnCandidate) -> bool:
    """Whether a turn would start within the label of the one before it: `Fern:` in `Ada Fern:`."""
    if first.block != second.block:
        return False
    # A label above its words is all of its block.
    return first.words_block != first.block or second.start < first.words


def _rank(start: TurnStart) -> tuple[bool, float]:
    return start.from_vocabulary, start.probability


def _refused(
    candidates: Sequence[TurnCandidate], likely: Sequence[float], starts: Sequence[TurnStart]
) -> list[TurnStart]:
    """The first place of each label that is likely enough and is nowhere a turn; one that recurs may be less likely."""
    accepted = {start.candidate.key for start in starts}
    by_key: dict[str, list[int]] = {}
    words = {start.candidate.block: start.candidate.words for start in starts}
    for i, candidate in enumerate(candidates):
        within = candidate.form == "inner" and candidate.start < words.get(candidate.block, 0)
        if candidate.key and candidate.key not in accepted and not within:
            by_key.setdefault(candidate.key, []).append(i)
    refused = []
    for at in by_key.values():
        probability = max(likely[i] for i in at)
        if probability >= (MIN_DOUBTFUL_PROBABILITY if len(at) > 1 else MIN_PROBABILITY):
            refused.append(TurnStart(candidates[at[0]], probability))
    return sorted(refused, key=lambda start: -start.probability)
