"""Prints why turns and sides were decided so: for a whole article by speaker, or for the turns of some lines."""

from collections.abc import Iterable, Iterator, Sequence, Set

import msgspec

from pipeline.audit.decisions import Decisions, ExplainedBody, ExplainedReason, ExplainedSpeaker, ExplainedTurn
from pipeline.cli.printer import Printer
from pipeline.text.excerpts import shorten, visible

INDENT = "  "
SHOWN_REASONS = 3
"""Reasons that are shown for each decision of a whole article; for single lines all are."""
FOUND_BY = {
    "trees": "The decision trees found the turns",
    "rules": "Rules found the turns, because the decision trees saw no talk here or fewer turns",
    "nothing": "No turns were found",
    "story": "The document tells a story, so its turns were refused",
}
BECAUSE = {
    "likely": "",
    "label": "the other lines like it are turns",
    "alike": "it is set like a label in [vocabulary]",
    "named": "you name it in [vocabulary]",
    "rules": "found by rules",
    "unlikely": "",
    "document": "the document as a whole is no talk for the trees, or rules found more",
    "topic": "a word for a topic whose lines do not ask",
    "overlap": "a likelier turn starts there",
}
SIDES = {"question": "asks", "answer": "answers", "aside": "neither asks nor answers"}
SIDE_BECAUSE = {
    "turns": "",
    "labels": "labels say who asks",
    "alone": "there was nothing to decide",
    "aside": "a moderator or a bystander",
    "open": "it is not clear who asks",
}


def decisions_on(decisions: Decisions, lines: Set[int]) -> Decisions | None:
    """The decisions about turns on some lines and about their speakers; None if there are none."""
    bodies = []
    for body in decisions.bodies:
        turns = tuple(turn for turn in body.turns if turn.line in lines)
        refused = tuple(turn for turn in body.refused if turn.line in lines)
        names = {turn.speaker for turn in turns}
        speakers = tuple(speaker for speaker in body.speakers if speaker.speaker in names)
        if turns or refused:
            bodies.append(msgspec.structs.replace(body, turns=turns, refused=refused, speakers=speakers))
    return msgspec.structs.replace(decisions, bodies=tuple(bodies)) if bodies else None


def print_decisions(decisions: Decisions | None, sheet: Printer, *, whole: bool) -> None:
    """Prints the section `turns and sides`. `whole`: for all of an article, speaker by speaker."""
    bodies = [body for body in decisions.bodies if body.turns or body.refused] if decisions is not None else []
    if decisions is None or not bodies:
        return
    lines = []
    if not decisions.same_turns:
        remedy = "name its settings with --config" if not decisions.same_settings else "run the pipeline again"
        lines.append(f"{INDENT}The article was made otherwise, so this may not be how it was decided: {remedy}.")
    for body in bodies:
        if len(bodies) > 1:
            lines.append(f"{INDENT}{body.language}")
        lines += _body_lines(body, whole=whole)
    sheet.line()
    sheet.line("turns and sides", style="bold")
    # A table wraps at the width of a terminal.
    sheet.table([(line,) for line in lines])


def _body_lines(body: ExplainedBody, *, whole: bool) -> Iterator[str]:
    yield f"{INDENT}{FOUND_BY[body.found_by]}{_talk_probability(body)}."
    if body.sides is not None:
        yield (
            f"{INDENT}The sides of all speakers are right with a probability of {body.sides:.2f} "
            f"({body.least_sides:.2f} needed)."
        )
    count = SHOWN_REASONS if whole else None
    speakers = {speaker.speaker: speaker for speaker in body.speakers}
    for speaker, turns in _by_speaker(body.turns):
        yield from _turn_lines(speaker, turns, count, whole=whole)
        if speaker in speakers:
            yield from _side_lines(speakers[speaker], count)
    for turn in body.refused:
        yield f"{INDENT}{_shown(turn.text)}  not taken for a speaker, line {turn.line}{_passed(turn)}"
        yield from _reason_lines(turn.reasons, count, "turns usually")


def _talk_probability(body: ExplainedBody) -> str:
    if body.probability is None:
        return ""
    return f"; they make a talk with a probability of {body.probability:.2f} ({body.threshold:.2f} needed)"


def _by_speaker(turns: Iterable[ExplainedTurn]) -> Iterator[tuple[str | None, list[ExplainedTurn]]]:
    """The turns of each speaker, in the order of their first turns."""
    found: dict[str | None, list[ExplainedTurn]] = {}
    for turn in turns:
        found.setdefault(turn.speaker, []).append(turn)
    yield from found.items()


def _turn_lines(
    speaker: str | None, turns: Sequence[ExplainedTurn], count: int | None, *, whole: bool
) -> Iterator[str]:
    """For a whole article the least likely turn of a speaker stands for all; otherwise each turn is shown."""
    name = _shown(speaker) if speaker is not None else "no label"
    for turn in [min(turns, key=_likelihood)] if whole else turns:
        if not whole:
            place = f"a turn, line {turn.line}"
        elif len(turns) == 1:
            place = "1 turn"
        else:
            place = f"{len(turns)} turns, the least likely on line {turn.line}"
        yield f"{INDENT}{name}  {place}{_passed(turn)}"
        yield from _reason_lines(turn.reasons, count, "others usually")


def _likelihood(turn: ExplainedTurn) -> float:
    return turn.probability if turn.probability is not None else 1.0


def _passed(turn: ExplainedTurn) -> str:
    """The probability and what it had to be, and any other reason."""
    found = [BECAUSE[turn.because]] if BECAUSE[turn.because] else []
    if turn.probability is not None:
        needed = f" ({turn.threshold:.2f} needed)" if turn.threshold is not None else ""
        found.insert(0, f"probability {turn.probability:.2f}{needed}")
    return f": {'; '.join(found)}" if found else ""


def _side_lines(speaker: ExplainedSpeaker, count: int | None) -> Iterator[str]:
    because = f": {SIDE_BECAUSE[speaker.because]}" if SIDE_BECAUSE[speaker.because] else ""
    decided = speaker.evidence is not None and speaker.side != "aside"
    likely = f", probability {speaker.confidence:.2f}" if decided else ""
    yield f"{INDENT * 2}{SIDES[speaker.side]}{likely}{because}"
    other = "those who answer usually" if speaker.side == "question" else "those who ask usually"
    yield from _reason_lines(speaker.reasons, count, other)


def _reason_lines(reasons: Sequence[ExplainedReason], count: int | None, other: str) -> Iterator[str]:
    for reason in reasons[:count]:
        yield f"{INDENT * 3}{reason.meaning}: {reason.value} ({other} {reason.usual})"


def _shown(text: str) -> str:
    return shorten(visible(text))
