"""Questions without a label: lines that ask, in bold or as headings or plain, answered by what follows."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import regex

from pipeline.model.document import script
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate
from pipeline.stages.dialogue.pronouns import FIRST_PERSON, SECOND_PERSON

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


def line_style(block: Block) -> LineStyle:
    """How a line is set."""
    return LineStyle(block.level, block.bold, block.quoted, block.dashed)


PLAIN_STYLE = LineStyle(0, bold=False, quoted=False, dashed=False)


def is_quoted_speech(block: Block) -> bool:
    """Whether a plain paragraph begins or ends with a quotation mark, as what people say in a story does."""
    text = block.text.strip()
    return line_style(block) == PLAIN_STYLE and (text[:1] in SPEECH_QUOTES or text[-1:] in SPEECH_QUOTES)


def questions_above_answers(blocks: Sequence[Block], hits: Mapping[int, LabelCandidate]) -> set[int]:
    """Indices of the unlabelled questions right above labelled answers, and of others set as they are.

    Empty where the labelled ask themselves, or where most of their turns have no question above them.
    """
    if any(hit.kind == "asks" for hit in hits.values()):
        return set()
    above = {i - 1 for i in hits if i > 0 and i - 1 not in hits}
    asked = {i for i in above if blocks[i].asks}
    asking = sum(blocks[i].asks for i in hits)
    if 2 * len(asked) <= len(hits) or 2 * asking >= len(hits):
        return set()
    set_so = {line_style(blocks[i]) for i in asked} - {PLAIN_STYLE}
    alike = {kind: [i for i in above if line_style(blocks[i]) == kind] for kind in set_so}
    mostly = {
        kind for kind, lines in alike.items() if sum(blocks[i].asks for i in lines) >= MIN_ASKING_SHARE * len(lines)
    }
    stated = {i for i in above if line_style(blocks[i]) in mostly}
    like = {
        i
        for i in range(len(blocks))
        if i not in hits
        and line_style(blocks[i]) in set_so
        and blocks[i].asks
        and len(blocks[i].text) <= MAX_QUESTION_CHARS
    }
    return asked | stated | like


def bare_questions(blocks: Sequence[Block]) -> list[int]:
    """Indices of the questions of an interview without labels; empty where it is none.

    They are paragraphs of their own that end in a question mark, at least three set alike, each with an answer below;
    they speak to somebody, and the answers speak of themselves. People in a story do all this too, but in quotation
    marks.
    """
    asking: dict[LineStyle, list[int]] = {}
    for i, block in enumerate(blocks):
        if (
            block.asks
            and len(block.text) <= MAX_QUESTION_CHARS
            and not (block.item or block.indented or is_quoted_speech(block))
        ):
            asking.setdefault(line_style(block), []).append(i)
    for kind in sorted(asking, key=lambda kind: (kind == PLAIN_STYLE, -len(asking[kind]), kind)):
        found = _add_statements(blocks, asking[kind], kind)
        if _is_interview(blocks, found, MAX_BLOCKS_PER_PLAIN if kind == PLAIN_STYLE else MAX_BLOCKS_PER_MARKED):
            return found
    return []


def _add_statements(blocks: Sequence[Block], found: list[int], kind: LineStyle) -> list[int]:
    """Questions, and where most of what is set in bold asks, the bold statements too: `Tell me more.`."""
    if not (kind.bold or kind.dashed) or kind.level:
        return [i for i in found if i + 1 < len(blocks) and not blocks[i + 1].asks] if kind == PLAIN_STYLE else found
    alike = [i for i in range(found[0], len(blocks) - 1) if line_style(blocks[i]) == kind and blocks[i].ends_sentence]
    return alike if len(found) >= MIN_ASKING_SHARE * len(alike) else found


def _is_interview(blocks: Sequence[Block], found: Sequence[int], apart: int) -> bool:
    if len(found) < MIN_BARE_QUESTIONS:
        return False
    starts: Set[int] = set(found)
    span = len(blocks) - found[0]
    addressed = sum(SECOND_PERSON.search(blocks[i].text) is not None for i in found)
    asked = sum(len(blocks[i].text) for i in found)
    told = sum(len(block.text) for block in blocks[found[0] :]) - asked
    below = [i + 1 for i in found if i + 1 < len(blocks) and i + 1 not in starts]
    wide = not blocks[found[0]].text.isascii() and script(blocks[found[0]].text) == "han"
    spoken = sum(any(FIRST_PERSON.search(block.text) for block in blocks[i : i + 2]) for i in below)
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
