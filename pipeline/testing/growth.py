"""Measure how the work of a stage grows with the text, in processor time, which a busy machine changes little.

The time is that of the thread: once a timer has been set, the time of the process has a resolution of only some
milliseconds.

Each text repeats a piece, and is made four times as long in each round. Twice the text may take three times the work,
so four times the text may take nine times the work. A text that takes more is measured again before it counts.
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
"""Factor by which the work may grow with four times the text; that is 3 with twice the text."""
SIZES = (16, 64, 256, 1_024, 4_096, 16_384, 65_536)
MIN_COMPARED_CHARS = 1_024
"""Below this size only a timeout counts: work that grows at first is often bounded later."""
LONG_ENOUGH_SECONDS = 0.03
"""Seconds after which a piece has been measured long enough."""
MIN_MEASURED_SECONDS = max(0.002, 50 * time.get_clock_info("thread_time").resolution)
"""Seconds below which a measurement is too short to decide."""
MIN_LIMIT_SECONDS = 0.3
"""Seconds that any text may take before the stage is stopped."""
BUDGET_SECONDS = 2.5
"""Seconds for all pieces; after that, only pieces whose work grows fast are measured."""
FAST_GROWTH = 6.0
REPEATS = 3
MAX_OWN_PIECES = 240
"""Number of pieces from the stage's own examples that are tried."""

TAIL = "~"
"""Added after the repetition, so that a pattern that is anchored at the end has to backtrack."""

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
"""The pieces that are repeated: single characters, opening brackets, words, long and short lines."""


def grows(subject: Subject) -> Broken | None:
    """The first text whose work grows too fast; None if there is none."""
    for text in own_examples(subject.stage):
        # Load what the stage loads on first use, so that it is not measured.
        _seconds(subject, text, math.inf)
    pieces = dict.fromkeys((*PIECES, *_stage_pieces(subject)))
    seconds = dict.fromkeys(pieces, 0.0)
    growth = dict.fromkeys(pieces, 0.0)
    began = time.thread_time()
    for size in SIZES:
        # The fastest growing pieces first, so that the budget is spent on them.
        for piece in sorted(seconds, key=lambda piece: -growth[piece]):
            is_over_budget = size > MIN_COMPARED_CHARS and time.thread_time() - began > BUDGET_SECONDS
            if is_over_budget and growth[piece] < FAST_GROWTH:
                continue
            earlier = max(seconds[piece], MIN_MEASURED_SECONDS / 50)
            now = _seconds(subject, _repeated(piece, size), max(MIN_LIMIT_SECONDS, 30 * earlier))
            growth[piece], seconds[piece] = now / earlier, now
            if now > max(MIN_MEASURED_SECONDS, MAX_GROWTH * earlier) and (size > MIN_COMPARED_CHARS or now == math.inf):
                broken = _confirmed(subject, piece, size)
                if broken is not None:
                    return broken
            if now >= LONG_ENOUGH_SECONDS:
                del seconds[piece], growth[piece]
    return None


def _stage_pieces(subject: Subject) -> list[str]:
    """Pieces of the stage's own examples, and each example as a line."""
    lines = [f"{example}\n" for example in own_examples(subject.stage)]
    return [*lines, *own_pieces(subject.stage)][:MAX_OWN_PIECES]


def _repeated(piece: str, size: int) -> str:
    return piece * max(1, size // len(piece)) + TAIL


def _confirmed(subject: Subject, piece: str, size: int) -> Broken | None:
    """The fault, if every repetition shows it; None otherwise. The fastest of several measurements counts."""
    smaller, text, double = (_repeated(piece, length) for length in (size // 4, size, 2 * size))
    least = now = math.inf
    for _ in range(REPEATS):
        least = min(_seconds(subject, smaller, math.inf) for _ in range(3))
        limit = max(MIN_LIMIT_SECONDS, 2 * MAX_GROWTH * least)
        now = min(_seconds(subject, text, limit) for _ in range(2))
        if now <= max(MIN_MEASURED_SECONDS, MAX_GROWTH * least):
            return None
        # A stage that skips short texts has one jump in its work, but is linear.
        if now < math.inf and _seconds(subject, double, 3 * now) < math.inf:
            return None
    took = f"more than {limit * 1000:.0f}" if now == math.inf else f"{now * 1000:.1f}"
    what = f"{len(smaller):,} characters take {least * 1000:.1f} ms, {len(text):,} take {took} ms"
    return Broken(LINEAR, f"the work grows faster than the text: {what}", text)


def _seconds(subject: Subject, text: str, limit: float) -> float:
    """The processor time of the stage for `text` in seconds; infinite if it is more than `limit`."""
    document = subject.document(text)
    if document is None:
        return 0.0
    # A garbage collection during one of the measurements would distort it.
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
