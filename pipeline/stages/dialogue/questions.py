"""Questions without a label: lines that ask, in bold or as headings or plain, answered by what follows."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import regex

from pipeline.model.document import script_of
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate

SECOND_PERSON = regex.compile(r"\b(?:you|your|yours|yourself)\b|[你您]", regex.IGNORECASE)
FIRST_PERSON = regex.compile(r"\b(?:I|I[’']\p{L}+|my|me|myself|we|our|us)\b|[我咱]")
QUESTION_NUMBER = regex.compile(r"(?P<number>\d{1,3})[.、．)）:：]\s*(?=\S)")
"""The number before a question, which is no part of it."""

MAX_QUESTION_CHARS = 600
MIN_BARE_QUESTIONS = 3
"""Questions from which lines without labels are an interview."""
MIN_ADDRESSING_SHARE = 0.4
"""Share of them that must speak to somebody."""
MIN_FIRST_PERSON_SHARE = 0.3
"""Share of the answers that must speak of I and we: those of an explainer do not."""
MIN_FIRST_PERSON_SHARE_UNADDRESSED = 0.6
"""The same where questions are set apart and speak to nobody."""
MIN_ANSWER_LENGTH_RATIO = 1.5
"""By how much all answers must be longer than all questions."""
MAX_BLOCKS_PER_PLAIN, MAX_BLOCKS_PER_MARKED = 6, 14
"""Paragraphs to a question, at most, where it stands plain, and where bold or a heading shows it."""
MIN_ASKING_SHARE = 0.6
"""Share of the bold lines that must ask for those that do not to be questions as well."""


SPEECH_QUOTES = frozenset("\"'“”‘’「」『』«»")
"""Marks around what somebody says in a story."""


class LineStyle(NamedTuple):
    """How a line is set."""

    level: int
    bold: bool
    quoted: bool
    dashed: bool


def line_style(unit: Block) -> LineStyle:
    """How a line is set."""
    return LineStyle(unit.level, unit.bold, unit.quoted, unit.dashed)


PLAIN_STYLE = LineStyle(0, bold=False, quoted=False, dashed=False)


def is_quoted_speech(unit: Block) -> bool:
    """Whether a plain paragraph begins or ends with a quotation mark, as what people say in a story does."""
    text = unit.text.strip()
    return line_style(unit) == PLAIN_STYLE and (text[:1] in SPEECH_QUOTES or text[-1:] in SPEECH_QUOTES)


def questions_above_answers(given: Sequence[Block], hits: Mapping[int, LabelCandidate]) -> set[int]:
    """Indices of the unlabelled questions right above labelled answers, and of others set as they are.

    Empty where the labelled ask themselves, or where most of their turns have no question above them.
    """
    if any(hit.kind == "asks" for hit in hits.values()):
        return set()
    above = {i - 1 for i in hits if i > 0 and i - 1 not in hits}
    asked = {i for i in above if given[i].asks}
    asking = sum(given[i].asks for i in hits)
    if 2 * len(asked) <= len(hits) or 2 * asking >= len(hits):
        return set()
    set_so = {line_style(given[i]) for i in asked} - {PLAIN_STYLE}
    alike = {kind: [i for i in above if line_style(given[i]) == kind] for kind in set_so}
    mostly = {
        kind for kind, lines in alike.items() if sum(given[i].asks for i in lines) >= MIN_ASKING_SHARE * len(lines)
    }
    stated = {i for i in above if line_style(given[i]) in mostly}
    like = {
        i
        for i in range(len(given))
        if i not in hits
        and line_style(given[i]) in set_so
        and given[i].asks
        and len(given[i].text) <= MAX_QUESTION_CHARS
    }
    return asked | stated | like


def bare_questions(given: Sequence[Block]) -> list[int]:
    """Indices of the questions of an interview without labels; empty where it is none.

    They are paragraphs of their own that end in a question mark, at least three set alike, each with an answer below;
    they speak to somebody, and the answers speak of themselves. People in a story do all this too, but in quotation
    marks.
    """
    asking: dict[LineStyle, list[int]] = {}
    for i, unit in enumerate(given):
        if (
            unit.asks
            and len(unit.text) <= MAX_QUESTION_CHARS
            and not (unit.item or unit.indented or is_quoted_speech(unit))
        ):
            asking.setdefault(line_style(unit), []).append(i)
    for kind in sorted(asking, key=lambda kind: (kind == PLAIN_STYLE, -len(asking[kind]), kind)):
        found = _add_statements(given, asking[kind], kind)
        if _is_interview(given, found, MAX_BLOCKS_PER_PLAIN if kind == PLAIN_STYLE else MAX_BLOCKS_PER_MARKED):
            return found
    return []


def _add_statements(given: Sequence[Block], found: list[int], kind: LineStyle) -> list[int]:
    """Questions, and where most of what is set in bold asks, the bold statements too: `Tell me more.`."""
    if not (kind.bold or kind.dashed) or kind.level:
        return [i for i in found if i + 1 < len(given) and not given[i + 1].asks] if kind == PLAIN_STYLE else found
    alike = [i for i in range(found[0], len(given) - 1) if line_style(given[i]) == kind and given[i].ended]
    return alike if len(found) >= MIN_ASKING_SHARE * len(alike) else found


def _is_interview(given: Sequence[Block], found: Sequence[int], apart: int) -> bool:
    if len(found) < MIN_BARE_QUESTIONS:
        return False
    starts: Set[int] = set(found)
    span = len(given) - found[0]
    addressed = sum(SECOND_PERSON.search(given[i].text) is not None for i in found)
    asked = sum(len(given[i].text) for i in found)
    told = sum(len(unit.text) for unit in given[found[0] :]) - asked
    below = [i + 1 for i in found if i + 1 < len(given) and i + 1 not in starts]
    wide = not given[found[0]].text.isascii() and script_of(given[found[0]].text) == "han"
    spoken = sum(any(FIRST_PERSON.search(unit.text) for unit in given[i : i + 2]) for i in below)
    return (
        span <= apart * len(found)
        and told >= MIN_ANSWER_LENGTH_RATIO * asked
        and spoken >= MIN_FIRST_PERSON_SHARE * len(found)
        # Chinese asks without saying you; what is set apart as questions need not say it where all answers say I.
        and (
            addressed >= MIN_ADDRESSING_SHARE * len(found)
            or (apart > MAX_BLOCKS_PER_PLAIN and spoken >= MIN_FIRST_PERSON_SHARE_UNADDRESSED * len(found) and wide)
        )
    )
