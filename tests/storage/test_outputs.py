"""Exports to a bucket; and everything that reads articles can read them from there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from interviews import bridge, everything, paired

import pipeline
from pipeline.cli import main
from pipeline.errors import UsageError
from pipeline.exporters.load.articles import load_each
from pipeline.model.article import Article
from pipeline.storage import RemotePath, WebAccess, open_store
from storage.servers import SECRET, Web

Captured = pytest.CaptureFixture[str]


def source_of(article: Article) -> bytes:
    return pipeline.restore(article)


@pytest.fixture
def output(bucket: str, tmp_path: Path) -> tuple[Path, str]:
    """The same articles in a folder and in a bucket, with the other files of a run."""
    pipeline.export(everything(), tmp_path / "out", to="json")
    for there in (tmp_path / "out", RemotePath(f"{bucket}/out")):
        pipeline.export(everything(), there, to="json")
    open_store(bucket).put("out/_run/run.json", b"{}")
    open_store(bucket).put("out/notes.md", b"not an article")
    return tmp_path / "out", f"{bucket}/out/"


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.sqlite", "a.duckdb", "盐 50%.jsonl"]
)
def test_articles_exported_to_a_bucket_are_read_back_equal(bucket: str, name: str) -> None:
    pipeline.export(everything(), f"{bucket}/may/{name}")
    assert list(pipeline.read(f"{bucket}/may/{name}")) == everything()
    assert [entry.name for entry in open_store(bucket).listing()] == [f"may/{name}"]


@pytest.mark.parametrize("name", ["a.jsonl.zst", "a.parquet", "a.csv", "a.txt"])
def test_the_object_has_the_bytes_of_the_file(bucket: str, tmp_path: Path, name: str) -> None:
    pipeline.export(everything(), tmp_path / name)
    pipeline.export(everything(), f"{bucket}/{name}")
    assert open_store(bucket).get(name) == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("end", ["", "/"])
def test_a_format_of_many_files_becomes_many_objects(bucket: str, tmp_path: Path, form: str, end: str) -> None:
    pipeline.export(everything(), tmp_path / "out", to=form)
    pipeline.export(everything(), f"{bucket}/out{end}", to=form)
    local = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")
    }
    assert len(local) == 3
    assert {
        entry.name: open_store(f"{bucket}/out").get(entry.name) for entry in open_store(f"{bucket}/out").listing()
    } == local


def test_the_command_exports_from_bucket_to_bucket(output: tuple[Path, str], bucket: str, capfd: Captured) -> None:
    local, remote = output
    assert main(["export", remote, "-o", f"{bucket}/exports/a.parquet"]) == 0
    assert main(["export", str(local), "-o", f"{bucket}/exports/b.parquet"]) == 0
    assert open_store(bucket).get("exports/a.parquet") == open_store(bucket).get("exports/b.parquet")
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


@pytest.mark.parametrize(
    ("target", "form", "message"),
    [
        ("s3://sugar/a.parquet", None, "s3://sugar is not a bucket there"),
        ("https://salt.example/a.parquet", None, "cannot write to https://salt.example/a.parquet; use a path"),
        ("ftp://salt.example/a.parquet", None, "ftp:// is not read; s3://"),
        ("s3://salt/a.json", "json", "s3://salt/a.json is not a folder; give a folder"),
        ("s3://salt/a/", "jsonl", "s3://salt/a/ ends in a slash, but format 'jsonl' writes one file"),
        ("s3://salt/a", None, "cannot infer the format from 'a'; use --to"),
        ("s3://salt/..", "json", "s3://salt/.. is not a valid object name"),
        ("s3://salt/out/a.jsonl", None, "s3://salt/out/a.jsonl overlaps the input s3://salt/out/"),
        ("s3://salt/out", "json", "s3://salt/out overlaps the input s3://salt/out/"),
        ("s3://salt", "json", "s3://salt/ overlaps the input s3://salt/out/"),
    ],
)
def test_an_invalid_target_is_a_usage_error_and_nothing_is_written(
    output: tuple[Path, str], bucket: str, capfd: Captured, target: str, form: str | None, message: str
) -> None:
    before = list(open_store(bucket).listing())
    assert main(["export", output[1], "-o", target, *(["--to", form] if form else [])]) == 2
    stderr = capfd.readouterr().err
    assert stderr.startswith(f"pipeline: error: {message}")
    assert stderr.count("\n") == 1
    assert "/tmp" not in stderr
    assert SECRET not in stderr
    assert list(open_store(bucket).listing()) == before


def test_an_export_without_valid_articles_keeps_the_existing_object(bucket: str, capfd: Captured) -> None:
    open_store(bucket).put("out/a.json", b'{"schema": "bilingual-article/1"}')
    open_store(bucket).put("a.jsonl", b"what was there")
    assert main(["export", f"{bucket}/out", "-o", f"{bucket}/a.jsonl"]) == 1
    assert open_store(bucket).get("a.jsonl") == b"what was there"


@pytest.mark.parametrize(
    "command",
    [
        ["verify", "{}"],
        ["restore", "{}", "--id", "bridge"],
        ["export", "{}", "--to", "jsonl"],
        ["export", "{}", "--to", "csv"],
        ["explain", "{}", "--id", "bridge"],
        ["diff", "{}", "{}"],
    ],
    ids=" ".join,
)
def test_a_command_prints_the_same_for_a_bucket_as_for_a_folder(
    output: tuple[Path, str], capfd: Captured, command: list[str]
) -> None:
    (first, *_) = everything()
    printed = []
    for where in map(str, output):
        arguments = [part.replace("{}", where).replace("bridge", first.id) for part in command]
        assert main(arguments) == 0
        printed.append(capfd.readouterr())
    assert printed[0] == printed[1]
    assert printed[0].out


def test_diff_compares_a_folder_with_a_bucket(output: tuple[Path, str], capfd: Captured) -> None:
    local, remote = output
    assert main(["diff", str(local), remote, "--exit-code"]) == 0
    (local / f"{bridge().id}.json").unlink()
    assert main(["diff", remote, str(local), "--exit-code"]) == 1
    assert main(["diff", str(local), remote, "--exit-code"]) == 1
    assert bridge().id in capfd.readouterr().out


def test_documents_are_restored_from_a_bucket(output: tuple[Path, str], bucket: str) -> None:
    assert main(["restore", output[1], "-o", f"{bucket}/sources"]) == 0
    assert main(["restore", output[1], "--id", paired().id, "-o", f"{bucket}/one.txt"]) == 0
    found = {
        entry.name: open_store(f"{bucket}/sources").get(entry.name)
        for entry in open_store(f"{bucket}/sources").listing()
    }
    assert found == {f"{article.id}.txt": source_of(article) for article in everything()}
    assert open_store(bucket).get("one.txt") == source_of(paired())


def test_an_article_in_a_bucket_is_read_by_its_url(output: tuple[Path, str]) -> None:
    assert list(pipeline.read(f"{output[1]}{bridge().id}.json")) == [bridge()]


def test_articles_on_the_web_are_read_line_by_line_and_from_a_copy(web: Web, tmp_path: Path) -> None:
    for name in ("a.jsonl.zst", "a.parquet"):
        pipeline.export(everything(), tmp_path / name)
        url = web.put(f"/{name}", (tmp_path / name).read_bytes())
        assert list(pipeline.read(f"{url}?Signature=geheim", allow_private=True)) == everything()


def test_a_bucket_is_read_into_a_data_frame(output: tuple[Path, str]) -> None:
    pytest.importorskip("pandas")
    local, remote = (pipeline.to_frame(pipeline.read(str(where))) for where in output)
    assert len(remote) > 0
    assert remote.equals(local)


def test_clean_reads_an_object(bucket: str, capfd: Captured) -> None:
    open_store(bucket).put("a.txt", b"It is quot;saltquot;.\n")
    assert main(["clean", f"{bucket}/a.txt", "-o", f"{bucket}/b.txt"]) == 0
    assert open_store(bucket).get("b.txt") == b'It is "salt".\n'


@pytest.mark.parametrize(
    "verb",
    [
        lambda url: ["verify", url],
        lambda url: ["restore", url],
        lambda url: ["export", url, "--to", "jsonl"],
        lambda url: ["explain", url],
        lambda url: ["diff", url, url],
        lambda url: ["clean", url],
    ],
    ids=["verify", "restore", "export", "explain", "diff", "clean"],
)
@pytest.mark.parametrize("url", ["s3://salt/none", "s3://sugar/out/", "ftp://salt.example/out"])
def test_a_missing_object_is_a_usage_error(
    bucket: str, capfd: Captured, verb: Callable[[str], list[str]], url: str
) -> None:
    assert main(verb(url)) == 2
    stderr = capfd.readouterr().err
    assert stderr.startswith("pipeline: error: ")
    assert url.partition("/")[0] in stderr


def test_an_article_that_disappears_does_not_affect_others(output: tuple[Path, str], bucket: str) -> None:
    found = load_each(output[1])
    first = next(found)
    rest = [f"{article.id}.json" for article in everything()[1:]]
    open_store(f"{bucket}/out").delete(rest[0])
    (name, error), (_, last) = found
    assert first[1] == everything()[0]
    assert (name, last) == (rest[0], everything()[2])
    assert str(error) == f"{name}: cannot be read: s3://salt/out/{name} is not there"


def test_a_truncated_export_is_one_failure_after_what_was_read(web: Web, tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.jsonl")
    data = (tmp_path / "a.jsonl").read_bytes()
    url = web.put("/a.jsonl", data)
    web.breaks["/a.jsonl"] = [len(data), len(data) - 100, *[0] * 9]
    *_, (name, failure) = load_each(RemotePath(url, access=WebAccess(allow_private=True)))
    assert name.startswith("a.jsonl")
    assert f"breaks off at byte {len(data) - 100:,}" in str(failure)


def test_a_remote_path_can_be_a_file_or_a_folder(bucket: str) -> None:
    open_store(bucket).put("raw/a.txt", b"salt")
    there = RemotePath(f"{bucket}/raw")
    assert (there.exists(), there.is_dir(), there.is_file()) == (True, True, False)
    file = there / "a.txt"
    assert (file.exists(), file.is_dir(), file.is_file(), file.name) == (True, False, True, "a.txt")
    assert not (there / "none").exists()
    with pytest.raises(UsageError):
        RemotePath("s3://sugar").exists()
