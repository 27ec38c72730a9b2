"""200,000 mutated documents through every stage and the whole pipeline, half of them from real documents."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fuzzing import SHARED, problems, smaller
from mutations import mutants, texts_of
from ordeal import ROOT
from subtitle_files import SUBTITLES

from soak.part import Figures, Part, check

COUNT = 200_000
LONGEST = 1000
"""Characters that a document has before it is mutated, at most."""
SHOWN = 10
"""Kinds that are shown where something is wrong."""


def mutations(_: Path) -> Figures:
    """No stage raises, all articles are valid, and every source is restored."""
    own = [*texts_of(ROOT / "raw", ROOT / "seeds"), *SUBTITLES]
    real = texts_of(*(SHARED / name for name in ("cases/raw", "structure/documents", "structure/negatives")))
    counts: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    least: dict[tuple[str, str], str] = {}
    for text in _documents(own, real):
        counts["characters"] += len(text)
        found = {(problem.where, problem.kind) for problem in problems(text)}
        counts["documents in which something is wrong"] += bool(found)
        kinds.update(found)
        for kind in found:
            least[kind] = min(text, least.get(kind, text), key=len)
    shown = "".join(_shown(kind, count, least[kind]) for kind, count in kinds.most_common(SHOWN))
    check(not kinds, f"{counts['documents in which something is wrong']:,} documents show {len(kinds)} kinds:{shown}")
    return {
        "mutated documents": f"{COUNT:,}",
        "texts that they are made of": f"{len(own) + len(real):,}",
        "characters": f"{counts['characters']:,}",
        "documents in which a stage raises or a promise is broken": "0",
    }


def _documents(own: list[str], real: list[str]) -> Iterator[str]:
    """Half of them come from the project's own texts, or all if there are no others."""
    half = COUNT // 2 if real else COUNT
    yield from (text for _, text in mutants(0, half, own, LONGEST))
    if real:
        yield from (text for _, text in mutants(half, COUNT - half, [*own, *real], LONGEST))


def _shown(kind: tuple[str, str], count: int, text: str) -> str:
    def fails(shorter: str) -> bool:
        return any((problem.where, problem.kind) == kind for problem in problems(shorter))

    return f"\n  {count:,} times {kind[0]}: {kind[1]}\n    {smaller(text, fails, 500)!r}"


PARTS: tuple[Part, ...] = (mutations,)
