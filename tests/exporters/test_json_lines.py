"""JSON Lines: one article per line, plain or compressed."""

import gzip
import io
import json
from pathlib import Path

import msgspec
import pytest
from interviews import everything

import pipeline
from pipeline.exporters.exporter import StreamingExporter
from pipeline.exporters.registry import exporter


def lines() -> bytes:
    return b"".join(msgspec.json.encode(article) + b"\n" for article in everything())


def test_each_line_is_the_article_s_json(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes() == lines()
    assert [json.loads(line)["id"] for line in lines().splitlines()] == ["ferry", "tide", "wire/bridge"]


def test_the_suffix_packs_the_lines(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.jsonl.gz")
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == lines()
    pipeline.export(everything(), tmp_path / "a.jsonl.zst")
    zstd = pytest.importorskip("backports.zstd")
    assert zstd.decompress((tmp_path / "a.jsonl.zst").read_bytes()) == lines()


def test_gzip_file_has_no_time_and_no_name(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.jsonl.gz")
    head = (tmp_path / "a.jsonl.gz").read_bytes()[:8]
    assert head[3] == 0, "no flag, so no name"
    assert head[4:8] == bytes(4), "no time"


def test_a_stream_stays_open() -> None:
    writer, stream = exporter("jsonl"), io.BytesIO()
    assert isinstance(writer, StreamingExporter)
    writer.stream(everything(), stream)
    assert stream.getvalue() == lines()
