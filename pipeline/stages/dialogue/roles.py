"""Who asks, who answers, who moderates: by what they do in this document first, by what their label says second."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pipeline.stages.dialogue.labels import Kind

Part = Literal["question", "answer", "aside"]

CUE = {"asks": 1.2, "outlet": 0.6, "answers": -1.2, "moderates": 0.2}
ASKS_FROM = 0.0
"""Score from which somebody asks for a living."""
SHORTER = 0.6
"""Share of the others' length under which statements in a dialogue of two are an interviewer's."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """One labelled turn, as far as roles go: whose, what its label says, whether it ends in a question, its length.

    `told`: the user names who speaks.
    """

    key: str
    kind: Kind | None
    asks: bool
    length: int
    told: bool = False


def roles(turns: Sequence[Said]) -> dict[str, Part]:
    """What each speaker's turns are. Where nobody is plainly the interviewer, all of them answer."""
    by_key: dict[str, list[Said]] = {}
    for turn in turns:
        by_key.setdefault(turn.key, []).append(turn)
    kinds = {key: next((turn.kind for turn in said if turn.kind), None) for key, said in by_key.items()}
    score = {key: _score(key, said, kinds[key], by_key) for key, said in by_key.items()}
    main = _mainstay(by_key, kinds)
    if main is not None:
        for key in by_key:
            if key != main and _answered_by(key, main, turns) >= 0.5 and kinds[key] != "answers":
                score[key] += 0.7
    askers = {key for key in by_key if kinds[key] != "moderates" and score[key] > ASKS_FROM}
    moderators = {key for key in by_key if kinds[key] == "moderates"}
    if askers and askers == set(by_key) - moderators and len(askers) > 1:
        # In the order of their first turns: of two equals the first asks, whatever their names hash to.
        askers = {max((key for key in by_key if key in askers), key=lambda key: score[key])}
    if not askers and moderators:
        asking = {key for key in moderators if _share(by_key[key]) >= 0.4 and len(by_key) > 1}
        askers, moderators = asking, moderators - asking
    if not askers and len(by_key) - len(moderators) == 2:
        askers = _shorter_of_two([key for key in by_key if key not in moderators], by_key, kinds)
    if len(by_key) == 1 and not any(kind == "answers" for kind in kinds.values()):
        askers = set(by_key) if _share(turns) >= 0.5 or "asks" in kinds.values() else set()
    if not askers:
        # Nothing in the text says who asks, so what the user says does: the one outlet.
        outlets = {turn.key for turn in turns if turn.told and turn.kind == "outlet"}
        askers = outlets if len(outlets) == 1 else set()
    return {key: "question" if key in askers else "aside" if key in moderators else "answer" for key in by_key}


def _share(said: Sequence[Said]) -> float:
    return sum(turn.asks for turn in said) / len(said)


def _mean(said: Sequence[Said]) -> float:
    return sum(turn.length for turn in said) / len(said)


def _score(key: str, said: Sequence[Said], kind: Kind | None, by_key: Mapping[str, Sequence[Said]]) -> float:
    others = [turn for other, turns in by_key.items() if other != key for turn in turns]
    score = 2 * _share(said) - 1 + CUE.get(kind or "", 0.0)
    if others:
        ratio = _mean(said) / max(_mean(others), 1)
        score += 0.3 if ratio < 0.5 else -0.3 if ratio > 1.2 else 0.0
    return round(score, 2)


def _mainstay(by_key: Mapping[str, Sequence[Said]], kinds: Mapping[str, Kind | None]) -> str | None:
    """The one person whom everybody asks: most turns of all, few questions, hardly ever twice in a row."""
    tally = Counter({key: len(said) for key, said in by_key.items() if kinds[key] not in {"moderates", "asks"}})
    if len(tally) < 2:
        return None
    (first, most), (_, second) = tally.most_common(2)
    if most < 3 or _share(by_key[first]) > 0.4 or (len(tally) > 2 and most < 1.5 * second):
        return None
    return first


def _answered_by(key: str, main: str, turns: Sequence[Said]) -> float:
    places = [i for i, turn in enumerate(turns) if turn.key == key]
    return sum(i + 1 < len(turns) and turns[i + 1].key == main for i in places) / len(places)


def _shorter_of_two(
    keys: Sequence[str], by_key: Mapping[str, Sequence[Said]], kinds: Mapping[str, Kind | None]
) -> set[str]:
    """Of two who make statements, the one who says plainly less, or whose label is a medium's, leads the talk."""
    one, other = sorted(keys, key=lambda key: _mean(by_key[key]))
    outlets = [key for key in keys if kinds[key] in {"outlet", "asks"}]
    if len(outlets) == 1:
        return {outlets[0]}
    asks_more = _share(by_key[one]) > _share(by_key[other])
    return {one} if asks_more and _mean(by_key[one]) < SHORTER * _mean(by_key[other]) else set()
