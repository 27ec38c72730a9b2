"""Texts as this project meets them, and edits that fit them."""

from hypothesis import strategies as st

from pipeline.ledger import Change, Edit, apply

LETTERS = "aBéz中文語가あ😀7\u0301"
MARKS = ".,:?!“”‘’—·…。，：？（）*$+"
BLANKS = " \t\u3000\xa0\u2028\x0c\x85"

characters = st.one_of(
    st.sampled_from(LETTERS + MARKS + BLANKS), st.characters(codec="utf-8", exclude_characters="\r\0")
)
"""Letters of several scripts, the marks between them and whatever else a text can hold; no line ends but `\\n`."""


def texts(min_size: int = 0, max_size: int = 40) -> st.SearchStrategy[str]:
    """Texts of several lines."""
    return st.text(st.one_of(characters, st.just("\n")), min_size=min_size, max_size=max_size)


@st.composite
def fitting_edits(draw: st.DrawFn, text: str) -> tuple[Edit, ...]:
    """Sorted, disjoint edits of `text`; some touch each other, insert or delete."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    found: list[Edit] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        old, new = text[start:end], draw(texts(max_size=6))
        twice = bool(found) and not old and found[-1].start == found[-1].end == start
        if old != new and not twice:
            found.append(Edit(start, old, new, "laws.any", 1.0))
    return tuple(found)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...]]:
    """A text and edits that fit it."""
    text = draw(texts())
    return text, draw(fitting_edits(text))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[str, str, tuple[Change, ...]]:
    """A text, what several changes one after the other made of it, and these changes."""
    first = text = draw(texts())
    changes = []
    for name in ("first", "second", "third"):
        edits = draw(fitting_edits(text))
        changes.append(Change(name, edits))
        text = apply(text, edits)
    return first, text, tuple(changes)
