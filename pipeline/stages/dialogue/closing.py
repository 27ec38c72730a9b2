"""Where the dialogue ends: blocks after the last turn that belong to no speaker.

`END_SIGNS` lists what shows that the dialogue is over before a block; then that block and all below it are the closing.
Where no sign shows it, `closing_score` says how the blocks at the end read, with weights learned from documents.
"""

from collections.abc import Callable, Sequence, Set
from functools import cache
from math import exp

import msgspec
import regex

from pipeline.lexicon.lists import rows
from pipeline.stages.dialogue.closing_score import closing_scores
from pipeline.stages.dialogue.labelled_block import LabelledBlock, whole_block
from pipeline.stages.dialogue.pronouns import FIRST_PERSON_SINGULAR, SECOND_PERSON
from pipeline.text.lines import display_width

QUOTED_SPEECH = regex.compile(r"“[^”\n]{0,400}”|\"[^\"\n]{0,400}\"|「[^」\n]{0,400}」")
TITLE_BEFORE_NAME = "(?:Mr|Mrs|Ms|Dr|Prof|Professor|Minister|Sir|Dame|Señora?|Miss)\\.? "
TITLE_AFTER_NAME = "(?:先生|女士|老师|老師|教授|博士|部长|部長)"
SIGNATURE_DATE = regex.compile(
    r"""
    (?:19|20)\d{2}\s?[年./\-]\s?\d{1,2}\s?[月./\-]\s?\d{1,2}\s?日?                            # 2021年5月3日
  | (?:\d{1,2}\s)?\p{Lu}\p{Ll}{2,8}\.?\s(?:\d{1,2},\s)?(?:19|20)\d{2}                       # 3 May 2021, May 3, 2021
    """,
    regex.VERBOSE,
)
END_LINE = regex.compile(
    r"""
    [（(【\[—–\-\ ]*
    (?:完|全文完|本文完                                                                       # （完）
      |(?i:the\ end|end|end\ of\ (?:interview|recording|transcript|tape|part\ \w+)))         # [End of interview]
    [)）】\].。—–\-\ ]*
    (?:\s+\d{1,2}:\d{2}\s?[AaPp]\.?[Mm]\.?.{0,6})?                                           # END 3:40 P.M. EST
    """,
    regex.VERBOSE,
)
SITE_LINE = regex.compile(r"[※＊].*|[·•]\s.*\s[·•]")
"""Lines that a site puts below its articles."""
FOOTNOTE = regex.compile(r"(?:\{\d{1,2}\}|\[\d{1,2}\]|\(\d{1,2}\)|\^\d{1,2})\s+\p{Lu}")
BIOGRAPHY_VERBS = "(?:is|was|has|had|writes|wrote|lives|works|teaches|leads|runs|will|’s|'s)"
PERSON_SENTENCE = regex.compile(
    r"(?P<name>\p{Lu}[\p{L}’'\-]+(?:\s\p{Lu}[\p{L}’'\-.]+){1,2})" + rf"(?:\s{BIOGRAPHY_VERBS}\b|[’']s\b)"
)
"""A sentence about a person: `Ada Fern lives …`, `Ada Fern's book …`."""
UNITS_PER_NAT = 1000
"""Scores are log odds in thousandths."""
MIN_CLOSING_SCORE = 500
"""Score of the blocks at the end from which they are the closing: a turn that loses its end is worse than one that
keeps a note."""
MAX_SPEECH_SCORE = 1500
"""What a single block can say against it: notes and biographies have paragraphs that read like speech."""
CONTINUATION_RULES = frozenset(
    {"dialogue.continued", "dialogue.below-question", "dialogue.direction", "dialogue.caption"}
)
"""Rules of blocks that belong to a turn only because they follow it."""
ASIDE_RULES = frozenset({"dialogue.direction", "dialogue.caption"})
"""Rules of blocks that are no speech anyhow, so that the closing need not begin with them."""
MAX_NOTICE_LEAD_COLUMNS = 40
"""Columns of a line that leads to the notice below it: `Have your say:`."""
MIN_ESSAY_TURNS, ESSAY_LENGTH_RATIO = 4, 3
"""Turns of a list of questions in an essay, and how many times longer than the longest the essay below it must be."""
MIN_ESSAY_BLOCKS = 2
"""Blocks of the essay above and below such a list."""
INTRODUCTION_BLOCKS = 8
"""Blocks at the top in which the people of an article are named."""
MAX_BIOGRAPHY_BLOCKS = 4
"""Blocks at the end of the last answer that may be about a participant."""
MAX_SIGNATURE_BLOCKS, MAX_SIGNATURE_COLUMNS = 3, 40
"""Lines of a signature, and columns of each."""


class Ending(msgspec.Struct, frozen=True, gc=False):
    """Why the dialogue is over."""

    rule: str
    confidence: float


AFTER_RULE = Ending("dialogue.behind-rule", 0.85)
CLOSING_PHRASE = Ending("dialogue.closing-phrase", 0.9)
AFTER_NOTICE = Ending("dialogue.behind-notice", 0.8)
BEFORE_NOTICE = Ending("dialogue.behind-notice", 0.7)
SIGNATURE_ENDING = Ending("dialogue.signature", 0.8)
THIRD_PERSON = Ending("dialogue.third-person", 0.75)
ESSAY = Ending("dialogue.essay", 0.65)


def mark_closing(body: list[LabelledBlock], makers: str = "") -> list[LabelledBlock]:
    """The body with what follows the dialogue as closing. `makers` are the names of those who made the article."""
    last = max((i for i, labelled in enumerate(body) if labelled.label or labelled.part == "question"), default=None)
    if last is None:
        return body
    body = _close_from(body, last + 1, lambda i: _end_of_dialogue(body, i))
    body = _close_essay(body, last)
    end = next((i for i in range(last + 1, len(body)) if body[i].part == "closing"), len(body))
    participants = _participants(body, makers)
    biography = range(max(last + 1, end - MAX_BIOGRAPHY_BLOCKS), end)

    def ending(i: int) -> Ending | None:
        is_biography = i in biography and _is_about_participant(body[i].block.text, participants)
        return THIRD_PERSON if is_biography else None

    return _close_learned(_close_from(body, last + 1, ending), last)


def _close_learned(body: list[LabelledBlock], last: int) -> list[LabelledBlock]:
    """The body with the blocks at its end as closing that together read more like one than like speech.

    `last` is the index of the last labelled block or question.
    """
    first = last + 2 if _says_nothing(body[last]) else last + 1
    end = next((i for i in range(first, len(body)) if body[i].rule not in CONTINUATION_RULES), len(body))
    if end <= first:
        return body
    scores = closing_scores(body, first, end)
    best, start, total = MIN_CLOSING_SCORE, end, 0
    for i in range(end - 1, first - 1, -1):
        score = scores[i - first]
        total += max(score, -MAX_SPEECH_SCORE)
        if total > best and score > 0 and body[i].rule not in ASIDE_RULES:
            best, start = total, i
    if start == end:
        return body
    reason = Ending("dialogue.behind-talk", round(1 / (1 + exp(-best / UNITS_PER_NAT)), 2))
    return body[:start] + _closing(body[start:], reason)


def _says_nothing(labelled: LabelledBlock) -> bool:
    """Whether what is said is in the block below: a label on a line of its own, or a question and its answer."""
    said = labelled.block.text[labelled.start - labelled.block.start :]
    return labelled.part == "question" or not any(map(str.isalnum, said))


def _close_from(body: list[LabelledBlock], start: int, ending: Callable[[int], Ending | None]) -> list[LabelledBlock]:
    """The body with all blocks from the first that `ending` gives a reason for as closing."""
    for i in range(start, len(body)):
        if body[i].rule in CONTINUATION_RULES and (reason := ending(i)) is not None:
            return body[:i] + _closing(body[i:], reason)
    return body


def _closing(rest: Sequence[LabelledBlock], reason: Ending) -> list[LabelledBlock]:
    return [whole_block(labelled.block, "closing", reason.rule, reason.confidence) for labelled in rest]


# --- signs of the end


def _is_after_rule(body: Sequence[LabelledBlock], i: int) -> bool:
    block = body[i].block
    return block.after_rule or FOOTNOTE.match(block.text) is not None or END_LINE.fullmatch(block.text) is not None


def _has_closing_phrase(body: Sequence[LabelledBlock], i: int) -> bool:
    text = body[i].block.text.casefold()
    phrases, lines = _closing_phrases()
    return _line_name(text) in lines or any(phrase in text for phrase in phrases)


def _is_after_notice(body: Sequence[LabelledBlock], i: int) -> bool:
    block = body[i].block
    return block.after_notice or SITE_LINE.fullmatch(block.text) is not None


def _leads_to_notice(body: Sequence[LabelledBlock], i: int) -> bool:
    block = body[i].block
    return (
        block.before_notice and display_width(block.text) <= MAX_NOTICE_LEAD_COLUMNS and block.text[-1] in "?？!！:：↓"
    )


def _is_signature(body: Sequence[LabelledBlock], i: int) -> bool:
    """Whether what is left is a name and a date, on short lines."""
    texts = [labelled.block.text for labelled in body[i : i + MAX_SIGNATURE_BLOCKS + 1]]
    if len(texts) > MAX_SIGNATURE_BLOCKS or not any(SIGNATURE_DATE.fullmatch(text.strip()) for text in texts):
        return False
    return all(display_width(text) <= MAX_SIGNATURE_COLUMNS for text in texts) and not any(
        labelled.block.ends_sentence for labelled in body[i:]
    )


END_SIGNS: tuple[tuple[Callable[[Sequence[LabelledBlock], int], bool], Ending], ...] = (
    (_is_after_rule, AFTER_RULE),
    (_has_closing_phrase, CLOSING_PHRASE),
    (_is_after_notice, AFTER_NOTICE),
    (_leads_to_notice, BEFORE_NOTICE),
    (_is_signature, SIGNATURE_ENDING),
)
"""What shows that the dialogue is over before a block; the first that holds decides."""


def _end_of_dialogue(body: Sequence[LabelledBlock], i: int) -> Ending | None:
    return next((ending for holds, ending in END_SIGNS if holds(body, i)), None)


@cache
def _closing_phrases() -> tuple[tuple[str, ...], frozenset[str]]:
    """Phrases, and whole lines, which begin with an equals sign in the file."""
    entries = [row.casefold() for row in rows(__package__, "closings.txt")]
    phrases = tuple(entry for entry in entries if entry[0] != "=")
    return phrases, frozenset(entry[1:] for entry in entries if entry[0] == "=")


def _line_name(text: str) -> str:
    """A line without marks, up to its first colon."""
    return regex.split(r"[:：]", text, maxsplit=1)[0].strip("*_ ")


# --- a list of questions in an essay


def _close_essay(body: list[LabelledBlock], last: int) -> list[LabelledBlock]:
    """The body with the essay below a short list of questions and answers as closing.

    `last` is the index of the last labelled block or question.
    """
    labelled = [i for i, block in enumerate(body) if block.label]
    below = [i for i in range(last + 1, len(body)) if body[i].rule == "dialogue.continued"]
    if len(labelled) < MIN_ESSAY_TURNS or len(below) < MIN_ESSAY_BLOCKS:
        return body
    if not _is_list_of_short_turns(body, labelled[0], last) or not _is_below_prose(body, labelled[0]):
        return body
    longest = max(len(body[i].block.text) for i in labelled)
    if sum(len(body[i].block.text) for i in below) < ESSAY_LENGTH_RATIO * longest:
        return body
    return body[: below[0]] + _closing(body[below[0] :], ESSAY)


def _is_list_of_short_turns(body: Sequence[LabelledBlock], first: int, last: int) -> bool:
    """Whether words such as Q and A begin turns of one block each, with nothing between them."""
    turns = body[first : last + 1]
    return all(turn.rule == "dialogue.labelled" for turn in turns) and all(
        turn.label.anonymous for turn in turns if turn.label is not None
    )


def _is_below_prose(body: Sequence[LabelledBlock], first: int) -> bool:
    return sum(labelled.part in {"lead", "prose"} for labelled in body[:first]) >= MIN_ESSAY_BLOCKS


# --- about a participant


class _Participants(msgspec.Struct, frozen=True):
    """The participants: names of speakers, labels of interviewers, and the text that introduces people."""

    names: Set[str]
    asking: Set[str]
    introduction: str


def _participants(body: Sequence[LabelledBlock], makers: str) -> _Participants:
    introduction = [
        labelled.block.text for labelled in body[:INTRODUCTION_BLOCKS] if labelled.part in {"title", "lead"}
    ]
    labels = [(labelled.label, labelled.name) for labelled in body if labelled.label is not None]
    return _Participants(
        {name for _, name in labels if name is not None},
        {label.text for label, name in labels if label.kind == "asks" and name},
        " ".join([makers, *introduction]),
    )


def _is_about_participant(text: str, participants: _Participants) -> bool:
    """Whether a block is about a speaker, the interviewer, or a person of the introduction, in the third person."""
    unquoted = QUOTED_SPEECH.sub("", text)
    if not FIRST_PERSON_SINGULAR.search(unquoted):
        if any(_names_speaker(unquoted, name) for name in participants.names):
            return True
        opening = PERSON_SENTENCE.match(text)
        if opening and opening["name"] in participants.introduction:
            return True
    mentions_interviewer = any(label in unquoted for label in participants.asking)
    return mentions_interviewer and not SECOND_PERSON.search(unquoted)


def _names_speaker(text: str, name: str) -> bool:
    """Whether a text names the speaker with a title, or begins with the name: speakers do not call themselves Mr."""
    if not (name.isascii() or " " in name):
        first, rest = regex.escape(name[0]), regex.escape(name[1:])
        return regex.search(rf"{first}(?:{rest})?{TITLE_AFTER_NAME}", text) is not None
    full, surname = regex.escape(name), regex.escape(name.rsplit(maxsplit=1)[-1])
    if regex.search(rf"\b{TITLE_BEFORE_NAME}(?:{full}|{surname})\b", text):
        return True
    opening = PERSON_SENTENCE.match(text)
    return opening is not None and (opening["name"] == name or opening["name"].endswith(f" {name}"))
