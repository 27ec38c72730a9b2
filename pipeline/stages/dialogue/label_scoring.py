"""How likely each label is to be a speaker's, judged by the whole document.

A candidate such as `Note:` looks like `Ada:`. What tells them apart is how all lines with one label behave: a speaker's
label recurs, takes turns with others, is before or after questions, and is followed by whole sentences that
say I and you. `LabelFeatures` counts this for one label, `score_terms` turns it into named points, and their sum on a
logistic scale is the label's confidence.

The weights were set by hand and checked against annotated documents; there are too few of these to train on.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.lexicon import english
from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.blocks import CLOSING_CHARS, PROSE_COLUMNS, Block
from pipeline.stages.dialogue.label_candidates import SPEAKER_KINDS, LabelCandidate, LabelForm, LabelKind
from pipeline.stages.dialogue.pronouns import CONVERSATION

MAX_EVIDENCE_CHARS = 300
"""Characters of a turn that are read."""
MAX_SAMPLED_TURNS = 40
"""Turns of one label that are read."""
TURN_END_CHARS = frozenset(".。!！?？…—–-:：,，;；~～")

FROM_VOCABULARY_POINTS = 8.0
KIND_POINTS = {"asks": 3.0, "answers": 3.0, "moderates": 2.0, "outlet": 1.2}
POINTS_PER_DOUBLING, MAX_RECURRENCE_POINTS = 0.8, 4.0
"""Points each time the number of turns doubles."""
ALTERNATION_POINTS, SINGLE_TURN_POINTS = 1.0, -1.5
ASKING_POINTS, ANSWERING_POINTS, CONVERSATION_POINTS = 1.5, 1.0, 1.2
NAME_POINTS, ORDINARY_WORDS_POINTS = 0.8, -1.2
MAX_VALUE_CHARS, MAX_SHORT_CHARS = 12, 25
"""Median length of the turns below which the label is rather a key with a value, or may be one."""
VALUE_POINTS, SHORT_POINTS = -1.5, -0.5
SMALL_START_POINTS = -1.0
"""For turns that begin with a small letter or a digit."""
LIST_ITEM_POINTS = -2.0
UNENDED_POINTS = -1.5
"""For turns that end without a mark and do not say I or you."""
FORM_POINTS: Mapping[LabelForm, float] = {"mark": 0.0, "word": 0.3, "blanks": -0.8, "time": 0.8, "heading": -1.5}
EMPHASIS_POINTS = 0.5
"""For labels that are all headings, bold or in capitals."""

MIN_SPEAKER_SCORE = 2.4
"""Score from which a label is a speaker's, if the document is a dialogue; here the confidence is 0.5."""
LOGISTIC_SLOPE = 1.3
MIN_CONFIDENCE, MAX_CONFIDENCE = 0.5, 0.99

MIN_NAME_CAPITAL_SHARE, MAX_ORDINARY_CAPITAL_SHARE = 0.6, 0.4
"""How often a word is capitalised within sentences: above the first it is a name, below the second it is none."""
UNKNOWN_CAPITAL_SHARE = 0.7
"""What is assumed of a word that the word list does not have: most of these are names."""


class LabelFeatures(msgspec.Struct, frozen=True, gc=False):
    """What all lines with one label have in common. Counts are of the sampled turns."""

    turns: int
    """Lines with this label."""
    sampled: int
    """Lines that were read."""
    asking: int
    """Turns that hold a question mark."""
    answering: int
    """Turns right after a question of another speaker."""
    alternating: int
    """Turns next to another label."""
    conversing: float
    """Share of the turns that say I, we or you."""
    ended: float
    """Share of the turns that end as sentences do, or break off."""
    small_starts: int
    """Turns that begin with a small letter or a digit."""
    list_items: int
    """Turns that are items of a list."""
    median_chars: int
    """Median length of the turns, in Latin letters: a Chinese character counts as two."""
    name_points: float
    kind: LabelKind | None
    form: LabelForm
    from_vocabulary: bool
    timed: bool
    """A time or a number is next to the label."""
    emphasised: bool
    """All lines are headings, or have the label in bold or capitals."""


class LabelScore(msgspec.Struct, frozen=True, gc=False):
    """The score of one label and the features that later decisions need. `places` are indices of its blocks."""

    key: str
    places: tuple[int, ...]
    score: float
    asking: int
    conversing: float
    ended: float
    named: bool

    @property
    def confidence(self) -> float:
        """The score on a logistic scale, from 0.5 (at `MIN_SPEAKER_SCORE` or below) to 0.99."""
        value = 1 / (1 + math.exp(-LOGISTIC_SLOPE * (self.score - MIN_SPEAKER_SCORE)))
        return round(min(max(value, MIN_CONFIDENCE), MAX_CONFIDENCE), 2)


def score_terms(features: LabelFeatures) -> dict[str, float]:
    """The points of one label by name, in the order in which they are added."""
    count = features.sampled
    return {
        "kind": FROM_VOCABULARY_POINTS if features.from_vocabulary else KIND_POINTS.get(features.kind or "", 0.0),
        "recurrence": min(POINTS_PER_DOUBLING * math.log2(features.turns), MAX_RECURRENCE_POINTS),
        "alternation": ALTERNATION_POINTS * features.alternating / count if features.turns > 1 else SINGLE_TURN_POINTS,
        "conversation": (
            ASKING_POINTS * features.asking / count
            + ANSWERING_POINTS * features.answering / count
            + CONVERSATION_POINTS * features.conversing
        ),
        "name": features.name_points,
        "value": _value_points(features),
        "small start": 0.0 if features.timed else SMALL_START_POINTS * features.small_starts / count,
        "list item": LIST_ITEM_POINTS * features.list_items / count,
        "no end mark": UNENDED_POINTS * (1 - features.ended) * (1 - features.conversing),
        "form": FORM_POINTS[features.form],
        "emphasis": EMPHASIS_POINTS if features.emphasised else 0.0,
    }


def _value_points(features: LabelFeatures) -> float:
    """Points against a key with a value (`Price: 12 pounds`): short text, and no questions or answers."""
    takes_part = features.asking or 2 * features.answering >= features.sampled or features.kind in SPEAKER_KINDS
    if takes_part or features.median_chars >= MAX_SHORT_CHARS:
        return 0.0
    return VALUE_POINTS if features.median_chars < MAX_VALUE_CHARS else SHORT_POINTS


def score_labels(candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]) -> list[LabelScore]:
    """The score of every label among `candidates`, which are by index of their block, in order."""
    places: dict[str, list[int]] = {}
    for i, candidate in candidates.items():
        places.setdefault(candidate.key, []).append(i)
    order = list(candidates)
    following = dict(zip(order, [*order[1:], None], strict=False))
    preceding = dict(zip(order, [None, *order[:-1]], strict=False))
    return [_score(key, at, candidates, blocks, following, preceding) for key, at in places.items()]


def _score(
    key: str,
    places: Sequence[int],
    candidates: Mapping[int, LabelCandidate],
    blocks: Sequence[Block],
    following: Mapping[int, int | None],
    preceding: Mapping[int, int | None],
) -> LabelScore:
    features = _features(key, places, candidates, blocks, following, preceding)
    score = round(sum(score_terms(features).values()), 2)
    named = features.name_points > 0
    return LabelScore(key, tuple(places), score, features.asking, features.conversing, features.ended, named)


def _features(
    key: str,
    places: Sequence[int],
    candidates: Mapping[int, LabelCandidate],
    blocks: Sequence[Block],
    following: Mapping[int, int | None],
    preceding: Mapping[int, int | None],
) -> LabelFeatures:
    first = candidates[places[0]]
    sample = _sample(places)
    texts = [turn_text(i, candidates, blocks) for i in sample]
    count = len(sample)
    alternating = answering = 0
    for i in sample:
        before, after = preceding[i], following[i]
        alternating += any(j is not None and candidates[j].key != key for j in (before, after))
        if before is not None and candidates[before].key != key:
            answering += holds_question(turn_text(before, candidates, blocks))
        elif i > 0 and before != i - 1:
            answering += blocks[i - 1].asks
    lengths = sorted(len(text) * (1 if text.isascii() else 2) for text in texts)
    return LabelFeatures(
        turns=len(places),
        sampled=count,
        asking=sum(map(holds_question, texts)),
        answering=answering,
        alternating=alternating,
        conversing=sum(CONVERSATION.search(text) is not None for text in texts) / count,
        ended=sum(map(_ends, texts)) / count,
        small_starts=sum(text[:1].islower() or text[:1].isdigit() for text in texts),
        list_items=sum(blocks[i].item for i in sample),
        median_chars=lengths[count // 2],
        name_points=name_evidence(first),
        kind=first.kind,
        form=first.form,
        from_vocabulary=first.from_vocabulary,
        timed=bool(first.beside),
        emphasised=all(_is_emphasised(blocks[i], candidates[i]) for i in sample),
    )


def _sample(places: Sequence[int]) -> Sequence[int]:
    """At most `MAX_SAMPLED_TURNS` of the places, spread evenly."""
    if len(places) <= MAX_SAMPLED_TURNS:
        return places
    return [places[n * len(places) // MAX_SAMPLED_TURNS] for n in range(MAX_SAMPLED_TURNS)]


def _is_emphasised(block: Block, candidate: LabelCandidate) -> bool:
    return block.level > 0 or block.bold or block.text.startswith("*") or candidate.capitals


def holds_question(text: str) -> bool:
    """Whether a text holds a question mark."""
    return "?" in text or "？" in text


def _ends(text: str) -> bool:
    """Whether a turn ends as speech does. A long one was cut for reading, so it counts as ended."""
    text = text.rstrip(CLOSING_CHARS)
    return len(text) >= PROSE_COLUMNS or text[-1:] in TURN_END_CHARS or not text


def turn_text(i: int, candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]) -> str:
    """The text after a label, or the block below a label on a line of its own; at most `MAX_EVIDENCE_CHARS`."""
    start = candidates[i].text_start
    text = blocks[i].text[start : start + MAX_EVIDENCE_CHARS]
    if not text.strip("*_ ") and i + 1 < len(blocks) and i + 1 not in candidates:
        return blocks[i + 1].text[:MAX_EVIDENCE_CHARS]
    return text.lstrip("*_ ")


def name_evidence(candidate: LabelCandidate) -> float:
    """Points for the words of a label: positive for a name, negative for ordinary words, 0 if they are no evidence."""
    if candidate.kind is not None:
        return 0.0
    text = candidate.text
    if not text.isascii() and not text[0].isascii():
        return NAME_POINTS if is_name(text.strip("《》 ")) or "·" in text else 0.0
    if candidate.capitals:
        return NAME_POINTS
    known = english.lexicon()
    words = [word.strip(".,'’()&/") for word in text.split()]
    shares = [
        known.capital(word.lower()) if word.lower() in known else UNKNOWN_CAPITAL_SHARE
        for word in words
        if len(word) > 1
    ]
    if not shares:
        return 0.0
    if max(shares) > MIN_NAME_CAPITAL_SHARE:
        return NAME_POINTS
    return ORDINARY_WORDS_POINTS if max(shares) < MAX_ORDINARY_CAPITAL_SHARE else 0.0
