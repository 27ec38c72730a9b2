"""Notes about a structure that is doubtful, each with its span."""

from collections.abc import Iterator, Sequence
from itertools import islice

from pipeline.model.stage import Note
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.missed_dialogue import missed_dialogue_notes
from pipeline.stages.dialogue.nested_labels import nested_label_notes
from pipeline.stages.dialogue.parse_body import ParsedBody, exchange_numbers

MIN_CERTAIN_CONFIDENCE = 0.65
"""Confidence of a label under which a note says that it may be none."""
MAX_NOTES_PER_KIND = 20
"""Notes of one kind that a document gets, at most."""
MAX_SINGLE_TURN_SPEAKERS = 2
"""Speakers who speak once, up to which each is worth a note."""
MAX_QUOTED_CHARS = 40
"""Characters that a note shows."""


def structure_notes(read: ParsedBody, title: tuple[int, int] | None, text: str) -> Iterator[Note]:
    """What is doubtful in a body; `title` is the span of the title that stands in the keys above it, if any.

    `text` is the document's.
    """
    none = list(missed_dialogue_notes(read, text))
    yield from none
    # A warning about a label says more than that it nearly was one.
    warned = {note.start for note in none}
    doubtful = (note for note in _doubtful_label_notes(read) if note.start not in warned)
    for notes in (_unanswered_notes(read.blocks), _single_turn_notes(read), doubtful, nested_label_notes(read.blocks)):
        yield from islice(notes, MAX_NOTES_PER_KIND)
    if title is not None and read.other_title is not None:
        other = read.other_title
        yield Note(
            other.start,
            other.end,
            "dialogue.two-titles",
            "info",
            "The keys above the article name another title than this heading.",
        )


def _unanswered_notes(placed: Sequence[LabelledBlock]) -> Iterator[Note]:
    asked: dict[int, LabelledBlock] = {}
    answered: set[int] = set()
    for one, number in zip(placed, exchange_numbers(placed), strict=True):
        if number is None:
            continue
        if one.part == "question":
            asked.setdefault(number, one)
        elif one.part == "answer":
            answered.add(number)
    for number, one in asked.items():
        if number not in answered:
            yield Note(one.start, one.block.end, "dialogue.unanswered", "info", f"Question {number} has no answer.")


def _single_turn_notes(read: ParsedBody) -> Iterator[Note]:
    turns: dict[str, list[LabelledBlock]] = {}
    for one in read.blocks:
        if one.label is not None and one.name is not None:
            turns.setdefault(one.name, []).append(one)
    if len(turns) < 2:
        return
    once = [said[0] for said in turns.values() if len(said) == 1]
    if len(once) > MAX_SINGLE_TURN_SPEAKERS:
        return  # a press conference, in which each reporter asks once
    for said in once:
        label, name = said.label, said.name or ""
        if label is not None and label.kind is None:
            yield Note(
                label.start,
                label.end,
                "dialogue.heard-once",
                "info",
                f"{name[:MAX_QUOTED_CHARS]} speaks once; this may be no label.",
            )


def _doubtful_label_notes(read: ParsedBody) -> Iterator[Note]:
    for nearly in read.labels.doubtful:
        yield Note(
            nearly.start,
            nearly.end,
            "dialogue.doubtful-label",
            "info",
            f"'{nearly.text[:MAX_QUOTED_CHARS]}:' looks like a speaker label, but no dialogue was recognised."
            # No setting makes a speaker of a word for questions or answers.
            + ("" if nearly.anonymous else " If it is one, add the name to [vocabulary] names."),
        )
    told: set[str] = set()
    for one in read.blocks:
        if (label := one.label) is not None and one.label_confidence < MIN_CERTAIN_CONFIDENCE and label.key not in told:
            told.add(label.key)
            yield Note(
                label.start,
                label.end,
                "dialogue.doubtful-label",
                "warning",
                f"{label.text[:MAX_QUOTED_CHARS]} is taken for a speaker's label ({one.label_confidence:.2f}); it may be none.",
            )


def translation_mismatch(main: ParsedBody, other: ParsedBody) -> Iterator[Note]:
    """A note where body and translation do not have the same number of exchanges."""
    ours, theirs = (max((n for n in exchange_numbers(read.blocks) if n), default=0) for read in (main, other))
    if ours != theirs and other.blocks:
        first = other.blocks[0]
        yield Note(
            first.start,
            first.block.end,
            "dialogue.unmatched-version",
            "warning",
            f"The body has {ours} exchanges and its translation {theirs}: one is incomplete, or was not told apart.",
        )
