"""Questions without a label: lines that ask, plain or in bold or as headings, answered by the blocks below them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import regex

from pipeline.model.document import script_of
from pipeline.stages.dialogue.blocks import LIST_MARKER, Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate
from pipeline.stages.dialogue.named_guest import names_person
from pipeline.stages.dialogue.pronouns import FIRST_PERSON, FIRST_PERSON_SINGULAR, SECOND_PERSON

QUESTION_NUMBER = regex.compile(r"(?P<number>\d{1,3})[.、．)）:：]\s*(?P<emphasis>\*{1,3}|__?)?(?=\S)")
"""The number before a question, and marks of emphasis after it."""

MAX_QUESTION_CHARS = 600
MIN_BARE_QUESTIONS = 3
"""Questions from which lines without labels can be an interview."""
MIN_ADDRESSING_SHARE = 0.4
"""Share of the questions that must say you."""
MIN_FIRST_PERSON_SHARE = 0.3
"""Answers, as a share of the questions, that must say I or we; those of an explainer do not."""
MIN_FIRST_PERSON_SHARE_UNADDRESSED = 0.6
"""The same for questions that are set apart and do not say you."""
MIN_ANSWER_LENGTH_RATIO = 1.5
"""How many times longer all answers must be than all questions."""
MAX_BLOCKS_PER_PLAIN, MAX_BLOCKS_PER_MARKED = 6, 14
"""Blocks per question, for plain questions and for those in bold or in headings."""
MIN_ASKING_SHARE = 0.6
"""Share of the bold lines that must ask for the others to be questions as well: `Tell me more.`."""
ANSWER_BLOCKS_READ = 2
"""Blocks below a question that are read for I and we."""

SPEECH_QUOTES = frozenset("\"'“”‘’「」『』«»")
"""Marks around direct speech in a story."""


class LineStyle(NamedTuple):
    """How a line is set."""

    level: int = 0
    bold: bool = False
    quoted: bool = False
    dashed: bool = False
    italic: bool = False
    item: bool = False
    """The first line of an item of a list on a page."""
    term: bool = False
    column: int = 0

    @property
    def is_paired(self) -> bool:
        """Whether the markup sets each such line beside what belongs to it."""
        return self.term or self.column > 0


def line_style(block: Block) -> LineStyle:
    """How a block is set."""
    item = block.item and LIST_MARKER.match(block.text) is None
    return LineStyle(block.level, block.bold, block.quoted, block.dashed, block.italic, item, block.term, block.column)


PLAIN_STYLE = LineStyle()


def is_quoted_speech(block: Block) -> bool:
    """Whether a plain block begins or ends with a quotation mark, as direct speech in a story does."""
    text = block.text.strip()
    return line_style(block) == PLAIN_STYLE and (text[:1] in SPEECH_QUOTES or text[-1:] in SPEECH_QUOTES)


# --- above labelled answers


def questions_above_answers(blocks: Sequence[Block], labels: Mapping[int, LabelCandidate]) -> set[int]:
    """Indices of the unlabelled questions right above labelled answers, and of other lines set like them.

    Empty if the labelled turns ask themselves, or if most of them have no question above.
    """
    if any(label.kind == "asks" for label in labels.values()):
        return set()
    above = {i - 1 for i in labels if i > 0 and i - 1 not in labels}
    questions = {i for i in above if blocks[i].asks}
    labelled_questions = sum(blocks[i].asks for i in labels)
    if 2 * len(questions) <= len(labels) or 2 * labelled_questions >= len(labels):
        return set()
    styles = {line_style(blocks[i]) for i in questions} - {PLAIN_STYLE}
    return questions | _statements_above(blocks, above, styles) | _questions_in_style(blocks, labels, styles)


def _statements_above(blocks: Sequence[Block], above: set[int], styles: set[LineStyle]) -> set[int]:
    """The lines above answers in a style in which most of them ask."""
    by_style = {style: [i for i in above if line_style(blocks[i]) == style] for style in styles}
    return {
        i
        for lines in by_style.values()
        if sum(blocks[i].asks for i in lines) >= MIN_ASKING_SHARE * len(lines)
        for i in lines
    }


def _questions_in_style(
    blocks: Sequence[Block], labels: Mapping[int, LabelCandidate], styles: set[LineStyle]
) -> set[int]:
    """The further questions that are set like those above answers."""
    return {
        i
        for i, block in enumerate(blocks)
        if i not in labels and block.asks and len(block.text) <= MAX_QUESTION_CHARS and line_style(block) in styles
    }


# --- a body without labels


def bare_questions(blocks: Sequence[Block], title: str = "") -> list[int]:
    """Indices of the questions of an interview without labels; empty if it is none.

    They are blocks of their own that end in a question mark, at least three in one style, each with an answer below.
    They say you, and the answers say I. People in a story do all this too, but in quotation marks. Of questions that
    are set apart two are enough, and a guest who is named above them counts as one of these signs.
    """
    by_style: dict[LineStyle, list[int]] = {}
    for i, block in enumerate(blocks):
        if _can_be_bare_question(block):
            by_style.setdefault(line_style(block), []).append(i)
    for style in sorted(by_style, key=lambda style: (style == PLAIN_STYLE, -len(by_style[style]), style)):
        questions = _with_statements(blocks, by_style[style], style)
        if _is_interview(blocks, questions, is_plain=style == PLAIN_STYLE):
            return questions
        if style != PLAIN_STYLE and _is_set_apart_interview(blocks, questions, style, title):
            return questions
    return []


def _can_be_bare_question(block: Block) -> bool:
    if not block.asks or len(block.text) > MAX_QUESTION_CHARS:
        return False
    return not ((block.item and not line_style(block).item) or block.indented or is_quoted_speech(block))


def _with_statements(blocks: Sequence[Block], questions: list[int], style: LineStyle) -> list[int]:
    """The questions of one style; with the statements in it, if most lines in bold or after a dash ask.

    Of plain questions that follow each other only the last has an answer.
    """
    if style == PLAIN_STYLE:
        return [i for i in questions if i + 1 < len(blocks) and not blocks[i + 1].asks]
    if style.level or style == LineStyle(quoted=style.quoted):
        return questions
    alike = [
        i for i in range(questions[0], len(blocks) - 1) if line_style(blocks[i]) == style and blocks[i].ends_sentence
    ]
    return alike if len(questions) >= MIN_ASKING_SHARE * len(alike) else questions


MIN_SET_APART_QUESTIONS = 2
"""Questions that markup sets apart from which they can be an interview."""
MIN_ANSWERED_SHARE = 0.75
"""Share of the questions that are set apart that must have an answer below."""
MIN_SIGNS_OF_PEOPLE = 2
"""Signs that one person asks another, of four, that questions need if they hardly ever say you."""


def _is_set_apart_interview(blocks: Sequence[Block], questions: Sequence[int], style: LineStyle, title: str) -> bool:
    """Whether questions that stand out, and nearly all have an answer, are asked by one person of another.

    The questions of a FAQ are set in the same way.
    """
    if len(questions) < MIN_SET_APART_QUESTIONS:
        return False
    starts = set(questions)
    alike = sum(line_style(block) == style for block in blocks)
    answered = sum(i + 1 < len(blocks) and i + 1 not in starts and not blocks[i + 1].level for i in questions)
    measured = _measure(blocks, questions, is_plain=False)
    return (
        len(questions) >= MIN_ASKING_SHARE * alike
        and answered >= MIN_ANSWERED_SHARE * len(questions)
        and measured.answer_chars >= measured.question_chars
        and measured.blocks <= MAX_BLOCKS_PER_MARKED * measured.questions
        and one_person_asks_another(blocks, questions, title)
    )


def one_person_asks_another(blocks: Sequence[Block], questions: Sequence[int], title: str = "") -> bool:
    """Whether questions that stand out are asked of a person.

    In a FAQ the reader asks (`How do I return it?`), and nobody is named.
    """
    measured = _measure(blocks, questions, is_plain=False)
    asking_for_themselves = sum(
        FIRST_PERSON_SINGULAR.search(blocks[i].text) is not None and SECOND_PERSON.search(blocks[i].text) is None
        for i in questions
    )
    if asking_for_themselves > measured.addressing:
        return False
    above = " ".join(block.text for block in blocks[: questions[0]])
    signs = (
        measured.addressing > 0,
        measured.first_person > 0,
        measured.first_person >= MIN_FIRST_PERSON_SHARE_UNADDRESSED * measured.questions,
        names_person(title) or names_person(above),
    )
    return sum(signs) >= MIN_SIGNS_OF_PEOPLE


class _Interview(msgspec.Struct, frozen=True, gc=False):
    """What is measured from the first question on to tell an interview from other texts with questions."""

    questions: int
    blocks: int
    question_chars: int
    answer_chars: int
    addressing: int
    """Questions that say you."""
    first_person: int
    """Answers that say I or we."""
    is_plain: bool
    """The questions are not set apart."""
    is_chinese: bool


def _is_interview(blocks: Sequence[Block], questions: Sequence[int], *, is_plain: bool) -> bool:
    """Whether questions in one style and the blocks below them are an interview."""
    if len(questions) < MIN_BARE_QUESTIONS:
        return False
    measured = _measure(blocks, questions, is_plain=is_plain)
    max_blocks = MAX_BLOCKS_PER_PLAIN if is_plain else MAX_BLOCKS_PER_MARKED
    return (
        measured.blocks <= max_blocks * measured.questions
        and measured.answer_chars >= MIN_ANSWER_LENGTH_RATIO * measured.question_chars
        and measured.first_person >= MIN_FIRST_PERSON_SHARE * measured.questions
        and _addresses_somebody(measured)
    )


def _addresses_somebody(measured: _Interview) -> bool:
    """Whether the questions say you. In Chinese, those set apart need not if nearly all answers say I."""
    if measured.addressing >= MIN_ADDRESSING_SHARE * measured.questions:
        return True
    personal = measured.first_person >= MIN_FIRST_PERSON_SHARE_UNADDRESSED * measured.questions
    return not measured.is_plain and measured.is_chinese and personal


def _measure(blocks: Sequence[Block], questions: Sequence[int], *, is_plain: bool) -> _Interview:
    first = questions[0]
    question_chars = sum(len(blocks[i].text) for i in questions)
    starts = set(questions)
    below = [i + 1 for i in questions if i + 1 < len(blocks) and i + 1 not in starts]
    return _Interview(
        questions=len(questions),
        blocks=len(blocks) - first,
        question_chars=question_chars,
        answer_chars=sum(len(block.text) for block in blocks[first:]) - question_chars,
        addressing=sum(SECOND_PERSON.search(blocks[i].text) is not None for i in questions),
        first_person=sum(
            any(FIRST_PERSON.search(block.text) for block in blocks[i : i + ANSWER_BLOCKS_READ]) for i in below
        ),
        is_plain=is_plain,
        is_chinese=not blocks[first].text.isascii() and script_of(blocks[first].text) == "han",
    )
