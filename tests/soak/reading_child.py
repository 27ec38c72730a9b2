"""A process that reads files under limits of memory and time: `python -m soak.reading_child`.

It reads file paths from standard input, one per line, and answers each with a line of JSON.
"""

import json
import resource
import sys
import traceback
from collections import Counter
from itertools import islice
from pathlib import Path

from pipeline.config.settings import Input, Limits
from pipeline.errors import PipelineError
from pipeline.model.record import PAGE_MEDIA_TYPES, SUBTITLE_MEDIA_TYPES, Record
from pipeline.readers import html
from pipeline.readers.conversion import text_record
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile
from pipeline.text.decoding import DecodingError, decode

MEMORY = 1 << 30
"""Bytes of data that the process may have; a hundred and more of them are taken by the libraries."""
SECONDS = 20
"""The processor's time for one file; the largest takes a fraction of a second."""
MOST = 100_000
"""Documents of one file that are more than a damaged one may have: the sound ones have some hundred."""
OPTIONS = Input(limits=Limits(bytes=1 << 22, expanded=1 << 26, members=10_000))


def main() -> None:
    """Answers line by line. A file that takes too long ends the process."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    for line in sys.stdin:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + SECONDS, most))
        print(json.dumps(answer(Path(line.rstrip("\n")))), flush=True)


def answer(path: Path) -> dict[str, object]:
    """Returns counts by kind for a file; `fault` is an error that must not happen, or None."""
    found: Counter[str] = Counter()
    fault = None
    try:
        for item in islice(records([InputFile(path, path.name, named=True)], OPTIONS), MOST + 1):
            found[type(item).__name__] += 1
            if isinstance(item, Record):
                _use(item)
            elif "failed on it" in item.reason:
                fault = item.reason
        if found.total() > MOST:
            fault = f"more than {MOST:,} documents"
    except Exception:
        fault = traceback.format_exc()
    return {"found": found, "fault": fault}


def _use(record: Record) -> None:
    """Extracts the text of a page or of subtitles and decodes bytes, as a run does first."""
    data = record.data if isinstance(record.data, bytes) else record.data.encode("utf-8", "surrogatepass")
    try:
        if record.origin.media_type in PAGE_MEDIA_TYPES:
            html.extract(data, encoding=record.encoding)
        elif record.origin.media_type in SUBTITLE_MEDIA_TYPES:
            text_record(record)
        elif isinstance(record.data, bytes):
            decode(data, encoding=record.encoding)
    except (DecodingError, html.PageError, PipelineError):
        return


if __name__ == "__main__":
    main()
