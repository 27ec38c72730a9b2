"""Turns scraped, damaged, bilingual interview articles into structured Q&A JSON, restorable byte for byte.

    import pipeline
    article = pipeline.process(data, id="a")
    assert pipeline.restore(article) == data

Names are imported when first used, which keeps `pipeline --help` fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pipeline.version import __version__

if TYPE_CHECKING:
    from pipeline.audit.compare.compare import Difference as Difference
    from pipeline.audit.compare.compare import compare as compare
    from pipeline.audit.explain import Explanation as Explanation
    from pipeline.audit.explain import explain as explain
    from pipeline.core.pipeline import Pipeline as Pipeline
    from pipeline.core.pipeline import clean as clean
    from pipeline.core.pipeline import process as process
    from pipeline.errors import ContractError as ContractError
    from pipeline.errors import DocumentError as DocumentError
    from pipeline.errors import PipelineError as PipelineError
    from pipeline.errors import RejectedError as RejectedError
    from pipeline.errors import StageError as StageError
    from pipeline.errors import UsageError as UsageError
    from pipeline.exporters.dataframe import to_frame as to_frame
    from pipeline.exporters.load.articles import read as read
    from pipeline.exporters.registry import export as export
    from pipeline.model.article import Article as Article
    from pipeline.model.article import json_schema as json_schema
    from pipeline.model.document import Document as Document
    from pipeline.model.document import Label as Label
    from pipeline.model.restore import restore as restore
    from pipeline.model.restore import trace as trace
    from pipeline.model.stage import Finding as Finding
    from pipeline.model.stage import Note as Note
    from pipeline.model.stage import Reject as Reject
    from pipeline.model.stage import Rule as Rule
    from pipeline.model.stage import Stage as Stage
    from pipeline.model.verify import faults as faults
    from pipeline.runs.batches import process_batch as process_batch
    from pipeline.text.edits import Change as Change
    from pipeline.text.edits import Edit as Edit

_MODULES = {
    "Article": "model.article",
    "Change": "text.edits",
    "ContractError": "errors",
    "Difference": "audit.compare.compare",
    "Document": "model.document",
    "DocumentError": "errors",
    "Edit": "text.edits",
    "Explanation": "audit.explain",
    "Finding": "model.stage",
    "Label": "model.document",
    "Note": "model.stage",
    "Pipeline": "core.pipeline",
    "PipelineError": "errors",
    "Reject": "model.stage",
    "RejectedError": "errors",
    "Rule": "model.stage",
    "Stage": "model.stage",
    "StageError": "errors",
    "UsageError": "errors",
    "clean": "core.pipeline",
    "compare": "audit.compare.compare",
    "explain": "audit.explain",
    "export": "exporters.registry",
    "faults": "model.verify",
    "json_schema": "model.article",
    "process": "core.pipeline",
    "process_batch": "runs.batches",
    "read": "exporters.load.articles",
    "restore": "model.restore",
    "to_frame": "exporters.dataframe",
    "trace": "model.restore",
}

__all__ = ["__version__", *_MODULES]  # noqa: PLE0604 -- the keys are names


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    value = getattr(import_module(f"pipeline.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
