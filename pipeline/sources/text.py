"""A file that is a document: text, or a web page."""

from collections.abc import Iterator

from pipeline.article import Origin
from pipeline.settings import Input
from pipeline.sources import html
from pipeline.sources.folder import File
from pipeline.sources.record import Record, Unreadable


def read(file: File, options: Input) -> Iterator[Record | Unreadable]:
    """The one document in a file."""
    try:
        size = file.path.stat().st_size
        if size > options.limits.bytes:
            yield Unreadable(
                file.id,
                f"is {size:,} bytes long, over the limit of {options.limits.bytes:,}; "
                "split it, or raise [input.limits] bytes",
            )
            return
        data = file.path.read_bytes()
    except OSError as error:
        yield Unreadable(file.id, f"cannot be read: {error.strerror}; check its permissions and run again")
        return
    media_type = "text/html" if _is_page(file, data) else "text/plain"
    origin = Origin(path=file.name, media_type=media_type, member=None, row=None, field=None, sha256=None)
    yield Record(file.id, data, origin)


def _is_page(file: File, data: bytes) -> bool:
    """Told by the content as well as by the name: a page may be called anything, and a text anything too."""
    if html.begins_page(data):
        return True
    return file.path.suffix.lower() in html.SUFFIXES and html.holds_markup(data)
