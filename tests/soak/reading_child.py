"""A process that reads files under limits of memory and time: `python -m soak.reading_child`.

It reads the paths of files from standard input, a line each, and answers each with a line of JSON.
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
from pipeline.model.record import Record
from pipeline.readers import html
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
    """Answers line by line. A file that takes more time than it may ends the process."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    for line in sys.stdin:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + SECONDS, most))
        print(json.dumps(answer(Path(line.rstrip("\n")))), flush=True)


def answer(path: Path) -> dict[str, object]:
    """What is found in a file, by kind; `fault` says what must not happen, or is None."""
    found: Counter[str] = Counter()
    fault = None
    try:
        for item in islice(records([InputFile(path, path.name, named=True)], OPTIONS), MOST + 1):
            found[type(item).__name__] += 1
            if isinstance(item, Record):
                _use(item)
            elif "broke on it" in item.reason:
                fault = item.reason
        if found.total() > MOST:
            fault = f"more than {MOST:,} documents"
    except Exception:
        fault = traceback.format_exc()
    return {"found": found, "fault": fault}


def _use(record: Record) -> None:
    """What is done first with a record that was read: the text is taken out of a page, and bytes are decoded."""
    data = record.data if isinstance(record.data, bytes) else record.data.encode("utf-8", "surrogatepass")
    try:
        if html.is_page(record):
            html.extract(data, encoding=record.encoding)
        elif isinstance(record.data, bytes):
            decode(data, encoding=record.encoding)
    except (DecodingError, html.PageError, PipelineError):
        return


if __name__ == "__main__":
    main()
