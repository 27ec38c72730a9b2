"""Turns scraped, damaged, bilingual interview articles into structured Q&A JSON, restorable byte for byte.

    import pipeline
    article = pipeline.process(data, id="a")
    assert pipeline.restore(article) == data

Names are imported when first used, so that `pipeline --help` does not pay for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pipeline.version import __version__

if TYPE_CHECKING:
    from pipeline.article import Article as Article
    from pipeline.article import json_schema as json_schema
    from pipeline.comparison import Difference as Difference
    from pipeline.comparison import compare as compare
    from pipeline.document import Document as Document
    from pipeline.document import Label as Label
    from pipeline.errors import ContractError as ContractError
    from pipeline.errors import DocumentError as DocumentError
    from pipeline.errors import PipelineError as PipelineError
    from pipeline.errors import RejectedError as RejectedError
    from pipeline.errors import StageError as StageError
    from pipeline.errors import UsageError as UsageError
    from pipeline.explanation import Explanation as Explanation
    from pipeline.explanation import explain as explain
    from pipeline.frames import to_frame as to_frame
    from pipeline.ledger import Change as Change
    from pipeline.ledger import Edit as Edit
    from pipeline.processing import Pipeline as Pipeline
    from pipeline.processing import clean as clean
    from pipeline.processing import process as process
    from pipeline.reading import read as read
    from pipeline.restoration import restore as restore
    from pipeline.restoration import trace as trace
    from pipeline.runs.crews.batch import process_batch as process_batch
    from pipeline.sinks.choice import export as export
    from pipeline.stage import Finding as Finding
    from pipeline.stage import Note as Note
    from pipeline.stage import Reject as Reject
    from pipeline.stage import Rule as Rule
    from pipeline.stage import Stage as Stage
    from pipeline.verification import faults as faults

_HOMES = {
    "Article": "article",
    "Change": "ledger",
    "ContractError": "errors",
    "Difference": "comparison",
    "Document": "document",
    "DocumentError": "errors",
    "Edit": "ledger",
    "Explanation": "explanation",
    "Finding": "stage",
    "Label": "document",
    "Note": "stage",
    "Pipeline": "processing",
    "PipelineError": "errors",
    "Reject": "stage",
    "RejectedError": "errors",
    "Rule": "stage",
    "Stage": "stage",
    "StageError": "errors",
    "UsageError": "errors",
    "clean": "processing",
    "compare": "comparison",
    "explain": "explanation",
    "export": "sinks.choice",
    "faults": "verification",
    "json_schema": "article",
    "process": "processing",
    "process_batch": "runs.crews.batch",
    "read": "reading",
    "restore": "restoration",
    "to_frame": "frames",
    "trace": "restoration",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 -- the keys are names


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    value = getattr(import_module(f"pipeline.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
