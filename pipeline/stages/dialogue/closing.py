"""Where the talk ends: what stands behind the last turn and belongs to nobody."""

from collections.abc import Callable, Sequence, Set
from functools import cache

import regex

from pipeline.lexicon.lists import rows
from pipeline.stages.dialogue.labelled_block import LabelledBlock, whole_block
from pipeline.stages.dialogue.pronouns import FIRST_PERSON_SINGULAR, SECOND_PERSON
from pipeline.text.lines import width

QUOTED_SPEECH = regex.compile(r"“[^”\n]{0,400}”|\"[^\"\n]{0,400}\"|「[^」\n]{0,400}」")
TITLE_BEFORE_NAME = "(?:Mr|Mrs|Ms|Dr|Prof|Professor|Minister|Sir|Dame|Señora?|Miss)\\.? "
TITLE_AFTER_NAME = "(?:先生|女士|老师|老師|教授|博士|部长|部長)"
SIGNATURE_DATE = regex.compile(
    r"(?:19|20)\d{2}\s?[年./\-]\s?\d{1,2}\s?[月./\-]\s?\d{1,2}\s?日?|(?:\d{1,2}\s)?\p{Lu}\p{Ll}{2,8}\.?\s(?:\d{1,2},\s)?(?:19|20)\d{2}"
)
END_LINE = regex.compile(
    r"[（(【\[—–\- ]*(?:完|全文完|本文完|(?i:the end|end|end of (?:interview|recording|transcript|tape|part \w+)))"
    r"[)）】\].。—–\- ]*(?:\s+\d{1,2}:\d{2}\s?[AaPp]\.?[Mm]\.?.{0,6})?"
)
SITE_LINE = regex.compile(r"[※＊].*|[·•]\s.*\s[·•]")
"""Lines that a site puts below its articles."""
FOOTNOTE = regex.compile(r"(?:\{\d{1,2}\}|\[\d{1,2}\]|\(\d{1,2}\)|\^\d{1,2})\s+\p{Lu}")
MAX_NOTICE_LEAD_COLUMNS = 40
"""Columns of a line that leads to the notice below it."""
BIOGRAPHY_VERBS = "(?:is|was|has|had|writes|wrote|lives|works|teaches|leads|runs|will|’s|'s)"
CONTINUATION_RULES = {"dialogue.continued", "dialogue.below-question", "dialogue.direction", "dialogue.caption"}
PERSON_SENTENCE = regex.compile(
    rf"(?P<name>\p{{Lu}}[\p{{L}}’'\-]+(?:\s\p{{Lu}}[\p{{L}}’'\-.]+){{1,2}})(?:\s{BIOGRAPHY_VERBS}\b|[’']s\b)"
)
MIN_ESSAY_TURNS, ESSAY_LENGTH_RATIO = 4, 3
"""Turns of a list of questions in an essay, and how much longer than the longest of them what follows must be."""
INTRODUCTION_BLOCKS = 8
"""Units at the top in which the people of an article are named."""
MAX_BIOGRAPHY_BLOCKS = 4
"""Paragraphs at the end of the last answer that may be nobody's."""
MAX_SIGNATURE_COLUMNS = 40
"""Columns of a line of a signature."""


@cache
def _closing_phrases() -> tuple[tuple[str, ...], frozenset[str]]:
    """Phrases, and whole lines, which begin with an equals sign in the file."""
    told = [row.casefold() for row in rows(__package__, "closings.txt")]
    return tuple(row for row in told if row[0] != "="), frozenset(row[1:] for row in told if row[0] == "=")


def mark_closing(placed: list[LabelledBlock], makers: str = "") -> list[LabelledBlock]:
    """The same with what stands behind the last turn and belongs to nobody as closing.

    `makers` are the names of those who made the article.
    """
    last = max((i for i, block in enumerate(placed) if block.label or block.part == "question"), default=None)
    if last is None:
        return placed
    placed = _close_from(placed, last + 1, lambda i: _end_of_talk(placed, i))
    placed = _close_essay(placed, last)
    end = next((i for i in range(last + 1, len(placed)) if placed[i].part == "closing"), len(placed))
    names = {block.name for block in placed if block.label} | {None}
    top = " ".join(
        [makers, *(block.block.text for block in placed[:INTRODUCTION_BLOCKS] if block.part in {"title", "lead"})]
    )
    asking = {block.label.text for block in placed if block.label and block.label.kind == "asks" and block.name}
    told = range(max(last + 1, end - MAX_BIOGRAPHY_BLOCKS), end)

    def about(i: int) -> tuple[str, float] | None:
        tells = i in told and _is_about_participant(placed[i].block.text, names, asking, top)
        return ("dialogue.third-person", 0.75) if tells else None

    return _close_from(placed, last + 1, about)


def _close_from(
    placed: list[LabelledBlock], start: int, over: Callable[[int], tuple[str, float] | None]
) -> list[LabelledBlock]:
    """`placed` with all from the first that is over on as closing; `over` says under which rule, and how sure."""
    for i in range(start, len(placed)):
        if placed[i].rule not in CONTINUATION_RULES:
            continue
        found = over(i)
        if found is not None:
            rule, confidence = found
            return placed[:i] + [whole_block(block.block, "closing", rule, confidence) for block in placed[i:]]
    return placed


def _end_of_talk(placed: Sequence[LabelledBlock], i: int) -> tuple[str, float] | None:
    """Why the talk is over at `i`, and how sure that is."""
    block = placed[i].block
    if block.after_rule or FOOTNOTE.match(block.text) or END_LINE.fullmatch(block.text):
        return "dialogue.behind-rule", 0.85
    text = block.text.casefold()
    phrases, lines = _closing_phrases()
    if _line_name(text) in lines or any(phrase in text for phrase in phrases):
        return "dialogue.closing-phrase", 0.9
    if block.after_notice or SITE_LINE.fullmatch(block.text):
        return "dialogue.behind-notice", 0.8
    if block.before_notice and width(block.text) <= MAX_NOTICE_LEAD_COLUMNS and block.text[-1] in "?？!！:：↓":
        return "dialogue.behind-notice", 0.7
    return ("dialogue.signature", 0.8) if _is_signature(placed[i:]) else None


def _line_name(text: str) -> str:
    """A line without marks, or what stands before its colon."""
    return regex.split(r"[:：]", text, maxsplit=1)[0].strip("*_ ")


def _is_about_participant(text: str, names: Set[str | None], asking: Set[str], top: str) -> bool:
    """Whether a paragraph tells of a speaker, of who asked, or of whom the lead names, in the third person."""
    if any(_is_about(text, name) for name in names):
        return True
    opening = PERSON_SENTENCE.match(text)
    if opening and opening["name"] in top and not FIRST_PERSON_SINGULAR.search(QUOTED_SPEECH.sub("", text)):
        return True
    told = QUOTED_SPEECH.sub("", text)
    return any(label in told for label in asking) and not SECOND_PERSON.search(told)


def _close_essay(placed: list[LabelledBlock], last: int) -> list[LabelledBlock]:
    """A list of questions and answers in the midst of an essay ends with its last answer, of one paragraph as all.

    So it is where words for Q and A stand before turns of one paragraph, and far more follows the last of them.
    """
    labelled = [i for i, block in enumerate(placed) if block.label]
    sizes = [len(placed[i].block.text) for i in labelled]
    behind = [i for i in range(last + 1, len(placed)) if placed[i].rule == "dialogue.continued"]
    alone = all(placed[i].rule == "dialogue.labelled" for i in range(labelled[0], last + 1)) if labelled else False
    anonymous = all(label.anonymous for i in labelled if (label := placed[i].label) is not None)
    lead = sum(block.part in {"lead", "prose"} for block in placed[: labelled[0]]) if labelled else 0
    told = sum(len(placed[i].block.text) for i in behind)
    if not (
        alone and anonymous and len(labelled) >= MIN_ESSAY_TURNS and lead >= 2 and len(behind) >= 2
    ) or told < ESSAY_LENGTH_RATIO * max(sizes):
        return placed
    start = behind[0]
    return placed[:start] + [whole_block(block.block, "closing", "dialogue.essay", 0.65) for block in placed[start:]]


def _is_signature(rest: Sequence[LabelledBlock]) -> bool:
    """Whether what is left is a name and a date, on short lines."""
    if not 1 <= len(rest) <= 3 or not any(SIGNATURE_DATE.fullmatch(placed.block.text.strip()) for placed in rest):
        return False
    return all(width(placed.block.text) <= MAX_SIGNATURE_COLUMNS and not placed.block.ends_sentence for placed in rest)


def _is_about(text: str, name: str | None) -> bool:
    """Whether a paragraph tells of the speaker in the third person: nobody calls himself Mr. in an answer."""
    if name is None:
        return False
    told = QUOTED_SPEECH.sub("", text)
    if FIRST_PERSON_SINGULAR.search(told):
        return False
    surname = name.split()[-1]
    if name.isascii() or " " in name:
        opening = PERSON_SENTENCE.match(told)
        return bool(
            regex.search(rf"\b{TITLE_BEFORE_NAME}(?:{regex.escape(name)}|{regex.escape(surname)})\b", told)
        ) or (opening is not None and (opening["name"] == name or opening["name"].endswith(f" {name}")))
    return bool(regex.search(rf"{regex.escape(name[0])}(?:{regex.escape(name[1:])})?{TITLE_AFTER_NAME}", told))
