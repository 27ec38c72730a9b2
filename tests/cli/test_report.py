"""What a run says at its end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_a_reader_of_the_summary_who_has_gone_leaves_the_exit_code(raw: Path, output: Path) -> None:
    """`pipeline run raw | true`: all is well, so 0; rich would make it 1, as if a document had failed."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        command = [sys.executable, "-m", "pipeline", "run", str(raw), "-o", str(output)]
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
