"""Repair `full-width`: Latin letters and digits that are as wide as a Chinese character, `Ｈ２Ｏ` for `H2O`.

Chinese punctuation stays as it is. A mark becomes ASCII only as part of a word or number: `１２．５％`, `Ｗｉ－Ｆｉ`.
Which marks, and where, is in `marks.tsv`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, ClassVar

import regex
from msgspec import Meta

from pipeline import Document, Edit, Finding, Rule

LETTERS = Rule(
    "full-width.letters",
    "Latin letters that are as wide as a Chinese character",
    acts=("Ｈｅｌｌｏ", "Ａ股上涨", "Ｑ：你好吗？"),
    spares=("Hello", "你好，世界！", "（１）", "α粒子"),
    threshold=0.9,
)
DIGITS = Rule(
    "full-width.digits",
    "digits that are as wide as a Chinese character",
    acts=("２０２４年", "（１）"),
    spares=("2024年", "二〇二四年", "①②③"),
    threshold=0.9,
)
MARKS = Rule(
    "full-width.marks",
    "a mark inside a full-width word or number, and a percent sign behind one",
    acts=("１２．５％", "ＡＢＣ－１２３", "ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ"),
    spares=("１．总则", "问题１：２０年前呢？", "１，０００", "（Ａ）／（Ｂ）", "１０～２０", "12.5％"),
    threshold=0.9,
)
SPACES = Rule(
    "full-width.spaces",
    "an ideographic space between two full-width words",
    acts=("Ｎｅｗ　Ｙｏｒｋ",),
    spares=("Ａ　Ｂ　Ｃ", "编辑　李明", "２００８　２００９", "　　Ｉｎ　２０２４"),
    threshold=0.9,
)

LETTER = "[Ａ-Ｚａ-ｚ]"
DIGIT = "[０-９]"
EITHER = "[Ａ-Ｚａ-ｚ０-９]"
ANY = regex.compile(EITHER)
CONFIDENCE = {"letters": 0.98, "digits": 0.98, "marks": 0.95, "spaces": 0.92}
ASCII = {wide: wide - 0xFEE0 for wide in range(ord("０"), ord("ｚ") + 1)} | {0x3000: 0x20}
"""Each full-width form lies as far behind its ASCII character; only the space lies elsewhere."""


@cache
def marks() -> dict[str, tuple[str, str]]:
    """The marks of `marks.tsv`: for each what it becomes, and where."""
    rows = files(__name__).joinpath("marks.tsv").read_text("utf-8").splitlines()
    told = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {mark: (ascii_mark, where) for mark, ascii_mark, where in told}


@cache
def pattern() -> regex.Pattern[str]:
    """What may change; the name of the group is that of the rule."""
    between = "|".join(regex.escape(mark) for mark, (_, where) in marks().items() if where == "between")
    behind = "|".join(regex.escape(mark) for mark, (_, where) in marks().items() if where == "behind-digit")
    return regex.compile(
        rf"(?P<letters>{LETTER}++)"
        rf"|(?P<digits>{DIGIT}++)"
        rf"|(?P<marks>(?<={EITHER})(?:{between})(?={EITHER})|(?<={DIGIT})(?:{behind}))"
        rf"|(?P<spaces>(?<=[＇Ａ-Ｚａ-ｚ]{LETTER})\u3000(?={LETTER}{{2}}))"
    )


def spared(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where any of `words` stands in `text`, in order; where two overlap, one span over both."""
    found = sorted(
        match.span() for word in words for match in regex.finditer(regex.escape(word), text, overlapped=True)
    )
    spans: list[tuple[int, int]] = []
    for start, end in found:
        if spans and start < spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans


def outside(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The pieces of `text` between the spared words."""
    at = 0
    for start, end in spared(text, words):
        yield at, start
        at = end
    yield at, len(text)


@dataclass(frozen=True)
class FullWidth:
    """Full-width Latin letters and digits: `Ｈ２Ｏ` is `H2O`."""

    name: ClassVar[str] = "full-width"
    after: ClassVar[frozenset[str]] = frozenset(
        {"entities", "mojibake"}
    )  # `&#65313;` is a letter only behind `entities`
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (LETTERS, DIGITS, MARKS, SPACES)
    protocol: ClassVar[int] = 1

    spare: Annotated[tuple[str, ...], Meta(description="Words that stay full-width, such as `Ａ股`.")] = ()

    def __post_init__(self) -> None:
        """Refuses a word that says nothing, so that a slip in the settings does not go unseen."""
        for word in self.spare:
            if not ANY.search(word):
                raise ValueError(f"`spare` has {word!r}, in which no letter or digit is full-width; take it out")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each run of letters or digits, each mark inside one, and each space between two."""
        text = document.text
        # Most documents end here, after one scan.
        if text.isascii() or not ANY.search(text):
            return
        for start, end in outside(text, self.spare):
            for match in pattern().finditer(text, start, end):
                old, kind = match[0], match.lastgroup
                new, _ = marks().get(old, (old.translate(ASCII), ""))
                yield Edit(match.start(), old, new, rule=f"{self.name}.{kind}", confidence=CONFIDENCE[str(kind)])
