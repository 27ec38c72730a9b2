"""What docs/security.md says of limits is what the settings say."""

import msgspec
import pytest
import regex

from docs.test_documentation import ROOT
from pipeline.config.settings import Limits, Run

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NO_LIMITS = {"shard"}


def rows(mark: str) -> list[tuple[str, ...]]:
    """The cells of the table behind a mark."""
    table = PAGE.partition(f"<!-- {mark} -->\n\n")[2].partition("\n\n")[0]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table.splitlines()[2:]]


@pytest.mark.parametrize(("mark", "kind"), [("limits", Limits), ("run", Run)])
def test_the_page_names_every_limit_with_its_default(mark: str, kind: type[msgspec.Struct]) -> None:
    schema = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
    fields = {field.name: field.default for field in msgspec.structs.fields(kind) if field.name not in NO_LIMITS}
    expected = [(f"`{name}`", str(default), schema[name]["description"]) for name, default in fields.items()]
    assert rows(mark) == expected


def test_the_page_counts_the_attacks_about_right() -> None:
    from hostile.table import attacks

    told = regex.search(r"builds some (\d+) hostile files", PAGE)
    assert told is not None
    assert abs(len(list(attacks(26))) - int(told[1])) < 30
