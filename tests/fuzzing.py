"""Checks for any text: no stage raises, the article is valid, the source is restored.

`problems` checks one document; `smaller` reduces a document that has a problem to the little that makes it.
"""

import importlib.util
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import pipeline
from pipeline import Document, DocumentError, RejectedError, StageError
from pipeline.core.apply_stage import find, repair
from pipeline.core.pipeline import Pipeline
from pipeline.readers import html

SHARED = Path(__file__).parent.parent.parent / "shared"
VERIFIER = SHARED / "verify.py"
NOTHING_TO_READ = "holds nothing but blanks|has no visible text|holds no cue with words|contains a NUL"
"""Reasons for which a document may be refused."""


class Problem(NamedTuple):
    """A failed check: the stage or check, the kind (the reason without the words of the document), the reason."""

    where: str
    kind: str
    reason: str


@cache
def built_in() -> Pipeline:
    return Pipeline()


@cache
def verifier() -> Callable[[Any], Iterator[str]] | None:
    """The `faults` of the independent reader, or None if it is not beside this checkout."""
    if not VERIFIER.is_file():
        return None
    spec = importlib.util.spec_from_file_location("independent_reader", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Any], Iterator[str]] = module.faults
    return found


def problems(text: str, media_type: str | None = None, made: Pipeline | None = None) -> list[Problem]:
    """The problems of each stage alone and of the whole pipeline; empty if all is well."""
    made = made or built_in()
    found = [] if media_type or html.begins_page(text.encode()) else list(_alone(text, made))
    return found + list(_whole(text, media_type, made))


def _alone(text: str, made: Pipeline) -> Iterator[Problem]:
    """Runs each stage on the text, with the labels of the finders before it."""
    recipe = made.recipe
    # Line ends are the decoding's to change, so that no stage meets another than `\n`.
    document = Document(text.replace("\r\n", "\n").replace("\r", "\n"), "alone")
    for step in recipe.repairs:
        try:
            repair(step, document)
        except StageError as error:
            yield _problem(f"{step.stage.name} alone", error)
    for step in recipe.finders:
        try:
            labels, _ = find(step, document)
        except StageError as error:
            yield _problem(f"{step.stage.name} alone", error)
        except RejectedError:
            return
        else:
            document = document.with_labels(labels)


def _whole(text: str, media_type: str | None, made: Pipeline) -> Iterator[Problem]:
    data = text.encode()
    try:
        article = made.process(data, id="whole", media_type=media_type)
    except StageError as error:
        yield _problem(error.stage, error)
        return
    except RejectedError:
        return
    except DocumentError as error:
        if not re.search(
            r"holds nothing but blanks|has no visible text|holds no cue with words|contains a NUL", error.reason
        ):
            yield _problem("document", error)
        return
    except Exception as error:
        yield Problem("process", type(error).__name__, repr(error))
        return
    for note in article.notes:
        if note.severity == "error":
            yield Problem(note.stage, _kind(note.message), note.message)
    for fault in pipeline.faults(article):
        yield Problem("faults", _kind(fault), fault)
    check = verifier()
    if check is not None:
        for fault in check(msgspec.json.decode(msgspec.json.encode(article))):
            yield Problem("verify.py", _kind(fault), fault)
    if article.provenance.source.origin.sha256 is None and pipeline.restore(article) != data:
        yield Problem("restore", "other bytes", "the restored bytes are not those of the source")


def _problem(where: str, error: DocumentError) -> Problem:
    return Problem(where, _kind(error.reason), error.reason)


def _kind(reason: str) -> str:
    """A reason without numbers and quoted words."""
    if cut := re.search(r" is called a repeat and is none", reason):
        return reason[: reason.find(":") + 1 if reason.startswith("/") else 0] + cut[0]
    plain = re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "'…'", reason)
    place = re.search(r"\(line \d+ of \S+\)$", reason)
    return re.sub(r"\d+", "n", plain) + (f" {place[0]}" if place else "")


def smaller(text: str, fails: Callable[[str], bool], most: int = 3000) -> str:
    """Reduces a text that `fails`: removes lines, then pieces, then characters while it still fails."""
    for separator in ("\n", " ", ""):
        pieces = text.split(separator) if separator else list(text)
        size = max(len(pieces) // 2, 1)
        while size:
            at = 0
            while at < len(pieces) and most > 0:
                fewer = pieces[:at] + pieces[at + size :]
                candidate = separator.join(fewer)
                most -= 1
                if candidate.strip() and fails(candidate):
                    pieces = fewer
                else:
                    at += size
            size //= 2
        text = separator.join(pieces)
    return text
