"""Where rich writes to."""

from collections.abc import Iterable
from typing import TextIO

from rich import console
from rich.segment import Segment

from pipeline.cli.standard_streams import unescaped
from pipeline.text.escapes import escape_hidden


class Console(console.Console):
    """rich's, taking nothing that is printed for markup, and without a will of its own when the reader has gone."""

    def __init__(self, stream: TextIO, *, width: int | None = None) -> None:
        # Paths and ids may hold what rich would take for markup, or for an emoji.
        super().__init__(file=unescaped(stream), highlight=False, markup=False, emoji=False, width=width)

    def render(
        self, renderable: console.RenderableType, options: console.ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """What rich makes of it; the only control sequences in it are rich's own."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else escape_hidden(text, "\n"), style, control)

    def on_broken_pipe(self) -> None:
        """Leaves the error to the caller, who knows whether it matters; rich would exit with 1, as failures do."""
        raise  # noqa: PLE0704 -- rich calls this while it handles the error
