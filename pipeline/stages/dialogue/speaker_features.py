"""What all turns of a speaker show of the role, against those of the others. The forest `roles` reads these features.

Features are whole numbers: shares in thousandths, logarithms in hundredths, flags as 0 and 1. `roles.forest` was grown
from the same features (`scripts/train_roles.py`), so neither their order nor their values must change without it.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from pipeline.stages.dialogue.label_candidates import LabelKind
from pipeline.stages.dialogue.speaker_mentions import NOT_MENTIONED, Mention
from pipeline.stages.dialogue.turn_features import TurnFeatures

PER_MILLE = 1000
MIN_LONG_LETTERS, MAX_BRIEF_LETTERS = 300, 40
"""Latin letters of a long turn and of a brief one."""
MAX_TURNS, MAX_SPEAKERS, MAX_PARAGRAPHS = 400, 20, 20
"""Counts above are all the same to the forest."""
MAX_PLACE = 4
"""Turns before the first turn of a speaker, or after the last one, that are counted."""
OPENING_TURNS, CLOSING_TURNS = 4, 4
"""Turns at the start and at the end of the talk in which people greet and thank."""


class SpeakerFeatures(NamedTuple):
    """One speaker against the others. `_lead` is the difference to those with whom the speaker takes turns."""

    # the label
    kind_asks: int
    kind_answers: int
    kind_outlet: int
    kind_moderates: int
    outlet_of_vocabulary: int
    other_kind_asks: int
    other_kind_answers: int
    other_kind_outlet: int
    other_kind_moderates: int
    # how much
    speakers: int
    turns: int
    turn_share: int
    turns_over_next: int
    """Difference to the turns of the other who has most."""
    turns_against_partners: int
    length_share: int
    mean_length: int
    mean_length_lead: int
    long_share: int
    long_lead: int
    brief_share: int
    brief_lead: int
    paragraphs: int
    paragraphs_lead: int
    # questions
    asks_share: int
    asks_lead: int
    asks_over_next: int
    """Difference to the other who asks most."""
    ends_asking_share: int
    ends_asking_lead: int
    marks_rate: int
    marks_lead: int
    begins_question_share: int
    begins_question_lead: int
    # words
    you_rate: int
    you_lead: int
    first_rate: int
    first_lead: int
    you_against_first: int
    you_against_first_lead: int
    reply_share: int
    reply_lead: int
    leading_word_share: int
    leading_word_lead: int
    invites_rate: int
    invites_lead: int
    thinks_rate: int
    thinks_lead: int
    agrees_share: int
    agrees_lead: int
    thanks_share: int
    thanks_lead: int
    # manners
    greets: int
    other_greets: int
    welcomed: int
    other_welcomed: int
    closes: int
    other_closes: int
    thanks_at_end: int
    other_thanks_at_end: int
    # order
    first_place: int
    last_place: int
    after_question_share: int
    after_question_lead: int
    answered_longer_share: int
    answered_longer_lead: int
    question_answered_longer_share: int
    changes_share: int
    """Share of the changes of speaker in which the speaker takes part: all for one whom everybody asks."""
    partners: int
    # names
    in_title: int
    other_in_title: int
    opens_title: int
    in_lead: int
    other_in_lead: int
    in_byline: int
    other_in_byline: int
    named_by_others: int
    names_others: int
    naming_lead: int
    """How much more often the speaker names others than the others name the speaker."""


class _Counts(msgspec.Struct, gc=False):
    """What is counted over the turns of one speaker."""

    turns: int = 0
    length: int = 0
    long: int = 0
    brief: int = 0
    paragraphs: int = 0
    asks: int = 0
    ends_asking: int = 0
    marks: int = 0
    begins_question: int = 0
    you: int = 0
    first: int = 0
    words: int = 0
    replies: int = 0
    leads: int = 0
    invites: int = 0
    thinks: int = 0
    agrees: int = 0
    thanks: int = 0
    greets: int = 0
    welcomed: int = 0
    closes: int = 0
    thanks_at_end: int = 0
    after_question: int = 0
    answered_longer: int = 0
    question_answered_longer: int = 0
    naming: int = 0
    named: int = 0
    kinds: frozenset[LabelKind] = frozenset()
    outlet_of_vocabulary: bool = False
    first_place: int = 0
    last_place: int = 0
    mention: Mention = NOT_MENTIONED
    partners: dict[str, int] = msgspec.field(default_factory=dict)
    """How often each other speaker speaks right before or after."""


class _Shares(NamedTuple):
    """What a speaker's counts are in relation to the turns, the words or the letters: what speakers differ in."""

    mean_length: int
    long: int
    brief: int
    paragraphs: int
    asks: int
    ends_asking: int
    marks: int
    begins_question: int
    you: int
    first: int
    you_against_first: int
    reply: int
    leading_word: int
    invites: int
    thinks: int
    agrees: int
    thanks: int
    after_question: int
    answered_longer: int
    names: int


class _Document(msgspec.Struct, frozen=True, gc=False):
    """The counts and shares of all speakers of a document, and sums over them."""

    counts: Mapping[str, _Counts]
    shares: Mapping[str, _Shares]
    kinds: Counter[LabelKind]
    """How many speakers have a label of each kind."""
    turns: int
    length: int
    changes: int
    """How often the speaker changes."""
    manners: Mapping[str, int]
    mentions: Mapping[str, int]
    most_turns: tuple[int, int]
    """Turns of the speaker with most, and of the next."""
    most_asking: tuple[int, int]


def speaker_features(turns: Sequence[TurnFeatures]) -> dict[str, SpeakerFeatures]:
    """The features of each speaker, in the order of their first turns; linear in the turns."""
    counts = _count(turns)
    shares = {speaker: _shares(own) for speaker, own in counts.items()}
    document = _Document(
        counts,
        shares,
        Counter(kind for own in counts.values() for kind in own.kinds),
        len(turns),
        sum(own.length for own in counts.values()),
        sum(sum(own.partners.values()) for own in counts.values()) // 2,
        {field: sum(getattr(own, field) for own in counts.values()) for field in MANNERS},
        {field: sum(int(getattr(own.mention, field)) for own in counts.values()) for field in MENTIONS},
        _two_highest([own.turns for own in counts.values()]),
        _two_highest([own.asks for own in shares.values()]),
    )
    return {speaker: _features(speaker, document) for speaker in counts}


MANNERS = ("greets", "welcomed", "closes", "thanks_at_end")
MENTIONS = ("title", "lead", "byline")


def partner_turns(turns: Sequence[TurnFeatures]) -> dict[str, dict[str, int]]:
    """For each speaker how often each other speaker speaks right before or after."""
    partners: dict[str, dict[str, int]] = {}
    for turn, following in pairwise(turns):
        if turn.speaker != following.speaker:
            for one, other in ((turn.speaker, following.speaker), (following.speaker, turn.speaker)):
                counts = partners.setdefault(one, {})
                counts[other] = counts.get(other, 0) + 1
    return partners


# --- counting


def _count(turns: Sequence[TurnFeatures]) -> dict[str, _Counts]:
    counts: dict[str, _Counts] = {}
    last = len(turns) - 1
    for i, turn in enumerate(turns):
        own = counts.get(turn.speaker)
        if own is None:
            own = counts[turn.speaker] = _Counts(first_place=min(i, MAX_PLACE), mention=turn.mention)
        own.last_place = min(last - i, MAX_PLACE)
        _count_turn(own, turn)
        _count_manners(own, turn, opening=i < OPENING_TURNS, closing=i > last - CLOSING_TURNS)
    for turn, following in pairwise(turns):
        if turn.speaker != following.speaker:
            _count_change(counts, turn, following)
    for turn in turns:
        for other in turn.addressed:
            if other in counts:
                counts[other].named += 1
    return counts


def _count_turn(own: _Counts, turn: TurnFeatures) -> None:
    conduct = turn.conduct
    own.turns += 1
    own.length += turn.length
    own.long += turn.length >= MIN_LONG_LETTERS
    own.brief += turn.length <= MAX_BRIEF_LETTERS
    own.paragraphs += turn.paragraphs
    own.asks += turn.asks
    own.ends_asking += turn.ends_asking
    own.marks += turn.question_marks
    own.begins_question += conduct.begins_question
    own.you += conduct.you
    own.first += conduct.first
    own.words += conduct.words
    own.replies += conduct.begins_reply
    own.leads += conduct.begins_lead
    own.invites += conduct.invites
    own.thinks += conduct.thinks
    own.agrees += conduct.agrees
    own.thanks += conduct.thanks
    own.naming += bool(turn.addressed)
    if turn.kind is not None and turn.kind not in own.kinds:
        own.kinds |= {turn.kind}
    own.outlet_of_vocabulary |= turn.from_vocabulary and turn.kind == "outlet"


def _count_manners(own: _Counts, turn: TurnFeatures, *, opening: bool, closing: bool) -> None:
    if opening:
        own.greets += turn.conduct.greets
        own.welcomed += turn.conduct.welcomed
    if closing:
        own.closes += turn.conduct.closes
        own.thanks_at_end += turn.conduct.thanks


def _count_change(counts: Mapping[str, _Counts], turn: TurnFeatures, following: TurnFeatures) -> None:
    own, other = counts[turn.speaker], counts[following.speaker]
    own.partners[following.speaker] = own.partners.get(following.speaker, 0) + 1
    other.partners[turn.speaker] = other.partners.get(turn.speaker, 0) + 1
    longer = following.length > turn.length
    own.answered_longer += longer
    own.question_answered_longer += longer and turn.asks
    other.after_question += turn.asks


# --- shares


def _share(part: int, whole: int) -> int:
    """A share in thousandths; 0 of nothing."""
    return PER_MILLE * part // whole if whole else 0


def _log(value: float) -> int:
    """The binary logarithm in hundredths; 0 for values up to 1."""
    return round(100 * math.log2(value)) if value > 1 else 0


def _two_highest(values: Sequence[int]) -> tuple[int, int]:
    """The highest value and the next; 0 if there is no other."""
    first, second = 0, 0
    for value in values:
        if value > first:
            first, second = value, first
        elif value > second:
            second = value
    return first, second


def _shares(own: _Counts) -> _Shares:
    turns, persons = own.turns, own.you + own.first
    return _Shares(
        mean_length=_log(own.length / turns),
        long=_share(own.long, turns),
        brief=_share(own.brief, turns),
        paragraphs=min(_share(own.paragraphs, turns), MAX_PARAGRAPHS * PER_MILLE),
        asks=_share(own.asks, turns),
        ends_asking=_share(own.ends_asking, turns),
        marks=min(_share(own.marks, own.length), PER_MILLE),
        begins_question=_share(own.begins_question, turns),
        you=min(_share(own.you, own.words), PER_MILLE),
        first=min(_share(own.first, own.words), PER_MILLE),
        you_against_first=_share(own.you, persons) if persons else PER_MILLE // 2,
        reply=_share(own.replies, turns),
        leading_word=_share(own.leads, turns),
        invites=min(_share(own.invites, own.words), PER_MILLE),
        thinks=min(_share(own.thinks, own.words), PER_MILLE),
        agrees=_share(own.agrees, turns),
        thanks=_share(own.thanks, turns),
        after_question=_share(own.after_question, turns),
        answered_longer=_share(own.answered_longer, turns),
        names=_share(own.naming, turns),
    )


def _leads(speaker: str, document: _Document) -> _Shares:
    """The own shares less the mean of those with whom the speaker takes turns, each as often as they do."""
    own, partners = document.shares[speaker], document.counts[speaker].partners
    total = sum(partners.values())
    if not total:
        return _Shares(*[0] * len(own))
    if len(partners) == 1:
        (other,) = partners
        return _Shares(*(mine - theirs for mine, theirs in zip(own, document.shares[other], strict=True)))
    sums = [0] * len(own)
    for other, count in partners.items():
        for at, value in enumerate(document.shares[other]):
            sums[at] += count * value
    return _Shares(*(mine - theirs // total for mine, theirs in zip(own, sums, strict=True)))


# --- features


def _features(speaker: str, document: _Document) -> SpeakerFeatures:
    own, share, lead = document.counts[speaker], document.shares[speaker], _leads(speaker, document)
    partner_turns = sum(document.counts[other].turns for other in own.partners)
    named = _share(own.named, document.turns - own.turns)
    other_kinds = {kind: document.kinds[kind] - (kind in own.kinds) for kind in KINDS}
    kind_asks, kind_answers, kind_outlet, kind_moderates = (int(kind in own.kinds) for kind in KINDS)
    return SpeakerFeatures(
        kind_asks=kind_asks,
        kind_answers=kind_answers,
        kind_outlet=kind_outlet,
        kind_moderates=kind_moderates,
        outlet_of_vocabulary=int(own.outlet_of_vocabulary),
        other_kind_asks=min(other_kinds["asks"], MAX_SPEAKERS),
        other_kind_answers=min(other_kinds["answers"], MAX_SPEAKERS),
        other_kind_outlet=min(other_kinds["outlet"], MAX_SPEAKERS),
        other_kind_moderates=min(other_kinds["moderates"], MAX_SPEAKERS),
        speakers=min(len(document.counts), MAX_SPEAKERS),
        turns=min(own.turns, MAX_TURNS),
        turn_share=_share(own.turns, document.turns),
        turns_over_next=_share(own.turns - _highest_other(own.turns, document.most_turns), document.turns),
        turns_against_partners=_share(own.turns, own.turns + partner_turns),
        length_share=_share(own.length, document.length),
        mean_length=share.mean_length,
        mean_length_lead=lead.mean_length,
        long_share=share.long,
        long_lead=lead.long,
        brief_share=share.brief,
        brief_lead=lead.brief,
        paragraphs=share.paragraphs,
        paragraphs_lead=lead.paragraphs,
        asks_share=share.asks,
        asks_lead=lead.asks,
        asks_over_next=share.asks - _highest_other(share.asks, document.most_asking),
        ends_asking_share=share.ends_asking,
        ends_asking_lead=lead.ends_asking,
        marks_rate=share.marks,
        marks_lead=lead.marks,
        begins_question_share=share.begins_question,
        begins_question_lead=lead.begins_question,
        you_rate=share.you,
        you_lead=lead.you,
        first_rate=share.first,
        first_lead=lead.first,
        you_against_first=share.you_against_first,
        you_against_first_lead=lead.you_against_first,
        reply_share=share.reply,
        reply_lead=lead.reply,
        leading_word_share=share.leading_word,
        leading_word_lead=lead.leading_word,
        invites_rate=share.invites,
        invites_lead=lead.invites,
        thinks_rate=share.thinks,
        thinks_lead=lead.thinks,
        agrees_share=share.agrees,
        agrees_lead=lead.agrees,
        thanks_share=share.thanks,
        thanks_lead=lead.thanks,
        greets=own.greets,
        other_greets=document.manners["greets"] - own.greets,
        welcomed=own.welcomed,
        other_welcomed=document.manners["welcomed"] - own.welcomed,
        closes=own.closes,
        other_closes=document.manners["closes"] - own.closes,
        thanks_at_end=own.thanks_at_end,
        other_thanks_at_end=document.manners["thanks_at_end"] - own.thanks_at_end,
        first_place=own.first_place,
        last_place=own.last_place,
        after_question_share=share.after_question,
        after_question_lead=lead.after_question,
        answered_longer_share=share.answered_longer,
        answered_longer_lead=lead.answered_longer,
        question_answered_longer_share=_share(own.question_answered_longer, own.turns),
        changes_share=_share(sum(own.partners.values()), document.changes),
        partners=min(len(own.partners), MAX_SPEAKERS),
        in_title=int(own.mention.title),
        other_in_title=document.mentions["title"] - own.mention.title,
        opens_title=int(own.mention.opens_title),
        in_lead=min(own.mention.lead, MAX_SPEAKERS),
        other_in_lead=min(document.mentions["lead"] - own.mention.lead, MAX_SPEAKERS),
        in_byline=int(own.mention.byline),
        other_in_byline=document.mentions["byline"] - own.mention.byline,
        named_by_others=named,
        names_others=share.names,
        naming_lead=share.names - named,
    )


KINDS: tuple[LabelKind, ...] = ("asks", "answers", "outlet", "moderates")


def _highest_other(own: int, two_highest: tuple[int, int]) -> int:
    """The highest value of the others."""
    return two_highest[1] if own == two_highest[0] else two_highest[0]
