"""Which label candidates are speakers' labels.

Three steps. Labels that recur and score high enough are accepted, if they make the document a dialogue
(`dialogue_decision`). Then labels that occur once, or are too weak alone, are adopted where the dialogue around them
speaks for them (`ADOPTION_REASONS`). Last come labels that look like one that the user names in `[vocabulary]`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import pairwise

import msgspec

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.dialogue_decision import is_dialogue
from pipeline.stages.dialogue.label_candidates import SPEAKER_KINDS, LabelCandidate, cue_of
from pipeline.stages.dialogue.label_layout import LabelLayout, layout_of
from pipeline.stages.dialogue.label_scoring import (
    MAX_CONFIDENCE,
    MAX_SAMPLED_TURNS,
    MAX_SHORT_CHARS,
    MIN_SPEAKER_SCORE,
    LabelScore,
    name_evidence,
    score_labels,
)
from pipeline.stages.dialogue.speaker_aliases import AliasIndex, introduced_initials, unique_initials

MIN_TURNS_WITHOUT_MARK = 3
"""Turns of a label that only spaces or a heading set apart: a table and a table of contents have these too."""
KNOWN_CONFIDENCE, ALIKE_CONFIDENCE, ASKING_CONFIDENCE = 0.93, 0.85, 0.7
"""Lowest confidence of an adopted label: of a known speaker; set like the others; in a question."""
MIN_ALIKE_SCORE = MIN_SPEAKER_SCORE - 3
"""Score from which a label that is set like the accepted ones is adopted."""
MAX_BLOCKS_OUTSIDE = 8
"""Blocks before the first and after the last turn in which a label that is set like the others is adopted."""
MIN_SHARED_STYLE = 0.9
"""Share of the labels that must share a style for it to be that of the document."""
MIN_CONVERSING_SHARE_OF_ALIKE = 0.25
"""Share of the turns of a label like one of the user's that must say I or you, if none asks."""


class SpeakerLabels(msgspec.Struct, frozen=True, gc=False):
    """The speakers' labels by index of their block, and the confidence of each key.

    `doubtful` are labels that would be speakers' if the document were a dialogue.
    """

    by_block: dict[int, LabelCandidate]
    confidences: dict[str, float]
    doubtful: tuple[LabelCandidate, ...] = ()


def select_speaker_labels(candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]) -> SpeakerLabels:
    """Of the candidates, which are by index of their block, those that are speakers' labels."""
    scores = score_labels(candidates, blocks)
    topics = {score.key for score in scores if _is_topic(score, candidates)}
    if topics:
        candidates = {i: candidate for i, candidate in candidates.items() if candidate.key not in topics}
        scores = score_labels(candidates, blocks)
    accepted = [score for score in scores if _is_accepted(score, candidates)]
    if not is_dialogue(accepted, candidates, blocks):
        return _only_from_vocabulary(accepted, candidates, blocks, scores)
    chosen = {i: candidates[i] for score in accepted for i in score.places}
    confidences = {score.key: score.confidence for score in accepted}
    _adopt(chosen, confidences, candidates, blocks, {score.key: score for score in scores})
    _add_alike_to_vocabulary(chosen, confidences, candidates, blocks, scores)
    return SpeakerLabels(dict(sorted(chosen.items())), confidences)


def _is_topic(score: LabelScore, candidates: Mapping[int, LabelCandidate]) -> bool:
    """Whether `问题` means a problem here: it has no number, and less than half of its turns ask."""
    cue = cue_of(candidates[score.places[0]].text)
    if cue is None or not cue.asking or 2 * score.asking >= min(len(score.places), MAX_SAMPLED_TURNS):
        return False
    return not any(candidates[i].text[-1].isdigit() or candidates[i].beside for i in score.places)


def _is_accepted(score: LabelScore, candidates: Mapping[int, LabelCandidate]) -> bool:
    first = candidates[score.places[0]]
    if first.from_vocabulary:
        return True
    if first.form in {"blanks", "heading"} and len(score.places) < MIN_TURNS_WITHOUT_MARK:
        return False
    recurs = len(score.places) > 1 or first.kind in SPEAKER_KINDS
    return recurs and score.score >= MIN_SPEAKER_SCORE


def _only_from_vocabulary(
    accepted: Sequence[LabelScore],
    candidates: Mapping[int, LabelCandidate],
    blocks: Sequence[Block],
    scores: Sequence[LabelScore],
) -> SpeakerLabels:
    """The labels of a document that is no dialogue: those that the user names, and those like them."""
    chosen = {i: candidate for i, candidate in candidates.items() if candidate.from_vocabulary}
    confidences = {candidate.key: MAX_CONFIDENCE for candidate in chosen.values()}
    firsts = (candidates[score.places[0]] for score in accepted)
    doubtful = tuple(candidate for candidate in firsts if not candidate.from_vocabulary)
    if chosen:
        _add_alike_to_vocabulary(chosen, confidences, candidates, blocks, scores)
        doubtful = tuple(candidate for candidate in doubtful if candidate.key not in confidences)
    return SpeakerLabels(dict(sorted(chosen.items())), confidences, doubtful)


# --- labels that occur once, or are too weak alone


class DialogueContext(msgspec.Struct, frozen=True):
    """What is known of a dialogue before further labels are adopted."""

    first: int
    """Index of the first block with an accepted label."""
    last: int
    aliases: AliasIndex
    """The keys of the accepted labels."""
    known_keys: Set[str]
    """Short forms and full forms of accepted keys."""
    style: str | None
    """The style that nearly all accepted labels share, as `_label_style` names it."""
    emphasised: bool
    """All accepted labels are bold."""
    press_conference: bool
    """Several people ask once."""
    following: Mapping[int, int]
    """For each candidate but the last the block of the next one."""
    chosen: Mapping[int, LabelCandidate]
    """The labels that were accepted or adopted so far."""

    def surrounds(self, i: int, margin: int) -> bool:
        """Whether a block is in the dialogue, or at most `margin` blocks outside."""
        return self.first - margin <= i <= self.last + margin


class UndecidedLabel(msgspec.Struct, frozen=True):
    """A candidate that may be adopted: the index of its block, the block, and the score of its key."""

    index: int
    candidate: LabelCandidate
    block: Block
    score: LabelScore


def _is_known_speaker(label: UndecidedLabel, context: DialogueContext) -> bool:
    """Another form of an accepted label, or a word for a speaker amid the dialogue."""
    key = label.candidate.key
    if key in context.known_keys or context.aliases.of(key):
        return True
    return context.first < label.index < context.last and label.candidate.kind in SPEAKER_KINDS


def _is_alike(label: UndecidedLabel, context: DialogueContext) -> bool:
    """Set like nearly all accepted labels, in or near the dialogue."""
    shares_style = (
        context.surrounds(label.index, MAX_BLOCKS_OUTSIDE)
        and context.style is not None
        and _label_style(label.candidate, label.block) == context.style
        and not label.block.item
        and (label.block.level > 0 or name_evidence(label.candidate) >= 0)
    )
    return shares_style or _is_emphasised_name(label, context)


def _is_emphasised_name(label: UndecidedLabel, context: DialogueContext) -> bool:
    return (
        context.emphasised
        and context.surrounds(label.index, 1)
        and _is_bold(label.block)
        and label.candidate.form == "mark"
        and name_evidence(label.candidate) > 0
        and label.score.conversing > 0
    )


def _is_alike_and_likely(label: UndecidedLabel, context: DialogueContext) -> bool:
    return (label.block.level > 0 or label.score.score >= MIN_ALIKE_SCORE) and _is_alike(label, context)


def _asks(label: UndecidedLabel, context: DialogueContext) -> bool:
    """A label with a colon before a question, or the turn of an outlet or a reporter."""
    if not context.surrounds(label.index, 1) or label.candidate.form != "mark":
        return False
    return label.block.asks or label.candidate.kind == "outlet" or _is_answered_statement(label, context)


def _is_answered_statement(label: UndecidedLabel, context: DialogueContext) -> bool:
    """At a press conference a reporter may ask in a statement: the next turn is that of the person who answers."""
    return (
        context.press_conference
        and context.following.get(label.index, -1) in context.chosen
        and not label.block.item
        and len(label.block.text) - label.candidate.text_start >= MAX_SHORT_CHARS
        and label.block.ends_sentence
        and name_evidence(label.candidate) >= 0
    )


def _is_alike_and_asks(label: UndecidedLabel, context: DialogueContext) -> bool:
    return _asks(label, context) and _is_alike(label, context)


def _is_outlet_that_asks(label: UndecidedLabel, context: DialogueContext) -> bool:
    return label.candidate.kind == "outlet" and _asks(label, context)


ADOPTION_REASONS: tuple[tuple[Callable[[UndecidedLabel, DialogueContext], bool], float], ...] = (
    (_is_known_speaker, KNOWN_CONFIDENCE),
    (_is_alike_and_likely, ALIKE_CONFIDENCE),
    (_is_alike_and_asks, ALIKE_CONFIDENCE),
    (_is_outlet_that_asks, ALIKE_CONFIDENCE),
    (_asks, ASKING_CONFIDENCE),
)
"""Why a label is adopted, with the lowest confidence; the first that holds decides. If none holds, it is not."""


def _adopt(
    chosen: dict[int, LabelCandidate],
    confidences: dict[str, float],
    candidates: Mapping[int, LabelCandidate],
    blocks: Sequence[Block],
    scores: Mapping[str, LabelScore],
) -> None:
    """Adds labels to `chosen` for which the dialogue around them speaks."""
    context = _context(chosen, candidates, blocks)
    for i, candidate in candidates.items():
        key = candidate.key
        if i in chosen:
            if key in context.known_keys and confidences[key] < KNOWN_CONFIDENCE:
                confidences[key] = KNOWN_CONFIDENCE
            continue
        label = UndecidedLabel(i, candidate, blocks[i], scores[key])
        confidence = next((lowest for holds, lowest in ADOPTION_REASONS if holds(label, context)), None)
        if confidence is not None:
            chosen[i] = candidate
            confidences.setdefault(key, max(confidence, label.score.confidence))


def _context(
    chosen: Mapping[int, LabelCandidate], candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]
) -> DialogueContext:
    keys = {candidate.key for candidate in chosen.values()}
    introduced = introduced_initials(candidates.values())
    initials = unique_initials({candidate.key for candidate in candidates.values()})
    ask_once = {
        candidate.key
        for i, candidate in candidates.items()
        if i not in chosen and candidate.form == "mark" and blocks[i].asks
    }
    order = list(candidates)
    return DialogueContext(
        first=min(chosen),
        last=max(chosen),
        aliases=AliasIndex(keys),
        known_keys=_counterparts(keys, introduced) | _counterparts(keys, initials),
        style=_shared_style(chosen, blocks),
        emphasised=all(_is_bold(blocks[i]) for i in chosen),
        press_conference=len(ask_once) > 1,
        following=dict(pairwise(order)),
        chosen=chosen,
    )


def _counterparts(keys: Iterable[str], full_names: Mapping[str, str]) -> set[str]:
    """The full names of initials among `keys`, and the initials of full names among them."""
    known = set(keys)
    return {full for short, full in full_names.items() if short in known} | {
        short for short, full in full_names.items() if full in known
    }


def _is_bold(block: Block) -> bool:
    return block.bold or block.text.startswith("*")


def _shared_style(chosen: Mapping[int, LabelCandidate], blocks: Sequence[Block]) -> str | None:
    """The style that nearly all labels share, or None; words for questions and answers do not count."""
    styles = [_label_style(candidate, blocks[i]) for i, candidate in chosen.items() if not candidate.anonymous]
    if not styles:
        return None
    most = max(set(styles), key=lambda style: (styles.count(style), style))
    return most if most and styles.count(most) >= MIN_SHARED_STYLE * len(styles) else None


def _label_style(candidate: LabelCandidate, block: Block) -> str:
    """How a label is set, in a way that prose is not; the empty string for a plain label."""
    if block.level:
        return f"h{block.level}{candidate.form}"
    if candidate.form == "time":
        return "time"
    if candidate.capitals and candidate.form == "mark":
        return "capitals"
    return ""


# --- labels like those of the vocabulary


def _add_alike_to_vocabulary(
    chosen: dict[int, LabelCandidate],
    confidences: dict[str, float],
    candidates: Mapping[int, LabelCandidate],
    blocks: Sequence[Block],
    scores: Sequence[LabelScore],
) -> None:
    """Adds labels to `chosen` that are set like one that the user names: one named speaker shows what a label is."""
    layouts = {layout_of(blocks[i], candidate) for i, candidate in candidates.items() if candidate.from_vocabulary}
    if not layouts:
        return
    for score in scores:
        alike = [i for i in score.places if i not in chosen and _has_layout(blocks[i], candidates[i], layouts)]
        if alike and _may_speak(score):
            chosen.update((i, candidates[i]) for i in alike)
            confidences.setdefault(score.key, max(ALIKE_CONFIDENCE, score.confidence))


def _has_layout(block: Block, candidate: LabelCandidate, layouts: Set[LabelLayout]) -> bool:
    return layout_of(block, candidate) in layouts


def _may_speak(score: LabelScore) -> bool:
    """Whether a label that recurs is a name or speaks, or one that occurs once is a name and speaks."""
    speaks = score.asking > 0 or score.conversing >= MIN_CONVERSING_SHARE_OF_ALIKE
    return speaks or score.named if len(score.places) > 1 else speaks and score.named
