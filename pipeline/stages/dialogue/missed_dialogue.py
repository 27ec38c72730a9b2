"""A warning about a dialogue that was not recognised: labels or questions form a pattern, but no exchange was found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.model.stage import Note
from pipeline.stages.dialogue.blocks import CLOSING_CHARS, Block
from pipeline.stages.dialogue.exchanges import exchange_numbers
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.paragraph_starts import Opening, find_openings
from pipeline.stages.dialogue.parse_body import ParsedBody
from pipeline.stages.dialogue.pronouns import CONVERSATION, SECOND_PERSON
from pipeline.stages.dialogue.questions import MAX_QUESTION_CHARS, SPEECH_QUOTES

UNRECOGNISED_RULE = "dialogue.unrecognised"
MIN_PATTERN_TURNS, MIN_SPEAKER_CHANGES = 5, 3
"""Blocks with recurring labels, and changes between labels, from which several labels are a pattern."""
MIN_SINGLE_LABEL_TURNS, MIN_ASKING_TURNS = 3, 2
"""Blocks with one label from which it is a pattern, and how many of them must ask if few say I or you."""
MIN_SPEAKING_SHARE = 0.25
"""Share of these blocks that must say I or you; keys with values do not."""
MIN_APART_QUESTIONS, MIN_PLAIN_QUESTIONS = 3, 4
"""Questions with a block below, set apart and plain, from which they are a pattern."""
MAX_BLOCKS_PER_PLAIN_QUESTION = 8
MIN_ADDRESSED_SHARE, MIN_SPOKEN_SHARE = 0.3, 0.3
"""Share of the questions that must say you, and of the answers that must say I, we or you."""
ANSWER_BLOCKS_READ = 2
MAX_LABEL_SHOWN_CHARS = 40
"""Characters of a label in a message."""


def missed_dialogue_notes(body: ParsedBody, text: str) -> Iterator[Note]:
    """One warning if a body without an exchange holds labels or questions in a pattern; `text` is the document's."""
    if any(number is not None for number in exchange_numbers(body.blocks)):
        return
    openings = list(find_openings(body.blocks, text))
    turns = recurring_openings(openings, {label.key for label in body.labels.doubtful})
    if turns:
        yield _labels_note(turns)
        return
    questions = question_pattern(
        [labelled for labelled in body.blocks if labelled.part not in {"title", "repeat", "legend"}]
    )
    if questions:
        yield _questions_note(questions)


def recurring_openings(openings: Sequence[Opening], doubtful: set[str]) -> list[Opening]:
    """The openings that recur, if they look like turns; otherwise none.

    `doubtful` are keys of labels that would be speakers' if the document were a dialogue.
    """
    openings = _without_headings(openings)
    counts = Counter(opening.key for opening in openings)
    turns = [opening for opening in openings if counts[opening.key] > 1]
    if _look_like_dialogue(turns):
        return turns
    by_key: dict[str, list[Opening]] = {}
    for opening in turns:
        by_key.setdefault(opening.key, []).append(opening)
    return next((same for key, same in by_key.items() if _look_like_one_speaker(same, known=key in doubtful)), [])


def _without_headings(openings: Sequence[Opening]) -> Sequence[Opening]:
    """The openings without lines of their own, unless these are names and there are questions: headings recur, too."""
    alone = [opening for opening in openings if opening.alone]
    if any(opening.asks for opening in alone) and any(opening.named for opening in alone):
        return openings
    return [opening for opening in openings if not opening.alone]


def _look_like_dialogue(turns: Sequence[Opening]) -> bool:
    """Whether openings with several labels take turns and speak."""
    if len({turn.key for turn in turns}) < 2 or len(turns) < MIN_PATTERN_TURNS:
        return False
    changes = sum(before.key != after.key for before, after in pairwise(turns))
    return changes >= MIN_SPEAKER_CHANGES and _share_speaks(turns)


def _share_speaks(turns: Sequence[Opening]) -> bool:
    return sum(turn.speaks for turn in turns) >= MIN_SPEAKING_SHARE * len(turns)


def _look_like_one_speaker(turns: Sequence[Opening], *, known: bool) -> bool:
    """Whether openings with one label are turns: the label must be one that is rare outside dialogues."""
    if len(turns) < MIN_SINGLE_LABEL_TURNS or not (turns[0].cued or known):
        return False
    asking = sum(turn.asks for turn in turns)
    taking_part = sum(turn.speaks or turn.asks for turn in turns)
    return asking >= MIN_ASKING_TURNS or taking_part >= MIN_SPEAKING_SHARE * len(turns)


def question_pattern(body: Sequence[LabelledBlock]) -> list[Block]:
    """The questions of a body that are set alike, each with a block below, if they form a pattern; otherwise none."""
    blocks = [labelled.block for labelled in body]
    by_style: dict[str, list[int]] = {}
    for i, block in enumerate(blocks[:-1]):
        can_ask = _is_question(block) and len(block.text) <= MAX_QUESTION_CHARS and not block.indented
        if can_ask and not _is_question(blocks[i + 1]) and (style := _question_style(block)) is not None:
            by_style.setdefault(style, []).append(i)
    for style, places in sorted(by_style.items()):
        if _is_question_pattern(blocks, places, is_apart=style == "apart"):
            return [blocks[i] for i in places]
    return []


def _is_question_pattern(blocks: Sequence[Block], places: Sequence[int], *, is_apart: bool) -> bool:
    count = len(places)
    addressed = sum(SECOND_PERSON.search(blocks[i].text) is not None for i in places) >= MIN_ADDRESSED_SHARE * count
    answers = (blocks[i + 1 : i + 1 + ANSWER_BLOCKS_READ] for i in places)
    speaking = sum(any(CONVERSATION.search(block.text) for block in answer) for answer in answers)
    spoken = speaking >= MIN_SPOKEN_SHARE * count
    if is_apart:
        return count >= MIN_APART_QUESTIONS and (addressed or spoken)
    dense = len(blocks) - places[0] <= MAX_BLOCKS_PER_PLAIN_QUESTION * count
    return count >= MIN_PLAIN_QUESTIONS and dense and addressed and spoken


def _is_question(block: Block) -> bool:
    return block.text.rstrip(CLOSING_CHARS)[-1:] in {"?", "？"}


def _question_style(block: Block) -> str | None:
    """`apart` for a question in bold, in a heading or after a dash, `plain`, or None for one in quotation marks."""
    text = block.text.lstrip("0123456789.)、．-+•· ")
    if block.level or block.bold or block.dashed or text.startswith(("**", "__")):
        return "apart"
    return None if text[:1] in SPEECH_QUOTES or text[-1:] in SPEECH_QUOTES else "plain"


# --- messages


def _labels_note(turns: Sequence[Opening]) -> Note:
    most_common, _ = Counter(turn.key for turn in turns).most_common(1)[0]
    first = next(turn for turn in turns if turn.key == most_common)
    shown = first.shown[:MAX_LABEL_SHOWN_CHARS]
    if first.known and not first.anonymous:
        message = (
            f"'{shown}' looks like a speaker label, but no dialogue was recognised. "
            "If it is one, add the name to [vocabulary] names."
        )
    else:
        message = (
            f"'{shown}' and {len(turns) - 1:,} similar openings look like speaker labels, but no dialogue was "
            "recognised. If they are, begin each turn on a new line with a name and a colon: 'Ada Fern: Yes.'"
        )
    return Note(first.start, first.end, UNRECOGNISED_RULE, "warning", message)


def _questions_note(questions: Sequence[Block]) -> Note:
    first = questions[0]
    message = (
        f"{len(questions)} questions are followed by paragraphs that may answer them, but no dialogue was recognised. "
        "If this is an interview, begin each question with 'Q:' and each answer with 'A:'."
    )
    return Note(first.start, first.end, UNRECOGNISED_RULE, "warning", message)
