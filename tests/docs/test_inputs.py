"""The commands of docs/inputs.md are run, and print what stands there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import regex
from untimed import untimed

INPUTS = (Path(__file__).parents[2] / "docs" / "inputs.md").read_text("utf-8")
SECTIONS = regex.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", INPUTS, regex.DOTALL | regex.MULTILINE)
BLOCKS = [
    (name, block)
    for name, section in SECTIONS
    for block in regex.findall(r"^```console\n(.*?)^```", section, regex.DOTALL | regex.MULTILINE)
]


@pytest.mark.parametrize(("name", "block"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_the_commands_of_each_format_print_what_is_shown(name: str, block: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for session in regex.split(r"^\$ ", block, flags=regex.MULTILINE)[1:]:
        command, _, shown = session.partition("\n")
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (ran.returncode, untimed(ran.stderr)) == (0, ""), command
        assert untimed(ran.stdout).strip() == shown.strip(), command


def test_every_format_has_a_section_that_is_run() -> None:
    assert len(BLOCKS) >= 14
