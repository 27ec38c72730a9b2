"""`pipeline clean`: repaired text, as a filter."""

import io
import sys
from pathlib import Path

import pytest

from pipeline.cli import main

DAMAGED = "The &quot;long&quot; canal &amp; its locks.\n"
REPAIRED = 'The "long" canal & its locks.\n'


def stdin(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


def test_a_file_is_repaired_to_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text(DAMAGED, encoding="utf-8")
    assert main(["clean", str(path)]) == 0
    assert capsys.readouterr() == (REPAIRED, "")
    assert path.read_text(encoding="utf-8") == DAMAGED


@pytest.mark.parametrize("arguments", [["clean", "-"], ["clean"]])
def test_standard_input_is_repaired(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(DAMAGED.encode(), monkeypatch)
    assert main(arguments) == 0
    assert capsys.readouterr() == (REPAIRED, "")


def test_output_option_sets_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(DAMAGED, encoding="utf-8")
    assert main(["clean", str(tmp_path / "a.txt"), "-o", str(tmp_path / "b.txt")]) == 0
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == REPAIRED
    assert capsys.readouterr() == ("", "")


def test_only_the_named_stages_repair(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(b"Nets,ropes &amp; that,under the quay.\n", monkeypatch)
    assert main(["clean", "-", "--stages", "punctuation"]) == 0
    assert capsys.readouterr().out == "Nets, ropes &amp; that, under the quay.\n"


def test_a_stage_that_the_recipe_has_not_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(b"text", monkeypatch)
    assert main(["clean", "-", "--stages", "entitys"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "pipeline: error: stage 'entitys' is not in the recipe; did you mean 'entities'?\n"


def test_output_is_utf8_for_any_encoding(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "运河的水位今年比去年高，我们每天早上都要开闸。\n"
    stdin(text.encode("gb18030"), monkeypatch)
    assert main(["clean", "-"]) == 0
    assert capsysbinary.readouterr().out == text.encode()


def test_line_ends_stay_as_they_were(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(b"Salt &amp; fog.\r\nRain later.\r\n", monkeypatch)
    assert main(["clean", "-"]) == 0
    assert capsysbinary.readouterr().out == b"Salt & fog.\r\nRain later.\r\n"


def test_empty_input_gives_empty_output(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(b"", monkeypatch)
    assert main(["clean", "-"]) == 0
    assert capsys.readouterr() == ("", "")


def test_file_that_is_not_text_fails_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x89PNG\r\n")
    assert main(["clean", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"pipeline: error: {path}: is a PNG image, not text; extract its text first or leave it out\n"
    )


@pytest.mark.parametrize("name", ["none.txt", ""])
def test_a_path_that_is_no_file_is_wrong_usage(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(tmp_path / name)]) == 2
    assert "use - for standard input" in capsys.readouterr().err


def test_a_file_that_may_not_be_read_fails_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text", encoding="utf-8")

    def refused(given: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(given))

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert main(["clean", str(path)]) == 1
    assert capsys.readouterr().err == f"pipeline: error: [Errno 13] Permission denied: '{path}'\n"
