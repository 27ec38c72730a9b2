"""The word lists beside this stage: one entry a line, lines that begin with `#` are remarks."""

from importlib.resources import files


def rows(name: str) -> tuple[str, ...]:
    """The entries of the list `name`, in its order."""
    lines = files(__package__).joinpath(name).read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
