"""A cache for a function that is asked for everything in a text, several times over, before the next text comes.

An `lru_cache` that is a little too small for a text remembers nothing of it: each entry is dropped just before it is
asked for again. A larger one holds memory for ever because one odd document was seen.
"""

from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class TwoGenerationCache(Generic[Arguments, Result]):
    """The results of `function`, kept in two generations.

    `age` starts a new generation once the present one has more than `most` results, and drops the last but one. It is
    called between two texts, so that a text finds all that it asked for before, however large it is, and what is held
    in memory is bounded by `most` and the last texts.
    """

    def __init__(self, function: Callable[Arguments, Result], most: int) -> None:
        self._function = function
        self._most = most
        self._young: dict[Hashable, Result] = {}
        self._old: dict[Hashable, Result] = {}

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """The result for these arguments, which must be positional."""
        found = self._young.get(args)
        if found is None:
            found = self._old.get(args)
            if found is None:
                found = self._function(*args, **kwargs)
            self._young[args] = found
        return found

    def age(self) -> None:
        """Starts a new generation where the present one is full."""
        if len(self._young) > self._most:
            self._old, self._young = self._young, {}

    def cache_clear(self) -> None:
        """Forgets all results, as that of an `lru_cache` does."""
        self._young, self._old = {}, {}

    def __len__(self) -> int:
        """How many results are held; one that is in both generations counts twice."""
        return len(self._young) + len(self._old)
