"""Hypothesis strategies: typical texts, edits that fit them, and articles."""

import msgspec
from hypothesis import strategies as st

import pipeline
from pipeline import Article
from pipeline.model.article import Annotation, Credit, Entry, Remark, Speaker, Title
from pipeline.text.edits import Change, Edit, apply

LETTERS = "aBéz中文語가あ😀7\u0301"
MARKS = ".,:?!“”‘’—·…。，：？（）*$+"
BLANKS = " \t\u3000\xa0\u2028\x0c\x85"

characters = st.one_of(
    st.sampled_from(LETTERS + MARKS + BLANKS), st.characters(codec="utf-8", exclude_characters="\r\0")
)
"""Letters of several scripts, marks, and any other character; `\\n` is the only line end."""


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
    """A text, the same text after several changes, and the changes."""
    first = text = draw(texts())
    changes = []
    for name in ("first", "second", "third"):
        edits = draw(fitting_edits(text))
        changes.append(Change(name, edits))
        text = apply(text, edits)
    return first, text, tuple(changes)


odd = st.one_of(
    st.sampled_from(["", " ", "𠮷野家👩‍🚀", " ", '"; \t,\\', "=1+1", "null", "长" * 500, "﻿"]),
    texts(max_size=12),
)
"""Values that some format may misread or drop."""


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """An article of a generated text, with odd values in all fields. It can be restored, but is not valid."""
    said = st.lists(texts(min_size=1, max_size=20), min_size=1, max_size=4).map("\n\nQ: ".join)
    made = pipeline.process(f"Q: {draw(said)}", id=draw(odd) or "a")
    some = st.lists(odd, max_size=3).map(tuple)
    return msgspec.structs.replace(
        made,
        language=draw(odd),
        title=draw(st.none() | st.builds(lambda text, cut: Title(text=text, truncated=cut), odd, st.booleans())),
        lead=draw(some),
        disclaimer=draw(st.none() | odd),
        speakers=draw(st.just(made.speakers) | st.tuples(st.builds(_speaker, st.none() | odd, some))),
        credits=draw(st.just(()) | st.tuples(st.builds(_credit, odd, st.none() | odd, some))),
        annotations=draw(st.just(()) | st.tuples(st.builds(_annotation, odd, st.none() | st.integers(0, 2**62)))),
        metadata=draw(st.lists(st.builds(lambda k, v: Entry(key=k, value=v), odd, odd), max_size=2).map(tuple)),
        notes=draw(st.just(made.notes) | st.tuples(st.builds(_note, odd, st.none() | odd))),
    )


def _speaker(name: str | None, labels: tuple[str, ...]) -> Speaker:
    return Speaker(name=name, role="other", labels=labels)


def _credit(role: str, role_en: str | None, names: tuple[str, ...]) -> Credit:
    return Credit(role=role, role_en=role_en, names=names)


def _annotation(value: str, at: int | None) -> Annotation:
    return Annotation(layer="a.b", value=value, start=at, end=at, rule="a.c", confidence=0.07)


def _note(message: str, suggestion: str | None) -> Remark:
    return Remark(stage="a", rule="a.b", severity="info", message=message, start=0, end=0, suggestion=suggestion)
