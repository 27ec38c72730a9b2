"""Runs into a bucket: the same articles as into a folder, complete or not at all, with one run at a time."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sampling import only

import pipeline
from pipeline.cli import main
from pipeline.runs.output.output_folder import RemoteOutput
from pipeline.storage import RemotePath, Store
from storage.servers import SECRET

Captured = pytest.CaptureFixture[str]

TALK = "Gauge House\n\nMIRA OLDE: Who reads the gauge{n}?\n\nJON PRYCE: quot;Whoever is awake quot;, she says.\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "wire").mkdir(parents=True)
    rows = [{"id": f"盐/gauge {n}%", "text": TALK.format(n=n)} for n in range(40)]
    (folder / "dump.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "wire" / "weir.txt").write_text(TALK.format(n=" at the weir"), encoding="utf-8")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "_run" not in path.parts
    }


def objects(url: str) -> dict[str, bytes]:
    store = Store(url)
    return {entry.name: store.get(entry.name) for entry in store.listing() if not entry.name.startswith("_run/")}


SMALL = ("--set", "run.shard=1")


@pytest.fixture
def printed(capsys: Captured) -> Iterator[Any]:
    """What was printed; asserts that no key was in it."""
    yield capsys.readouterr
    assert SECRET not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("form", only(["json", "jsonl", "parquet"], ["json"]))
def test_a_bucket_has_the_same_files_as_a_folder(
    bucket: str, raw: Path, tmp_path: Path, form: str, printed: Any
) -> None:
    url = f"{bucket}/articles"
    assert main(["run", str(raw), "-o", str(tmp_path / "here"), "--format", form]) == 0
    local = printed().out.splitlines()
    assert main(["run", str(raw), "-o", url, "--format", form]) == 0
    remote = printed().out.splitlines()
    assert remote == [line.replace(str(tmp_path / "here"), url) for line in local]
    assert remote[-1] == f"articles: {url}/   about the run: {url}/_run/"
    assert objects(url) == files(tmp_path / "here")
    assert [article.id for article in pipeline.read(url)] == [a.id for a in pipeline.read(tmp_path / "here")]


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("form", only(["json", "jsonl"], ["jsonl"]))
def test_unchanged_documents_are_not_processed_again(
    bucket: str, raw: Path, tmp_path: Path, form: str, printed: Any
) -> None:
    url = f"{bucket}/articles/"
    assert main(["run", str(raw), "-o", url, "--format", form, *SMALL]) == 0
    printed()
    assert main(["run", str(raw), "-o", url, "--format", form, *SMALL]) == 0
    assert "41  unchanged" in printed().out
    (raw / "wire" / "weir.txt").write_text(TALK.format(n=" of the lock"), encoding="utf-8")
    assert main(["run", str(raw), "-o", url, "--format", form, *SMALL]) == 0
    assert "40  unchanged" in printed().out
    assert main(["run", str(raw), "-o", str(tmp_path / "fresh"), "--format", form, "-q", *SMALL]) == 0
    assert objects(url) == files(tmp_path / "fresh")


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_another_machine_can_resume_a_run(bucket: str, raw: Path, cache: Path, form: str, printed: Any) -> None:
    url = f"{bucket}/articles"
    assert main(["run", str(raw), "-o", url, "--format", form, "-q"]) == 0
    shutil.rmtree(cache)
    assert main(["run", str(raw), "-o", url, "--format", form]) == 0
    assert "41  unchanged" in printed().out


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
def test_the_record_of_the_run_is_in_the_bucket(bucket: str, raw: Path, printed: Any) -> None:
    (raw / "empty.txt").touch()
    assert main(["run", str(raw), "-o", f"{bucket}/a"]) == 1
    store = Store(f"{bucket}/a/_run")
    assert sorted(entry.name for entry in store.listing()) == [
        "failures.jsonl",
        "left-out.jsonl",
        "rejected.jsonl",
        "run.json",
        "state.sqlite",
    ]
    assert json.loads(store.get("failures.jsonl"))["document"] == "empty"
    assert json.loads(store.get("run.json"))["documents"]["failed"] == 1
    assert "empty: is empty" in printed().err
    for entry in store.listing():
        assert SECRET.encode() not in store.get(entry.name)


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
def test_a_run_of_another_machine_blocks_this_one(bucket: str, raw: Path, printed: Any) -> None:
    claim = {"host": "elsewhere", "process": 1, "since": "2001-02-03T04:05:06+00:00"}
    Store(f"{bucket}/a").put("_run/lock", json.dumps(claim).encode())
    assert main(["run", str(raw), "-o", f"{bucket}/a"]) == 2
    assert (
        f"another run (process 1 of elsewhere, since 2001-02-03T04:05:06+00:00) is writing to {bucket}/a;"
        in printed().err
    )
    Store(f"{bucket}/a").delete("_run/lock")
    assert main(["run", str(raw), "-o", f"{bucket}/a", "-q"]) == 0
    assert Store(f"{bucket}/a").size("_run/lock") is None


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
def test_the_remains_of_a_killed_run_do_not_block_the_next(bucket: str, raw: Path) -> None:
    import socket

    # No process has this number.
    claim = {"host": socket.gethostname(), "process": 2**22 + 1, "since": "2001-02-03T04:05:06+00:00"}
    Store(f"{bucket}/a").put("_run/lock", json.dumps(claim).encode())
    assert main(["run", str(raw), "-o", f"{bucket}/a", "-q"]) == 0


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
def test_a_missing_bucket_is_reported_before_any_work(keys: Any, s3: str, raw: Path, printed: Any) -> None:
    keys.setenv("AWS_ENDPOINT_URL", s3)
    assert main(["run", str(raw), "-o", "s3://no-such-bucket/a"]) == 2
    assert "no-such-bucket" in printed().err


@pytest.mark.usefixtures("run_in_process")
def test_the_web_cannot_be_an_output(raw: Path, printed: Any) -> None:
    assert main(["run", str(raw), "-o", "https://salt.example/a"]) == 2
    assert "can only be read" in printed().err


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
def test_an_id_too_long_for_a_bucket_fails_alone(bucket: str, raw: Path, printed: Any) -> None:
    long = "/".join(["x" * 140] * 9)
    (raw / "dump.jsonl").write_text(json.dumps({"id": long, "text": "The far gauge."}) + "\n", encoding="utf-8")
    assert main(["run", str(raw), "-o", f"{bucket}/a"]) == 1
    assert "its id is too long" in printed().err
    assert list(objects(f"{bucket}/a")) == ["wire/weir.json"]


@pytest.mark.usefixtures("cache")
def test_a_run_ends_when_its_bucket_disappears_and_can_be_resumed(
    bucket: str, raw: Path, monkeypatch: pytest.MonkeyPatch, printed: Any
) -> None:
    url = f"{bucket}/a"
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.runs.output.output_folder.RemoteOutput._download_state", lambda _: _denied())
        assert main(["run", str(raw), "-o", url]) == 1
    assert f"{url} cannot be written" in printed().err
    assert main(["run", str(raw), "-o", url, "-q"]) == 0
    assert len(objects(url)) == 41


def _denied() -> None:
    raise PermissionError("access is denied")


def test_the_local_folder_of_a_run_depends_only_on_the_address(cache: Path) -> None:
    first, second = (RemoteOutput(RemotePath(url)).folder for url in ("s3://salt/a", "s3://salt/b"))
    assert first != second
    assert first == RemoteOutput(RemotePath("s3://salt/a")).folder
    assert first.is_relative_to(cache)


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.usefixtures("cache")
def test_an_edited_article_in_a_bucket_is_kept(
    bucket: str, raw: Path, printed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, name = f"{bucket}/articles", "wire/weir.json"
    assert main(["run", str(raw), "-o", url, "-q"]) == 0
    store = Store(url)
    before = store.get(name)
    with monkeypatch.context() as patch:
        # The list of the bucket tells that nothing has changed: no article is read.
        patch.setattr("pipeline.runs.output.article_folder.ArticleFolder._get_object", None)
        assert main(["run", str(raw), "-o", url, "-q"]) == 0
    data = before.replace(b'"language": "en"', b'"language": "fr"', 1)
    assert len(data) == len(before)
    assert data != before
    store.put(name, data)
    (raw / "wire" / "weir.txt").write_text(TALK.format(n=" of the lock"), encoding="utf-8")
    printed()
    for more in ([], ["--fresh"], []):
        assert main(["run", str(raw), "-o", url, "-q", *more]) == 1
        assert "wire/weir: its article wire/weir.json was edited after it was written" in printed().err
        assert store.get(name) == data
    assert main(["run", str(raw), "-o", url, "-q", "--overwrite-edited"]) == 0
    assert b"of the lock" in store.get(name)


@pytest.mark.usefixtures("run_in_process")
def test_without_a_state_an_edited_article_in_a_bucket_is_kept(
    bucket: str, raw: Path, cache: Path, printed: Any
) -> None:
    url, name = f"{bucket}/articles", "wire/weir.json"
    assert main(["run", str(raw), "-o", url, "-q"]) == 0
    store = Store(url)
    data = store.get(name).replace(b'"language": "en"', b'"language": "fr"', 1)
    store.put(name, data)
    store.delete("_run/state.sqlite")
    shutil.rmtree(cache)
    printed()
    assert main(["run", str(raw), "-o", url, "-q"]) == 1
    assert printed().err.count("was edited after it was written") == 1
    assert store.get(name) == data


@pytest.mark.usefixtures("cache", "run_in_process")
def test_an_edited_shard_in_a_bucket_is_kept(bucket: str, raw: Path, printed: Any) -> None:
    url, name = f"{bucket}/articles", "part-00000.jsonl.zst"
    command = ["run", str(raw), "-o", url, "-q", "--format", "jsonl"]
    assert main(command) == 0
    store = Store(url)
    before = store.get(name)
    store.put(name, before[:-1] + bytes([before[-1] ^ 1]))
    printed()
    assert main(command) == 1
    assert "edited after it was written: part-00000.jsonl.zst" in printed().err
    assert store.get(name) != before
    assert main([*command, "--overwrite-edited"]) == 0
    assert store.get(name) == before
