"""The layouts in which a page sets a talk: each gives the markup of the turns."""

import random
from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType

from benchmarks.pages.surroundings import figure
from benchmarks.pages.talks import Talk

HEADING_SHARE, PICTURE_SHARE = 0.25, 0.25
"""Share of the pages that have a heading, and a picture with a caption, between the turns."""


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "\n".join(f"<p>{escape(text)}</p>" for text in texts)


def _labelled(talk: Talk, rng: random.Random, mark: str) -> str:
    colon = "：" if talk.chinese else ":"
    space = "" if talk.chinese else " "
    bold = "<b>{}</b>" if mark == "b" else "<strong>{}</strong>" if mark == "strong" else "{}"
    asker, guest = (bold.format(escape(name) + colon) + space for name in (talk.asker, talk.guest))
    turns = [
        f"<p>{asker}{escape(question)}</p>\n<p>{guest}{escape(answer[0])}</p>\n{_paragraphs(answer[1:])}"
        for question, answer in talk.turns
    ]
    return _interrupted(turns, talk, rng)


def _interrupted(turns: list[str], talk: Talk, rng: random.Random, heading: str = "h2") -> str:
    """The turns, of which some pages have a heading or a picture before one."""
    if heading and rng.random() < HEADING_SHARE:
        at = rng.randrange(1, len(turns))
        turns[at] = f"<{heading}>{escape(talk.headings[0])}</{heading}>\n{turns[at]}"
    if rng.random() < PICTURE_SHARE:
        at = rng.randrange(1, len(turns))
        turns[at] = f"{figure(rng, talk.captions[1])}\n{turns[at]}"
    return "\n".join(turns)


def labelled_paragraphs(talk: Talk, rng: random.Random) -> str:
    """`<p>Ada Fern: …</p>`."""
    return _labelled(talk, rng, "")


def labels_in_bold(talk: Talk, rng: random.Random) -> str:
    """`<p><b>Ada Fern:</b> …</p>`."""
    return _labelled(talk, rng, rng.choice(("b", "strong")))


def _set_apart(talk: Talk, rng: random.Random, opening: str, closing: str, heading: str = "h2") -> str:
    turns = [f"{opening}{escape(question)}{closing}\n{_paragraphs(answer)}" for question, answer in talk.turns]
    return _interrupted(turns, talk, rng, heading)


def bold_questions(talk: Talk, rng: random.Random) -> str:
    """`<p><strong>…?</strong></p>`."""
    tag = rng.choice(("b", "strong"))
    if rng.random() < 0.25:
        return _set_apart(talk, rng, '<p style="font-weight: 700">', "</p>")
    return _set_apart(talk, rng, f"<p><{tag}>", f"</{tag}></p>")


def italic_questions(talk: Talk, rng: random.Random) -> str:
    """`<p><em>…?</em></p>`."""
    tag = rng.choice(("em", "i"))
    return _set_apart(talk, rng, f"<p><{tag}>", f"</{tag}></p>")


def heading_questions(talk: Talk, rng: random.Random) -> str:
    """`<h3>…?</h3>`."""
    tag = rng.choice(("h2", "h3", "h4"))
    return _set_apart(talk, rng, f"<{tag}>", f"</{tag}>", "" if tag == "h2" else "h2")


def run_in_questions(talk: Talk, rng: random.Random) -> str:
    """`<p><b>…?</b><br>…</p>`."""
    tag, gap = rng.choice(("b", "strong")), rng.choice(("<br>", "<br/>\n"))
    turns = [
        f"<p><{tag}>{escape(question)}</{tag}>{gap}{escape(answer[0])}</p>\n{_paragraphs(answer[1:])}"
        for question, answer in talk.turns
    ]
    return _interrupted(turns, talk, rng)


def _definition_list(pairs: list[tuple[str, tuple[str, ...]]], rng: random.Random) -> str:
    bold = rng.random() < 0.3
    inner = rng.random() < 0.5
    rows = []
    for term, words in pairs:
        shown = f"<strong>{escape(term)}</strong>" if bold else escape(term)
        definition = _paragraphs(words) if inner or len(words) > 1 else escape(words[0])
        rows.append(f"<dt>{shown}</dt>\n<dd>{definition}</dd>")
    return "<dl>\n" + "\n".join(rows) + "\n</dl>"


def definition_questions(talk: Talk, rng: random.Random) -> str:
    """`<dt>…?</dt><dd>…</dd>`."""
    return _definition_list(list(talk.turns), rng)


def definition_names(talk: Talk, rng: random.Random) -> str:
    """`<dt>Ada Fern</dt><dd>…</dd>`."""
    pairs = []
    for question, answer in talk.turns:
        pairs += [(talk.asker, (question,)), (talk.guest, answer)]
    return _definition_list(pairs, rng)


def _table(rows: list[tuple[str, tuple[str, ...]]], rng: random.Random, head: tuple[str, str] | None) -> str:
    first = rng.choice(("td", "th"))
    body = "\n".join(
        f"<tr><{first}>{escape(left)}</{first}><td>{_paragraphs(right) if right[1:] else escape(right[0])}</td></tr>"
        for left, right in rows
    )
    top = f"<tr><th>{head[0]}</th><th>{head[1]}</th></tr>\n" if head else ""
    return f"<table>\n{top}{body}\n</table>"


def table_questions(talk: Talk, rng: random.Random) -> str:
    """A row of a table for each exchange: question, answer."""
    head = (("问题", "回答") if talk.chinese else ("Question", "Answer")) if rng.random() < 0.3 else None
    return _table(list(talk.turns), rng, head)


def table_names(talk: Talk, rng: random.Random) -> str:
    """A row of a table for each turn: name, words."""
    rows = []
    for question, answer in talk.turns:
        rows += [(talk.asker, (question,)), (talk.guest, answer)]
    return _table(rows, rng, None)


def list_questions(talk: Talk, rng: random.Random) -> str:
    """`<ol><li>…?<p>…</p></li>`, or each question in a list of its own."""
    if rng.random() < 0.5:
        items = "\n".join(f"<li>{escape(question)}\n{_paragraphs(answer)}</li>" for question, answer in talk.turns)
        return f"<ol>\n{items}\n</ol>"
    return _set_apart(talk, rng, "<ul><li>", "</li></ul>")


def quoted_questions(talk: Talk, rng: random.Random) -> str:
    """`<blockquote>…?</blockquote>`."""
    inner = rng.random() < 0.5
    return _set_apart(
        talk, rng, "<blockquote><p>" if inner else "<blockquote>", "</p></blockquote>" if inner else "</blockquote>"
    )


def details_questions(talk: Talk, rng: random.Random) -> str:
    """`<details><summary>…?</summary>…</details>`."""
    return "\n".join(
        f"<details{' open' if rng.random() < 0.5 else ''}><summary>{escape(question)}</summary>\n"
        f"{_paragraphs(answer)}</details>"
        for question, answer in talk.turns
    )


Layout = Callable[[Talk, random.Random], str]

TUNED: Mapping[str, Layout] = MappingProxyType(
    {
        "labelled paragraphs": labelled_paragraphs,
        "labels in bold": labels_in_bold,
        "bold questions": bold_questions,
        "italic questions": italic_questions,
        "questions in headings": heading_questions,
        "run-in questions": run_in_questions,
        "dl: questions": definition_questions,
        "table: questions": table_questions,
        "table: names": table_names,
        "list items": list_questions,
    }
)
"""The layouts for which the rules were made."""
HELD_OUT: Mapping[str, Layout] = MappingProxyType(
    {
        "dl: names": definition_names,
        "block quotes": quoted_questions,
        "details and summary": details_questions,
    }
)
"""The layouts that nobody looked at while the rules were made."""
