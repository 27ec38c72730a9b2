"""Warnings about a talk that was not recognised: labels or questions stand in a pattern, and no exchange came out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.model.stage import Note
from pipeline.stages.dialogue.blocks import CLOSING_CHARS, Block
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.paragraph_starts import Opening, find_openings
from pipeline.stages.dialogue.parse_body import ParsedBody, exchange_numbers
from pipeline.stages.dialogue.pronouns import CONVERSATION, SECOND_PERSON
from pipeline.stages.dialogue.questions import MAX_QUESTION_CHARS, SPEECH_QUOTES

UNRECOGNISED_RULE = "dialogue.unrecognised"
MIN_PATTERN_TURNS, MIN_SPEAKER_CHANGES = 5, 3
"""Paragraphs with a label that comes again, and changes between two labels, from which several labels are a pattern."""
MIN_SINGLE_LABEL_TURNS, MIN_ASKING_TURNS = 3, 2
"""The same for one label alone, and how many of its paragraphs must ask where few speak of I, we and you."""
MIN_SPEAKING_SHARE = 0.25
"""Share of these paragraphs that must speak of I, we and you: keys with values do not."""
MIN_APART_QUESTIONS = 3
"""Questions with a paragraph below, from which those that are set apart are a pattern."""
MIN_PLAIN_QUESTIONS = 4
MAX_BLOCKS_PER_PLAIN_QUESTION = 8
"""The same for plain ones, and how many paragraphs there may be to each."""
MIN_ADDRESSED_SHARE, MIN_SPOKEN_SHARE = 0.3, 0.3
"""Share of the questions that must say you, and of what is below them that must speak of I, we and you."""
MAX_LABEL_SHOWN_CHARS = 40
"""Characters of a label that a message shows."""


def missed_dialogue_notes(read: ParsedBody, text: str) -> Iterator[Note]:
    """One warning where a body in which no exchange was found holds labels or questions in a pattern."""
    if any(number is not None for number in exchange_numbers(read.blocks)):
        return
    found = recurring_openings(list(find_openings(read.blocks, text)), {nearly.key for nearly in read.labels.doubtful})
    if found:
        yield _labels_note(found)
        return
    asked = question_pattern([one for one in read.blocks if one.part not in {"title", "repeat", "legend"}])
    if asked:
        first = asked[0]
        yield Note(
            first.start,
            first.end,
            UNRECOGNISED_RULE,
            "warning",
            f"{len(asked)} questions are followed by paragraphs that may answer them, but no dialogue was recognised. "
            "If this is an interview, begin each question with 'Q:' and each answer with 'A:'.",
        )


def recurring_openings(found: Sequence[Opening], doubtful: set[str]) -> list[Opening]:
    """The openings that come again, where they look like turns; else none. `doubtful` are keys that nearly were."""
    alone = [one for one in found if one.alone]
    if not (any(one.asks for one in alone) and any(one.named for one in alone)):
        # Headings that come again are lines of their own, too.
        found = [one for one in found if not one.alone]
    counts = Counter(one.key for one in found)
    turns = [one for one in found if counts[one.key] > 1]
    if not turns:
        return []
    speaking = sum(one.speaks for one in turns) >= MIN_SPEAKING_SHARE * len(turns)
    keys = {one.key for one in turns}
    if len(keys) > 1:
        changes = sum(one.key != other.key for one, other in pairwise(turns))
        if len(turns) >= MIN_PATTERN_TURNS and changes >= MIN_SPEAKER_CHANGES and speaking:
            return turns
    # One label alone must be one that hardly anything else has.
    by_key: dict[str, list[Opening]] = {}
    for one in turns:
        by_key.setdefault(one.key, []).append(one)
    for key, same in by_key.items():
        cued = same[0].cued or key in doubtful
        spoken = sum(one.speaks or one.asks for one in same) >= MIN_SPEAKING_SHARE * len(same)
        spoken |= sum(one.asks for one in same) >= MIN_ASKING_TURNS
        if len(same) >= MIN_SINGLE_LABEL_TURNS and cued and spoken:
            return same
    return []


def question_pattern(placed: Sequence[LabelledBlock]) -> list[Block]:
    """The questions of a body that stand in a pattern: set alike, each with a paragraph below; else none."""
    blocks = [one.block for one in placed]
    kinds: dict[str, list[int]] = {}
    for i, block in enumerate(blocks[:-1]):
        question = _is_question(block) and len(block.text) <= MAX_QUESTION_CHARS and not block.indented
        if question and not _is_question(blocks[i + 1]) and (kind := _question_style(block)) is not None:
            kinds.setdefault(kind, []).append(i)
    for kind, places in sorted(kinds.items()):
        count = len(places)
        addressed = sum(SECOND_PERSON.search(blocks[i].text) is not None for i in places) >= MIN_ADDRESSED_SHARE * count
        spoken = sum(any(CONVERSATION.search(block.text) for block in blocks[i + 1 : i + 3]) for i in places)
        if kind == "apart":
            pattern = count >= MIN_APART_QUESTIONS and (addressed or spoken >= MIN_SPOKEN_SHARE * count)
        else:
            dense = len(blocks) - places[0] <= MAX_BLOCKS_PER_PLAIN_QUESTION * count
            pattern = count >= MIN_PLAIN_QUESTIONS and dense and addressed and spoken >= MIN_SPOKEN_SHARE * count
        if pattern:
            return [blocks[i] for i in places]
    return []


def _is_question(block: Block) -> bool:
    return block.text.rstrip(CLOSING_CHARS)[-1:] in {"?", "？"}


def _question_style(block: Block) -> str | None:
    """How a question is set: apart (a heading, in bold, after a dash) or plain; None for one in quotation marks."""
    text = block.text.lstrip("0123456789.)、．-+•· ")
    apart = block.level or block.bold or block.dashed or text.startswith(("**", "__"))
    if apart:
        return "apart"
    return None if text[:1] in SPEECH_QUOTES or text[-1:] in SPEECH_QUOTES else "plain"


def _labels_note(turns: Sequence[Opening]) -> Note:
    most, _ = Counter(one.key for one in turns).most_common(1)[0]
    first = next(one for one in turns if one.key == most)
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
