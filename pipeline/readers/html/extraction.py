"""What trafilatura takes for the main content of a page, as lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

INLINE = frozenset({"hi", "ref", "del", "span", "code", "a"})
"""Elements of its result that stand within a line."""


def extract_main_content(root: "HtmlElement") -> Sequence[str]:
    """The lines of the main content; empty where it finds none. Readers' comments are none of it."""
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(root, favor_precision=True, include_comments=False, with_metadata=False)
    except MemoryError:
        # The page need not be the cause, and another text of it would be taken for the right one.
        raise
    except Exception:
        # Whatever breaks there on an odd page: it can still be read without.
        return ()
    body = getattr(found, "body", None)
    return () if body is None else _lines(body)


def _lines(body: "HtmlElement") -> Sequence[str]:
    done: list[str] = []
    pieces: list[str] = []
    stack = [(body, False)]
    while stack:
        element, leaving = stack.pop()
        if element.tag not in INLINE:
            done.append("".join(pieces))
            pieces = []
        if not leaving:
            pieces.append(element.text or "")
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
        elif element is not body:
            pieces.append(element.tail or "")
    done.append("".join(pieces))
    return [line for block in done for line in block.split("\n") if line.strip()]
