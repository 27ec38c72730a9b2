"""The order of the candidates of a document: which come before and after each, in its style and in all styles."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.stages.dialogue.feature_scales import log
from pipeline.stages.dialogue.label_facts import FAR
from pipeline.stages.dialogue.turn_candidates import TurnCandidate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECURRING = 3
"""Times from which a label recurs."""
NEAREST_PLACES = 8
"""Candidates among which the nearest label is looked for."""


class CandidateOrder:
    """The order of the candidates: which come before and after each, in its style and in all styles.

    `style` and `key` number the styles and the labels; a candidate without a label has the key 0.
    """

    def __init__(
        self,
        candidates: Sequence[TurnCandidate],
        by_style: Iterable[Sequence[int]],
        by_key: Mapping[str, Sequence[int]],
    ) -> None:
        import numpy as np

        size = len(candidates)
        self.block = np.array([candidate.block for candidate in candidates])
        self.style, self.key = np.zeros(size, np.intp), np.zeros(size, np.intp)
        self.count = np.zeros(len(by_key) + 1, np.int32)
        # The row at the end is of no candidate: its index is also -1.
        self.before, self.after = np.full(size, -1), np.full(size, -1)
        for number, lines in enumerate(by_style):
            self.style[lines] = number
            self.before[lines[1:]], self.after[lines[:-1]] = lines[:-1], lines[1:]
        for number, lines in enumerate(by_key.values(), 1):
            self.key[lines] = number
            self.count[number] = len(lines)
        self.key_before = np.where(self.before >= 0, self.key[self.before], 0)
        self.key_after = np.where(self.after >= 0, self.key[self.after], 0)

    @property
    def alternating(self) -> "NDArray[np.bool_]":
        """Whether the candidate before or after each in its style has another label."""
        before = (self.key_before > 0) & (self.key_before != self.key)
        after = (self.key_after > 0) & (self.key_after != self.key)
        either: NDArray[np.bool_] = before | after
        return either

    def neighbours(self, may_have_label: Sequence[bool], at: Sequence[int]) -> "NDArray[np.int32]":
        """The features from `same_label_before` to `nearest_after_style`.

        `at` are the places of the words. The nearest candidate is one at another place that may have a label.
        """
        import numpy as np

        count = self.count
        previous, following = (np.array(nearest(may_have_label, at, step)) for step in (-1, 1))
        rows = (
            (self.key > 0) & (self.key_before == self.key),
            (self.key > 0) & (self.key_after == self.key),
            self._gap(self.before),
            self._gap(self.after),
            count[self.key_before] >= RECURRING,
            count[self.key_after] >= RECURRING,
            self._gap(previous),
            self._log_count(previous),
            self._log_count(following),
            (previous >= 0) & (self.style[previous] == self.style),
            (following >= 0) & (self.style[following] == self.style),
        )
        return np.stack([np.asarray(row, np.int32) for row in rows], axis=1)

    def _gap(self, other: "NDArray[np.intp]") -> "NDArray[np.intp]":
        """The blocks between each candidate and another one; `FAR` for none."""
        import numpy as np

        return np.where(other >= 0, np.minimum(np.abs(self.block - self.block[other]), FAR), FAR)

    def _log_count(self, other: "NDArray[np.intp]") -> "NDArray[np.intp]":
        """The logarithm of how often the label of another candidate occurs."""
        import numpy as np

        logs = np.array([log(count) for count in self.count.tolist()])
        return np.where(other >= 0, logs[self.key[other]], 0)


def nearest(may_have_label: Sequence[bool], at: Sequence[int], step: int) -> list[int]:
    """For each candidate the next one in one direction at another place that may have a label; -1 for none nearby."""
    nearest = []
    for i, place in enumerate(at):
        found = -1
        last = min(max(i + step * NEAREST_PLACES, -1), len(at))
        for j in range(i + step, last, step):
            if may_have_label[j] and at[j] != place:
                found = j
                break
        nearest.append(found)
    return nearest
