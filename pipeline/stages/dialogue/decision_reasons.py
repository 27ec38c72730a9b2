"""Why the turns of a body were accepted or refused, and its speakers put on their sides.

The decisions are made again from the same blocks, so nothing of them has to be kept. A reason is a feature that moved
the score in the direction of the decision, against what is usual on the other side (`tree_reasons`): an accepted label
is compared with the usual label that starts no turn, a refused one with the usual one that does.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

import msgspec

from pipeline.lexicon.lists import table
from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.segmentation.tree_reasons import effects, tree_lists
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate
from pipeline.stages.dialogue.parse_body import ParsedBody
from pipeline.stages.dialogue.roles import MIN_CONFIDENCE, Roles, TurnPart
from pipeline.stages.dialogue.selected_turns import CHANGE_OF_SPEAKER
from pipeline.stages.dialogue.speaker_features import SpeakerFeatures, speaker_features
from pipeline.stages.dialogue.split_turns import split_one_line_dumps
from pipeline.stages.dialogue.turn_candidates import TurnCandidate, find_turn_candidates, read_opening
from pipeline.stages.dialogue.turn_confidence import side_confidence
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures
from pipeline.stages.dialogue.turn_start_table import turn_start_features
from pipeline.stages.dialogue.turn_starts import (
    MIN_ALIKE_PROBABILITY,
    MIN_KNOWN_PROBABILITY,
    MIN_TALK_PROBABILITY,
    TurnStarts,
    find_turn_starts,
    is_topic,
    least_probability,
    probabilities,
)

FoundBy = Literal["trees", "rules", "nothing", "story"]
"""Who found the turns of a body: the trees, the rules for where these see no talk, nobody, or it is a story."""
TurnBecause = Literal["likely", "label", "alike", "named", "rules", "unlikely", "document", "topic", "overlap"]
"""Why a turn was accepted or refused.

- `likely`: its probability is at least its threshold
- `label`: the other lines with its label are turns, or those set alike, so a lower threshold holds
- `alike`: it is set like a label that the user names, so a lower threshold holds
- `named`: the user names it
- `rules`: rules found it, and not the trees
- `unlikely`: its probability is below its threshold
- `document`: it is likely by itself, but the document is no talk, or the rules were taken
- `topic`: a word such as `问题`, which means a problem where it does not ask
- `overlap`: it is likely by itself, but a likelier one is at its place
"""
SideBecause = Literal["turns", "labels", "alone", "aside", "open"]
"""Why a speaker has a side.

- `turns`: what the speakers say and how
- `labels`: labels such as Q and A say so
- `alone`: nobody else has a label, or others ask without one
- `aside`: a moderator or a bystander
- `open`: it is not clear who asks, so all answer
"""
REASONS = 5
"""Reasons that are given for a decision."""
MIN_EFFECT = 50
"""Thousandths of log odds below which a feature did not decide."""


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A feature that decided: its value, the usual one on the other side, and how much it moved the score.

    The effect is in thousandths of log odds; positive speaks for a turn, or for asking.
    """

    feature: str
    value: int
    usual: int
    effect: int


class TurnDecision(msgspec.Struct, frozen=True, gc=False):
    """A turn, or a label that was refused; `[start, end)` is the label in the document, or the paragraph without one.

    `speaker` is that of `SpeakerDecision`, None without a label. `probability` is None if the trees were not asked
    about this place, `threshold` if none had to be passed.
    """

    start: int
    end: int
    speaker: str | None
    because: TurnBecause
    probability: float | None
    threshold: float | None
    reasons: tuple[Reason, ...]


class SpeakerDecision(msgspec.Struct, frozen=True, gc=False):
    """A speaker and the side. `confidence` is how likely the side is right, `contrast` the evidence for asking.

    The contrast is in thousandths of log odds, and None where the trees of the sides were not asked.
    """

    speaker: str
    part: TurnPart
    because: SideBecause
    confidence: float
    contrast: int | None
    reasons: tuple[Reason, ...]


class BodyDecisions(msgspec.Struct, frozen=True, gc=False):
    """The decisions about one version of the body.

    `talk_probability` says how surely the turns that the trees found are those of a talk, and `least_talk_probability`
    what it must be. `sides` is how likely the sides of all speakers are right, and `least_sides` what it must be for
    somebody to ask.
    """

    found_by: FoundBy
    talk_probability: float | None
    least_talk_probability: float
    sides: float | None
    least_sides: float
    turns: tuple[TurnDecision, ...]
    refused: tuple[TurnDecision, ...]
    speakers: tuple[SpeakerDecision, ...]


def body_decisions(blocks: Sequence[Block], body: ParsedBody, vocabulary: Vocabulary) -> BodyDecisions:
    """The decisions about a body that was parsed from `blocks`."""
    judged = _Judged(split_one_line_dumps(blocks), vocabulary)
    turns = tuple(_turn_decisions(judged, body))
    roles = body.roles if turns else None
    return BodyDecisions(
        found_by=_found_by(body, turns),
        talk_probability=judged.found.talk_probability if judged.found.starts else None,
        least_talk_probability=MIN_TALK_PROBABILITY,
        sides=roles.confidence if roles is not None and roles.contrasts else None,
        least_sides=MIN_CONFIDENCE,
        turns=turns,
        refused=tuple(judged.refused(label, body) for label in _refused_labels(body)),
        speakers=tuple(_speaker_decisions(roles)) if roles is not None else (),
    )


def _found_by(body: ParsedBody, turns: Sequence[TurnDecision]) -> FoundBy:
    if not turns:
        is_story = any(labelled.rule == "dialogue.story" for labelled in body.blocks)
        return "story" if is_story else "nothing"
    return "trees" if body.labels.is_learned else "rules"


def _refused_labels(body: ParsedBody) -> Iterator[LabelCandidate]:
    """The labels that were nearly accepted, in the order of the document."""
    yield from sorted(body.labels.doubtful, key=lambda label: label.start)


# --- turns


class _Judged:
    """The candidates of a body with what the trees say of them. Used once."""

    def __init__(self, blocks: Sequence[Block], vocabulary: Vocabulary) -> None:
        self.blocks = blocks
        openings = [read_opening(block) for block in blocks]
        self.candidates = find_turn_candidates(blocks, openings)
        table = turn_start_features(self.candidates, blocks, openings)
        self.features = [TurnStartFeatures._make(row) for row in table.tolist()]
        self.likely = probabilities(table)
        self.found: TurnStarts = find_turn_starts(blocks, vocabulary)
        self.named = {_place(start.candidate) for start in self.found.starts if start.from_vocabulary}
        started = {_place(start.candidate) for start in self.found.starts}
        self.at: dict[int, int] = {}
        """The candidate at each offset in the document: the one that starts a turn, or else the likeliest."""
        self.by_key: dict[str, list[int]] = {}
        for i, candidate in enumerate(self.candidates):
            self.by_key.setdefault(candidate.key, []).append(i)
            offset = _offset(candidate, blocks[candidate.block])
            best = self.at.get(offset)
            if best is None or self._rank(i, started) > self._rank(best, started):
                self.at[offset] = i
        self.started = started

    def _rank(self, i: int, started: set[tuple[int, int, str]]) -> tuple[bool, float]:
        return _place(self.candidates[i]) in started, self.likely[i]

    def threshold(self, i: int) -> float:
        """The probability that a candidate has to have by itself; infinite for one that never is a turn."""
        candidate, features = self.candidates[i], self.features[i]
        if is_topic(candidate, features):
            return math.inf
        return least_probability(features, labelled=bool(candidate.label))

    def reasons(self, i: int, *, accepted: bool) -> tuple[Reason, ...]:
        """The features that decided about a candidate."""
        usual_turn, usual_other = _usual_candidates(is_labelled=self.candidates[i].form != "paragraph")
        usual = usual_other if accepted else usual_turn
        return _reasons("turn_starts", TurnStartFeatures._fields, self.features[i], usual, 1 if accepted else -1)

    def accepted(self, start: int, end: int, speaker: str | None, *, is_learned: bool) -> TurnDecision:
        """The decision about a turn whose label, or whose paragraph, is `[start, end)`."""
        i = self.at.get(start)
        if i is None:
            return TurnDecision(start, end, speaker, "rules", None, None, ())
        probability, threshold = self.likely[i], self.threshold(i)
        if _place(self.candidates[i]) in self.named:
            return TurnDecision(start, end, speaker, "named", probability, None, ())
        if not is_learned or _place(self.candidates[i]) not in self.started:
            return TurnDecision(start, end, speaker, "rules", probability, None, ())
        because: TurnBecause = "likely"
        if probability < threshold:
            is_known = probability >= MIN_KNOWN_PROBABILITY
            because, threshold = ("label", MIN_KNOWN_PROBABILITY) if is_known else ("alike", MIN_ALIKE_PROBABILITY)
        return TurnDecision(start, end, speaker, because, probability, threshold, self.reasons(i, accepted=True))

    def refused(self, label: LabelCandidate, body: ParsedBody) -> TurnDecision:
        """The decision about a label that was not accepted, by its likeliest line."""
        first = self.at.get(label.start)
        key = self.candidates[first].key if first is not None else label.key
        lines = self.by_key.get(key, []) if key else []
        if not lines:
            return TurnDecision(label.start, label.end, None, "unlikely", None, None, ())
        i = max(lines, key=lambda line: self.likely[line])
        probability, threshold = self.likely[i], self.threshold(i)
        if math.isinf(threshold):
            return TurnDecision(label.start, label.end, None, "topic", probability, None, ())
        because: TurnBecause = "unlikely"
        if probability >= threshold:
            because = "overlap" if body.labels.is_learned else "document"
        return TurnDecision(
            label.start, label.end, None, because, probability, threshold, self.reasons(i, accepted=False)
        )


def _place(candidate: TurnCandidate) -> tuple[int, int, str]:
    return candidate.block, candidate.start, candidate.form


def _offset(candidate: TurnCandidate, block: Block) -> int:
    """The offset in the document of a candidate's label, or of its paragraph."""
    if candidate.label:
        return block.start + candidate.label_start
    if candidate.form == "paragraph":
        return block.start + candidate.start
    return block.start + max(block.text.find(CHANGE_OF_SPEAKER, candidate.start), candidate.start)


def _turn_decisions(judged: _Judged, body: ParsedBody) -> Iterator[TurnDecision]:
    """The decisions about the turns of a body, in order."""
    labels = body.labels
    unlabelled = {labels.blocks[i].start for i in labels.unlabelled}
    for labelled in body.blocks:
        if not labelled.turn:
            continue
        if labelled.label is not None:
            label, speaker = labelled.label, labelled.name or labelled.label.key
            yield judged.accepted(label.start, label.end, speaker, is_learned=labels.is_learned)
        elif labelled.block.start in unlabelled:
            yield judged.accepted(labelled.block.start, labelled.block.end, None, is_learned=labels.is_learned)


@cache
def _usual_candidates(*, is_labelled: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The features of the usual turn and of the usual candidate that is none, with or without a label."""
    rows = [[int(cell) for cell in row[1:]] for row in table(__package__, "turn_starts-medians.tsv")]
    first = 0 if is_labelled else 2
    return tuple(row[first] for row in rows), tuple(row[first + 1] for row in rows)


# --- sides


def _speaker_decisions(roles: Roles) -> Iterator[SpeakerDecision]:
    """The decisions about the speakers with labels, in the order of their first turns."""
    features = speaker_features(roles.turns)
    kinds = {turn.kind for turn in roles.turns}
    for speaker, part in roles.parts.items():
        because: SideBecause = "turns"
        if part == "aside":
            because = "aside"
        elif roles.is_open:
            because = "open"
        elif not roles.contrasts:
            because = "alone"
        elif {"asks", "answers"} <= kinds and {"asks", "answers"} & {
            turn.kind for turn in roles.turns if turn.speaker == speaker
        }:
            because = "labels"
        yield SpeakerDecision(
            speaker=speaker,
            part=part,
            because=because,
            confidence=side_confidence(roles, speaker),
            contrast=roles.contrasts.get(speaker),
            reasons=_side_reasons(features[speaker], asks=part == "question") if because == "turns" else (),
        )


def _side_reasons(features: SpeakerFeatures, *, asks: bool) -> tuple[Reason, ...]:
    """The features for which a speaker asks, against those who answer, or the other way round."""
    usual = tuple(int(row[2 if asks else 1]) for row in table(__package__, "roles-medians.tsv"))
    return _reasons("roles", SpeakerFeatures._fields, features, usual, 1 if asks else -1)


def _reasons(
    forest: str, names: Sequence[str], row: Sequence[int], usual: Sequence[int], direction: int
) -> tuple[Reason, ...]:
    """The features that moved the score of a row most in a direction: up (1) or down (-1)."""
    moved = effects(tree_lists(forest, __package__), row, usual)
    order = sorted(range(len(row)), key=lambda at: -direction * moved[at])[:REASONS]
    return tuple(
        Reason(names[at], row[at], usual[at], round(moved[at])) for at in order if direction * moved[at] >= MIN_EFFECT
    )
