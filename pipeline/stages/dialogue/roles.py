"""Who asks, who answers, who moderates.

What people do in this document decides first, what their labels say second. `ASKER_RULES` lists the ways to find
the interviewer; the first that finds one decides. Moderators are asides, all other speakers answer.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import pairwise
from typing import Literal

import msgspec

from pipeline.stages.dialogue.label_candidates import LabelKind
from pipeline.stages.dialogue.turn_features import TurnFeatures

TurnPart = Literal["question", "answer", "aside"]

KIND_SCORE = {"asks": 1.2, "outlet": 0.6, "answers": -1.2, "moderates": 0.2}
BRIEF_SCORE, MAX_BRIEF_RATIO = 0.3, 0.5
"""For speakers whose turns are at most half as long as those of the others."""
LENGTHY_SCORE, MIN_LENGTHY_RATIO = -0.3, 1.2
ANSWERED_SCORE, MIN_ANSWERED_SHARE = 0.7, 0.5
"""For speakers after most of whose turns the main respondent speaks."""
MIN_INTERVIEWER_SCORE = 0.0
"""Score above which a speaker is an interviewer."""

MIN_RESPONDENT_TURNS, MAX_RESPONDENT_ASKING = 3, 0.4
MIN_RESPONDENT_RATIO = 1.5
"""How many times more turns the main respondent has than any other speaker, if there are more than two."""
MIN_ASKING_MODERATOR_SHARE = 0.4
"""Share of questions from which a moderator is the interviewer, if there is no other."""
MIN_ASKING_SINGLE_SHARE = 0.5
"""Share of questions from which the only labelled speaker is the interviewer."""
MIN_MAIN_SPEAKER_TURNS = 4
"""Turns of each of two main speakers from which a speaker with one turn is a bystander."""

ASKING_WEIGHT, ADDRESSING_WEIGHT, BREVITY_WEIGHT, OPENING_WEIGHT, THANKING_WEIGHT = 1.5, 0.5, 0.6, 0.25, 0.6
"""Weights if one of two speakers asks more, says you more, says half as much, speaks first, thanks at the end."""
CLOSING_TURNS = 3
"""Turns at the end in which the interviewer thanks."""
MIN_LEADER_SCORE = 0.8
"""Score from which one of two is the interviewer."""


class Speakers(msgspec.Struct, frozen=True):
    """The turns of a document and what follows from them. Speakers are in the order of their first turns."""

    turns: Sequence[TurnFeatures]
    by_speaker: Mapping[str, Sequence[TurnFeatures]]
    kinds: Mapping[str, LabelKind | None]
    scores: Mapping[str, float]
    """The score of each as an interviewer."""
    moderators: Set[str]
    bystanders: Set[str]
    """Speakers with one turn while two others talk."""


class Askers(msgspec.Struct, frozen=True):
    """The interviewers, and the speakers who are neither interviewer nor respondent."""

    askers: Set[str]
    asides: Set[str]


def assign_roles(turns: Sequence[TurnFeatures], *, asked_without_label: bool = False) -> dict[str, TurnPart]:
    """What the turns of each speaker are: without a clear interviewer, all of them answer.

    With `asked_without_label`, the questions are the unlabelled lines above the turns, so no labelled speaker asks.
    """
    by_speaker: dict[str, list[TurnFeatures]] = {}
    for turn in turns:
        by_speaker.setdefault(turn.speaker, []).append(turn)
    kinds = {speaker: next((turn.kind for turn in own if turn.kind), None) for speaker, own in by_speaker.items()}
    moderators = {speaker for speaker in by_speaker if kinds[speaker] == "moderates"}
    if asked_without_label:
        return {speaker: "aside" if speaker in moderators else "answer" for speaker in by_speaker}
    speakers = Speakers(
        turns,
        by_speaker,
        kinds,
        _interviewer_scores(turns, by_speaker, kinds),
        moderators,
        _bystanders(turns, by_speaker, kinds),
    )
    decisions = (rule(speakers) for rule in ASKER_RULES)
    decision = next((askers for askers in decisions if askers is not None), Askers(set(), moderators))
    return {speaker: _part(speaker, decision) for speaker in by_speaker}


def _part(speaker: str, decision: Askers) -> TurnPart:
    if speaker in decision.askers:
        return "question"
    return "aside" if speaker in decision.asides else "answer"


# --- ways to find the interviewer


def _only_speaker(speakers: Speakers) -> Askers | None:
    """The only labelled speaker, who asks or whose label asks; not with a label for answers."""
    if len(speakers.by_speaker) != 1 or "answers" in speakers.kinds.values():
        return None
    asks = _asking_share(speakers.turns) >= MIN_ASKING_SINGLE_SHARE or "asks" in speakers.kinds.values()
    if asks:
        return Askers(set(speakers.by_speaker), speakers.moderators)
    return _only_outlet_of_vocabulary(speakers) or Askers(set(), speakers.moderators)


def _by_score(speakers: Speakers) -> Askers | None:
    """All speakers with a high score; if these are all speakers, the one with the highest."""
    rest = [speaker for speaker in speakers.by_speaker if speaker not in speakers.moderators]
    askers = {speaker for speaker in rest if speakers.scores[speaker] > MIN_INTERVIEWER_SCORE}
    if not askers:
        return None
    if len(askers) > 1 and len(askers) == len(rest):
        # The first of equals, in the order of their first turns.
        askers = {max(rest, key=lambda speaker: speakers.scores[speaker])}
    return Askers(askers, speakers.moderators)


def _asking_moderators(speakers: Speakers) -> Askers | None:
    """Moderators who ask, if there are other speakers."""
    asking = {
        speaker
        for speaker in speakers.moderators
        if _asking_share(speakers.by_speaker[speaker]) >= MIN_ASKING_MODERATOR_SHARE and len(speakers.by_speaker) > 1
    }
    return Askers(asking, speakers.moderators - asking) if asking else None


def _leader_of_two(speakers: Speakers) -> Askers | None:
    """The one of two main speakers who leads the dialogue."""
    aside = speakers.moderators | speakers.bystanders
    if len(speakers.by_speaker) - len(aside) != 2:
        return None
    pair = [speaker for speaker in speakers.by_speaker if speaker not in aside]
    leader = _interviewer_of_two(pair, speakers.turns, speakers.kinds)
    return None if leader is None else Askers({leader}, aside)


def _only_outlet_of_vocabulary(speakers: Speakers) -> Askers | None:
    """The only outlet that the user names: the text gives no evidence, so the settings decide."""
    outlets = {turn.speaker for turn in speakers.turns if turn.from_vocabulary and turn.kind == "outlet"}
    return Askers(outlets, speakers.moderators) if len(outlets) == 1 else None


ASKER_RULES: tuple[Callable[[Speakers], Askers | None], ...] = (
    _only_speaker,
    _by_score,
    _asking_moderators,
    _leader_of_two,
    _only_outlet_of_vocabulary,
)
"""Ways to find the interviewers; the first that does not return None decides."""


# --- scores


def _interviewer_scores(
    turns: Sequence[TurnFeatures],
    by_speaker: Mapping[str, Sequence[TurnFeatures]],
    kinds: Mapping[str, LabelKind | None],
) -> dict[str, float]:
    """The score of each speaker as an interviewer."""
    length = sum(turn.length for turn in turns)
    scores = {
        speaker: _interviewer_score(own, kinds[speaker], len(turns), length) for speaker, own in by_speaker.items()
    }
    main = _main_respondent(by_speaker, kinds)
    if main is not None:
        for speaker, share in _share_answered_by(main, turns).items():
            if speaker != main and share >= MIN_ANSWERED_SHARE and kinds[speaker] != "answers":
                scores[speaker] += ANSWERED_SCORE
    return scores


def _interviewer_score(own: Sequence[TurnFeatures], kind: LabelKind | None, count: int, length: int) -> float:
    """The score of one speaker; `count` and `length` are the turns of all speakers and their length."""
    score = 2 * _asking_share(own) - 1 + KIND_SCORE.get(kind or "", 0.0)
    if count > len(own):
        own_length = sum(turn.length for turn in own)
        ratio = (own_length / len(own)) / max((length - own_length) / (count - len(own)), 1)
        score += BRIEF_SCORE if ratio < MAX_BRIEF_RATIO else LENGTHY_SCORE if ratio > MIN_LENGTHY_RATIO else 0.0
    return round(score, 2)


def _main_respondent(
    by_speaker: Mapping[str, Sequence[TurnFeatures]], kinds: Mapping[str, LabelKind | None]
) -> str | None:
    """The one speaker whom all others ask: with the most turns of all and few questions; None if there is none."""
    counts = Counter(
        {speaker: len(own) for speaker, own in by_speaker.items() if kinds[speaker] not in {"moderates", "asks"}}
    )
    if len(counts) < 2:
        return None
    (first, most), (_, second) = counts.most_common(2)
    if most < MIN_RESPONDENT_TURNS or _asking_share(by_speaker[first]) > MAX_RESPONDENT_ASKING:
        return None
    return None if len(counts) > 2 and most < MIN_RESPONDENT_RATIO * second else first


def _share_answered_by(main: str, turns: Sequence[TurnFeatures]) -> dict[str, float]:
    """For each speaker the share of the turns after which `main` speaks."""
    count, answered = Counter(turn.speaker for turn in turns), Counter[str]()
    for turn, following in pairwise(turns):
        answered[turn.speaker] += following.speaker == main
    return {speaker: answered[speaker] / count[speaker] for speaker in count}


def _bystanders(
    turns: Sequence[TurnFeatures],
    by_speaker: Mapping[str, Sequence[TurnFeatures]],
    kinds: Mapping[str, LabelKind | None],
) -> set[str]:
    """Speakers with one turn while two others talk, who are not asked: a cameraman, an aide."""
    if len(by_speaker) < 3 or sum(len(own) >= MIN_MAIN_SPEAKER_TURNS for own in by_speaker.values()) != 2:
        return set()
    once = {
        speaker for speaker, own in by_speaker.items() if len(own) == 1 and kinds[speaker] is None and not own[0].asks
    }
    asked = {following.speaker for turn, following in pairwise(turns) if turn.asks}
    return once - asked


# --- two speakers


class Conduct(msgspec.Struct, frozen=True):
    """How one of two speakers talks. Shares are of the speaker's turns, lengths in Latin letters."""

    asking: float
    addressing: float
    length: float
    """Mean length of what is said at a time, at least 1."""
    opens: bool
    thanks: bool
    """The speaker is the first to thank in the last turns."""


def _interviewer_of_two(
    pair: Sequence[str], turns: Sequence[TurnFeatures], kinds: Mapping[str, LabelKind | None]
) -> str | None:
    """The one of two speakers who leads, or None if it is not clear.

    The label of an outlet decides. Otherwise the leader asks more, says less, opens the dialogue and thanks at the end.
    """
    outlets = [speaker for speaker in pair if kinds[speaker] in {"outlet", "asks"}]
    if len(outlets) == 1:
        return outlets[0]
    first, second = pair
    score = _leader_score(_conduct(first, pair, turns), _conduct(second, pair, turns))
    if score >= MIN_LEADER_SCORE:
        return first
    return second if score <= -MIN_LEADER_SCORE else None


def _leader_score(first: Conduct, second: Conduct) -> float:
    """The evidence for who leads: positive for `first`, negative for `second`."""
    score = ASKING_WEIGHT * (first.asking - second.asking)
    score += ADDRESSING_WEIGHT * (first.addressing - second.addressing)
    score += BREVITY_WEIGHT * max(-1.0, min(1.0, math.log2(second.length / first.length)))
    score += OPENING_WEIGHT if first.opens else -OPENING_WEIGHT
    score += THANKING_WEIGHT if first.thanks else -THANKING_WEIGHT if second.thanks else 0.0
    return round(score, 2)


def _conduct(speaker: str, pair: Sequence[str], turns: Sequence[TurnFeatures]) -> Conduct:
    own = [turn for turn in turns if turn.speaker == speaker]
    merged = _merge_turns([turn for turn in turns if turn.speaker in pair])
    lengths = [turn.length for turn in merged if turn.speaker == speaker]
    thanks = next((turn.speaker for turn in merged[-CLOSING_TURNS:] if turn.thanks), None)
    return Conduct(
        asking=_asking_share(own),
        addressing=sum(turn.addresses for turn in own) / len(own),
        length=max(sum(lengths) / len(lengths), 1),
        opens=merged[0].speaker == speaker,
        thanks=thanks == speaker,
    )


def _merge_turns(turns: Sequence[TurnFeatures]) -> list[TurnFeatures]:
    """The turns with successive ones of one speaker merged."""
    merged: list[TurnFeatures] = []
    for turn in turns:
        if merged and merged[-1].speaker == turn.speaker:
            last = merged[-1]
            merged[-1] = TurnFeatures(
                turn.speaker,
                turn.kind,
                last.asks or turn.asks,
                last.length + turn.length,
                turn.from_vocabulary,
                last.thanks or turn.thanks,
                last.addresses or turn.addresses,
            )
        else:
            merged.append(turn)
    return merged


def _asking_share(turns: Sequence[TurnFeatures]) -> float:
    return sum(turn.asks for turn in turns) / len(turns)
