"""Measure how the work of a stage grows with the text, in processor time, which a busy machine changes little.

It is the time of the thread: that of the process is told only in ticks of some milliseconds once a limit was set.

Texts that repeat a piece are made four times as long, again and again. Twice the text may take three times the work,
so four times the text nine times; what takes more is measured again and again before it counts.
"""

import gc
import math
import time
from contextlib import nullcontext

from pipeline.testing.broken import Broken
from pipeline.testing.guard import TooMuchWorkError, limited_work
from pipeline.testing.odd_texts import own_examples, own_pieces
from pipeline.testing.subject import Subject

LINEAR = "linear"
MAX_GROWTH = 9.0
"""How many times the work may grow with four times the text; and 3 with twice the text."""
SIZES = (16, 64, 256, 1_024, 4_096, 16_384, 65_536)
MIN_COMPARED_CHARS = 1_024
"""Below this size only what does not come to an end counts: in small texts much is bounded that grows at first."""
LONG_ENOUGH_SECONDS = 0.03
"""Seconds after which a piece has been measured well enough."""
MIN_MEASURED_SECONDS = max(0.002, 50 * time.get_clock_info("thread_time").resolution)
"""Seconds under which nothing is decided."""
MIN_LIMIT_SECONDS = 0.3
"""Seconds that a text may take in any case before it is stopped."""
BUDGET_SECONDS = 2.5
"""Seconds for all pieces, after which only those are measured whose work grows fast."""
FAST_GROWTH = 6.0
REPEATS = 3
MAX_OWN_PIECES = 240
"""How many pieces of the stage's own examples are tried."""

TAIL = "~"
"""Behind the repetition, so that a pattern which wants the text to end there has to go back."""

PIECES = (
    *("a", "A", "1", " ", "\n", "\t", ".", ",", ":", "?", "-", "*", "#", "=", "_", "/", "\\", "|", "é", "\u0301", "😀"),
    *(
        "(",
        ")",
        "[",
        "{",
        "<",
        ">",
        "&",
        ";",
        '"',
        "'",
        "“",
        "”",
        "‘",
        "《",
        "》",
        "（",
        "中",
        "，",
        "。",
        "：",
        "\u3000",
    ),
    *(
        "word ",
        "Word ",
        "word, ",
        "word. ",
        "word\n",
        "Word word.\n",
        "\n\n",
        " \n",
        "a.",
        "a ",
        "1,",
        "A.",
        "aA",
        "中a",
    ),
    *(
        "</",
        "<a",
        "<!--",
        "&amp;",
        "&#",
        "quot;",
        "â€",
        "http://",
        "a@",
        "A: ",
        "A: a?\n",
        "Q: ",
        "问：",
        "中文\n",
        "- a\n",
    ),
)
"""What is repeated: single characters, openings that nothing closes, words, long lines and short ones."""


def grows(subject: Subject) -> Broken | None:
    """The first text whose work grows faster than it may; None where none does."""
    for text in own_examples(subject.stage):
        # What is loaded when first asked for is loaded now.
        _seconds(subject, text, math.inf)
    pieces = dict.fromkeys((*PIECES, *_own(subject)))
    seconds = dict.fromkeys(pieces, 0.0)
    growth = dict.fromkeys(pieces, 0.0)
    began = time.thread_time()
    for size in SIZES:
        # Those that grew fastest come first, so that the budget is spent where it tells most.
        for piece in sorted(seconds, key=lambda piece: -growth[piece]):
            is_over_budget = size > MIN_COMPARED_CHARS and time.thread_time() - began > BUDGET_SECONDS
            if is_over_budget and growth[piece] < FAST_GROWTH:
                continue
            earlier = max(seconds[piece], MIN_MEASURED_SECONDS / 50)
            now = _seconds(subject, _grown(piece, size), max(MIN_LIMIT_SECONDS, 30 * earlier))
            growth[piece], seconds[piece] = now / earlier, now
            if now > max(MIN_MEASURED_SECONDS, MAX_GROWTH * earlier) and (size > MIN_COMPARED_CHARS or now == math.inf):
                broken = _confirmed(subject, piece, size)
                if broken is not None:
                    return broken
            if now >= LONG_ENOUGH_SECONDS:
                del seconds[piece], growth[piece]
    return None


def _own(subject: Subject) -> list[str]:
    """Pieces of the stage's own examples, and each example as a line."""
    lines = [f"{example}\n" for example in own_examples(subject.stage)]
    return [*lines, *own_pieces(subject.stage)][:MAX_OWN_PIECES]


def _grown(piece: str, size: int) -> str:
    return piece * max(1, size // len(piece)) + TAIL


def _confirmed(subject: Subject, piece: str, size: int) -> Broken | None:
    """The fault, where it shows each time; the best of several measurements counts, which is the least disturbed."""
    smaller, text, double = (_grown(piece, length) for length in (size // 4, size, 2 * size))
    few = now = math.inf
    for _ in range(REPEATS):
        few = min(_seconds(subject, smaller, math.inf) for _ in range(3))
        limit = max(MIN_LIMIT_SECONDS, 2 * MAX_GROWTH * few)
        now = min(_seconds(subject, text, limit) for _ in range(2))
        if now <= max(MIN_MEASURED_SECONDS, MAX_GROWTH * few):
            return None
        # A stage that does nothing in few lines, and its work in more, leaps once and is linear all the same.
        if now < math.inf and _seconds(subject, double, 3 * now) < math.inf:
            return None
    took = f"more than {limit * 1000:.0f}" if now == math.inf else f"{now * 1000:.1f}"
    what = f"{len(smaller):,} characters take {few * 1000:.1f} ms, {len(text):,} take {took} ms"
    return Broken(LINEAR, f"the work grows faster than the text: {what}", text)


def _seconds(subject: Subject, text: str, limit: float) -> float:
    """The processor's time that the stage takes for `text`; infinite where it takes more than `limit`."""
    document = subject.document(text)
    if document is None:
        return 0.0
    # A collection that falls into one measurement and not into the next has nothing to do with the text.
    collects = gc.isenabled()
    gc.disable()
    began = time.thread_time()
    try:
        with nullcontext() if limit == math.inf else limited_work(limit):
            subject.raw(document)
    except TooMuchWorkError:
        return math.inf
    except Exception:
        return 0.0
    finally:
        took = time.thread_time() - began
        if collects:
            gc.enable()
    return took
