"""What stands in no field of an article: keys, legends, references, repeats, words that only announce.

It must not be most of an article: what is most of an article is what it says.
"""

from collections.abc import Sequence

from pipeline.model.document import Label
from pipeline.text.lines import words

FIELDLESS = frozenset({"label", "legend", "front-matter", "repeat", "reference"})
"""The parts that become no field."""
MOST_ASIDE = 0.5
"""Share of an article's text that may stand in no field, without repeats."""
SHORT = 200
"""Code points under which that share says nothing."""


def mostly_in_fields(text: str, parts: Sequence[Label]) -> Sequence[Label]:
    """The labels without the longest of those that stand in no field, where these would be most of the article.

    What is most of an article is what it says: a long line of keys above two lines of text, a page of links.
    """
    aside = [label for label in parts if label.value in FIELDLESS and label.value != "repeat"]
    if sum(label.end - label.start for label in aside) <= MOST_ASIDE * SHORT:
        return parts
    sizes = [len(words(text[label.start : label.end])) for label in aside]
    # Letters and figures are counted faster, and nearly all words consist of them alone.
    most = MOST_ASIDE * sum(map(str.isalnum, text))
    if sum(sizes) <= most:
        return parts
    whole = len(words(text))
    if whole <= SHORT:
        return parts
    left, dropped = sum(sizes), set[int]()
    # A label that only joins belongs to the words beside it more than anything else does.
    for size, label in sorted(
        zip(sizes, aside, strict=True), key=lambda one: (one[1].value == "label", -one[0], one[1].start)
    ):
        if left <= MOST_ASIDE * whole:
            break
        left -= size
        dropped.add(label.start)
    return [label for label in parts if label.start not in dropped or label.value not in FIELDLESS]
