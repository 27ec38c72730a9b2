"""Word lists and tables that experts edit: plain UTF-8 files beside the code that uses them.

A list has one entry a line, a table one row a line with cells between tabs. Empty lines and lines that begin with `#`
are remarks.
"""

from importlib.resources import files


def rows(package: str, name: str) -> tuple[str, ...]:
    """The entries of a list, in order.

    `package` is the dotted name of the package that holds the file, usually `__package__`; `name` is the file's name.
    Raises `FileNotFoundError` if there is no such file.
    """
    lines = files(package).joinpath(name).read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def table(package: str, name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, each split into its cells. Arguments and errors are those of `rows`."""
    return tuple(tuple(line.split("\t")) for line in rows(package, name))
