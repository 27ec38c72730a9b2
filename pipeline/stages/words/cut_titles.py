"""Titles that were cut off inside a word.

`Zhang Xiao: China and Kazakhstan have shar` ends in the beginning of `shared` if the document says `have shared`
elsewhere.
"""

from collections import Counter
from collections.abc import Sequence

import regex

from pipeline.lexicon import english
from pipeline.model.document import Document
from pipeline.model.stage import Note
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.lattice_edges import MAX_WORD_LETTERS
from pipeline.segmentation.user_words import UserWords
from pipeline.segmentation.word_scores import lowered
from pipeline.stages.words.rules import TRUNCATED
from pipeline.stages.words.unspaced_lines import SolvedLine

COMPLETION_CONTEXT_CHARS = 60
"""Code points before a completion that are compared with the title."""
MAX_FRAGMENT_ZIPF = 3.0
"""Zipf frequency under which a last word may be the beginning of another word of the document."""
MAX_UNKNOWN_ZIPF = 2.0
"""Zipf frequency under which it is no word at all, whatever the document has."""
MIN_FRAGMENT_LETTERS, MIN_TITLE_WORDS = 2, 2
END_MARK = regex.compile(r"[^\p{L}]$")


def truncated_title(document: Document, solved: Sequence[SolvedLine], user_words: UserWords) -> Note | None:
    """A note on a title that ends inside a word, with the completion that the document itself offers.

    The title is the first line. If it lost its spaces, it counts as cut off when its last word is no common one;
    otherwise the document must have the same words before the whole word.
    """
    first = next((line for line in document.lines if line.text.strip()), None)
    if first is None or END_MARK.search(first.text.rstrip()):
        return None
    title = next((line.repaired for line in solved if line.start == first.start), first.text).rstrip()
    runs = LETTER_RUN.findall(title)
    if len(runs) < MIN_TITLE_WORDS or not title.endswith(runs[-1]) or len(runs[-1]) < MIN_FRAGMENT_LETTERS:
        return None
    fragment = lowered(runs[-1])
    zipf = english.lexicon().zipf(fragment)
    if zipf >= MAX_FRAGMENT_ZIPF or user_words.keeps(fragment):
        return None
    whole_word = completion(document.text[first.end :], fragment, [lowered(run) for run in runs[:-1]])
    if not whole_word and first.start not in {line.start for line in solved}:
        return None
    if not whole_word and (zipf >= MAX_UNKNOWN_ZIPF or runs[-1][0].isupper()):
        return None
    suggestion = title + whole_word[len(fragment) :] if whole_word else None
    message = f"the title ends inside a word: {runs[-1]!r}"
    return Note(first.start, first.end, TRUNCATED.name, "warning", message, suggestion)


def completion(text: str, fragment: str, before: Sequence[str]) -> str | None:
    """The word of `text` that begins with `fragment` and follows the last word of `before` there.

    Of several, the one that shares more words before it, then the more frequent, then the earlier. None if the fragment
    itself is a word of `text`.

    >>> completion("They have shared a lot.", "shar", ["countries", "have"])
    'shared'
    """
    counts: Counter[str] = Counter()
    most_shared: dict[str, int] = {}
    small = lowered(text)
    at = small.find(fragment)
    while at >= 0:
        run = LETTER_RUN.match(small, at)
        if run and not (at and LETTER_RUN.match(small, at - 1)):
            if run[0] == fragment:
                return None
            shared = _shared_at_end(LETTER_RUN.findall(small[max(0, at - COMPLETION_CONTEXT_CHARS) : at]), before)
            if shared and len(run[0]) < MAX_WORD_LETTERS:
                counts[run[0]] += 1
                most_shared[run[0]] = max(most_shared.get(run[0], 0), shared)
        at = small.find(fragment, at + len(fragment))
    return max(counts, key=lambda word: (most_shared[word], counts[word]), default=None)


def _shared_at_end(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words both end in."""
    return next(
        (i for i, (a, b) in enumerate(zip(reversed(words), reversed(others), strict=False)) if a != b),
        min(len(words), len(others)),
    )
