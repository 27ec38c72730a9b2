"""The conformance kit: laws for every stage, test cases as data, and damaged files for readers.

    import pytest
    from pipeline.testing import LAWS, Law

    @pytest.mark.parametrize("law", LAWS, ids=str)
    def test_stage_keeps_the_law(law: Law) -> None:
        law(LostQuotes())

    def test_reader_never_breaks() -> None:
        check_reader(TextGrid(), {"a.TextGrid": SOUND})

It needs hypothesis: `pip install "bilingual-pipeline[testing]"`. Names are imported on first use, so that a process
of the kit can shift its clock before it imports anything else.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.testing.broken import Broken as Broken
    from pipeline.testing.case import Case as Case
    from pipeline.testing.case import cases as cases
    from pipeline.testing.damage import check_reader as check_reader
    from pipeline.testing.laws import LAWS as LAWS
    from pipeline.testing.laws import Law as Law
    from pipeline.testing.laws import faults as faults
    from pipeline.testing.odd_texts import texts as texts

_HOMES = {
    "LAWS": "laws",
    "Broken": "broken",
    "Case": "case",
    "Law": "laws",
    "cases": "case",
    "check_reader": "damage",
    "faults": "laws",
    "texts": "odd_texts",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline.testing' has no attribute {name!r}")
    value = getattr(import_module(f"pipeline.testing.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
