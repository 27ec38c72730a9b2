"""Titles that were cut off inside a word: a part of the stage `words`.

`Zhang Xiao: China and Kazakhstan have shar` ends in the beginning of `shared` if the document says `have shared`
elsewhere.
"""

from collections import Counter
from collections.abc import Sequence

import regex

from pipeline.lexicon import english
from pipeline.model.document import Document
from pipeline.model.stage import Note, Rule
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.lattice_edges import MAX_WORD_LETTERS
from pipeline.segmentation.user_words import UserWords
from pipeline.segmentation.word_scores import lowered
from pipeline.stages.words.unspaced_lines import SolvedLine

CONTEXT = 60
"""Code points before a completion in which it shares its words with the title."""
FRAGMENT = 3.0
"""Zipf frequency under which a last word may be the beginning of another that the document has."""
NO_WORD = 2.0
"""Zipf frequency under which it is one, whatever the document has."""
END_MARK = regex.compile(r"[^\p{L}]$")

TRUNCATED = Rule(
    "words.title-truncated",
    "a title that ends inside a word",
    acts=("What the two countries have shar\nThey say that they have shared a lot.",),
    spares=("What the two countries have shared\nThey have shared a lot.", "Letters from Kyzyl\nWe went to Kyzylorda."),
)


def truncated_title(document: Document, lines: Sequence[SolvedLine], known: UserWords) -> Note | None:
    """A note on a title that ends inside a word, with the completion that the document itself offers.

    A line that lost its spaces is believed to be cut off where its last piece is no common word; the first line of
    words only where the document has the same words before the whole word.
    """
    first = next((line for line in document.lines if line.text.strip()), None)
    if first is None or END_MARK.search(first.text.rstrip()):
        return None
    title = next((line.repaired for line in lines if line.start == first.start), first.text).rstrip()
    runs = LETTER_RUN.findall(title)
    if len(runs) < 2 or not title.endswith(runs[-1]) or len(runs[-1]) < 2:
        return None
    fragment = lowered(runs[-1])
    if english.lexicon().zipf(fragment) >= FRAGMENT or known.keeps(fragment):
        return None
    rest = document.text[first.end :]
    whole_word = completion(rest, fragment, [lowered(run) for run in runs[:-1]])
    if not whole_word and first.start not in {line.start for line in lines}:
        return None
    if not whole_word and (english.lexicon().zipf(fragment) >= NO_WORD or runs[-1][0].isupper()):
        return None
    suggestion = title + whole_word[len(fragment) :] if whole_word else None
    message = f"the title ends inside a word: {runs[-1]!r}"
    return Note(first.start, first.end, TRUNCATED.name, "warning", message, suggestion)


def completion(text: str, fragment: str, before: Sequence[str]) -> str | None:
    """The word of `text` that starts with `fragment` and follows the last word of `before` there.

    Of several the one that shares more words before it, then the more frequent, then the earlier. None where the
    fragment itself is a word of `text`.
    """
    found: Counter[str] = Counter()
    shared: dict[str, int] = {}
    small = lowered(text)
    at = small.find(fragment)
    while at >= 0:
        run = LETTER_RUN.match(small, at)
        if run and not (at and LETTER_RUN.match(small, at - 1)):
            if run[0] == fragment:
                return None
            alike = _alike(LETTER_RUN.findall(small[max(0, at - CONTEXT) : at]), before)
            if alike and len(run[0]) < MAX_WORD_LETTERS:
                found[run[0]] += 1
                shared[run[0]] = max(shared.get(run[0], 0), alike)
        at = small.find(fragment, at + len(fragment))
    return max(found, key=lambda word: (shared[word], found[word]), default=None)


def _alike(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words both end in."""
    return next(
        (i for i, (a, b) in enumerate(zip(reversed(words), reversed(others), strict=False)) if a != b),
        min(len(words), len(others)),
    )
