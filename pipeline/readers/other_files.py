"""Files that are text and no article, told by their names: what lies beside the documents of a dump."""

from functools import cache
from importlib.resources import files


def kind_of(suffix: str) -> str | None:
    """What a file with this suffix is, in small letters with its full stop; None for what may be an article.

    >>> kind_of(".py"), kind_of(".txt")
    ('a program', None)
    """
    return _kinds().get(suffix)


@cache
def _kinds() -> dict[str, str]:
    lines = files("pipeline.readers").joinpath("other-files.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))
