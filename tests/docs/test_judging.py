"""`docs/judging.md` names every key that the judging commands print."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import regex
from msgspec import inspect

from pipeline.audit.compare.compare import Difference
from pipeline.audit.compare.totals import DiffSummary, UnmatchedArticle
from pipeline.audit.explain import Explanation
from pipeline.runs.dry_run import DryRunReport

PAGE = (Path(__file__).parents[2] / "docs" / "judging.md").read_text("utf-8")


def structs(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """The structs that a type is made of."""
    if isinstance(kind, inspect.Metadata):
        yield from structs(kind.type)
    elif isinstance(kind, inspect.VarTupleType):
        yield from structs(kind.item_type)
    elif isinstance(kind, inspect.StructType):
        yield kind
        for field in kind.fields:
            yield from structs(field.type)


@pytest.mark.parametrize("printed", [Difference, UnmatchedArticle, DiffSummary, Explanation, DryRunReport])
def test_every_key_is_documented(printed: type[msgspec.Struct]) -> None:
    named = set(regex.findall(r"`(\w+)`", PAGE))
    keys = {field.encode_name for struct in structs(inspect.type_info(printed)) for field in struct.fields}
    assert keys
    assert keys <= named
