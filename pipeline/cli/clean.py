"""`pipeline clean`: prints repaired text."""

import argparse

from pipeline.cli.options import add_recipe_options, add_web_options, pipeline, settings, write_bytes
from pipeline.cli.standard_streams import read_stdin
from pipeline.errors import DocumentError, UsageError
from pipeline.storage import AnyPath, RemotePath, as_path
from pipeline.text.decoding import NEWLINES, DecodingError, decode
from pipeline.text.edits import apply

CLEAN_EXAMPLES = """examples:
  pipeline clean scraped.txt > clean.txt
  cat scraped.txt | pipeline clean - --stages entities,words
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = CLEAN_EXAMPLES
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="text file in any encoding; - for stdin (default)"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write to, in UTF-8 (default: stdout)")
    add_recipe_options(parser)
    add_web_options(parser)


def main(options: argparse.Namespace) -> int:
    """Prints the repaired text in UTF-8, with the line endings of the input."""
    layers = settings(options)
    configured, values = pipeline(options, layers), layers.settings
    source = as_path(options.file, values.input.access)
    if options.file != "-" and (source.is_dir() or not source.exists()):
        raise UsageError(f"{source} is not a file; use - for standard input")
    data = read_stdin() if options.file == "-" else _read(source, values.input.limits.bytes)
    try:
        decoded = decode(data, encoding=values.input.encoding)
    except DecodingError as error:
        raise DocumentError(str(source), str(error)) from error
    text = configured.clean(apply(decoded.text, decoded.edits))
    write_bytes(text.replace("\n", NEWLINES[decoded.newline]).encode("utf-8"), options.output)
    return 0


def _read(source: AnyPath, most: int) -> bytes:
    """Reads a file. Raises `DocumentError` if a remote file is larger than `most` bytes."""
    if not isinstance(source, RemotePath):
        return source.read_bytes()
    data = bytearray()
    with source.open() as stream:
        while len(data) <= most and (piece := stream.read(min(most + 1 - len(data), 1 << 20))):
            data += piece
    if len(data) > most:
        raise DocumentError(str(source), f"is larger than {most:,} bytes; raise [input.limits] bytes")
    return bytes(data)
