"""Chinese words and their kinds, by jieba: the last evidence, asked only where surnames and gazetteer do not decide.

Loading it takes most of a second, so nothing else of the package imports it. It takes some foreign places for
people's names (`哈萨克斯坦`, `阿斯塔纳`): its word boundaries are evidence, its tags are hardly any.
"""

import os
import warnings
from functools import cache
from typing import Any


@cache
def _jieba() -> Any:  # noqa: ANN401 -- it has no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it imports is not ours to mend, nor the user's to read
        import jieba
        from jieba import posseg

    # It would keep, and later trust, a cache that any user of the machine can write. A folder that is none prevents
    # both; that it could not write there it logs as an error, which is not one.
    jieba.setLogLevel("CRITICAL")
    jieba.dt.tmp_dir = os.devnull
    jieba.initialize()
    return posseg


def tagged_words(text: str) -> tuple[tuple[str, str], ...]:
    """The words of `text` with their tags (ICTCLAS: `nr` a person, `ns` a place, `v` a verb, …), in order.

    >>> words("陆闻笛赫本")
    (('陆闻笛', 'nr'), ('赫本', 'nrt'))
    """
    return tuple((pair.word, pair.flag) for pair in _jieba().cut(text))
