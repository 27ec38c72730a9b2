"""Takes the lines of text out of the pages of a PDF file, with their places, through PDFium."""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import msgspec

from pipeline.readers.html.lines import UNPRINTABLE

MAX_PAGES = 20_000
MAX_CHARS = 20_000_000
"""Maximum characters of all pages together."""
HYPHEN_MARKS = frozenset({"\x02", "\ufffe"})
"""What PDFium gives for a hyphen at the end of a line; then it gives no line end."""
LINE_ENDS = frozenset({"\n", "\r"})
BOLD_WEIGHT = 600
ITALIC_FLAG, BOLD_FLAG = 1 << 6, 1 << 18
"""Flags of a font descriptor."""
BOLD_NAMES = (b"bold", b"black", b"heavy", b"semibold")
ITALIC_NAMES = (b"italic", b"oblique")
FONT_NAME_BYTES = 200
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


class PdfError(ValueError):
    """A PDF file without readable text. The message says why and what to do."""


class FontRun(msgspec.Struct, frozen=True, gc=False):
    """A run `[start, end)` of a line in a bold or italic font."""

    start: int
    end: int
    bold: bool
    italic: bool


class PdfLine(msgspec.Struct, frozen=True, gc=False):
    """A line of text. `page` counts from 1. Its box and baseline are in points, from the lower left of the page.

    `first_word` is the width of its first word, `size` the height of its letters.
    """

    text: str
    page: int
    left: float
    right: float
    bottom: float
    top: float
    baseline: float
    size: float
    first_word: float
    runs: tuple[FontRun, ...] = ()

    @property
    def bold(self) -> bool:
        """Whether nearly all of it is bold."""
        return 10 * sum(run.end - run.start for run in self.runs if run.bold) >= 9 * len(self.text)


class PdfText(msgspec.Struct, frozen=True):
    """The lines of a file in the order of its content, and what it says of itself.

    `heights` are those of the pages. `unreadable` counts characters for which the file has no Unicode value.
    """

    lines: tuple[PdfLine, ...]
    heights: tuple[float, ...]
    metadata: Mapping[str, str]
    unreadable: int


def read_pages(data: bytes, library: ModuleType) -> PdfText:
    """The text of a file. `library` is pypdfium2. Raises `PdfError`."""
    try:
        document = library.PdfDocument(data)
    except library.PdfiumError as error:
        if "assword" in str(error):
            raise PdfError("is encrypted; save it without a password") from None
        raise PdfError("is damaged: PDFium cannot open it; fetch it again, or save it with another program") from None
    try:
        return _read(document, library)
    except library.PdfiumError as error:
        raise PdfError(f"is damaged ({str(error).splitlines()[0]}); save it with another program") from None
    finally:
        document.close()


def _read(document: Any, library: ModuleType) -> PdfText:  # noqa: ANN401 -- the library has no types
    if len(document) > MAX_PAGES:
        raise PdfError(f"has {len(document):,} pages, over the limit of {MAX_PAGES:,}; split it")
    lines: list[PdfLine] = []
    heights = []
    chars = unreadable = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        text_page = page.get_textpage()
        try:
            chars += text_page.count_chars()
            if chars > MAX_CHARS:
                raise PdfError(f"has more than {MAX_CHARS:,} characters; split it")
            made = _PageLines(text_page, library.raw, number)
            lines += made.lines()
            unreadable += made.unreadable
            heights.append(page.get_height())
        finally:
            text_page.close()
            page.close()
    return PdfText(tuple(lines), tuple(heights), dict(_metadata(document)), unreadable)


def _metadata(document: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- see above
    for name, key in (("Title", "title"), ("Author", "author"), ("CreationDate", "date")):
        value = UNPRINTABLE.sub("", document.get_metadata_value(name) or "").strip()[:500]
        if value:
            yield key, _date(value) if key == "date" else value


def _date(value: str) -> str:
    """A date of PDF in ISO 8601: `2024-05-01` for `D:20240501100000+02'00'`; another one as it is."""
    digits = value.removeprefix("D:")[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdecimal() else value


def code_points(units: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yields the characters that UTF-16 code units or code points are, each with the index of its last unit.

    0, half a surrogate pair, and a number that is no code point are U+FFFD.

    >>> [char for _, char in code_points([0x41, 0xD83D, 0xDE00, 0xD83D, 0x42, 0xDE00])]
    ['A', '😀', '�', 'B', '�']
    """
    at = 0
    while at < len(units):
        unit = units[at]
        following = units[at + 1] if at + 1 < len(units) else 0
        if 0xD800 <= unit < 0xDC00 <= following < 0xE000:
            at += 1
            yield at, chr(0x10000 + ((unit - 0xD800) << 10) + (following - 0xDC00))
        else:
            is_character = 0 < unit < 0x110000 and not 0xD800 <= unit < 0xE000
            yield at, chr(unit) if is_character else UNREADABLE
        at += 1


class _PageLines:
    """The lines of one page, made from its characters."""

    def __init__(self, text_page: Any, raw: Any, number: int) -> None:  # noqa: ANN401 -- see above
        self._page = text_page.raw
        self._count = text_page.count_chars()
        self._raw = raw
        self._number = number
        self._box = [ctypes.c_double() for _ in range(4)]
        self.unreadable = 0

    def lines(self) -> Iterator[PdfLine]:
        """Yields the lines that have text."""
        line = _LineBuffer()
        ends_in_hyphen = False
        for at, char in self._chars():
            if char in LINE_ENDS or ends_in_hyphen:
                yield from line.finished(self._number)
                line, ends_in_hyphen = _LineBuffer(), False
            ends_in_hyphen = char in HYPHEN_MARKS
            if ends_in_hyphen:
                self._add(line, at, "-")
            elif char not in LINE_ENDS and not UNPRINTABLE.match(char):
                self._add(line, at, char)
        yield from line.finished(self._number)

    def _chars(self) -> Iterator[tuple[int, str]]:
        """Yields each character of the page and its place.

        One for which the file has no Unicode value, and half a surrogate pair, are U+FFFD, and are counted.
        """
        units = [self._raw.FPDFText_GetUnicode(self._page, at) for at in range(self._count)]
        for at, char in code_points(units):
            self.unreadable += char == UNREADABLE
            yield at, char

    def _add(self, line: "_LineBuffer", at: int, char: str) -> None:
        if char.isspace():
            line.space(char)
            return
        left, right, bottom, top = self._box
        placed = self._raw.FPDFText_GetCharBox(self._page, at, left, right, bottom, top)
        box = (left.value, right.value, bottom.value, top.value) if placed else None
        # The font is asked for at the beginning of a word: it takes as long as everything else.
        font = self._font(at) if line.begins_word else None
        if line.baseline is None and self._raw.FPDFText_GetCharOrigin(self._page, at, left, bottom):
            line.baseline = bottom.value
        line.letter(char, box, font)

    def _font(self, at: int) -> tuple[bool, bool, float]:
        """Whether the font of a character is bold and italic, and its size."""
        raw, flags = self._raw, ctypes.c_int()
        name = ctypes.create_string_buffer(FONT_NAME_BYTES)
        raw.FPDFText_GetFontInfo(self._page, at, name, FONT_NAME_BYTES, flags)
        lower = name.value.lower()
        heavy = raw.FPDFText_GetFontWeight(self._page, at) >= BOLD_WEIGHT
        bold = heavy or bool(flags.value & BOLD_FLAG) or any(word in lower for word in BOLD_NAMES)
        italic = bool(flags.value & ITALIC_FLAG) or any(word in lower for word in ITALIC_NAMES)
        return bold, italic, raw.FPDFText_GetFontSize(self._page, at)


class _LineBuffer:
    """A line while its characters come in."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._boxes: list[tuple[float, float, float, float]] = []
        self._words: list[tuple[int, bool, bool]] = []
        self._first_end: float | None = None
        self._sizes: list[float] = []
        self.baseline: float | None = None

    @property
    def begins_word(self) -> bool:
        """Whether the next letter begins a word."""
        return not self._text or self._text[-1].isspace() or not self._text[-1].isascii()

    def space(self, char: str) -> None:
        """Adds a space, if the line has begun."""
        if self._text:
            self._text.append(char)
            if self._first_end is None and self._boxes:
                self._first_end = self._boxes[-1][1]

    def letter(
        self, char: str, box: tuple[float, float, float, float] | None, font: tuple[bool, bool, float] | None
    ) -> None:
        """Adds any other character, with the font if it begins a word."""
        if font is not None:
            bold, italic, size = font
            self._words.append((len(self._text), bold, italic))
            self._sizes.append(size)
        self._text.append(char)
        if box is not None:
            self._boxes.append(box)
            if self._first_end is None and not char.isascii():
                # Chinese may be cut after each character.
                self._first_end = box[1]

    def finished(self, page: int) -> Iterator[PdfLine]:
        """Yields the line, if it has text."""
        text = "".join(self._text).rstrip()
        if not text:
            return
        boxes = self._boxes or [(0.0, 0.0, 0.0, 0.0)]
        left, right = min(box[0] for box in boxes), max(box[1] for box in boxes)
        first_end = self._first_end if self._first_end is not None else right
        yield PdfLine(
            text,
            page,
            left,
            right,
            min(box[2] for box in boxes),
            max(box[3] for box in boxes),
            self.baseline if self.baseline is not None else boxes[0][2],
            max(self._sizes, default=0.0),
            max(first_end - boxes[0][0], 0.0),
            tuple(self._runs(len(text))),
        )

    def _runs(self, length: int) -> Iterator[FontRun]:
        for (start, bold, italic), after in zip(self._words, [*self._words[1:], (length, False, False)], strict=True):
            end = min(after[0], length)
            if (bold or italic) and start < end:
                yield FontRun(start, end, bold, italic)
