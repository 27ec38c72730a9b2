"""`pipeline schema`: the JSON Schema of an article."""

import argparse

import msgspec

from pipeline.article import json_schema
from pipeline.cli.options import write_bytes

EPILOG = """example:
  pipeline schema > article.schema.json
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("-o", "--output", metavar="FILE", help="where it goes (default: stdout)")


def main(options: argparse.Namespace) -> int:
    """Prints the schema (JSON Schema 2020-12), generated from the types."""
    write_bytes(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2) + b"\n", options.output)
    return 0
