"""Articles to compare and explain: processed damaged interviews, and articles with any edits."""

import hashlib

import msgspec
from hypothesis import strategies as st
from labelled import article as assembled
from labelled import labelled_texts
from strategies import fitting_edits, texts

import pipeline
from pipeline import Article
from pipeline.model.article import Remark
from pipeline.text.decoding import Run
from pipeline.text.edits import Change, Edit, apply

DAMAGED = (
    "Bread Before Dawn: the last bakers of Weir Lane",
    "本报记者 宋晓岚 威尔巷报道",
    "Weir Lane Post: Why do you getup at two?",
    "韦巷晚报：您为什么凌晨两点就起床？",
    "Odile Marchant: The dough is quot;awakequot; before I am,and it does not wait.",
    "奥迪尔：面团比我醒得早&hellip;它不等人。",
    "She wonâ€™t hurry .",
    "<b>The oven</b>\u200b is from 1931",
    "Q: In2019 it rained?",
    "A: It did; the flour was wet .",
    "编辑：何知微 校对：Tom Reyes",
    "来源：韦巷晚报",
    "(She laughs.)",
    "",
)
"""Lines of an interview as a scraper left them, in both languages."""


def damaged_texts() -> st.SearchStrategy[str]:
    """Interviews made of damaged lines and arbitrary lines."""
    lines = st.one_of(st.sampled_from(DAMAGED), texts(max_size=20))
    return st.lists(lines, min_size=1, max_size=10).map("\n".join).filter(lambda text: not text.isspace() and text)


def with_ledger(source: str, *changes: Change, name: str = "ledger") -> Article:
    """An article without structure: a source and the changes made to it."""
    text = source
    for change in changes:
        text = apply(text, change.edits)
    data = source.encode()
    made = pipeline.process("x", id=name)
    runs = (Run(0, len(source), "utf-8"),) if source else ()
    whole = msgspec.structs.replace(
        made.provenance.source, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), runs=runs
    )
    provenance = msgspec.structs.replace(made.provenance, source=whole, changes=changes)
    return msgspec.structs.replace(made, text=text, segments=(), notes=(), lead=(), provenance=provenance)


@st.composite
def ledger_of(draw: st.DrawFn, source: str) -> Article:
    """An article of `source` with up to three changes."""
    text, changes = source, []
    for stage in draw(st.sampled_from([(), ("first",), ("first", "second"), ("first", "second", "third")])):
        edits = draw(fitting_edits(text))
        changes.append(Change(stage, edits))
        text = apply(text, edits)
    return with_ledger(source, *changes)


@st.composite
def two_ledgers(draw: st.DrawFn) -> tuple[Article, Article]:
    """Two articles of one source."""
    source = draw(texts())
    return draw(ledger_of(source)), draw(ledger_of(source))


@st.composite
def noted(draw: st.DrawFn, made: Article) -> Article:
    """The article with notes anywhere in its text."""
    places = draw(st.lists(st.tuples(st.integers(0, len(made.text)), st.integers(0, 9)), max_size=4))
    notes = tuple(
        Remark(
            stage="laws", rule="laws.any", severity="info", message="look here", start=start,
            end=min(start + size, len(made.text)), suggestion=draw(st.sampled_from([None, "", "潮"])),
        )
        for start, size in sorted(places)
    )  # fmt: skip
    return msgspec.structs.replace(made, notes=notes)


def articles() -> st.SearchStrategy[Article]:
    """Any article: processed, assembled from labels, or with edits only; with its own notes or arbitrary ones."""
    processed = damaged_texts().filter(lambda text: "\0" not in text).map(lambda text: pipeline.process(text, id="law"))
    made = st.one_of(processed, labelled_texts().map(lambda content: assembled(*content)), texts().flatmap(ledger_of))
    return st.one_of(made, made.flatmap(noted))


def edit(start: int, old: str, new: str, rule: str = "laws.any", confidence: float = 1.0) -> Edit:
    """An edit."""
    return Edit(start, old, new, rule, confidence)
