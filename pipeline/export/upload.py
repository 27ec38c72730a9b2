"""Exports to a bucket: written on this machine first, and sent when they are whole."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import UsageError
from pipeline.export.exporter import Exporter
from pipeline.model.article import Article
from pipeline.storage import Remote


def deliver(sink: Exporter, articles: Iterable[Article], target: Remote) -> None:
    """Writes to a temporary folder and puts what is there, a file or a folder of files, to `target`.

    An object is there whole or not at all. Raises `UsageError` for a target that cannot be, before an article is read,
    and `OSError`.
    """
    if target.on_web:
        raise UsageError(
            f"{target}: files of the web can only be read; name a path, or a bucket by s3://, gs:// or az://"
        )
    if target.name in {".", ".."}:
        raise UsageError(f"{target} is no name for an object")
    # Who may write need not be allowed to list; a bucket that is not there is known before hours of work.
    with suppress(OSError):
        target.exists()
    with TemporaryDirectory(prefix="pipeline-export-") as folder:
        local = Path(folder) / (target.name or "articles")
        try:
            sink.write(articles, local)
        except UsageError as error:
            # What is said of the file is said of the object that it should become.
            raise UsageError(str(error).replace(str(local), str(target))) from error
        if not local.is_dir():
            if target.is_called_folder:
                raise UsageError(f"{target} is called as a folder, and {sink.name} is one file; name that")
            target.upload(local)
            return
        for path in sorted(local.rglob("*")):
            if path.is_file():
                (target / path.relative_to(local).as_posix()).upload(path)
