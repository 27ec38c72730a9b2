"""Text that belongs to no field of an article: labels, legends, front matter, repeats, references.

It must not be most of an article. If it would be, some of it is content after all.
"""

from collections.abc import Sequence

from pipeline.model.document import Label
from pipeline.text.lines import word_characters

UNASSIGNED_LABELS = frozenset({"label", "legend", "front-matter", "repeat", "reference"})
"""The parts that become no field."""
MAX_UNASSIGNED_SHARE = 0.5
"""Share of a text that may be in no field, not counting repeats."""
SHORT_TEXT_CHARS = 200
"""Code points of a text that is too short for the share to mean anything."""


def limit_unassigned(text: str, parts: Sequence[Label]) -> Sequence[Label]:
    """`parts` without the longest labels that belong to no field, if these would be most of the text.

    In an article that is mostly a list of keys or of links, these are its content.
    """
    unassigned = [label for label in parts if label.value in UNASSIGNED_LABELS and label.value != "repeat"]
    if sum(label.end - label.start for label in unassigned) <= MAX_UNASSIGNED_SHARE * SHORT_TEXT_CHARS:
        return parts
    sizes = [len(word_characters(text[label.start : label.end])) for label in unassigned]
    # A cheap first bound: nearly all word characters are letters and figures.
    lower_limit = MAX_UNASSIGNED_SHARE * sum(map(str.isalnum, text))
    if sum(sizes) <= lower_limit:
        return parts
    total = len(word_characters(text))
    if total <= SHORT_TEXT_CHARS:
        return parts
    unassigned_size, dropped = sum(sizes), set[int]()
    # Drop the longest first, but labels last: they belong to the words after them.
    for size, label in sorted(
        zip(sizes, unassigned, strict=True), key=lambda sized: (sized[1].value == "label", -sized[0], sized[1].start)
    ):
        if unassigned_size <= MAX_UNASSIGNED_SHARE * total:
            break
        unassigned_size -= size
        dropped.add(label.start)
    return [label for label in parts if label.start not in dropped or label.value not in UNASSIGNED_LABELS]
