"""Who asks, who answers, who moderates: by what they do in this document first, by what their label says second."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from pipeline.stages.dialogue.label_candidates import LabelKind

TurnPart = Literal["question", "answer", "aside"]

KIND_SCORE = {"asks": 1.2, "outlet": 0.6, "answers": -1.2, "moderates": 0.2}
MIN_INTERVIEWER_SCORE = 0.0
"""Score from which somebody asks for a living."""
ASKS, ADDRESSES, LESS, OPENS, THANKS = 1.5, 0.5, 0.6, 0.25, 0.6
"""What weighs in a talk of two: asking, saying you, saying half as much, speaking first, giving thanks at the end."""
CLOSING_TURNS = 3
"""Turns at the end in which the one who leads gives thanks."""
MIN_MAIN_SPEAKER_TURNS = 4
"""Turns of each of the two who talk, from which one who speaks once is only passing by."""
MIN_LEADER_SCORE = 0.8
"""Sum from which one of two leads the talk."""


class TurnFeatures(msgspec.Struct, frozen=True, gc=False):
    """One labelled turn, as far as roles go: whose, what its label says, whether it ends in a question, its length.

    `told`: the user names who speaks; `thanks`: it begins with thanks; `addresses`: it says you.
    """

    key: str
    kind: LabelKind | None
    asks: bool
    length: int
    told: bool = False
    thanks: bool = False
    addresses: bool = False


def assign_roles(turns: Sequence[TurnFeatures], *, asked: bool = False) -> dict[str, TurnPart]:
    """What each speaker's turns are. Where nobody is plainly the interviewer, all of them answer.

    `asked`: the questions stand above the turns without a label, so that nobody who has one asks.
    """
    by_key: dict[str, list[TurnFeatures]] = {}
    for turn in turns:
        by_key.setdefault(turn.key, []).append(turn)
    kinds = {key: next((turn.kind for turn in said if turn.kind), None) for key, said in by_key.items()}
    whole = sum(turn.length for turn in turns)
    if asked:
        return {key: "aside" if kinds[key] == "moderates" else "answer" for key in by_key}
    score = {key: _interviewer_score(said, kinds[key], len(turns), whole) for key, said in by_key.items()}
    main = _main_respondent(by_key, kinds)
    if main is not None:
        for key, share in _share_answered_by(main, turns).items():
            if key != main and share >= 0.5 and kinds[key] != "answers":
                score[key] += 0.7
    askers = {key for key in by_key if kinds[key] != "moderates" and score[key] > MIN_INTERVIEWER_SCORE}
    moderators = {key for key in by_key if kinds[key] == "moderates"}
    if askers and askers == set(by_key) - moderators and len(askers) > 1:
        # In the order of their first turns: of two equals the first asks, whatever their names hash to.
        askers = {max((key for key in by_key if key in askers), key=lambda key: score[key])}
    if not askers and moderators:
        asking = {key for key in moderators if _asking_share(by_key[key]) >= 0.4 and len(by_key) > 1}
        askers, moderators = asking, moderators - asking
    passing = _bystanders(turns, by_key, kinds)
    if not askers and len(by_key) - len(moderators | passing) == 2:
        askers = _interviewer_of_two([key for key in by_key if key not in moderators | passing], turns, kinds)
        moderators |= passing if askers else set()
    if len(by_key) == 1 and not any(kind == "answers" for kind in kinds.values()):
        askers = set(by_key) if _asking_share(turns) >= 0.5 or "asks" in kinds.values() else set()
    if not askers:
        # Nothing in the text says who asks, so what the user says does: the one outlet.
        outlets = {turn.key for turn in turns if turn.told and turn.kind == "outlet"}
        askers = outlets if len(outlets) == 1 else set()
    return {key: "question" if key in askers else "aside" if key in moderators else "answer" for key in by_key}


def _bystanders(
    turns: Sequence[TurnFeatures], by_key: Mapping[str, Sequence[TurnFeatures]], kinds: Mapping[str, LabelKind | None]
) -> set[str]:
    """Those who say one thing in a talk of two others, and are not asked: a cameraman, an aide."""
    if len(by_key) < 3 or sum(len(said) >= MIN_MAIN_SPEAKER_TURNS for said in by_key.values()) != 2:
        return set()
    once = {key for key, said in by_key.items() if len(said) == 1 and kinds[key] is None and not said[0].asks}
    asked = {turns[i].key for i in range(1, len(turns)) if turns[i - 1].asks}
    return once - asked


def _asking_share(said: Sequence[TurnFeatures]) -> float:
    return sum(turn.asks for turn in said) / len(said)


def _mean_length(said: Sequence[TurnFeatures]) -> float:
    return sum(turn.length for turn in said) / len(said)


def _interviewer_score(said: Sequence[TurnFeatures], kind: LabelKind | None, count: int, length: int) -> float:
    """What speaks for somebody's asking; `count` and `length` are the turns of all and their characters."""
    score = 2 * _asking_share(said) - 1 + KIND_SCORE.get(kind or "", 0.0)
    if count > len(said):
        own = sum(turn.length for turn in said)
        ratio = (own / len(said)) / max((length - own) / (count - len(said)), 1)
        score += 0.3 if ratio < 0.5 else -0.3 if ratio > 1.2 else 0.0
    return round(score, 2)


def _main_respondent(by_key: Mapping[str, Sequence[TurnFeatures]], kinds: Mapping[str, LabelKind | None]) -> str | None:
    """The one person whom everybody asks: most turns of all, few questions, hardly ever twice in a row."""
    tally = Counter({key: len(said) for key, said in by_key.items() if kinds[key] not in {"moderates", "asks"}})
    if len(tally) < 2:
        return None
    (first, most), (_, second) = tally.most_common(2)
    if most < 3 or _asking_share(by_key[first]) > 0.4 or (len(tally) > 2 and most < 1.5 * second):
        return None
    return first


def _share_answered_by(main: str, turns: Sequence[TurnFeatures]) -> dict[str, float]:
    """For each who speaks, the share of their turns behind which `main` speaks."""
    count, answered = Counter(turn.key for turn in turns), Counter[str]()
    for turn, behind in pairwise(turns):
        answered[turn.key] += behind.key == main
    return {key: answered[key] / count[key] for key in count}


def _interviewer_of_two(
    keys: Sequence[str], turns: Sequence[TurnFeatures], kinds: Mapping[str, LabelKind | None]
) -> set[str]:
    """Of two who make statements, the one who leads the talk; empty where nobody plainly does.

    A medium's label says it. Else: who leads asks more, says less, opens the talk, and gives thanks at its end.
    """
    outlets = [key for key in keys if kinds[key] in {"outlet", "asks"}]
    if len(outlets) == 1:
        return {outlets[0]}
    said = _merge_turns([turn for turn in turns if turn.key in keys])
    one, other = keys
    ours, theirs = ([turn for turn in turns if turn.key == key] for key in keys)
    lead = ASKS * (_asking_share(ours) - _asking_share(theirs))
    lead += ADDRESSES * (sum(t.addresses for t in ours) / len(ours) - sum(t.addresses for t in theirs) / len(theirs))
    sizes = {key: max(_mean_length([turn for turn in said if turn.key == key]), 1) for key in keys}
    lead += LESS * max(-1.0, min(1.0, math.log2(sizes[other] / sizes[one])))
    lead += OPENS if said[0].key == one else -OPENS
    ending = next((turn.key for turn in said[-CLOSING_TURNS:] if turn.thanks), None)
    lead += THANKS if ending == one else -THANKS if ending == other else 0.0
    lead = round(lead, 2)
    return {one} if lead >= MIN_LEADER_SCORE else {other} if lead <= -MIN_LEADER_SCORE else set()


def _merge_turns(said: Sequence[TurnFeatures]) -> list[TurnFeatures]:
    """Turns with those of one person that follow each other as one."""
    found: list[TurnFeatures] = []
    for turn in said:
        if found and found[-1].key == turn.key:
            last = found[-1]
            found[-1] = TurnFeatures(
                turn.key,
                turn.kind,
                last.asks or turn.asks,
                last.length + turn.length,
                turn.told,
                last.thanks or turn.thanks,
                last.addresses or turn.addresses,
            )
        else:
            found.append(turn)
    return found
