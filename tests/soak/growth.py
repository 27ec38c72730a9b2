"""Searches for texts and pages on which the work grows faster than the length.

Every kind of piece of `patterns`, alone and in random pairs. All are measured at two small sizes, and at three larger
ones those whose work seems to grow too fast: all at three sizes take hours. What is measured is the processor's time of
the thread. Other work on the machine makes it noisy, so that a step must grow by more than a bound from each size to
the next, take more than a floor, and do so each time that it is measured again.
"""

import gc
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec
from pages_of import PAGES, page_of
from patterns import PIECES, text_of

import pipeline
from pipeline.core.apply_stage import find, repair
from pipeline.core.recipe import recipe
from pipeline.errors import PipelineError
from pipeline.model.document import Document
from pipeline.readers import html
from pipeline.testing.guard import TooMuchWorkError, limited_work
from pipeline.text.edits import apply
from soak.part import Figures, Part, check

SCREENED = (5_000, 20_000)
"""The sizes of all texts."""
SIZES = (20_000, 40_000, 80_000)
"""Those of a text whose work seems to grow too fast."""
MOST = 3.0
"""How many times the work may grow with twice the text; work that is linear grows twice, quadratic work four times."""
SCREEN = 6.0
"""How many times it may grow with four times the text before that is measured at `SIZES`."""
FLOOR_SCREENED, FLOOR = 0.1, 0.2
"""Seconds under which a step on the longest text of its sizes decides nothing."""
HANGS = 120.0
"""Seconds of one step after which it is stopped."""
AGAIN = 3
"""How often growth is measured until it counts."""
PAIRS = 100
TRACED = 20
"""Fields of an article that are traced to the source."""

Seconds = dict[str, float]
Made = Callable[[int, int], str]
"""A text of so many characters; the second number is the seed, so that no cache knows it already."""


def growth(_folder: Path) -> Figures:
    """Measures all texts and pages."""
    steps("warm-up", text_of(("QA", "words"), 4000))
    chance = random.Random(25)
    names = list(PIECES)
    inputs: dict[str, Made] = {}
    for name in names:
        for mode in ("turns", "lines"):
            inputs[f"{name} in {mode}"] = _text((name,), mode)
    for _ in range(PAIRS):
        pair, mode = tuple(chance.sample(names, 2)), chance.choice(("turns", "halves", "random", "lines"))
        inputs[f"{pair[0]} and {pair[1]} in {mode}"] = _text(pair, mode)
    slowest, longest = 0.0, ""
    suspects = 0
    for name, made in inputs.items():
        seconds, suspect = superlinear(name, made, steps)
        suspects += suspect
        if seconds > slowest:
            slowest, longest = seconds, name
    for name in PAGES:
        suspects += superlinear(f"page: {name}", _page(name), lambda name, page, **_: page_steps(name, page))[1]
    return {
        "kinds of text": f"{len(inputs)}",
        "kinds of page": f"{len(PAGES)}",
        "characters of each": " and ".join(f"{size:,}" for size in SCREENED),
        "that were measured at " + ", ".join(f"{size:,}" for size in SIZES): f"{suspects}",
        "that take more than a linear time": "none",
        f"seconds for {SCREENED[-1]:,} characters of the slowest text ({longest})": f"{slowest:.1f}",
    }


PARTS: tuple[Part, ...] = (growth,)


def _text(names: tuple[str, ...], mode: str) -> Made:
    return lambda size, seed: text_of(names, size, mode, seed)


def _page(name: str) -> Made:
    return lambda size, seed: page_of(name, size, seed)


class Measure(Protocol):
    """Measures the steps on a text; not all of them where it is only screened."""

    def __call__(self, name: str, text: str, /, *, screening: bool) -> Seconds: ...


def superlinear(name: str, made: Made, measure: Measure) -> tuple[float, bool]:
    """Ends the soak where a step grows too fast with `made`.

    Returns the seconds of all steps on the longer text that is screened, and whether larger ones were measured.
    """
    few, most = (measure(name, made(size, size), screening=True) for size in SCREENED)
    total = sum(most.values())
    if not any(took > FLOOR_SCREENED and took > SCREEN * few.get(step, 0.0) for step, took in most.items()):
        return total, False
    suspects: set[str] | None = None
    for attempt in range(AGAIN):
        few, more, most = (measure(name, made(size, 10 * size + attempt), screening=False) for size in SIZES)
        grown = {
            step
            for step, took in most.items()
            if took > FLOOR
            and took > MOST * more.get(step, 0.0)
            and more.get(step, 0.0) > MOST * max(few.get(step, 0.0), FLOOR / MOST**4)
        }
        suspects = grown if suspects is None else suspects & grown
        if not suspects:
            return total, True
    check(not suspects, f"{name}: the work of {', '.join(sorted(suspects or ()))} grows faster than the text")
    return total, True


def steps(name: str, text: str, *, screening: bool = False) -> Seconds:
    """The seconds of each step of the whole way, of each stage in it and of each stage on the text as it is.

    When `screening`, the stages of the whole way are measured together.
    """
    took: Seconds = {}
    for repaired in (False,) if screening else (True, False):
        document = Document(text, name)
        for step in recipe().steps:
            kind = f"stage {step.stage.name}{'' if repaired else ' alone'}"
            with _timed(took, kind):
                if step.stage.gives:
                    document = document.with_labels(find(step, document)[0])
                    continue
                edits, _ = repair(step, document)
                if repaired and edits:
                    document = document.with_text(apply(document.text, edits))
    article = None
    with _timed(took, "process"):
        article = pipeline.process(text, id=name)
    if article is None:
        return took
    with _timed(took, "JSON"):
        encoded = msgspec.json.encode(article)
    with _timed(took, "reading JSON"):
        msgspec.json.decode(encoded, type=type(article))
    with _timed(took, "restore"):
        pipeline.restore(article)
    with _timed(took, "faults"):
        list(pipeline.faults(article))
    with _timed(took, "explain"):
        pipeline.explain(article)
    fields = [segment.field for segment in article.segments if segment.field]
    with _timed(took, "trace"):
        for field in fields[:: max(1, len(fields) // TRACED)]:
            pipeline.trace(article, field)
    return took


def page_steps(name: str, page: str) -> Seconds:
    """The seconds of taking the text out of a page."""
    took: Seconds = {}
    with _timed(took, f"reading {name}"):
        try:
            html.extract(page.encode())
        except html.PageError:
            return took
    return took


@contextmanager
def _timed(took: Seconds, step: str) -> Iterator[None]:
    """Adds the processor's time of the block; a document that is refused takes what it takes."""
    gc.collect()
    gc.disable()
    began = time.thread_time()
    try:
        with limited_work(HANGS):
            yield
    except PipelineError:
        # Whether a text is refused is the business of other parts.
        pass
    except TooMuchWorkError:
        check(False, f"{step}: more than {HANGS:.0f} seconds")
    finally:
        took[step] = time.thread_time() - began
        gc.enable()
