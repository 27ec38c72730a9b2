"""Curves from evidence to confidence: those that are shipped never fall, and hold beyond their ends."""

import pytest

from pipeline.lexicon.lists import table
from pipeline.segmentation.calibration import calibrated

DIALOGUE, KIND = "pipeline.stages.dialogue", "pipeline.stages.kind"
CURVES = [(DIALOGUE, "turn_starts-reliability.tsv"), (DIALOGUE, "sides-reliability.tsv"), (KIND, "reliability.tsv")]


@pytest.mark.parametrize(("package", "name"), CURVES)
def test_more_evidence_is_never_less_sure(package: str, name: str) -> None:
    rows = [(int(at), float(said)) for at, said in table(package, name)]
    assert rows == sorted(rows)
    assert [said for _, said in rows] == sorted(said for _, said in rows)
    assert all(0 < said < 1 for _, said in rows)
    assert len(rows) <= 100


@pytest.mark.parametrize(("package", "name"), CURVES)
def test_each_row_holds_from_its_evidence_on(package: str, name: str) -> None:
    rows = [(int(at), float(said)) for at, said in table(package, name)]
    for at, said in rows:
        assert calibrated(package, name, at) == said
    assert calibrated(package, name, rows[0][0] - 1) == rows[0][1]
    assert calibrated(package, name, rows[-1][0] + 10**9) == rows[-1][1]
