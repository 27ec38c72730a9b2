"""The command line: one module per command, imported when the command is called."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from pipeline.cli.interrupts import deliver_interrupts
from pipeline.cli.standard_streams import OutputError, escaping
from pipeline.errors import DocumentError, PipelineError, UsageError
from pipeline.text.escapes import escape_hidden
from pipeline.version import __version__

COMMANDS = {
    "run": "turn raw documents into articles",
    "clean": "repair text and print it",
    "export": "write articles as tables, a database, plain text or chat messages",
    "restore": "restore the original files from articles",
    "verify": "check that every article is valid and restores its source",
    "diff": "compare two outputs",
    "explain": "show every edit and label of an article, and why it was made",
    "stages": "list stages, create one, or test one",
    "readers": "list readers, or create one",
    "rules": "list rules, with examples",
    "config": "show the settings in effect and where each comes from",
    "schema": "print the JSON Schema of articles or of settings",
}

MAIN_EXAMPLES = """examples:
  pipeline run raw -o output              write one JSON file per article to output/
  pipeline clean scraped.txt > clean.txt  repair the text and nothing else
  pipeline export output -o a.parquet     write all articles to one table
  pipeline verify output                  check that every article is valid and restores
  pipeline restore output/a.json -o a.txt restore one source file, byte for byte

exit codes: 0 success; 1 some documents failed; 2 invalid usage or configuration
"""

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    with escaping():
        try:
            try:
                return _command(list(sys.argv[1:] if arguments is None else arguments))
            finally:
                # Flush here: at exit Python could only print an error.
                sys.stdout.flush()
        except BrokenPipeError:
            # The reader of our output, such as `head`, has stopped reading.
            return EXIT_OK
        except OutputError as error:
            return _failed(error)


def _command(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="pipeline",
        description="Turn scraped, damaged, bilingual interview articles into structured Q&A JSON.",
        epilog=MAIN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pipeline {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command, summary in COMMANDS.items():
        sub = commands.add_parser(
            command,
            help=summary,
            description=f"{summary[:1].upper()}{summary[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        # Load only the module of the command that is called, to keep `--help` fast.
        if words[:1] == [command]:
            module = import_module(f"pipeline.cli.{command}")
            module.add_arguments(sub)
    if not words:
        parser.print_help()
        return EXIT_OK
    options = parser.parse_args(words)
    try:
        with deliver_interrupts():
            code: int = module.main(options)
    except UsageError as error:
        print(f"pipeline: error: {error}", file=sys.stderr)
        return EXIT_USAGE
    except BrokenPipeError:
        raise
    except (PipelineError, OSError) as error:
        return _failed(error)
    except KeyboardInterrupt:
        print("pipeline: stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    return code


def _failed(error: Exception) -> int:
    # Escape the message, so that it is one line whatever the name of the document.
    message = escape_hidden(str(error)) if isinstance(error, DocumentError) else str(error)
    print(f"pipeline: error: {message}", file=sys.stderr)
    return EXIT_FAILED
