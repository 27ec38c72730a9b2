"""`pipeline run` on URLs: the articles are the same as for files in a folder, byte for byte."""

import io
import json
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from readers.packing import COMPRESSIONS, rows
from sampling import only

from pipeline.cli import main
from pipeline.config.settings import Input
from pipeline.errors import UsageError
from pipeline.model.record import Record, Unreadable
from pipeline.readers.documents import is_document, records
from pipeline.readers.input_files import InputFile, find_files
from pipeline.readers.registry import select_readers
from pipeline.storage import WebAccess, open_store
from storage.servers import SECRET, Web

HERE = WebAccess(allow_private=True)
"""Access to a server on this machine."""
Captured = pytest.CaptureFixture[str]

SALT = "The Salt Pans\nSaltmarsh Post: Who rakes the salt?\nIda Moss: 我们一家人，从五月到九月。\n"
TIDE = "潮汐\n记者：水什么时候来？\n莫伊达：满月后两天。andthe gulls know it first.\n"


def lines(count: int) -> bytes:
    rows = ({"id": f"row-{n}", "text": f"{SALT}第{n}天，盐很白。"} for n in range(count))
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with a file for each way of reading: at once, line by line, from a copy, from archives."""
    folder = tmp_path / "raw"
    files: dict[str, bytes] = {
        "salt.txt": SALT.encode(),
        "盐田/五月 tide.txt": TIDE.encode("gb18030"),
        "盐田/50%25 a+b.txt": TIDE.encode(),
        "盐田/page.html": f"<html><body><article><h1>Salt</h1><p>{SALT}</p></article></body></html>".encode(),
        "dumps/lines.jsonl.zst": zstd.compress(lines(40)),
        "picture.png": b"\x89PNG\r\n\x1a\n",
        "_run/run.json": b"{}",
        ".hidden/a.txt": b"not to be read",
        "盐田/.b.txt": b"not to be read",
    }
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("in/zip.txt", TIDE)
    files["dumps/zipped.zip"] = packed.getvalue()
    with tarfile.open(fileobj=(packed := io.BytesIO()), mode="w:gz") as tar:
        info = tarfile.TarInfo("in/tar.txt")
        info.size = len(SALT.encode())
        tar.addfile(info, io.BytesIO(SALT.encode()))
    files["dumps/pack.tar.gz"] = packed.getvalue()
    pq.write_table(pa.table({"id": ["p1", "p2"], "text": [SALT, TIDE]}), packed := io.BytesIO())
    files["dumps/rows.parquet"] = packed.getvalue()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with sqlite3.connect(folder / "dumps" / "base.db") as base:
        base.execute("CREATE TABLE articles (id, text)")
        base.execute("INSERT INTO articles VALUES ('s1', ?)", (SALT,))
    base.close()
    return folder


def copied(folder: Path, url: str) -> str:
    """Copies all files of a folder to `url` and returns it."""
    there = open_store(url)
    for path in folder.rglob("*"):
        if path.is_file():
            there.put(path.relative_to(folder).as_posix(), path.read_bytes())
    return url


def articles(output: Path) -> dict[str, bytes]:
    left_out = output / "_run" / "left-out.jsonl"
    found = {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*.json")}
    found.pop("_run/run.json", None)
    return found | {"left out": left_out.read_bytes() if left_out.exists() else b""}


@pytest.mark.parametrize("end", only(["", "/"], ["/"]))
def test_a_bucket_gives_the_same_articles_as_a_folder(
    bucket: str, raw: Path, tmp_path: Path, capfd: Captured, end: str
) -> None:
    url = copied(raw, f"{bucket}/year 2024/raw")
    assert main(["run", str(raw), "-o", str(tmp_path / "here"), "-q"]) == 0
    assert main(["run", url + end, "-o", str(tmp_path / "there"), "-q"]) == 0
    local, remote = articles(tmp_path / "here"), articles(tmp_path / "there")
    assert remote == local
    assert {
        "salt.json",
        "盐田/五月 tide.json",
        "row-39.json",
        "dumps/pack/in/tar.json",
        "p2.json",
        "s1.json",
    } <= local.keys()
    assert b"s3:" not in b"".join(remote.values())
    printed = capfd.readouterr()
    assert SECRET not in printed.out + printed.err
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("there/**/*") if path.is_file())


def test_patterns_select_objects_like_files(bucket: str, raw: Path) -> None:
    url = copied(raw, f"{bucket}/raw/")
    for include in (["*.txt"], ["dumps/*"], ["盐田/*.txt", "salt*"], ["*.none"]):
        local, remote = find_files([raw], include=include)[0], find_files([url], include=include)[0]
        assert [file.name for file in remote] == [file.name for file in local]
        assert [file.id for file in remote] == [file.id for file in local]


@pytest.mark.usefixtures("run_in_process")
def test_objects_urls_folders_and_files_can_be_combined(bucket: str, web: Web, raw: Path, tmp_path: Path) -> None:
    copied(raw, f"{bucket}/raw")
    page = web.put("/d/%E6%BD%AE%20tide.txt", TIDE) + "?Signature=geheim"
    inputs = [str(raw / "salt.txt"), f"{bucket}/raw/盐田/50%25 a+b.txt", page, f"{bucket}/raw/dumps/"]
    files, lost = find_files(inputs, access=HERE)
    assert (sorted(file.name for file in files), lost) == (
        [
            "50%25 a+b.txt",
            "base.db",
            "lines.jsonl.zst",
            "pack.tar.gz",
            "rows.parquet",
            "salt.txt",
            "zipped.zip",
            "潮 tide.txt",
        ],
        [],
    )
    assert main(["run", *inputs, "--allow-private", "-o", str(tmp_path / "out"), "-q"]) == 0
    article = json.loads((tmp_path / "out" / "潮 tide.json").read_bytes())
    assert article["provenance"]["source"]["origin"]["path"] == "潮 tide.txt"
    assert b"geheim" not in b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_a_file_knows_its_size_and_a_stamp_that_changes_with_it(bucket: str, web: Web, tmp_path: Path) -> None:
    def looked() -> list[tuple[int | None, str | None]]:
        inputs: list[str | Path] = [tmp_path / "a.txt", f"{bucket}/b.txt", web.address + "/c.txt"]
        return [(file.size, file.stamp) for file in find_files(inputs, access=HERE)[0]]

    (tmp_path / "a.txt").write_text("salt")
    open_store(bucket).put("b.txt", b"salt")
    web.put("/c.txt", "salt")
    before = looked()
    assert [size for size, _ in before] == [4, 4, 4]
    assert all(stamp is not None and stamp.startswith("4-") for _, stamp in before)
    assert looked() == before
    (tmp_path / "a.txt").write_text("tides")
    open_store(bucket).put("b.txt", b"tide")
    web.tags["/c.txt"] = ['"another"']
    assert not {stamp for _, stamp in before} & {stamp for _, stamp in looked()}


def test_the_stamp_in_a_list_is_that_of_the_object_itself(bucket: str) -> None:
    open_store(bucket).put("b.txt", b"salt")
    assert [file.stamp for file in find_files([bucket])[0]] == [
        file.stamp for file in find_files([f"{bucket}/b.txt"])[0]
    ]


def test_an_unreachable_file_has_neither_size_nor_stamp(tmp_path: Path) -> None:
    for file in (InputFile(None, "stdin"), InputFile(tmp_path / "none.txt", "none.txt")):
        assert (file.size, file.stamp) == (None, None)


def test_two_objects_with_one_id_are_refused(bucket: str, raw: Path) -> None:
    open_store(bucket).put("salt.txt", SALT.encode())
    options, readers = Input(), select_readers()
    with pytest.raises(UsageError, match=r"raw/salt.txt and s3://salt/salt.txt would both be document 'salt'"):
        find_files([raw, bucket], is_document=lambda file: is_document(file, options, readers))
    with pytest.raises(UsageError, match="s3://salt/salt.txt is named twice"):
        find_files([f"{bucket}/salt.txt", f"{bucket}/"])


def test_a_table_in_a_bucket_may_have_the_name_of_a_text(bucket: str) -> None:
    open_store(bucket).put("salt.txt", SALT.encode())
    open_store(bucket).put("salt.jsonl", lines(2))
    options, readers = Input(), select_readers()
    assert len(find_files([bucket], is_document=lambda file: is_document(file, options, readers))[0]) == 2


def test_an_output_within_the_input_bucket_is_skipped(bucket: str) -> None:
    for name in ("raw/a.txt", "raw/out/a.json", "raw/outer/b.txt"):
        open_store(bucket).put(name, SALT.encode())
    files, _ = find_files([f"{bucket}/raw/"], leave_out=f"{bucket}/raw/out")
    assert [file.name for file in files] == ["a.txt", "outer/b.txt"]


@pytest.mark.parametrize("url", ["s3://salt/none/", "s3://salt/none.txt", "s3://sugar/a.txt", "ftp://salt.example/a"])
def test_a_missing_input_is_reported_before_anything_is_read(
    bucket: str, tmp_path: Path, capsys: Captured, url: str
) -> None:
    open_store(bucket).put("a.txt", SALT.encode())
    assert main(["run", f"{bucket}/a.txt", url, "-o", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    stderr = capsys.readouterr().err
    assert stderr.startswith("pipeline: error: ")
    assert stderr.count("\n") == 1


def test_an_object_that_disappears_fails_alone(bucket: str) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        open_store(bucket).put(name, SALT.encode())
    files, _ = find_files([bucket])
    open_store(bucket).delete("b.txt")
    found = list(records(files, Input()))
    assert [type(each) for each in found] == [Record, Unreadable, Record]
    assert found[1] == Unreadable("b", "cannot be read: s3://salt/b.txt is not there", passing=True)


def test_keys_refused_later_fail_the_objects_read_then(bucket: str, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(bucket).put("a.txt", SALT.encode())
    open_store(bucket).put("b.txt", SALT.encode())
    found = records(find_files([bucket])[0], Input())
    assert isinstance(next(found), Record)
    web.status["/salt/b.txt"] = 403
    web.bodies["/salt/b.txt"] = f"<Error><Code>ExpiredToken</Code><Token>{SECRET}</Token></Error>".encode()
    monkeypatch.setenv("AWS_ENDPOINT_URL", web.address)
    (refused,) = found
    assert isinstance(refused, Unreadable)
    assert refused.reason.startswith("cannot be read: s3://salt: the credentials are refused (ExpiredToken)")
    assert SECRET not in refused.reason


@pytest.mark.parametrize("suffix", only(["", ".gz", ".xz"], [".gz"]))
def test_a_truncated_dump_is_read_up_to_its_end_and_gives_one_failure(web: Web, suffix: str) -> None:
    data = COMPRESSIONS.get(suffix, bytes)(rows(40_000))
    at = len(data) * 3 // 4
    files, _ = find_files([web.put(f"/dump.jsonl{suffix}", data), web.put("/z.txt", SALT)], access=HERE)
    web.breaks[f"/dump.jsonl{suffix}"] = [at, *[0] * 9]
    *before, failure, last = records(files, Input())
    assert isinstance(last, Record)
    assert isinstance(failure, Unreadable)
    assert f"breaks off at byte {at:,} again and again; run again later" in failure.reason
    # Three quarters of the bytes, but for what stands in the last buffer or block.
    assert 22_000 < len(before) <= 30_100
    assert all(isinstance(each, Record) for each in before)


@pytest.mark.parametrize("name", ["a.txt", "rows.parquet", "pack.tar.gz", "zipped.zip"])
def test_a_download_that_cannot_be_resumed_is_one_failure(web: Web, raw: Path, name: str) -> None:
    data = (raw / "dumps" / name).read_bytes() if name != "a.txt" else SALT.encode()
    url = web.put(f"/{name}", data)
    files, _ = find_files([url], access=HERE)
    web.breaks[f"/{name}"] = [len(data) // 2, *[0] * 9]
    (failure,) = (each for each in records(files, Input()) if isinstance(each, Unreadable))
    assert f"cannot be read: {url} breaks off at byte {len(data) // 2:,} again and again" in failure.reason


@pytest.mark.usefixtures("run_in_process")
def test_a_server_error_fails_its_file(web: Web, tmp_path: Path, capsys: Captured) -> None:
    good, bad = web.put("/a.txt", SALT), f"{web.address}/b.txt?Signature=geheim"
    web.status["/b.txt"] = 500
    assert main(["run", good, bad, "--allow-private", "-o", str(tmp_path / "out"), "-q"]) == 1
    stderr = capsys.readouterr().err
    where = f"{web.address}/b.txt"
    assert stderr == f"{where}: cannot be read: {where}: the server answers with status 500; run again later\n"
    assert [path.name for path in (tmp_path / "out").glob("*.json")] == ["a.json"]


def test_a_truncated_listing_is_a_failure(web: Web, keys: pytest.MonkeyPatch) -> None:
    pytest.importorskip("obstore", reason="needs bilingual-pipeline[stores]")
    keys.setenv("AWS_ENDPOINT_URL", web.address)
    keys.setattr("pipeline.storage.bucket.RETRIES", 0)
    web.status["/salt"] = 500
    files, lost = find_files(["s3://salt/raw/"])
    assert files == []
    (error,) = lost
    assert isinstance(error, Unreadable)
    assert error.id == "s3://salt/raw/"
    assert error.reason.startswith("cannot be listed: s3://salt/raw/: the store answers with status 500")


@pytest.mark.parametrize(("packed", "count"), only([(False, 1_000), (False, 2_000), (True, 2_000)], [(False, 1_000)]))
def test_a_truncated_file_is_read_again_in_the_next_run(
    web: Web, tmp_path: Path, capsys: Captured, *, packed: bool, count: int
) -> None:
    data = lines(count)
    data = zstd.compress(data) if packed else data
    url = web.put(f"/lines.jsonl{'.zst' if packed else ''}", data)
    command = [
        "run",
        url,
        "--allow-private",
        "-o",
        str(tmp_path / "out"),
        "-q",
        "--format",
        "jsonl",
        "--stages",
        "languages",
    ]
    web.breaks[url.removeprefix(web.address)] = [len(data) // 2] * 2 + [0] * 9
    assert main(command) == 1
    assert "run again later" in capsys.readouterr().err
    web.breaks.clear()
    assert main(command) == 0
    counters = json.loads((tmp_path / "out" / "_run" / "run.json").read_bytes())["documents"]
    assert (counters["documents"], counters["failed"]) == (count, 0)
    assert counters["unchanged"] > 100
