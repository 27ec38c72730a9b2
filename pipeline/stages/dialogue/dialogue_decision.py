"""Whether labels that score high enough are those of a dialogue, or keys, headings and items of something else."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate, LabelKind
from pipeline.stages.dialogue.label_scoring import LabelScore, holds_question
from pipeline.stages.dialogue.pronouns import FIRST_PERSON

MIN_TURNS_OF_DIALOGUE = 2
MIN_QUESTIONS_OF_DIALOGUE = 2
"""Questions that are looked for in the labelled turns, before those around them count too."""
MIN_ENDED_SHARE = 0.6
"""Share of the turns that must end as sentences do, or say I or you; items of a programme do neither."""
MANY_TURNS, MIN_QUESTION_SHARE = 8, 0.15
"""Turns, and share of them that asks, from which turns need not end as sentences: people in a chat save full stops."""
MIN_CONVERSING_SHARE = 0.3
MIN_TURNS_OF_SEVERAL, MIN_TURNS_OF_TWO = 4, 6
"""Turns of three or more people, and of two, that are a dialogue even with few questions."""
MIN_FIRST_PERSON_ANSWERS = 0.3
"""Share of the unlabelled answers to one speaker's questions that must say I or we."""
MAX_CONTINUATION_BLOCKS = 2
"""Blocks below a labelled one in which its turn may still end in a question."""


class DialogueFacts(msgspec.Struct, frozen=True, gc=False):
    """What the labels of a document say about it as a whole."""

    speakers: int
    turns: int
    questions: int
    """Questions in the turns and, if these are few, right above and below them."""
    has_partners: bool
    """A single speaker talks to others who have no label."""
    kinds: frozenset[LabelKind | None]
    ended_turns: float
    """Turns that end as sentences do, or say I or you."""
    conversing: float
    """Share of the turns that say I, we or you."""
    named: bool
    """At least one label is a name or a word for a speaker."""

    @property
    def has_question_share(self) -> bool:
        """Whether enough of the turns ask."""
        return self.questions >= MIN_QUESTION_SHARE * self.turns

    @property
    def alternates_by_kind(self) -> bool:
        """Whether the words of the labels say that people take turns.

        An outlet and one person do, even if the outlet never asks; several outlets are a press review.
        """
        return not self.kinds.isdisjoint({"asks", "answers"}) or (self.speakers == 2 and self.kinds == {"outlet", None})


def _one_speaker_with_partners(facts: DialogueFacts) -> bool:
    return facts.speakers < 2 and facts.questions >= MIN_QUESTIONS_OF_DIALOGUE and facts.has_partners


def _one_speaker(facts: DialogueFacts) -> bool:
    return facts.speakers < 2


def _items_of_a_programme(facts: DialogueFacts) -> bool:
    """Few turns or few questions, and most turns are no sentences: `10 am: Registration`."""
    few = facts.turns < MANY_TURNS or not facts.has_question_share
    return few and not facts.alternates_by_kind and facts.ended_turns < MIN_ENDED_SHARE * facts.turns


def _somebody_asks(facts: DialogueFacts) -> bool:
    """One question is enough between names; labels like `Problem:` and `Way out:` need more."""
    return facts.questions >= 1 if facts.named else facts.has_question_share


def _kinds_take_turns(facts: DialogueFacts) -> bool:
    return facts.alternates_by_kind


def _named_people_converse(facts: DialogueFacts) -> bool:
    """No turn asks, but speakers with names say I and you."""
    enough = facts.turns >= (MIN_TURNS_OF_SEVERAL if facts.speakers > 2 else MIN_TURNS_OF_TWO)
    return facts.named and enough and facts.conversing >= MIN_CONVERSING_SHARE


DECISIONS: tuple[tuple[Callable[[DialogueFacts], bool], bool], ...] = (
    (_one_speaker_with_partners, True),
    (_one_speaker, False),
    (_items_of_a_programme, False),
    (_somebody_asks, True),
    (_kinds_take_turns, True),
    (_named_people_converse, True),
)
"""Predicates with their verdict; the first that holds decides. If none holds, it is no dialogue."""


def is_dialogue(
    accepted: Sequence[LabelScore], candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]
) -> bool:
    """Whether labels that score high enough are those of a dialogue: there are questions, or speakers take turns."""
    if sum(len(score.places) for score in accepted) < MIN_TURNS_OF_DIALOGUE:
        return False
    facts = _facts(accepted, candidates, blocks)
    return next((verdict for holds, verdict in DECISIONS if holds(facts)), False)


def _facts(
    accepted: Sequence[LabelScore], candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]
) -> DialogueFacts:
    turns = sum(len(score.places) for score in accepted)
    kinds = [candidates[score.places[0]].kind for score in accepted]
    return DialogueFacts(
        speakers=len(accepted),
        turns=turns,
        questions=_questions(accepted, candidates, blocks),
        has_partners=len(accepted) == 1 and _has_partners(accepted[0], candidates, blocks),
        kinds=frozenset(kinds),
        ended_turns=sum(max(score.ended, score.conversing) * len(score.places) for score in accepted),
        conversing=sum(score.conversing * len(score.places) for score in accepted) / turns,
        named=any(score.named or kind is not None for score, kind in zip(accepted, kinds, strict=True)),
    )


def _questions(
    accepted: Sequence[LabelScore], candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]
) -> int:
    """Questions of the labelled turns; if these are too few, also those around them."""
    asking = sum(score.asking for score in accepted)
    if asking >= MIN_QUESTIONS_OF_DIALOGUE:
        return asking
    places = {i for score in accepted for i in score.places}
    asking += sum(_asks_below(i, candidates, blocks) for i in places)
    # Each of several reporters may ask once: their labels do not recur, only that of the person who answers does.
    asking += sum(i not in places and i + 1 in places and blocks[i].asks for i in candidates)
    # Unlabelled questions come right before labelled answers.
    asking += sum(i - 1 not in candidates and i > 0 and blocks[i - 1].asks for i in places)
    return asking


def _asks_below(i: int, candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]) -> bool:
    """Whether a turn that goes on in unlabelled blocks ends in a question."""
    for j in range(i + 1, min(i + 1 + MAX_CONTINUATION_BLOCKS, len(blocks))):
        if j in candidates:
            return False
        if blocks[j].asks:
            return True
    return False


def _has_partners(score: LabelScore, candidates: Mapping[int, LabelCandidate], blocks: Sequence[Block]) -> bool:
    """Whether the only labelled speaker talks to others who have no label.

    Questions stand right above the turns, or the turns ask and the blocks below them answer.
    """
    kind, count = candidates[score.places[0]].kind, len(score.places)
    places = set(score.places)
    asked_above = sum(i > 0 and i - 1 not in places and blocks[i - 1].asks for i in places)
    if 2 * asked_above >= count:
        return True
    below = [i + 1 for i in score.places if i + 1 < len(blocks) and i + 1 not in candidates]
    if kind == "asks":
        return bool(below)
    asking = sum(blocks[i].asks or holds_question(blocks[i].text) for i in score.places)
    answering = sum(any(FIRST_PERSON.search(block.text) for block in blocks[i : i + 2]) for i in below)
    return (
        kind != "answers"
        and 2 * asking >= count
        and answering >= MIN_FIRST_PERSON_ANSWERS * max(len(below), 1)
        and 2 * len(below) >= count
    )
