"""Find the smallest text that shows a fault: first among fixed texts, then among those that hypothesis draws."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Fails = Callable[[str], bool]

MAX_TRIES = 400
"""Number of shorter texts that are tried."""


def smallest(fails: Fails, fixed: Iterable[str], drawn: "SearchStrategy[str]", examples: int) -> str | None:
    """The smallest text found for which `fails` is true; None if all of `fixed` and `examples` drawn texts pass."""
    import hypothesis
    from hypothesis.errors import Flaky, NoSuchExample, Unsatisfiable

    failed: list[str] = []

    def failing(text: str) -> bool:
        if fails(text):
            failed.append(text)
            return True
        return False

    any(failing(text) for text in fixed)
    settings = hypothesis.settings(max_examples=examples, database=None, derandomize=True, deadline=None)
    # Flaky: a stage that remembers earlier texts may not fail twice. One failure is enough.
    with suppress(NoSuchExample, Unsatisfiable, Flaky):
        hypothesis.find(drawn, failing, settings=settings)
    if not failed:
        return None
    # Of equally short texts the last, because hypothesis proceeds to simpler characters.
    return shorter(min(reversed(failed), key=len), fails)


def shorter(text: str, fails: Fails, tries: int = MAX_TRIES) -> str:
    """The text without all parts that it does not need to fail; tries to remove halves first, then smaller parts."""
    size = max(1, len(text) // 2)
    while tries > 0:
        before, at = text, 0
        while at < len(text) and tries > 0:
            rest = text[:at] + text[at + size :]
            tries -= 1
            if rest and fails(rest):
                text = rest
            else:
                at += size
        if size == 1 and text == before:
            break
        size = max(1, size // 2)
    return text
