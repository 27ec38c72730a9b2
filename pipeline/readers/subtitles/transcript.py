"""Joins the cues of a talk to paragraphs, one for each speaker's words in a row."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence, Set

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

HAN = regex.compile(r"\p{Han}")
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
    """The paragraphs of a talk. Each is one line: `join_wrapped_lines` joins lines only if most of them are full, and
    the lines of cues are not, so that a line end within a paragraph would end it.
    """
    shown = spoken_lines(cues)
    is_bilingual = _is_bilingual(shown)
    lines = [piece for cue in shown for line in cue for piece in _at_chevrons(line)]
    names = _names(lines)
    marked = sum(1 for line in lines if line.voice is not None or CHEVRON_MARK.match(line.text) or _name(line, names))
    is_marked = marked >= max(MIN_MARKED_CUES, MIN_MARKED_SHARE * len(shown))
    paragraph = _OpenParagraph()
    voice, heard = None, math.nan
    for line in lines:
        is_pause = not is_marked and line.start - heard > PAUSE_SECONDS
        is_marked_line = not line.goes_on and _begins_paragraph(line, names)
        is_other_voice = line.voice is not None and line.voice != voice
        if is_pause or is_marked_line or is_other_voice:
            yield from paragraph.lines()
            paragraph = _OpenParagraph()
        text = line.text
        if is_other_voice and not _is_label_of(str(line.voice), text):
            text = f"{line.voice}: {text}"
        paragraph.add(line, text, script_of(line.text) if is_bilingual else "")
        # After words of somebody whom the text names, the voice before is named anew.
        voice = line.voice if line.voice is not None else None if is_marked_line else voice
        heard = line.end if math.isnan(heard) or math.isnan(line.end) else max(heard, line.end)
    yield from paragraph.lines()


class _OpenParagraph:
    """The words of one paragraph. Of cues in two languages it is a paragraph in each."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[str]] = {}
        self._times: dict[str, tuple[float, float]] = {}
        self._side = ""

    def add(self, line: SpokenLine, text: str, script: str) -> None:
        if script in {"han", "latin"} or not self._pieces:
            self._side = script
        pieces = self._pieces.setdefault(self._side, [])
        self._times.setdefault(self._side, (line.start, line.end))
        if line.goes_on and pieces:
            pieces[-1] += text
        else:
            pieces.append(text)

    def lines(self) -> Iterator[Paragraph]:
        for side, pieces in self._pieces.items():
            yield Paragraph(unwrap("\n".join(pieces)), *self._times[side])


def _at_chevrons(line: SpokenLine) -> Sequence[SpokenLine]:
    """The parts of a line that each begin with `>>`, and what is before them."""
    if ">>" not in line.text and "＞＞" not in line.text:
        return (line,)
    return [
        msgspec.structs.replace(line, text=piece, goes_on=line.goes_on and not i)
        for i, piece in enumerate(map(str.rstrip, CHEVRONS.split(line.text)))
        if piece
    ]


def _begins_paragraph(line: SpokenLine, names: Set[str]) -> bool:
    return bool(CHEVRON_MARK.match(line.text) or DASH.match(line.text)) or _name(line, names) is not None


def _label(line: SpokenLine) -> str | None:
    """What looks like the label of a speaker at the beginning of a line."""
    match = LABEL.match(line.text)
    return match and (match["name"] or match["latin"] or match["han"])


def _name(line: SpokenLine, names: Set[str]) -> str | None:
    label = _label(line)
    return label if label in names else None


def _names(lines: Sequence[SpokenLine]) -> Set[str]:
    """The labels that are those of speakers: names by their shape, and what is a label time and again."""
    uses = Counter(label for line in lines if (label := _label(line)) is not None)
    return {label for label, count in uses.items() if _is_name(label, count)}


def _is_name(label: str, uses: int) -> bool:
    """
    >>> _is_name("Dr. Ada de Fern", 1), _is_name("And she said", 1), _is_name("stokes", 2), _is_name("他说", 1)
    (True, False, True, False)
    """
    words = label.split()
    if len(words) > MAX_NAME_WORDS:
        return False
    if HAN.search(label):
        return uses >= MIN_USES and len(label) <= MAX_HAN_NAME_CHARS
    small = {*name_particles("l"), *name_particles("t")}
    is_title_case = words[0] not in small and all(not word[0].islower() or word in small for word in words)
    return is_title_case or (len(words) == 1 and uses >= MIN_USES)


def _is_label_of(voice: str, text: str) -> bool:
    return text.startswith(voice) and text[len(voice) :].lstrip()[:1] in {":", "："}


def _is_bilingual(cues: Sequence[Sequence[SpokenLine]]) -> bool:
    both = sum(1 for lines in cues if len(lines) > 1 and {"han", "latin"} <= {script_of(line.text) for line in lines})
    return both > MIN_BILINGUAL_SHARE * len(cues)
