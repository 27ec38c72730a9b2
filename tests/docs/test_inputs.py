"""The commands of docs/inputs.md are run, and print what stands there."""

from pathlib import Path

import pytest
import regex
from untimed import untimed

from docs.page_commands import WAYS, run_command

INPUTS = (Path(__file__).parents[2] / "docs" / "inputs.md").read_text("utf-8")
SECTIONS = regex.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", INPUTS, regex.DOTALL | regex.MULTILINE)
BLOCKS = [
    (name, block)
    for name, section in SECTIONS
    for block in regex.findall(r"^```console\n(.*?)^```", section, regex.DOTALL | regex.MULTILINE)
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("block", [block for _, block in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_the_commands_of_each_format_print_what_is_shown(block: str, way: str, tmp_path: Path) -> None:
    for session in regex.split(r"^\$ ", block, flags=regex.MULTILINE)[1:]:
        command, _, shown = session.partition("\n")
        finished = run_command(command, tmp_path, way)
        assert (finished.code, untimed(finished.err)) == (0, ""), command
        assert untimed(finished.out).strip() == shown.strip(), command


def test_every_format_has_a_section_that_is_run() -> None:
    assert len(BLOCKS) >= 14
