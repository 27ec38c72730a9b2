"""Extracts the main content of a page with trafilatura, as lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

INLINE = frozenset({"hi", "ref", "del", "span", "code", "a"})
"""Inline elements in the output of trafilatura."""
UNREAD = ("script", "style", "svg", "link", "meta")
"""Elements without text, a third of most pages: the extraction copies the tree several times, and drops them."""
FORUM = "DiscussionForumPosting"
"""What a script says of a page of a forum, where comments are content."""


class ExtractionError(Exception):
    """trafilatura failed on a page. The message says how; the cause is its exception."""


def extract_main_content(root: "HtmlElement", *, precise: bool = True) -> Sequence[str]:
    """Returns the lines of the main content, without readers' comments; empty if there is none.

    With `precise` it takes less text, but more of it is article. Takes elements without text out of the tree. Raises
    `ExtractionError` if trafilatura raises, and `MemoryError`.
    """
    from lxml.etree import strip_elements
    from trafilatura import bare_extraction

    if not any(FORUM in (script.text or "") for script in root.iter("script")):
        strip_elements(root, *UNREAD, with_tail=False)
    try:
        document = bare_extraction(root, favor_precision=precise, include_comments=False, with_metadata=False)
    except MemoryError:
        # Out of memory: the page may not be the cause, and a fallback text would pass for the right one.
        raise
    except Exception as error:
        # The library is not proof against every page, and may raise anything. The caller reads the page without it,
        # and says so in a note.
        raise ExtractionError(f"trafilatura raised {type(error).__name__}: {error}") from error
    body = getattr(document, "body", None)
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
