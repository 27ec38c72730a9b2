"""`pipeline run -`: the format of the data is detected by content, in chunks of any size."""

import io
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from readers.packing import FERRY, KEEPER, gz, rows, zst

import pipeline
from pipeline.cli import main

Captured = pytest.CaptureFixture[str]


def zipped(**texts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in texts.items():
            archive.writestr(f"{name}.txt", data)
    return file.getvalue()


def run(data: bytes, output: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, at_a_time: int = 1 << 20) -> int:
    """Runs with `data` coming through a pipe, `at_a_time` bytes in one go."""
    end, beginning = os.pipe()

    def write() -> None:
        with open(beginning, "wb", buffering=0) as pipe:
            for at in range(0, len(data), at_a_time):
                pipe.write(data[at : at + at_a_time])

    writer = threading.Thread(target=write)
    writer.start()
    with open(end, encoding="utf-8") as stdin, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stdin)
        code = main(["run", "-", *arguments, "-o", str(output), "-q"])
        writer.join()
    return code


def ids(output: Path) -> list[str]:
    return [article.id for article in pipeline.read(output)]


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.parametrize("at_a_time", [7, 1 << 20])
@pytest.mark.parametrize(
    ("data", "names"),
    [
        (FERRY, ["stdin"]),
        (gz(FERRY), ["stdin"]),
        (rows(3), ["n0", "n1", "n2"]),
        (gz(rows(3)), ["n0", "n1", "n2"]),
        (zst(rows(3)), ["n0", "n1", "n2"]),
        (zipped(ferry=FERRY, keeper=KEEPER), ["stdin/ferry", "stdin/keeper"]),
        (gz(zipped(ferry=FERRY)), ["stdin/ferry"]),
    ],
    ids=["text", "text.gz", "jsonl", "jsonl.gz", "jsonl.zst", "zip", "zip.gz"],
)
def test_standard_input_is_detected_by_content(
    data: bytes, names: list[str], at_a_time: int, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(data, output, monkeypatch, at_a_time=at_a_time) == 0
    assert ids(output) == names


def test_empty_standard_input_is_reported(output: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    assert run(b"", output, monkeypatch) == 1
    assert capsys.readouterr().err == "stdin: is empty; leave it out\n"


def test_interrupted_pipe_gives_the_data_received(
    output: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run(gz(rows(200))[:-50], output, monkeypatch) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("stdin: stdin, stdin: the gzip data is truncated after ")
    assert len(ids(output)) > 100


@pytest.mark.usefixtures("run_in_process")
def test_standard_input_can_be_combined_with_files(
    tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keeper.txt").write_bytes(KEEPER)
    assert run(FERRY, output, monkeypatch, str(tmp_path / "keeper.txt")) == 0
    assert ids(output) == ["keeper", "stdin"]


@pytest.mark.usefixtures("run_in_process")
def test_settings_set_the_format_if_it_cannot_be_detected(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(rows(2), output, monkeypatch, "--set", "input.format=text") == 0
    assert ids(output) == ["stdin"]


def test_standard_input_is_read_once(output: Path, capsys: Captured) -> None:
    assert main(["run", "-", "-", "-o", str(output)]) == 2
    assert "- is named twice; standard input can be read once" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="this system has no such paths")
@pytest.mark.parametrize(
    "data",
    [
        zipped(ferry=FERRY),
        pytest.param(gz(FERRY), marks=pytest.mark.soak),
        pytest.param(FERRY, marks=pytest.mark.soak),
    ],
    ids=["zip", "gz", "text"],
)
def test_a_pipe_may_be_named_by_its_path(data: bytes, tmp_path: Path, output: Path) -> None:
    """As in `<(…)` of a shell; it is read once, too."""
    (tmp_path / "data").write_bytes(data)
    command = f"{sys.executable} -m pipeline run <(cat {tmp_path / 'data'}) -q -o {output}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(ids(output)) == 1


def test_closed_standard_input_is_reported(output: Path) -> None:
    command = f"{sys.executable} -m pipeline run - -q -o {output} <&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "stdin: cannot be read: standard input is closed; check its permissions and run again"
    ]
