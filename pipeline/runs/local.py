"""Runs documents through a pipeline, one after the other, on this machine."""

from collections.abc import Callable, Iterable, Iterator
from errno import ENAMETOOLONG
from pathlib import Path

import msgspec

from pipeline.article import Article
from pipeline.errors import DocumentError, RejectedError, StageError
from pipeline.processing import Pipeline
from pipeline.runs.account import Account, Failure, Rejection
from pipeline.sinks.atomic import replace
from pipeline.sinks.folder import write
from pipeline.sources.record import LeftOut, Record, Unreadable
from pipeline.version import __version__

RUN_FOLDER = "_run"
"""All that is about the run itself; readers of data pass over names that begin with `_`."""

LONE_SURROGATE = "a stage gave text with a lone surrogate, which no JSON can hold; mend the stage"


def run(
    records: Iterable[Record | Unreadable | LeftOut],
    pipeline: Pipeline,
    output: Path,
    *,
    encoding: str | None = None,
    seen: Callable[[str, Account], None] | None = None,
) -> Account:
    """Processes each record and writes its article below `output`; one that fails harms no other.

    `seen` is called after each document with its id and the account so far. Raises `OSError` where the output cannot
    be written at all: then every further document would fail, too.
    """
    account = Account()
    for record, article in articles(records, pipeline, account, encoding, seen):
        try:
            write(article, output)
        except OSError as error:
            if error.errno != ENAMETOOLONG:
                raise
            reason = told(record, "its id is too long for the path of a file; shorten it")
            account.failures.append(Failure(record.id, None, reason))
        except UnicodeEncodeError:
            account.failures.append(Failure(record.id, None, told(record, LONE_SURROGATE)))
        else:
            account.wrote(article)
    record_run(account, pipeline, output)
    return account


def articles(
    records: Iterable[Record | Unreadable | LeftOut],
    pipeline: Pipeline,
    account: Account,
    encoding: str | None = None,
    seen: Callable[[str, Account], None] | None = None,
) -> Iterator[tuple[Record, Article]]:
    """Each record that becomes an article, with it; `account` counts all, and says of the others why they do not.

    Whoever takes an article notes in the account what became of it before the next one is asked for.
    """
    for record in records:
        if isinstance(record, LeftOut):
            account.left_out(record.name, record.reason, record.count)
            continue
        account.documents += 1
        if isinstance(record, Unreadable):
            account.failures.append(Failure(record.id, None, record.reason))
        elif (article := _processed(record, pipeline, encoding, account)) is not None:
            yield record, article
        if seen is not None:
            seen(record.id, account)


def _processed(record: Record, pipeline: Pipeline, encoding: str | None, account: Account) -> Article | None:
    """The article of a record, or none where `account` now says why there is none."""
    try:
        return pipeline.process(
            record.data,
            id=record.id,
            metadata=record.metadata,
            # What the user says of all files goes before what came with one of them.
            encoding=encoding or record.encoding,
            origin=record.origin,
            converted_by=record.converted_by,
        )
    except RejectedError as verdict:
        account.rejections.append(Rejection(verdict.document, verdict.rule, verdict.reason))
    except StageError as error:
        account.failures.append(Failure(error.document, error.stage, told(record, error.reason), error.package))
    except DocumentError as error:
        account.failures.append(Failure(error.document, None, told(record, error.reason)))
    return None


def told(record: Record, reason: str) -> str:
    """Why a document failed, and where it lies if its id does not tell: the id of a row may say nothing of the file."""
    lies_within = record.origin.row is not None or record.origin.member is not None
    return f"{record.where}: {reason}" if lies_within else reason


def record_run(account: Account, pipeline: Pipeline, output: Path) -> None:
    """Writes what is known about the run to `_run/`: `run.json`, and a JSONL file for each list of the account."""
    folder = output / RUN_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "version": __version__,
        "documents": account.totals,
        "figures": account.figures,
        "edits": dict(sorted(account.edits_by_rule.items())),
        "notes": dict(sorted(account.notes_by_rule.items())),
        "stages": pipeline.recipe.versions,
    }
    encoder = msgspec.json.Encoder()
    replace(folder / "run.json", msgspec.json.format(encoder.encode(told), indent=1) + b"\n")
    replace(folder / "failures.jsonl", encoder.encode_lines(account.failures))
    replace(folder / "rejected.jsonl", encoder.encode_lines(account.rejections))
    replace(folder / "left-out.jsonl", encoder.encode_lines(account.aside))
