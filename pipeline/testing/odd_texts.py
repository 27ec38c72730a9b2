"""Odd texts: characters that often break code, mixed with the examples of a stage's rules."""

import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.model.stage import Stage

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ODD = (
    *("\x00", "\x1b", "\x7f", "\x85", "\r", "\t", "\x0c", "\xa0", "\xad", "\u0301", "\u200b", "\u200d", "\u202e"),
    *("\u2028", "\u2029", "\u3000", "\ufeff", "\ufffd", "\uffff", "\ue000", "\U0010ffff", "\U000e0041"),
    *("😀", "👩‍👩‍👧", "🇨🇳", "✌🏽", "\U0002070e", "𝒜", "é", "e\u0301", "ß", "ŉ", "ﬁ", "İ", "Å", "Ⅷ", "٣", "½", "Ａ１"),
    *("中文", "語", "你好，世界。", "かな", "한국어", "日本", "שלום", "مرحبا", "ไทย", "Ω", "Привет"),
    *(
        ".",
        ",",
        ":",
        ";",
        "?",
        "!",
        "…",
        "...",
        "-",
        "--",
        "—",
        "/",
        "\\",
        "|",
        "*",
        "**",
        "#",
        "_",
        "=",
        "$",
        "%",
        "&",
    ),
    *("(", ")", "[", "]", "{", "}", "<", ">", "（", "）", "《", "》", "【", "：", "，", "。", "？", "、"),
    *('"', "'", "“", "”", "‘", "’", "「", "」", "«", "`"),
    *("0", "1", "10:30", "3.5", "1,000", "2024", "1.", "a", "A", "I", "the ", "of", "word ", "Name", "U.S.", "Mr. "),
    *("theother", "decadesof", "calledThe", "Kazakhstan", "Ada Fern", "Daily Post", "By ", "Editor", "Disclaimer"),
    *("Q: ", "A: ", "问：", "答：", "记者", "主持人", "编辑", "周明远", "报道", "来源", "声明", "免责声明", "北京"),
    *("&amp;", "&amp;quot;", "&#8217;", "&#0;", "&#xD800;", "quot;", "#39;", "nbsp;", "u0026", "\\u2019", "â€™", "Ã©"),
    *("锟斤拷", "<br>", "<p>", "</p>", "<b", "<!--", "-->", "x <y and z> w", "http://a.b/c?d=e&copy=2", "a@b.co"),
    *("\n", "\n\n", "\r\n", " ", "  ", "\n \n", "- ", "=====", "\n\n\n\n"),
)
"""Characters and pieces that have broken stages before."""

RANGES = (
    *((0x20, 0x7E), (0, 0x1F), (0x7F, 0x17F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0x97F)),
    *((0xE00, 0xE7F), (0x1100, 0x1112), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x21FF)),
    *((0x2460, 0x2500), (0x2600, 0x26FF), (0x3000, 0x30FF), (0x4E00, 0x4FFF), (0x9F00, 0x9FFF), (0xAC00, 0xAC20)),
    *((0xE000, 0xE003), (0xF900, 0xF920), (0xFB00, 0xFB4F), (0xFE00, 0xFE6F), (0xFF00, 0xFFFF), (0x1D400, 0x1D420)),
    *((0x1F1E6, 0x1F1FF), (0x1F300, 0x1F64F), (0x20000, 0x20020), (0xE0000, 0xE007F), (0x10FFFE, 0x10FFFF)),
)
"""Ranges of code points, of many scripts and unassigned ones; no surrogates, which never reach a stage."""
CHARACTERS = "".join(chr(code) for first, last in RANGES for code in range(first, last + 1))

MAX_EXAMPLE_CHARS = 400
"""Code points up to which a whole example is used as a piece."""
WORD_OR_MARKS = re.compile(r"\w+|\s+|[^\w\s]+")


def own_pieces(stage: Stage) -> tuple[str, ...]:
    """The pieces of a stage's examples: the examples themselves, lines, words, halves of words, and punctuation."""
    return tuple(dict.fromkeys(piece for piece in _pieces(stage) if piece))


def _pieces(stage: Stage) -> Iterator[str]:
    examples = own_examples(stage)
    yield from (example for example in examples if len(example) <= MAX_EXAMPLE_CHARS)
    for example in examples:
        yield from example.split("\n")
    for example in examples:
        yield from example.split()
        yield from WORD_OR_MARKS.findall(example)
    for example in examples:
        for word in example.split():
            middle = (len(word) + 1) // 2
            yield word[:middle]
            yield word[middle:]


def own_examples(stage: Stage) -> tuple[str, ...]:
    """All texts in `acts` and `spares` of the stage's rules."""
    return tuple(dict.fromkeys(text for rule in stage.rules for text in (*rule.acts, *rule.spares)))


def fixed(stage: Stage) -> list[str]:
    """Texts that are always tried, shortest first: empty, odd pieces, the stage's own pieces, each example twice."""
    doubled = (f"{example}{glue}{example}" for example in own_examples(stage) for glue in ("\n", " ", ""))
    return sorted(dict.fromkeys(("", *ODD, *own_pieces(stage), *doubled)), key=len)


def drawn(stage: Stage, count: int) -> list[str]:
    """`count` texts of odd pieces and the stage's own, shortest first; the same in each run."""
    chance = random.Random(0)  # noqa: S311 -- not for security
    own = own_pieces(stage) or ODD
    texts = {
        "".join(chance.choice(own if chance.random() < 0.6 else ODD) for _ in range(1 + i % 12)) for i in range(count)
    }
    return sorted(texts, key=lambda text: (len(text), text))


def texts(stage: Stage) -> "SearchStrategy[str]":
    """A strategy for `@given(text=texts(STAGE))`: odd texts that contain what the stage looks for; some are empty."""
    from hypothesis import strategies as st

    odd = st.sampled_from(ODD)
    own = st.sampled_from(own_pieces(stage) or ODD)
    many = st.tuples(st.one_of(odd, own), st.sampled_from((2, 3, 8, 100))).map(lambda pair: pair[0] * pair[1])
    characters = st.text(CHARACTERS, max_size=8)
    return st.lists(st.one_of(characters, odd, own, own, many), max_size=30).map("".join)
