"""A rich console that escapes control characters."""

from collections.abc import Iterable
from typing import TextIO

from rich import console
from rich.segment import Segment

from pipeline.cli.standard_streams import unescaped
from pipeline.text.escapes import escape_hidden


class Console(console.Console):
    """A rich console that interprets no markup and leaves a broken pipe to the caller."""

    def __init__(self, stream: TextIO, *, width: int | None = None) -> None:
        # Paths and ids can contain what rich would treat as markup or emoji codes.
        super().__init__(file=unescaped(stream), highlight=False, markup=False, emoji=False, width=width)

    def render(
        self, renderable: console.RenderableType, options: console.ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Renders and escapes everything except the control sequences of rich."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else escape_hidden(text, "\n"), style, control)

    def on_broken_pipe(self) -> None:
        """Raises the error again; by default rich would exit with code 1."""
        raise  # noqa: PLE0704 -- rich calls this while it handles the error
