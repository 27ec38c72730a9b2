"""The paths that docs/architecture.md names exist, and its list of floors is the one that is tested."""

import regex
from test_structure import FLOORS

from docs.test_documentation import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NO_FOLDERS = {"__main__", "__init__"}


def test_every_path_of_the_tables_exists() -> None:
    named = 0
    for row in regex.findall(r"^\|.*\|$", PAGE, regex.MULTILINE):
        folder = ROOT
        for path in regex.findall(r"`([\w/<>.]+(?:/|\.py))`", row):
            file = ROOT / path.replace("<name>", "words") if path.startswith("pipeline/") else folder / path
            assert file.exists(), path
            folder = file.parent
            named += 1
    assert named > 30


def test_the_floors_are_those_that_are_tested() -> None:
    part = PAGE.partition("## Which folder may import which")[2].partition("\n## ")[0]
    listed = [set(regex.findall(r"`(\w+)`", line)) for line in regex.findall(r"^\d+\. (.*)$", part, regex.MULTILINE)]
    assert listed == [floor for floor in FLOORS if not floor <= NO_FOLDERS]
