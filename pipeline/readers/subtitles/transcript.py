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
"""Cues that begin with a voice, a name or `>>`, and their share, from which such marks alone tell where speakers
change. People say fifty cues in a row, but not on average: in talks that mark their speakers, one cue in ten does.
"""
MIN_BILINGUAL_SHARE = 0.5
"""Share of the cues with a line in Chinese and one in Latin letters, from which the cues are in two languages."""
MIN_PUNCTUATED_SHARE = 0.2
"""Share of the lines in Chinese that hold a comma or full stop, from which the talk has punctuation. In films the end
of a line takes its place. Prose has one in most lines.
"""
MAX_NAME_WORDS = 5
MAX_HAN_NAME_CHARS = 12

PUNCTUATION = regex.compile(r"[，。？！；、,.?!]")
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
    """The paragraphs of a talk, in order.

    Each is one line. `join_wrapped_lines` joins lines only if most of them are full, and the lines of cues are not: a
    line end within a paragraph would end it.
    """
    shown = spoken_lines(cues)
    lines = [piece for cue in shown for line in cue for piece in _at_chevrons(line)]
    layout = _layout(shown, lines)
    paragraph = _OpenParagraph(layout)
    voice = None
    for line in lines:
        says_who = not line.goes_on and layout.says_who(line)
        is_other_voice = line.voice is not None and line.voice != voice
        if says_who or is_other_voice or paragraph.is_over(line):
            yield from paragraph.lines()
            paragraph = _OpenParagraph(layout)
        label = f"{line.voice}: " if is_other_voice and not _is_label_of(str(line.voice), line.text) else ""
        paragraph.add(line, label)
        if line.voice is not None or says_who:
            # After words of somebody whom only the text names, the voice before is named anew.
            voice = line.voice
    yield from paragraph.lines()


class _Layout(msgspec.Struct, frozen=True):
    """How a file shows who speaks. `names` are the labels that are names."""

    names: Set[str]
    is_marked: bool
    is_bilingual: bool
    has_spaces: bool
    """The ends of Chinese lines become spaces, because they take the place of the marks that it lacks."""

    def says_who(self, line: SpokenLine) -> bool:
        """Whether the words of a line begin with a mark or a name of a speaker."""
        text = line.text
        return bool(CHEVRON_MARK.match(text) or DASH.match(text)) or _label(text) in self.names


def _layout(cues: Sequence[Sequence[SpokenLine]], lines: Sequence[SpokenLine]) -> _Layout:
    labels = [_label(line.text) for line in lines]
    names = _names(labels)
    marked = sum(
        1
        for line, label in zip(lines, labels, strict=True)
        if line.voice is not None or label in names or CHEVRON_MARK.match(line.text)
    )
    both = sum(1 for cue in cues if len(cue) > 1 and {"han", "latin"} <= {script_of(line.text) for line in cue})
    chinese = [line.text for line in lines if _has_chinese(line.text)]
    punctuated = sum(1 for text in chinese if PUNCTUATION.search(text))
    return _Layout(
        names,
        is_marked=marked >= max(MIN_MARKED_CUES, MIN_MARKED_SHARE * len(cues)),
        is_bilingual=both > MIN_BILINGUAL_SHARE * len(cues),
        has_spaces=punctuated < MIN_PUNCTUATED_SHARE * len(chinese),
    )


class _OpenParagraph:
    """The words of one paragraph. Of cues in two languages it is a paragraph in each."""

    def __init__(self, layout: _Layout) -> None:
        self._layout = layout
        self._pieces: dict[str, list[str]] = {}
        self._times: dict[str, tuple[float, float]] = {}
        self._side = ""
        self._heard = math.nan
        """When the last words end, in seconds; NaN if that is not known."""

    def is_over(self, line: SpokenLine) -> bool:
        """Whether there is a pause before a line, or the words before it are no cue."""
        if any(math.isnan(start) for start, _ in self._times.values()):
            return True
        return not self._layout.is_marked and line.start - self._heard > PAUSE_SECONDS

    def add(self, line: SpokenLine, label: str) -> None:
        """Adds the words of a line after the label of who says them."""
        script = script_of(line.text) if self._layout.is_bilingual else ""
        if script in {"han", "latin"} or not self._pieces:
            self._side = script
        pieces = self._pieces.setdefault(self._side, [])
        self._times.setdefault(self._side, (line.start, line.end))
        if line.goes_on and pieces:
            pieces[-1] += line.text
        else:
            pieces.append(label + line.text)
        # Of cues that overlap, the one that ends last counts.
        is_known = not math.isnan(self._heard) and not math.isnan(line.end)
        self._heard = max(self._heard, line.end) if is_known else line.end

    def lines(self) -> Iterator[Paragraph]:
        """The paragraph, or the two of a bilingual file; nothing if there are no words."""
        for side, pieces in self._pieces.items():
            text = " ".join(pieces) if self._layout.has_spaces else unwrap("\n".join(pieces))
            yield Paragraph(text, *self._times[side])


def _at_chevrons(line: SpokenLine) -> Sequence[SpokenLine]:
    """The parts of a line that each begin with `>>`, and what is before them."""
    if ">>" not in line.text and "＞＞" not in line.text:
        return (line,)
    return [
        msgspec.structs.replace(line, text=piece, goes_on=line.goes_on and not i)
        for i, piece in enumerate(map(str.rstrip, CHEVRONS.split(line.text)))
        if piece
    ]


def _label(text: str) -> str | None:
    """What looks like the label of a speaker at the beginning of a line."""
    match = LABEL.match(text)
    return (match["name"] or match["latin"] or match["han"]).strip() or None if match else None


def _names(labels: Sequence[str | None]) -> Set[str]:
    """The labels of a file that are names: by their shape, or because the file has labels time and again."""
    uses = Counter(label for label in labels if label is not None and _may_be_name(label))
    is_usual = uses.total() >= max(MIN_MARKED_CUES, MIN_MARKED_SHARE * len(labels))
    return {label for label in uses if is_usual or _is_title_case(label)}


def _may_be_name(label: str) -> bool:
    """Whether a label may be a name: in title case, one word, or a few Chinese characters.

    >>> _may_be_name("Dr. Ada de Fern"), _may_be_name("And she said"), _may_be_name("wren"), _may_be_name("主持人")
    (True, False, True, True)
    """
    if _has_chinese(label):
        return len(label) <= MAX_HAN_NAME_CHARS
    return " " not in label or _is_title_case(label)


def _is_title_case(label: str) -> bool:
    words = label.split()
    if len(words) > MAX_NAME_WORDS or _has_chinese(label):
        return False
    small = {*name_particles("l"), *name_particles("t")}
    return words[0] not in small and all(not word[0].islower() or word in small for word in words)


def _is_label_of(voice: str, text: str) -> bool:
    return text.startswith(voice) and text[len(voice) :].lstrip()[:1] in {":", "："}


def _has_chinese(text: str) -> bool:
    return script_of(text) in {"han", "mixed"}
