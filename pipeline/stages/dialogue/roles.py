"""Who asks, who answers, who moderates.

A forest scores each speaker from all turns of the document (`speaker_features`). The score less half of that of the
people with whom the speaker takes turns is the contrast: positive for those who ask. How far the contrasts are from the
other decision says how sure it is; if that is not sure enough, nobody is the interviewer. Moderators are asides.

`scripts/train_roles.py` grows the forest and fits the confidence on families of sources that it has not seen.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import cache
from itertools import pairwise
from typing import Literal

import msgspec

from pipeline.lexicon.lists import table
from pipeline.segmentation.trees import UNITS_PER_NAT, load_trees
from pipeline.stages.dialogue.label_candidates import LabelKind
from pipeline.stages.dialogue.speaker_features import partner_turns, speaker_features
from pipeline.stages.dialogue.turn_features import TurnFeatures

TurnPart = Literal["question", "answer", "aside"]

MIN_ASKING_SINGLE_SHARE = 0.5
"""Share of questions from which the only labelled speaker is the interviewer."""
MIN_ASKING_MODERATOR_SHARE = 0.4
"""Share of questions from which a moderator can be the interviewer beside others who ask."""
PARTNER_WEIGHT = 0.5
"""How much of the partners' mean score is taken from a score. Of 0.3, 0.5 and 0.7 the best on families left out."""
MIN_MAIN_SPEAKER_TURNS = 4
"""Turns of each of two main speakers from which a speaker with one turn is a bystander."""
MIN_CONFIDENCE = 0.3
"""Confidence below which nobody is the interviewer. Of such documents of families left out, one in eight is right."""
MIN_ASKING_OUTLETS, MAX_UNCLEAR_CONTRAST = 2, UNITS_PER_NAT
"""Outlets that ask from which another one does, if the evidence against it is at most this."""
LABEL_CONTRAST = 20 * UNITS_PER_NAT
"""More than the forest can say against a label."""
LABELLED_CONFIDENCE = 0.97
"""Confidence if labels say who asks, as `Q` and `记者` do, or if there is nothing to decide."""


class Roles(msgspec.Struct, frozen=True, gc=False):
    """What the turns of each speaker are, and how sure that is."""

    parts: Mapping[str, TurnPart]
    confidence: float
    contrasts: Mapping[str, int]
    """For each speaker the evidence for asking, in thousandths of log odds; empty if nothing was to decide."""
    is_open: bool = False
    """Several people talk, and it is not clear who asks."""
    turns: Sequence[TurnFeatures] = ()
    """The turns by which it was decided."""


def assign_roles(turns: Sequence[TurnFeatures], *, asked_without_label: bool = False) -> dict[str, TurnPart]:
    """What the turns of each speaker are: without a clear interviewer, all of them answer.

    With `asked_without_label`, the questions are the unlabelled lines above the turns, so no labelled speaker asks.
    """
    return dict(decide_roles(turns, asked_without_label=asked_without_label).parts)


def decide_roles(turns: Sequence[TurnFeatures], *, asked_without_label: bool = False) -> Roles:
    """What the turns of each speaker are, and how sure that is. See `assign_roles`."""
    kinds = _label_kinds(turns)
    moderators = {speaker for speaker, kind in kinds.items() if kind == "moderates"}
    if asked_without_label or len(kinds) < 2:
        askers = set[str]() if asked_without_label else _only_speaker(turns, kinds)
        return Roles(_parts(kinds, askers, moderators), LABELLED_CONFIDENCE, {}, turns=turns)
    contrasts = _with_labels(speaker_contrasts(turns), kinds)
    askers, asides = _askers(turns, kinds, contrasts, moderators)
    bystanders = _bystanders(turns, kinds) & askers
    askers, asides = askers - bystanders, asides | bystanders
    confidence = decision_confidence(turns, contrasts, askers)
    is_open = confidence < MIN_CONFIDENCE and "asks" not in kinds.values()
    if is_open:
        askers, asides = _only_outlet(turns), moderators
        is_open = not askers
    return Roles(_parts(kinds, askers, asides), confidence, contrasts, is_open=is_open, turns=turns)


def _label_kinds(turns: Sequence[TurnFeatures]) -> dict[str, LabelKind | None]:
    """The kind of each speaker's first label that has one, in the order of their first turns."""
    kinds: dict[str, LabelKind | None] = {}
    for turn in turns:
        kinds[turn.speaker] = kinds.get(turn.speaker) or turn.kind
    return kinds


def _parts(speakers: Mapping[str, LabelKind | None], askers: Set[str], asides: Set[str]) -> dict[str, TurnPart]:
    return {
        speaker: "question" if speaker in askers else "aside" if speaker in asides else "answer" for speaker in speakers
    }


def _only_speaker(turns: Sequence[TurnFeatures], kinds: Mapping[str, LabelKind | None]) -> set[str]:
    """The only labelled speaker, who asks, whose label asks, or whom the user names as an outlet."""
    if not turns or "answers" in kinds.values():
        return set()
    asks = sum(turn.asks for turn in turns) >= MIN_ASKING_SINGLE_SHARE * len(turns) or "asks" in kinds.values()
    named = any(turn.from_vocabulary and turn.kind == "outlet" for turn in turns)
    return set(kinds) if asks or named else set()


def _only_outlet(turns: Sequence[TurnFeatures]) -> set[str]:
    """The only outlet that the user names, or else the only one by its label: it asks where the talk is no evidence."""
    outlets = {turn.speaker for turn in turns if turn.kind == "outlet"}
    named = {turn.speaker for turn in turns if turn.from_vocabulary and turn.kind == "outlet"}
    return next((found for found in (named, outlets) if len(found) == 1), set())


# --- several speakers


def speaker_contrasts(turns: Sequence[TurnFeatures]) -> dict[str, int]:
    """For each speaker the evidence for asking, in thousandths of log odds."""
    features = speaker_features(turns)
    scores = dict(zip(features, load_trees("roles", __package__).scores(list(features.values())), strict=True))
    return contrasts_of(scores, partner_turns(turns))


def _with_labels(contrasts: Mapping[str, int], kinds: Mapping[str, LabelKind | None]) -> dict[str, int]:
    """Labels that say who asks and labels that say who answers, as `Q` and `A` do, are believed if both occur.

    Where several outlets ask, one that says too little to tell asks as well.
    """
    outlets = [speaker for speaker, kind in kinds.items() if kind == "outlet"]
    if sum(contrasts[speaker] > 0 for speaker in outlets) >= MIN_ASKING_OUTLETS:
        unclear = {speaker: 1 for speaker in outlets if -MAX_UNCLEAR_CONTRAST < contrasts[speaker] <= 0}
        contrasts = {**contrasts, **unclear}
    if not {"asks", "answers"} <= set(kinds.values()):
        return dict(contrasts)
    said = {"asks": LABEL_CONTRAST, "answers": -LABEL_CONTRAST}
    return {speaker: contrast + said.get(kinds[speaker] or "", 0) for speaker, contrast in contrasts.items()}


def contrasts_of(scores: Mapping[str, int], partners: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Each score less half the mean score of the partners, each as often as they speak before or after."""
    return {
        speaker: score - round(PARTNER_WEIGHT * _mean_score(scores, partners.get(speaker, {})))
        for speaker, score in scores.items()
    }


def _mean_score(scores: Mapping[str, int], counts: Mapping[str, int]) -> float:
    total = sum(counts.values())
    return sum(scores[speaker] * count for speaker, count in counts.items()) / total if total else 0.0


def _askers(
    turns: Sequence[TurnFeatures],
    kinds: Mapping[str, LabelKind | None],
    contrasts: Mapping[str, int],
    moderators: Set[str],
) -> tuple[set[str], set[str]]:
    """Those who ask, and the asides among the others.

    Moderators are asides, unless they lead the talk: nobody else asks, or only an audience that asks less than they do.
    """
    if not moderators:
        return _some_but_not_all(list(contrasts), contrasts), set()
    rest = [speaker for speaker in contrasts if speaker not in moderators]
    askers = {speaker for speaker in rest if contrasts[speaker] > 0}
    leading = {speaker for speaker in moderators if contrasts[speaker] > 0}
    if not askers:
        if not leading:
            leading = {max(moderators, key=lambda speaker: (contrasts[speaker], speaker))}
        return leading, set(moderators) - leading
    if leading and _lead_an_audience(turns, kinds, leading, askers):
        return leading | (askers if len(askers) < len(rest) else set()), set(moderators) - leading
    return _some_but_not_all(rest, contrasts) if len(rest) > 1 else askers, set(moderators)


def _lead_an_audience(
    turns: Sequence[TurnFeatures], kinds: Mapping[str, LabelKind | None], leading: Set[str], askers: Set[str]
) -> bool:
    """Whether moderators ask, and more than the others who ask, none of whom has a label for it."""
    own = [turn.asks for turn in turns if turn.speaker in leading]
    others = sum(turn.speaker in askers for turn in turns)
    asks = sum(own) >= MIN_ASKING_MODERATOR_SHARE * len(own)
    return asks and len(own) > others and all(kinds[speaker] != "asks" for speaker in askers)


def _bystanders(turns: Sequence[TurnFeatures], kinds: Mapping[str, LabelKind | None]) -> set[str]:
    """Speakers with one turn while two others talk, who neither ask nor are asked: a cameraman, an aide."""
    own = Counter(turn.speaker for turn in turns)
    if len(own) < 3 or sum(count >= MIN_MAIN_SPEAKER_TURNS for count in own.values()) != 2:
        return set()
    once = {turn.speaker for turn in turns if own[turn.speaker] == 1 and kinds[turn.speaker] is None and not turn.asks}
    return once - {following.speaker for turn, following in pairwise(turns) if turn.asks}


def _some_but_not_all(speakers: Sequence[str], contrasts: Mapping[str, int]) -> set[str]:
    """Those with a positive contrast; at least the one with the highest, and never the one with the lowest.

    Of equals it is the one who speaks first.
    """
    askers = {speaker for speaker in speakers if contrasts[speaker] > 0}
    if not askers:
        return {max(speakers, key=lambda speaker: contrasts[speaker])}
    if len(askers) == len(speakers):
        askers.discard(min(reversed(speakers), key=lambda speaker: contrasts[speaker]))
    return askers


# --- confidence


def decision_evidence(
    turns: Sequence[TurnFeatures], contrasts: Mapping[str, int], askers: Set[str]
) -> tuple[float, float]:
    """The two things that a confidence is made of, in log odds.

    The first is how far those who ask are from those who do not, over all turns; the second how clearly anybody asks.
    """
    asking = [contrasts[turn.speaker] for turn in turns if turn.speaker in askers]
    others = [contrasts[turn.speaker] for turn in turns if turn.speaker not in askers]
    if not asking or not others:
        return 0.0, 0.0
    distance = (sum(asking) / len(asking) - sum(others) / len(others)) / UNITS_PER_NAT
    return distance, max(asking) / UNITS_PER_NAT


def decision_confidence(turns: Sequence[TurnFeatures], contrasts: Mapping[str, int], askers: Set[str]) -> float:
    """How likely the sides of a document are right, as `roles.tsv` tells for families left out; two digits."""
    start, of_distance, of_clearest = confidence_weights()
    distance, clearest = decision_evidence(turns, contrasts, askers)
    odds = start + of_distance * distance + of_clearest * clearest
    return round(1 / (1 + math.exp(-odds)), 2)


@cache
def confidence_weights() -> tuple[float, float, float]:
    """The weights of `roles.tsv`: without evidence, of the distance, of the clearest asker."""
    weights = {name: int(value) / UNITS_PER_NAT for name, value in table(__package__, "roles.tsv")}
    return weights["start"], weights["distance"], weights["clearest"]
