"""A cache that remembers everything about one text, and does not grow from text to text.

An `lru_cache` slightly too small for a text is useless: it drops each entry just before it is needed again. A larger
one holds memory for ever because one odd document needed it.
"""

from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class TwoGenerationCache(Generic[Arguments, Result]):
    """The results of `function` in two generations: those of the current texts, and those before.

    Call `age` between two texts. It starts a new generation if the current one has more than `max_results` results, and
    drops the oldest. A text therefore finds everything it asked for, however large it is, while memory is bounded by
    `max_results` and the last texts.
    """

    def __init__(self, function: Callable[Arguments, Result], max_results: int) -> None:
        self._function = function
        self._max_results = max_results
        self._current: dict[Hashable, Result] = {}
        self._previous: dict[Hashable, Result] = {}

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """Returns the result for these arguments, which must be positional."""
        result = self._current.get(args)
        if result is None:
            result = self._previous.get(args)
            if result is None:
                result = self._function(*args, **kwargs)
            self._current[args] = result
        return result

    def age(self) -> None:
        """Starts a new generation if the current one is full."""
        if len(self._current) > self._max_results:
            self._previous, self._current = self._current, {}

    def cache_clear(self) -> None:
        """Forgets all results. Named like the method of an `lru_cache`."""
        self._current, self._previous = {}, {}

    def __len__(self) -> int:
        """How many results are held; one that is in both generations counts twice."""
        return len(self._current) + len(self._previous)
