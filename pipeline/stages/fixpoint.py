"""Repeats a repair until it finds nothing more, and merges the edits into one change.

Removing the tag in `<<b>br>` makes a new one, and `&#38;` may complete the entity after it. Other repairs depend on
their context: in `suchan interestin it` the second may only be sure after the first. A stage that would find more in
its own output is not idempotent, so such a stage repeats its repair.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.model.document import Document
from pipeline.model.stage import Rule
from pipeline.text.edits import Edit, PositionMap, apply, sort_and_check

MAX_ROUNDS = 8
"""A text that still changes after so many rounds is not damaged prose, and stays as it is."""


def repair_to_fixpoint(text: str, repair: Callable[[str], Iterable[Edit]]) -> tuple[Edit, ...]:
    """The edits after which `repair` finds nothing more in `text`.

    Nearly always these are the edits of the first round. Later ones are merged with those that they touch. A text that
    still changes after `MAX_ROUNDS` gets no edits.
    """
    edits = sort_and_check(text, repair(text))
    for _ in range(MAX_ROUNDS):
        if not edits:
            return ()
        between = apply(text, edits)
        later = sort_and_check(between, repair(between))
        if not later:
            return edits
        edits = sort_and_check(text, merge_edits(text, edits, between, later))
    return ()


def merge_edits(text: str, first: tuple[Edit, ...], between: str, later: tuple[Edit, ...]) -> Iterator[Edit]:
    """Combines `first`, which turn `text` into `between`, and `later`, edits of `between`, as edits of `text`.

    Neither may hold insertions: a later edit at the same place could be before or after them.
    """
    positions = PositionMap(first)
    spans: list[tuple[int, int, list[Edit]]] = []
    for edit in later:
        start, end = positions.backward(edit.start, edit.end)
        if spans and start < spans[-1][1]:
            spans[-1][2].append(edit)
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), spans[-1][2])
        else:
            spans.append((start, end, [edit]))
    remaining = iter(first)
    earlier = next(remaining, None)
    for start, end, within in spans:
        while earlier is not None and earlier.end <= start:
            yield earlier
            earlier = next(remaining, None)
        while earlier is not None and earlier.start < end:
            earlier = next(remaining, None)
        low, high = positions.forward(start, end)
        pieces: list[str] = []
        at = low
        for edit in within:
            pieces += (between[at : edit.start], edit.new)
            at = edit.end
        pieces.append(between[at:high])
        if (new := "".join(pieces)) != text[start:end]:
            confidence = min(edit.confidence for edit in within)
            yield Edit(start, text[start:end], new, within[0].rule, confidence)
    if earlier is not None:
        yield earlier
        yield from remaining


def propose_to_fixpoint(
    document: Document, rules: Iterable[Rule], propose: Callable[[Document], Iterable[Edit]]
) -> Iterator[Edit]:
    """The edits that `propose` yields for `document`, repeated until no sure ones are left.

    Edits with a confidence under the threshold of their rule are those of the first round: they are not made, so they
    change no context.
    """
    first = tuple(propose(document))
    if not first:
        return
    thresholds = {rule.name: rule.threshold_for(document) for rule in rules}

    def sure(text: str) -> list[Edit]:
        edits = first if text == document.text else propose(document.with_text(text))
        return [edit for edit in edits if round(edit.confidence, 2) >= thresholds[edit.rule]]

    made = repair_to_fixpoint(document.text, sure)
    yield from made
    unsure = [edit for edit in first if round(edit.confidence, 2) < thresholds[edit.rule]]
    starts = [edit.start for edit in made]
    yield from (edit for edit in unsure if not _collides(edit, made, starts))


def _collides(edit: Edit, made: Sequence[Edit], starts: Sequence[int]) -> bool:
    """Whether an edit overlaps one of `made`, or starts at the same place; `starts` are the offsets of `made`.

    `made` are sorted and disjoint, so only the two beside the edit need a look.
    """
    after = bisect_left(starts, edit.start)
    if after and edit.start < made[after - 1].start + len(made[after - 1].old):
        return True
    return after < len(made) and starts[after] < edit.start + max(len(edit.old), 1)
