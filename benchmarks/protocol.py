"""What the protocol itself costs: eight stages that find nothing, beside none at all, on the same document."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, cast

from pipeline.core.pipeline import Pipeline
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule, Stage

AIM = 5.0
TEXT = b"Daily Post: Why walk?\nIda Moss: Because it is slow.\n" * 100
BATCH = 20


@dataclass(frozen=True)
class Empty:
    """A stage that finds nothing."""

    name: ClassVar[str] = "empty"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (Rule("empty.nothing", "never used"),)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:  # noqa: ARG002 -- the protocol gives it
        """Yields nothing."""
        yield from ()


def report(rounds: int) -> None:
    """Prints microseconds a document."""
    none, eight = Pipeline([]), Pipeline([_stage(n) for n in range(8)])
    figures: dict[Pipeline, list[float]] = {none: [], eight: []}
    for _ in range(40 * rounds):
        # One beside the other, so that both meet the same noise.
        for pipeline, times in figures.items():
            start = time.perf_counter_ns()
            for _ in range(BATCH):
                pipeline.process(TEXT)
            times.append((time.perf_counter_ns() - start) / BATCH / 1000)
    least = min(figures[eight]) - min(figures[none])
    middle = statistics.median(figures[eight]) - statistics.median(figures[none])
    print(f"\nthe protocol, us a document of {len(TEXT):,} bytes")
    print(f"  {'no stage, the whole way':32s} {min(figures[none]):8.1f}")
    print(f"  {'eight empty stages, added':32s} {least:8.1f}   aim {AIM:>4}  {'ok' if least <= AIM else 'OVER'}")
    print(f"  {'the same, median':32s} {middle:8.1f}")


def _stage(number: int) -> Stage:
    name = f"empty-{number}"
    body = {
        "name": name,
        # As in the built-in recipe, five repairs and three finders.
        "gives": frozenset({f"{name}.layer"} if number >= 5 else ()),
        "rules": (Rule(f"{name}.nothing", "never used"),),
        "__doc__": Empty.__doc__,
    }
    made = cast("type[Empty]", type("Empty", (Empty,), body))
    return dataclass(frozen=True)(made)()
