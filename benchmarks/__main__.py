"""All benchmarks in one run, as one report on standard output."""

import argparse
from pathlib import Path

from benchmarks import (
    accuracy,
    clean_text,
    cold,
    damage,
    encoded_documents,
    encodings,
    exports,
    extraction,
    frames,
    mojibake,
    protocol,
    readers,
    runs,
    spacing,
    speed,
    structure,
)
from benchmarks.pages import report as layouts
from benchmarks.pages import sites

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Runs what was asked for; everything by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        metavar="speed|protocol|cold|readers|encodings|mojibake|exports|runs|damage|extraction|spacing|structure|layouts|sites|frames|accuracy",
        help="default: all",
    )
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds (default: 5)")
    parser.add_argument("--public", type=Path, default=ROOT.parent / "shared", help="folder of public benchmark data")
    parser.add_argument("--corpora", type=Path, nargs="+", default=[], help="clean texts for damage, plain, .xz or .gz")
    parser.add_argument(
        "--texts", type=Path, nargs="+", default=[], help="folders of right texts for encodings and mojibake"
    )
    parser.add_argument("--limit", type=int, default=0, help="documents of each folder in --texts (default: all)")
    parser.add_argument("--pages", type=Path, help="folder of the public article-extraction benchmark")
    parser.add_argument(
        "--clean", type=Path, help="folder of clean texts: spacing prints what is changed in them, for you to judge"
    )
    parser.add_argument("--folds", type=Path, help="forests of each fold for spacing, made by scripts/train_spacing.py")
    parser.add_argument(
        "--annotated", type=Path, nargs="+", default=[], help="folders of annotated documents for structure"
    )
    parser.add_argument(
        "--list",
        action="store_true",
        help="show every edit of damage in its context, every frame missed, every page of sites that is wrong",
    )
    options = parser.parse_args()
    wanted = options.what or [
        "speed",
        "protocol",
        "cold",
        "readers",
        "encodings",
        "mojibake",
        "exports",
        "runs",
        "damage",
        "extraction",
        "spacing",
        "structure",
        "layouts",
        "sites",
        "frames",
        "accuracy",
    ]
    if "speed" in wanted:
        speed.report(ROOT, options.rounds)
    if "protocol" in wanted:
        protocol.report(options.rounds)
    if "cold" in wanted:
        cold.report(options.rounds)
    if "readers" in wanted:
        readers.report(ROOT, options.rounds)
    if "encodings" in wanted:
        encodings.report(ROOT, options.public)
        encoded_documents.report(options.texts or [ROOT / "seeds"], limit=options.limit, listed=options.list)
    if "mojibake" in wanted:
        mojibake.report(ROOT, options.texts, limit=options.limit, listed=options.list)
    if "exports" in wanted:
        exports.report(ROOT)
    if "runs" in wanted:
        runs.report(ROOT)
    if "damage" in wanted:
        damage.report(ROOT, options.public, options.corpora, listed=options.list)
    if "extraction" in wanted:
        extraction.report(options.pages)
    if "spacing" in wanted:
        report_spacing(options)
    if "structure" in wanted:
        structure.report(ROOT, options.public, options.corpora, options.annotated)
    if "layouts" in wanted:
        layouts.report()
    if "sites" in wanted:
        sites.report(listed=options.list)
    if "frames" in wanted:
        frames.report(listed=options.list)
    if "accuracy" in wanted:
        accuracy.report(ROOT, options.public)


def report_spacing(options: argparse.Namespace) -> None:
    """What is changed in clean texts if they are given, else what is found on the public benchmark."""
    if options.clean:
        clean_text.report(options.clean)
    else:
        spacing.report(options.public, options.folds)


if __name__ == "__main__":
    main()
