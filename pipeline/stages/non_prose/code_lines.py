"""Find the lines of code that nothing marks as code: a program, a configuration, a log in the middle of an article.

Each line gives evidence for code or against it: the sum of the weights of its features (`code-lines.tsv`, learned by
`scripts/train_code_lines.py`). A run of lines is code if its evidence is more than what a run costs; the best runs are
found in one pass (Viterbi, "Error bounds for convolutional codes", 1967). So one odd line in prose does not become
code, and a comment in a program does. A line without a sign that prose hardly has, sound or damaged, can be part of a
run but is hardly evidence for it.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from pipeline.lexicon.lists import table
from pipeline.stages.non_prose.code_marks import merged
from pipeline.stages.non_prose.line_features import (
    MAY_HAVE_SIGN,
    PLAIN_SENTENCE,
    has_sign_of_program,
    line_features,
    without_tags,
)
from pipeline.text.lines import split_lines

BIAS, PLAIN_LINE, RUN_COST, FURTHER_COST = "bias", "plain-sentence", "run", "further-run"
"""Rows of the table that are no features of a line: the weight of any line, the evidence of a plain sentence, the cost
of a run, and its cost in a text that has such a run or code with marks."""
MAX_WEAK_EVIDENCE = 1
"""Evidence of a line that has no sign of a program: it joins a run beside it, and ten thousand lines make none."""

REACH = 12
"""Lines of a program from one with a sign to the next: comments, names, empty lines."""


@cache
def weights() -> dict[str, int]:
    """The evidence for code of each feature, in thousandths of a nat."""
    return {name: int(weight) for name, weight in table(__package__, "code-lines.tsv")}


@lru_cache(maxsize=1 << 12)
def evidence(line: str) -> int:
    """The evidence that a line is code, in thousandths of a nat. An empty line has none.

    The line is given without its tags, see `without_tags`.

    >>> evidence('const styleObj = {color: "red"}') > 0 > evidence("We return to total silence.")
    True
    """
    weight = weights()
    if PLAIN_SENTENCE.fullmatch(line):
        return weight[PLAIN_LINE]
    if not line.strip():
        return 0
    features = line_features(line)
    found = weight[BIAS] + sum(weight.get(feature, 0) for feature in features)
    return found if has_sign_of_program(features) else min(found, MAX_WEAK_EVIDENCE)


def code_line_spans(text: str, *, has_code: bool = False) -> list[tuple[int, int]]:
    """The sorted half-open spans of runs of code, from the start of their first line to the end of their last one.

    `has_code` says that the text has code with marks. One that has code may well have more.
    """
    if MAY_HAVE_SIGN.search(text) is None:
        return []
    lines = split_lines(without_tags(text))
    signs = [i for i, line in enumerate(lines) if MAY_HAVE_SIGN.search(line.text)]
    most = sum(max(0, evidence(lines[i].text)) for i in signs) + MAX_WEAK_EVIDENCE * len(lines)
    if most <= weights()[FURTHER_COST if has_code else RUN_COST]:
        return []
    near = near_signs(signs, len(lines))
    far = min(0, weights()[PLAIN_LINE])
    scores = [evidence(line.text) if is_near else far for line, is_near in zip(lines, near, strict=True)]
    runs = code_runs(scores, weights()[RUN_COST])
    if has_code or runs:
        # The dearer runs hold together over comments, the cheaper ones are also short.
        runs += code_runs(scores, weights()[FURTHER_COST])
    return merged((lines[first].start, lines[last].end) for first, last in runs)


def near_signs(signs: Sequence[int], count: int) -> list[bool]:
    """Which of `count` lines are at most `REACH` lines from one of `signs`, sorted; the others are not weighed.

    >>> near_signs([20], 21)[6:9]
    [False, False, True]
    """
    near = [False] * count
    end = 0
    for i in signs:
        start = max(end, i - REACH)
        end = min(count, i + REACH + 1)
        near[start:end] = [True] * (end - start)
    return near


def code_runs(scores: Sequence[int], cost: int) -> list[tuple[int, int]]:
    """The first and last index of each run of code. `cost` is what a run costs, in the unit of `scores`.

    A run begins and ends with a line that has evidence for code.

    >>> code_runs([-5, 8, -2, 0, 8, 0, -9, 3], cost=10)
    [(1, 4)]
    """
    outside, inside = 0, -cost - 1
    entered: list[bool] = []
    left: list[bool] = []
    for score in scores:
        entered.append(outside - cost > inside)
        left.append(inside > outside)
        outside, inside = max(outside, inside), max(inside, outside - cost) + score
    return [_trimmed(scores, *run) for run in reversed(list(_traced(entered, left, is_code=inside > outside)))]


def _traced(entered: Sequence[bool], left: Sequence[bool], *, is_code: bool) -> Iterator[tuple[int, int]]:
    """The runs from the last one to the first, read back from which state was better before each line."""
    last = len(entered) - 1
    for i in range(len(entered) - 1, -1, -1):
        if is_code and entered[i]:
            yield i, last
            is_code = False
        elif not is_code and left[i]:
            is_code, last = True, i - 1


def _trimmed(scores: Sequence[int], first: int, last: int) -> tuple[int, int]:
    while scores[first] <= 0:
        first += 1
    while scores[last] <= 0:
        last -= 1
    return first, last
