"""The examples that the stage `entities` learns from: damaged prose, and sound text with lookalikes."""

import random
import re
from collections.abc import Iterator

from entities.damage import STYLES, Example, damaged
from entities.lookalikes import FAMILIES, Frames, with_number
from entities.prose import brief, enriched, enriched_wide, piece, typographic, with_spaces
from entities.sources import HAS_LOOKALIKE, Sources
from pipeline.stages.entities.lexer import candidates
from pipeline.stages.entities.suspect_lines import suspect_lines

PER_STYLE = 950
BRIEF_SHARE = 0.25
"""Titles and lines of a few words among the damaged texts."""
PER_SOUND_KIND = 1_500
WINDOW_LINES = 40
MAX_WINDOWS = 40
"""Parts of one sound document."""
PROSE_LOOKALIKE = re.compile(r"[a-z];|#\d")


def examples(sources: Sources, seed: int) -> Iterator[Example]:
    """All examples, the same for the same seed and sources."""
    frames, rng = Frames.read(), random.Random(seed)
    yield from damaged_examples(sources, frames, rng)
    for kind, made in FAMILIES.items():
        for _ in range(PER_SOUND_KIND):
            text = made(sources, frames, rng)
            yield Example(text, (), text, kind)
    for source, text in sources.documents:
        for window in _windows(text, rng)[:MAX_WINDOWS]:
            yield Example(window, (), window, f"source:{source}")
    for paragraph in sources.english:
        if PROSE_LOOKALIKE.search(paragraph) and _has_candidate(paragraph):
            yield Example(paragraph, (), paragraph, "prose")


def damaged_examples(sources: Sources, frames: Frames, rng: random.Random) -> Iterator[Example]:
    """Damaged prose of every style, among it some that also has lookalikes."""
    clean = [text for text in sources.english if not HAS_LOOKALIKE.search(text)]
    wide = [text for text in sources.chinese if not HAS_LOOKALIKE.search(text)]
    for style in STYLES:
        for _ in range(PER_STYLE):
            is_chinese = style.kind == "han" or rng.random() < 0.2
            text = piece(wide if is_chinese else clean, rng)
            if rng.random() < BRIEF_SHARE:
                text = brief(text, frames.phrases_wide if is_chinese else frames.phrases, rng)
            elif is_chinese:
                text = enriched_wide(text, frames.phrases_wide, rng)
            else:
                text = enriched(text, frames.phrases, rng)
                if rng.random() < 0.03:
                    text = with_number(text, frames, rng)
            text = with_spaces(typographic(text, rng), rng)
            if HAS_LOOKALIKE.search(text) and "#" not in text:
                continue
            yield damaged(text, style, rng)


def _has_candidate(text: str) -> bool:
    return any(candidates(line, []) for line in suspect_lines(text))


def _windows(text: str, rng: random.Random) -> list[str]:
    """Parts of a document in which the lexer finds something, some long and some of one line."""
    if not _has_candidate(text):
        return []
    lines = text.split("\n")
    windows = []
    at = 0
    while at < len(lines):
        size = rng.choice((1, 3, 10, WINDOW_LINES))
        window = "\n".join(lines[at : at + size])
        if HAS_LOOKALIKE.search(window) and _has_candidate(window):
            windows.append(window)
        at += size
    rng.shuffle(windows)
    return windows
