"""`pipeline run`: its output, messages and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from runs.inline_reading import Reading

import pipeline
from pipeline.cli import main, run
from pipeline.readers.input_files import InputFile
from pipeline.readers.open_file import open_local_file

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]


def written(output: Path) -> list[str]:
    return [article.id for article in pipeline.read(output)]


def configured(folder: Path, toml: str) -> str:
    path = folder / "pipeline.toml"
    path.write_text(toml, encoding="utf-8")
    return str(path)


def test_every_document_becomes_an_article(raw: Path, output: Path) -> None:
    assert main(["run", str(raw), "-o", str(output)]) == 0
    assert written(output) == ["lamps", "wire/locks"]
    assert (output / "wire" / "locks.json").is_file()


def test_files_can_be_named_themselves(raw: Path, output: Path) -> None:
    assert main(["run", str(raw / "lamps.txt"), str(raw / "wire" / "locks.txt"), "-o", str(output)]) == 0
    assert written(output) == ["lamps", "locks"]


def test_articles_go_to_a_folder_called_output(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "raw"]) == 0
    assert written(tmp_path / "output") == ["lamps", "wire/locks"]


def test_output_within_the_input_is_not_taken_in_the_second_time(raw: Path, capsys: Captured) -> None:
    for _ in range(2):
        assert main(["run", str(raw), "-o", str(raw / "articles")]) == 0
        assert "2  documents in" in capsys.readouterr().out


def test_a_jsonl_file_is_a_document_a_line(tmp_path: Path, output: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"id": "n1", "text": "One boat."}\n{"text": "Two."}\n', encoding="utf-8")
    assert main(["run", str(tmp_path / "t.jsonl"), "-o", str(output)]) == 0
    assert written(output) == ["n1", "t#2"]


# What it says


def test_summary_counts_documents_exchanges_turns_and_edits(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "empty.txt").touch()
    assert main(["run", str(raw), "-o", str(output)]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[:7] == [
        "3  documents in",
        "2  written",
        "1  failed",
        "0  rejected",
        "0  unchanged",
        "2  exchanges",
        "4  turns",
    ]
    edits = sum(len(change.edits) for article in pipeline.read(output) for change in article.provenance.changes)
    assert lines[7] == f"{edits}  edits"
    assert edits >= 2


def test_summary_shows_the_output_folder(raw: Path, tmp_path: Path, capsys: Captured) -> None:
    """Even if the name looks like markup, or is longer than a line."""
    output = tmp_path / "out[bold]" / "[" / ("long" * 30)
    assert main(["run", str(raw), "-o", str(output)]) == 0
    assert f"articles: {output}/   about the run: {output}/_run/\n" in capsys.readouterr().out


def test_in_a_pipe_only_failures_are_on_stderr(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "-o", str(output)]) == 0
    assert capsys.readouterr().err == ""


def test_quiet_prints_nothing_if_nothing_fails(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_quiet_still_prints_failures(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "empty.txt").touch()
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 1
    assert capsys.readouterr() == ("", "empty: is empty; leave it out\n")


def test_verbose_prints_each_document(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "-o", str(output), "-v"]) == 0
    assert capsys.readouterr().err == "lamps\nwire/locks\n"


def test_quiet_and_verbose_exclude_each_other(raw: Path, output: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", str(raw), "-o", str(output), "-q", "-v"])
    assert left.value.code == 2


# Documents that cannot be processed: one line each, exit code 1, and the rest is written

BAD = {
    "an empty file": ("bad.txt", b"", "bad: is empty; leave it out"),
    "blanks": ("bad.txt", b" \n\t\n", "bad: holds nothing but blanks; leave it out"),
    "an image": ("bad.txt", b"\x89PNG\r\n\x1a\n\0\0", "bad: is a PNG image, not text; extract its text first or leave"),
    "NUL bytes": (
        "bad.txt",
        b"The lamp\0is lit.",
        "bad: contains a NUL byte at byte 8: it is binary or in an unknown encoding",
    ),
    "a broken line": ("bad.jsonl", b'{"id": "n1", "text": "a', "bad#1: bad.jsonl, line 1: is not JSON"),
    "a line that is a list": ("bad.jsonl", b"[1]", "bad#1: bad.jsonl, line 1: is not a JSON object; each line must be"),
    "a lone surrogate": (
        "bad.jsonl",
        rb'{"id": "n1", "text": "The \ud83d lamp is lit."}',
        "bad#1: bad.jsonl, line 1: contains a lone surrogate escape (\\ud800–\\udfff), which is not text; repair",
    ),
    "an empty record": ("bad.jsonl", b'{"id": "n1", "text": ""}', "n1: line 1 of bad.jsonl: is empty; leave it out"),
    "a double id": (
        "n.jsonl",
        b'{"id": "lamps", "text": "Another text of this name."}',
        "lamps: line 1 of n.jsonl: an earlier document has this id; make ids unique",
    ),
    "an id of several lines": (
        "bad.jsonl",
        rb'{"id": "a\nb\u001b[31m", "text": ""}',
        "a<U+000A>b<U+001B>[31m: line 1 of bad.jsonl: is empty",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_document_is_named_and_the_rest_is_written(raw: Path, output: Path, kind: str, capsys: Captured) -> None:
    name, data, said = BAD[kind]
    # `z` comes last, so a sound document stands on either side.
    (raw / name).write_bytes(data)
    (raw / "z.txt").write_bytes(b"The last lamp is lit.\n")
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)
    assert written(output) == ["lamps", "wire/locks", "z"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "locked.txt").write_bytes(b"Nobody reads this.")
    (raw / "locked.txt").chmod(0)
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 1
    assert capsys.readouterr().err.startswith("locked: cannot be read: Permission denied; check its permissions")
    assert written(output) == ["lamps", "wire/locks"]


def test_file_with_a_read_error_is_named(
    raw: Path, output: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulates a missing permission, because root can read any file."""
    (raw / "locked.txt").write_bytes(b"Nobody reads this.")

    def refused(file: InputFile) -> Any:
        if file.name == "locked.txt":
            raise PermissionError(13, "Permission denied", file.name)
        return open_local_file(file)

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.readers.documents.open_local_file", refused)
        patch.setattr(run, "ReadingProcess", Reading)
        assert main(["run", str(raw), "-o", str(output), "-q"]) == 1
    assert capsys.readouterr().err == "locked: cannot be read: Permission denied; check its permissions and run again\n"
    assert written(output) == ["lamps", "wire/locks"]


def test_a_folder_that_vanishes_is_named(
    raw: Path, output: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "gone").mkdir()
    scandir = os.scandir

    def vanishing(path: Any) -> Any:
        if str(path).endswith("gone"):
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", vanishing)
        assert main(["run", str(raw), "-o", str(output), "-q"]) == 1
    assert capsys.readouterr().err == "gone: cannot be listed: No such file or directory; run again to take it in\n"
    assert written(output) == ["lamps", "wire/locks"]


def test_a_link_to_nowhere_is_named(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "link.txt").symlink_to("nowhere")
    assert main(["run", str(raw), "-o", str(output), "-q", "--follow-symlinks"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("link: cannot be read: No such file or directory")
    assert written(output) == ["lamps", "wire/locks"]


def test_a_document_over_the_limit_is_named_and_taken_when_the_limit_is_raised(
    raw: Path, output: Path, tmp_path: Path, capsys: Captured
) -> None:
    (raw / "long.txt").write_bytes(b"The canal is long.\n" * 20)
    arguments = ["run", str(raw), "-o", str(output), "-q", "--config"]
    assert main([*arguments, configured(tmp_path, "[input.limits]\nbytes = 300")]) == 1
    said = "long: is 380 bytes long, over the limit of 300; split it, or raise [input.limits] bytes\n"
    assert capsys.readouterr().err == said
    assert written(output) == ["lamps", "wire/locks"]
    assert main([*arguments, configured(tmp_path, "[input.limits]\nbytes = 400")]) == 0
    assert written(output) == ["lamps", "long", "wire/locks"]


def test_each_bad_document_has_its_line_and_is_on_record(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "a.txt").touch()
    (raw / "b.txt").write_bytes(b"\x89PNG")
    (raw / "c.jsonl").write_bytes(b'{"id": "whole", "text": "The oil is delivered on Mondays."}\n{\n')
    assert main(["run", str(raw), "-o", str(output)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said] == ["a", "b", "c#2"]
    recorded = (output / "_run" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["document"] for line in recorded] == ["a", "b", "c#2"]
    assert written(output) == ["lamps", "whole", "wire/locks"]


# Wrong usage: exit code 2 before any work


def refused(arguments: list[str], output: Path, capsys: Captured) -> str:
    """The one line on stderr of a command that must not have done anything."""
    assert main(["run", *arguments, "-o", str(output)]) == 2
    assert not output.exists()
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("pipeline: error: ")
    return line.removeprefix("pipeline: error: ")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[input]\ntextfield = 'story'", "key 'input.textfield' is not known; did you mean 'text_field'?"),
        ("[stages.words]\nlongst = 3", "[stages.words]: no setting 'longst'; did you mean 'longest'?"),
        ("[stages.words]\nlongest = 'x'", "[stages.words]: Expected `int`, got `str` - at `longest`"),
        ("[stages.wrods]\nlongest = 3", "[stages.wrods]: the recipe has no stage 'wrods'; did you mean 'words'?"),
        ("recipe = ['wrods']", "stage 'wrods' is not known; did you mean 'words'?"),
        (
            "recipe = ['languages', 'words', 'dialogue']",
            "recipe: 'languages' must run after 'words'; move it after 'words'",
        ),
        ("[input]\nencoding = 'klingon'", "key 'input.encoding': encoding 'klingon' is not known"),
        ("recipe = ", "is no TOML"),
    ],
)
def test_wrong_settings_are_refused_with_file_and_key(
    raw: Path, output: Path, tmp_path: Path, toml: str, said: str, capsys: Captured
) -> None:
    path = configured(tmp_path, toml)
    assert refused([str(raw), "--config", path], output, capsys).startswith(f"{path}: {said}")


def test_settings_that_are_not_there_are_refused(raw: Path, output: Path, tmp_path: Path, capsys: Captured) -> None:
    path = str(tmp_path / "none.toml")
    assert refused([str(raw), "--config", path], output, capsys).startswith(f"{path}: cannot be read: No such file")


def test_an_unknown_stage_is_refused_with_the_nearest(raw: Path, output: Path, capsys: Captured) -> None:
    said = refused([str(raw), "--stages", "entities,wrods"], output, capsys)
    assert said == "stage 'wrods' is not in the recipe; did you mean 'words'?"


def test_a_path_that_is_not_there_is_refused(raw: Path, output: Path, capsys: Captured) -> None:
    said = refused([str(raw), str(raw / "none")], output, capsys)
    assert said == f"{raw / 'none'} does not exist; name a file or a folder of raw documents"


def test_two_files_with_one_id_are_refused(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "lamps.md").touch()
    said = refused([str(raw)], output, capsys)
    assert str(raw / "lamps.md") in said
    assert str(raw / "lamps.txt") in said
    assert "document 'lamps'" in said


def test_a_folder_without_documents_is_refused(tmp_path: Path, output: Path, capsys: Captured) -> None:
    (tmp_path / "bare").mkdir()
    assert refused([str(tmp_path / "bare")], output, capsys) == f"nothing to process in {tmp_path / 'bare'}"


def test_an_output_that_is_a_file_is_refused(raw: Path, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "file"
    file.write_text("precious", encoding="utf-8")
    assert main(["run", str(raw), "-o", str(file)]) == 2
    assert "is a file; give a folder" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "precious"


def test_an_output_without_a_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("The quay is wet.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "raw", "-o", ""]) == 2
    assert "-o is empty; give a folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


# Settings and stages


def test_stages_are_run_in_the_order_of_the_recipe(raw: Path, output: Path) -> None:
    assert main(["run", str(raw), "-o", str(output), "--stages", "dialogue, credits,languages"]) == 0
    article = next(pipeline.read(output))
    assert [stage.name for stage in article.provenance.pipeline.stages] == ["languages", "credits", "dialogue"]
    assert article.provenance.changes == ()


def test_the_recipe_of_the_settings_is_run(raw: Path, output: Path, tmp_path: Path) -> None:
    config = configured(tmp_path, "recipe = ['entities', 'languages']")
    assert main(["run", str(raw), "-o", str(output), "--config", config]) == 0
    article = next(pipeline.read(output))
    assert [stage.name for stage in article.provenance.pipeline.stages] == ["entities", "languages"]
    assert [change.stage for change in article.provenance.changes] == ["entities"]


def test_the_settings_of_the_input_hold(raw: Path, output: Path, tmp_path: Path) -> None:
    (raw / "t.jsonl").write_text('{"nr": 4, "story": "The lamp is lit."}\n', encoding="utf-8")
    config = configured(tmp_path, "[input]\ntext_field = 'story'\nid_field = 'nr'\ninclude = ['*.jsonl']")
    assert main(["run", str(raw), "-o", str(output), "--config", config]) == 0
    assert written(output) == ["4"]


def test_settings_in_the_working_folder_are_not_read_by_themselves(
    raw: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run depends on its arguments, not on the current folder."""
    configured(tmp_path, "this is no TOML")
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 0


# What is left out


def test_skipped_files_are_reported_and_recorded(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert main(["run", str(raw), "-o", str(output)]) == 0
    assert capsys.readouterr().err == "skipped: photo.png: is a PNG image\n"
    (line,) = (output / "_run" / "left-out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"name": "photo.png", "reason": "is a PNG image", "count": 1}


def test_many_skipped_files_are_recorded_but_not_printed(raw: Path, output: Path, capsys: Captured) -> None:
    for number in range(1234):
        (raw / f"{number:04}.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert main(["run", str(raw), "-o", str(output)]) == 0
    *lines, last = capsys.readouterr().err.splitlines()
    assert len(lines) == 20
    assert last == f"skipped: 1,214 more; all in {output}/_run/left-out.jsonl"
    assert len((output / "_run" / "left-out.jsonl").read_text(encoding="utf-8").splitlines()) == 1234


def test_quiet_does_not_report_skipped_files(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_picture_or_table_may_have_the_name_of_a_text(raw: Path, output: Path) -> None:
    (raw / "lamps.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (raw / "lamps.jsonl").write_bytes(b'{"id": "n1", "text": "The oil is delivered on Mondays."}\n')
    assert main(["run", str(raw), "-o", str(output)]) == 0
    assert written(output) == ["lamps", "n1", "wire/locks"]


def test_a_text_and_the_same_compressed_are_refused(raw: Path, output: Path, capsys: Captured) -> None:
    import gzip

    (raw / "lamps.txt.gz").write_bytes(gzip.compress(b"The lamp is lit."))
    assert "would both be document 'lamps'; rename one or run them separately" in refused([str(raw)], output, capsys)


def test_a_reader_of_messages_who_has_gone_changes_neither_the_run_nor_its_exit_code(raw: Path, output: Path) -> None:
    (raw / "empty.txt").touch()
    code = "from pipeline.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "run", str(raw), "-o", str(output), "-v"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=write, check=False)
    os.close(write)
    assert done.returncode == 1
    assert written(output) == ["lamps", "wire/locks"]


def test_an_article_that_was_edited_is_kept_and_named_until_it_is_replaced(
    raw: Path, output: Path, capsys: Captured
) -> None:
    command = ["run", str(raw), "-o", str(output)]
    assert main(command) == 0
    written = (output / "wire" / "locks.json").read_bytes()
    edited = written.replace(b'"language": "en"', b'"language": "fr"')
    assert edited != written
    (output / "wire" / "locks.json").write_bytes(edited)
    (raw / "new.txt").write_text("The lock was painted green.\n", "utf-8")
    capsys.readouterr()
    for unchanged in (1, 2):
        assert main(command) == 1
        captured = capsys.readouterr()
        assert captured.err == (
            "wire/locks: its article wire/locks.json was edited after it was written, and is kept; move it away, or "
            "replace it with --overwrite-edited\n"
        )
        rows = [line.strip() for line in captured.out.splitlines()]
        assert {f"{unchanged}  unchanged", "1  edited by hand, kept"} <= set(rows)
        assert (output / "wire" / "locks.json").read_bytes() == edited
    assert main([*command, "-q", "--overwrite-edited"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (output / "wire" / "locks.json").read_bytes() == written
    assert json.loads((output / "_run" / "run.json").read_text("utf-8"))["documents"]["edited"] == 0
