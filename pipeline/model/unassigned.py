"""What stands in no field of an article: keys, legends, references, repeats, words that only announce.

It must not be most of an article: what is most of an article is what it says.
"""

from collections.abc import Sequence

from pipeline.model.document import Label
from pipeline.text.lines import word_characters

UNASSIGNED_LABELS = frozenset({"label", "legend", "front-matter", "repeat", "reference"})
"""The parts that become no field."""
MAX_UNASSIGNED_SHARE = 0.5
"""Share of an article's text that may stand in no field, without repeats."""
SHORT_TEXT_CHARS = 200
"""Code points under which that share says nothing."""


def limit_unassigned(text: str, parts: Sequence[Label]) -> Sequence[Label]:
    """The labels without the longest of those that stand in no field, where these would be most of the article.

    What is most of an article is what it says: a long line of keys above two lines of text, a page of links.
    """
    aside = [label for label in parts if label.value in UNASSIGNED_LABELS and label.value != "repeat"]
    if sum(label.end - label.start for label in aside) <= MAX_UNASSIGNED_SHARE * SHORT_TEXT_CHARS:
        return parts
    sizes = [len(word_characters(text[label.start : label.end])) for label in aside]
    # Letters and figures are counted faster, and nearly all words consist of them alone.
    most = MAX_UNASSIGNED_SHARE * sum(map(str.isalnum, text))
    if sum(sizes) <= most:
        return parts
    whole = len(word_characters(text))
    if whole <= SHORT_TEXT_CHARS:
        return parts
    left, dropped = sum(sizes), set[int]()
    # A label that only joins belongs to the words beside it more than anything else does.
    for size, label in sorted(
        zip(sizes, aside, strict=True), key=lambda one: (one[1].value == "label", -one[0], one[1].start)
    ):
        if left <= MAX_UNASSIGNED_SHARE * whole:
            break
        left -= size
        dropped.add(label.start)
    return [label for label in parts if label.start not in dropped or label.value not in UNASSIGNED_LABELS]
