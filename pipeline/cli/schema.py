"""`pipeline schema`: prints the JSON Schema of articles or of settings."""

import argparse

import msgspec

from pipeline.cli.options import write_bytes

SCHEMA_EXAMPLES = """examples:
  pipeline schema > article.schema.json
  pipeline schema --config > pipeline.schema.json      for editors; name it in the first line of pipeline.toml:
                                                       #:schema ./pipeline.schema.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = SCHEMA_EXAMPLES
    parser.add_argument("--config", action="store_true", help="schema of pipeline.toml, including installed plugins")
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write to (default: stdout)")


def main(options: argparse.Namespace) -> int:
    """Prints the schema (JSON Schema 2020-12), which is generated from the types."""
    if options.config:
        from pipeline.cli.installed import parts
        from pipeline.config.settings_reference import schema

        document = schema(parts())
    else:
        from pipeline.model.article import json_schema

        document = json_schema()
    write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n", options.output)
    return 0
