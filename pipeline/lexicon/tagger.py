"""Chinese words and their parts of speech, by jieba. Used only if surnames and gazetteer do not decide.

Loading jieba takes most of a second, so nothing else in the package imports it. It tags some foreign places as people
(`哈萨克斯坦`, `阿斯塔纳`): its word boundaries are good evidence, its tags are not.
"""

import os
import warnings
from functools import cache
from typing import Any


@cache
def _jieba() -> Any:  # noqa: ANN401 -- it has no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings of its imports do not concern the user
        import jieba
        from jieba import posseg

    # jieba would read and write a cache that any user of the machine can write. A folder that does not exist prevents
    # both; the error it then logs is expected.
    jieba.setLogLevel("CRITICAL")
    jieba.dt.tmp_dir = os.devnull
    jieba.initialize()
    return posseg


def tagged_words(text: str) -> tuple[tuple[str, str], ...]:
    """The words of `text` with their tags (ICTCLAS: `nr` a person, `ns` a place, `v` a verb, …), in order.

    >>> tagged_words("陆闻笛赫本")
    (('陆闻笛', 'nr'), ('赫本', 'ns'))
    """
    return tuple((pair.word, pair.flag) for pair in _jieba().cut(text))
