"""Joins the cues of a talk to paragraphs, one for each speaker's words in a row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec
import regex

from pipeline.lexicon.particles import name_particles
from pipeline.model.document import script_of
from pipeline.readers.subtitles.cues import Cue
from pipeline.readers.subtitles.spoken_lines import SpokenLine, spoken_lines
from pipeline.text.lines import unwrap

PAUSE_SECONDS = 2.0
"""Silence that begins a paragraph if no mark says who speaks. From here on the next cue is another speaker's more often
than not: measured on two families of talks that mark their speakers, the limit is the same in each.
"""
MIN_MARKED_CUES = 2
MIN_MARKED_SHARE = 0.02
"""Cues that begin with a voice, a name or `>>`, and their share, from which such marks alone tell where speakers change:
one paragraph in fifty cues is the longest that people speak on average.
"""
MIN_BILINGUAL_SHARE = 0.5
"""Share of the cues with a line in Chinese and one in Latin letters, from which the cues are in two languages."""
MAX_NAME_WORDS = 5
MAX_HAN_NAME_CHARS = 12
MIN_USES = 2
"""Times that a word in lower case, or any words in Chinese, must be a label to be a name, as in `stokes: Hello.`"""

CHEVRONS = regex.compile(r"(?<!\S)(?=[>＞]{2})")
"""Before the mark of captions for another speaker, `>> Yes.`, also within a line."""
CHEVRON_MARK = regex.compile(r"[>＞]{2,9}\s{0,5}")
DASH = regex.compile(r"[-‐−]\s{1,5}\S | [–—]\s{1,5}[^\s\p{Ll}] | [-‐−–][\p{Lu}\p{Lo}¿¡“\"]", regex.VERBOSE)
"""The mark of films for another speaker. A long dash before a small letter goes on with the words before it."""
LABEL = regex.compile(
    r"""
    (?: [>＞]{2,9}\s{0,5} | [-‐−–—]\s{0,5} )?
    (?: (?P<name> \p{L}[^:：\n,?!，。？！“”"]{0,48}? ) \s?
        (?: ：| : (?= \s | $ | \p{Han} ) )                        # Ada Fern: …
    |   \[ (?P<latin> [\p{Lu}\p{Lo}][^\[\]\n:：]{0,40} ) \] :? (?= \s*\S )   # [Ada] …
    |   【 (?P<han> [^【】\n]{1,20} ) 】 )
    """,
    regex.VERBOSE,
)


class Paragraph(msgspec.Struct, frozen=True, gc=False):
    """A line of the transcript, and the times of its first cue in seconds; NaN if it has none."""

    text: str
    start: float
    end: float


def paragraphs(cues: Sequence[Cue]) -> Iterator[Paragraph]:
    """The paragraphs of a talk. Each is one line, since only a line end says where a paragraph ends for all readers:
    `join_wrapped_lines` joins lines only if most of them are full, and those of cues are not.
    """
    shown = spoken_lines(cues)
    lines = [_at_chevrons(line) for line in chain.from_iterable(shown)]
    marks = _Marks(list(chain.from_iterable(lines)), len(shown))
    yield from _joined(chain.from_iterable(lines), marks, is_bilingual=_is_bilingual(shown))


def _at_chevrons(line: SpokenLine) -> Sequence[SpokenLine]:
    if ">>" not in line.text and "＞＞" not in line.text:
        return (line,)
    pieces = [piece.strip() for piece in CHEVRONS.split(line.text)]
    return [msgspec.structs.replace(line, text=piece, goes_on=line.goes_on and not i) for i, piece in enumerate(pieces) if piece]
