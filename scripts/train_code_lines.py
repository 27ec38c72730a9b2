"""Learns `code-lines.tsv` of `pipeline/stages/non_prose/`: which lines are code. Same sources, same bytes.

    python scripts/train_code_lines.py STRUCTURE PROGRAMS [--to pipeline/stages/non_prose]

STRUCTURE is the folder of talks and of other documents (docs/data.md), PROGRAMS a folder of programs with a folder for
each language. Lines are weighed by a logistic regression in which each language, and each family of documents, counts
once. Prose is also damaged as the repairs meet it: glued words, lost spaces, broken entities. What a run of lines costs
is the least at which documents of families left out have no more false lines than `MAX_FALSE_SHARE`. Families and
languages are left out by fold; the figures of the fold and of what was left out are printed side by side.
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.front_matter import front_matter_end
from pipeline.stages.non_prose.code_lines import BIAS, FURTHER_COST, MAX_WEAK_EVIDENCE, PLAIN_LINE, RUN_COST, code_runs
from pipeline.stages.non_prose.code_marks import code_spans, is_inside, merged
from pipeline.stages.non_prose.line_features import PLAIN_SENTENCE, has_sign_of_program, line_features, without_tags
from pipeline.text.lines import split_lines

Array = NDArray[Any]
FOLDS = 4
BLOCKS_OF_LANGUAGE, BLOCK_LINES = 250, (3, 25)
DOCUMENTS_OF_FAMILY, LINES_OF_DOCUMENT = 8, 300
MAX_LINE_CHARS = 2000
RIDGE, STEPS = 4.0, 12
MAX_FALSE_SHARE = 2.5e-4
"""Lines of documents that may be taken for code, measured on families left out. So many are: JSON in minutes, includes
of a site generator."""
MAX_FURTHER_FALSE_SHARE = 1e-3
"""The same for a document that has other code."""
COSTS = range(2000, 20001, 500)
NOT_PROGRAMS = frozenset({"md", "rst", "html"})
WITH_CODE = (
    "docs-", "changelog", "faqs", "pfcc", "reactiflux", "readmes", "rust", "scala", "tasks", "typelevel", "usrse",
)  # fmt: skip
"""Sources of documents with code, style sheets or lists of packages in them that nothing marks."""
TEXT_SUFFIXES = frozenset({".txt", ".md", ".rst", ".adoc", ".org", ".vtt"})


BROKEN_MARKS = {
    '"': ("&quot;", "quot;", '\\"'), "'": ("&#39;", "#39;", "\\'"), "’": ("&rsquo;", "rsquo;", "â€™"),
    "—": ("&mdash;",),
}  # fmt: skip


class Block(msgspec.Struct, frozen=True):
    """Lines of one language, or of one document of a family, by what they say."""

    group: str
    is_code: bool
    lines: tuple[tuple[str, ...], ...]
    """The features of each line; of a plain sentence only `PLAIN_LINE`, of an empty line none."""
    texts: tuple[str, ...]


def main() -> None:
    """Reads, learns, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("structure", type=Path)
    parser.add_argument("programs", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/stages/non_prose"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    blocks = [*program_blocks(options.programs, chance), *document_blocks(options.structure, chance)]
    fold_of = folds(blocks)
    unseen: dict[int, list[int]] = {}
    for fold in range(FOLDS):
        table = learned([block for block in blocks if fold_of[block.group] != fold])
        unseen |= {i: scores(table, block) for i, block in enumerate(blocks) if fold_of[block.group] == fold}
    table = learned(blocks)
    seen = {i: scores(table, block) for i, block in enumerate(blocks)}
    cost = next(
        (cost for cost in COSTS if false_share(blocks, unseen, cost) <= MAX_FALSE_SHARE),
        COSTS[-1],
    )
    further = next(other for other in COSTS if false_share(blocks, unseen, other) <= MAX_FURTHER_FALSE_SHARE)
    report(blocks, unseen, seen, cost)
    rows = [(RUN_COST, cost), (FURTHER_COST, further), *sorted(table.items())]
    header = "# What each feature of a line weighs for code, in thousandths of a nat; see code_lines.py.\n"
    text = header + "".join(f"{name}\t{weight}\n" for name, weight in rows if weight)
    (options.to / "code-lines.tsv").write_text(text, "utf-8")


# --- examples


def program_blocks(folder: Path, chance: random.Random) -> Iterator[Block]:
    """Pieces of programs, as they stand in articles, and at the margin an article would give them."""
    for language in sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in NOT_PROGRAMS):
        files = [text_of(path).expandtabs(4).split("\n") for path in sorted(language.iterdir())]
        files = [lines for lines in files if len(lines) > BLOCK_LINES[1]]
        for _ in range(BLOCKS_OF_LANGUAGE if files else 0):
            lines = chance.choice(files)
            length = chance.randint(*BLOCK_LINES)
            start = chance.randrange(len(lines) - length)
            piece = [line.rstrip() for line in lines[start : start + length]]
            full = [line for line in piece if line]
            if len(full) >= BLOCK_LINES[0] and max(map(len, full)) < MAX_LINE_CHARS:
                margin = min(len(line) - len(line.lstrip()) for line in full)
                indent = chance.choice(("", "", "    "))
                yield block_of(language.name, [indent + line[margin:] if line else "" for line in piece], is_code=True)


def document_blocks(folder: Path, chance: random.Random) -> Iterator[Block]:
    """The lines of real documents outside marked code, as they are and damaged."""
    families = family_files(folder)
    for family in sorted(families):
        paths = sorted(families[family])
        for path in chance.sample(paths, min(DOCUMENTS_OF_FAMILY, len(paths))):
            lines = prose_lines(text_of(path))[:LINES_OF_DOCUMENT]
            if lines:
                yield block_of(family, lines, is_code=False)
                yield block_of(family, [damaged(line, chance) for line in lines], is_code=False)


def family_files(folder: Path) -> dict[str, list[Path]]:
    """The files of each source; sources of one family have names that begin alike."""
    found = defaultdict(list)
    for path in sorted(folder.glob("*/*/**/*")):
        source = path.relative_to(folder).parts[1]
        if path.suffix in TEXT_SUFFIXES and not source.startswith(WITH_CODE):
            found[source.split("-")[0]].append(path)
    return found


def text_of(path: Path) -> str:
    """The text of a file; what cannot be decoded is replaced."""
    return path.read_text("utf-8", "replace").replace("\r\n", "\n")


def prose_lines(text: str) -> list[str]:
    """The lines of a text that no fence marks as code."""
    code = merged([(0, front_matter_end(text)), *code_spans(text)])
    return [
        line.text for line in split_lines(text) if len(line.text) < MAX_LINE_CHARS and not is_inside(code, line.start)
    ]


def damaged(line: str, chance: random.Random) -> str:
    """A line with glued words, lost spaces at marks and broken entities, as the repairs meet it."""
    line = re.sub(r"(?<=[a-z]) (?=[A-Za-z])", lambda _: chance.choice((" ", " ", " ", " ", "")), line)
    line = re.sub(r"(?<=[,.;:)?!]) |(?<=\w) (?=\()", lambda _: chance.choice((" ", "")), line)
    line = re.sub("[\"'’—]", lambda mark: chance.choice((mark[0], *BROKEN_MARKS[mark[0]])), line)
    return line if chance.random() < 0.8 else chance.choice(("<p>", "<br/>", "<b>")) + line


def block_of(group: str, lines: Sequence[str], *, is_code: bool) -> Block:
    """The features of lines."""
    return Block(group, is_code, tuple(map(features_of, lines)), tuple(lines))


def features_of(line: str) -> tuple[str, ...]:
    """The features of one line."""
    if PLAIN_SENTENCE.fullmatch(line):
        return (PLAIN_LINE,)
    text = without_tags(line)
    return tuple(line_features(text)) if text.strip() else ()


# --- learning


def folds(blocks: Sequence[Block]) -> dict[str, int]:
    """The fold of each language and each family."""
    sides = [sorted({block.group for block in blocks if block.is_code is side}) for side in (True, False)]
    return {group: i % FOLDS for groups in sides for i, group in enumerate(groups)}


def learned(blocks: Sequence[Block]) -> dict[str, int]:
    """The weights of the features in thousandths of a nat: a ridge regression by Newton's method."""
    rows = [(block, line) for block in blocks for line in block.lines if line and line != (PLAIN_LINE,)]
    names = sorted({name for _, line in rows for name in line})
    index = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(rows), len(names) + 1), dtype=np.float32)
    x[:, -1] = 1
    for i, (_, line) in enumerate(rows):
        x[i, [index[name] for name in line]] = 1
    y = np.array([block.is_code for block, _ in rows], dtype=np.float64)
    sizes = Counter((block.group, block.is_code) for block, _ in rows)
    sides = Counter(is_code for _, is_code in sizes)
    weight = np.array([len(rows) / 2 / sizes[b.group, b.is_code] / sides[b.is_code] for b, _ in rows])
    w = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (weight * (y - p)) - RIDGE * w
        curvature = (x * (weight * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        w += np.linalg.solve(curvature, gradient)
    table = {name: round(1000 * float(w[i])) for name, i in index.items()}
    return table | {BIAS: round(1000 * float(w[-1])), PLAIN_LINE: plain_evidence(blocks)}


def plain_evidence(blocks: Sequence[Block]) -> int:
    """The evidence of a plain sentence: how much more often it is met in documents than in programs."""
    share: dict[bool, list[float]] = {True: [], False: []}
    by_group = defaultdict[tuple[str, bool], list[bool]](list)
    for block in blocks:
        by_group[block.group, block.is_code] += [line == (PLAIN_LINE,) for line in block.lines if line]
    for (_, is_code), plain in by_group.items():
        share[is_code].append((sum(plain) + 0.5) / (len(plain) + 1))
    return round(1000 * float(np.log(np.mean(share[True]) / np.mean(share[False]))))


def scores(table: dict[str, int], block: Block) -> list[int]:
    """The evidence of each line."""
    return [score(table, line) for line in block.lines]


def score(table: dict[str, int], line: tuple[str, ...]) -> int:
    """The evidence of one line, as `code_lines.evidence` gives it."""
    if not line or line == (PLAIN_LINE,):
        return table[PLAIN_LINE] if line else 0
    found = table[BIAS] + sum(table.get(name, 0) for name in line)
    return found if has_sign_of_program(line) else min(found, MAX_WEAK_EVIDENCE)


# --- measuring


def found_lines(evidence: Sequence[int], cost: int) -> set[int]:
    """The indexes of the lines in runs of code."""
    return {i for first, last in code_runs(evidence, cost) for i in range(first, last + 1)}


def false_share(blocks: Sequence[Block], evidence: dict[int, list[int]], cost: int) -> float:
    """The share of lines of documents that are taken for code; every family counts once."""
    false, total = Counter[str](), Counter[str]()
    for i, block in enumerate(blocks):
        if not block.is_code:
            total[block.group] += sum(map(bool, block.lines))
            false[block.group] += sum(bool(block.lines[j]) for j in found_lines(evidence[i], cost))
    return float(np.mean([false[group] / total[group] for group in total]))


def recall(blocks: Sequence[Block], evidence: dict[int, list[int]], cost: int) -> dict[str, float]:
    """The share of the lines of programs that are found, by language. Each block stands between two plain sentences."""
    found, total = Counter[str](), Counter[str]()
    for i, block in enumerate(blocks):
        if block.is_code:
            lines = found_lines(evidence[i], cost)
            total[block.group] += sum(map(bool, block.lines))
            found[block.group] += sum(bool(block.lines[j]) for j in lines)
    return {group: found[group] / total[group] for group in total}


def report(blocks: Sequence[Block], unseen: dict[int, list[int]], seen: dict[int, list[int]], cost: int) -> None:
    """Prints the figures of what was left out beside those of the fold, and the false lines."""
    for name, value in (("languages left out", unseen), ("in the fold", seen)):
        rates = recall(blocks, value, cost)
        print(f"{name}: lines of programs found {np.mean(list(rates.values())):.4f}; ", end="")
        print(f"lines of documents taken for code {false_share(blocks, value, cost):.6f}; run costs {cost}")
        print("  " + " ".join(f"{language} {rate:.3f}" for language, rate in sorted(rates.items(), key=lambda r: r[1])))
    for other in COSTS[::4]:
        rates = recall(blocks, unseen, other)
        found = np.mean(list(rates.values()))
        print(f"cost {other}, left out: found {found:.4f}, false {false_share(blocks, unseen, other):.6f}")
    shown = Counter[str]()
    for i, block in enumerate(blocks):
        for j in sorted(found_lines(unseen[i], cost)) if not block.is_code else ():
            if block.lines[j] and (shown.update([block.group]) or shown[block.group] <= 8):
                print(f"  {block.group}: {unseen[i][j]} {block.texts[j][:120]!r}")


if __name__ == "__main__":
    main()
