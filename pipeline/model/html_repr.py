"""The HTML that a notebook shows for an article. Everything is escaped; colours are those of the notebook."""

from collections.abc import Sequence
from html import escape

import msgspec

MAX_OPEN_EXCHANGES = 5
"""Exchanges that are shown open; the others are folded."""
MAX_TURN_CHARS = 400
"""Characters shown of a turn."""

FRAME_STYLE = "border-left:3px solid currentColor;padding:0 0 0 .8em;max-width:60em;line-height:1.45"
SMALL_STYLE = "opacity:.7;font-size:.85em"
QUESTION_STYLE = "font-weight:600"
NO_MATH_CLASSES = "tex2jax_ignore mathjax_ignore"
"""Classes that keep a notebook from rendering text between two dollar signs as a formula."""


class HtmlTurn(msgspec.Struct, frozen=True):
    """One turn: the speaker, whether it is a question, and the words."""

    speaker: str | None
    asks: bool
    text: str


def article_html(
    title: str | None, byline: str | None, facts: Sequence[str], exchanges: Sequence[Sequence[HtmlTurn]], *, name: str
) -> str:
    """The HTML card of an article. `name` replaces a missing title; `facts` are short, such as `7 exchanges`.

    Only the first exchanges are open, and long turns are cut. There is no script, no style sheet and no colour, so the
    card fits dark and light themes.
    """
    opened = "".join(map(_exchange, exchanges[:MAX_OPEN_EXCHANGES]))
    rest = exchanges[MAX_OPEN_EXCHANGES:]
    folded = f"<details><summary>{len(rest)} more</summary>{''.join(map(_exchange, rest))}</details>" if rest else ""
    head = f'<div style="font-size:1.15em;{QUESTION_STYLE}">{escape(title or name)}</div>'
    under = f"<div>{escape(byline)}</div>" if byline else ""
    details = f'<div style="{SMALL_STYLE}">{escape(" · ".join(facts))}</div>'
    return f'<div class="{NO_MATH_CLASSES}" style="{FRAME_STYLE}">{head}{under}{details}{opened}{folded}</div>'


def _exchange(turns: Sequence[HtmlTurn]) -> str:
    return f'<div style="margin:.6em 0">{"".join(map(_turn, turns))}</div>'


def _turn(turn: HtmlTurn) -> str:
    words = turn.text if len(turn.text) <= MAX_TURN_CHARS else turn.text[:MAX_TURN_CHARS].rstrip() + "…"
    label = f'<span style="{SMALL_STYLE}">{escape(turn.speaker)}</span> ' if turn.speaker else ""
    style = f' style="{QUESTION_STYLE}"' if turn.asks else ""
    return f"<div>{label}<span{style}>{escape(words).replace(chr(10), '<br>')}</span></div>"
