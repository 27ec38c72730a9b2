"""A few cheap hostile files of `make soak PARTS=attacks`: each is read completely or refused."""

import random
from itertools import islice
from pathlib import Path

import pytest
from hostile.attack import Attack
from hostile.contents import CONTENTS
from hostile.folders import FOLDERS
from hostile.packed import PACKED, packed, plain
from hostile.tables import TABLES

from pipeline.config.settings import Input, Limits
from pipeline.model.record import Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import find_files

SEED = 26
LIMITS = Limits(bytes=1 << 20, expanded=1 << 24, members=1000)
MOST = 5000
"""Maximal number of documents; each of these files declares millions, or has a few."""
CHEAP = (
    "jsonl: nesting of objects",
    "json: exponents",
    "md: YAML front matter, aliases",
    "md: YAML front matter, merged aliases",
    "md: YAML front matter, aliases of themselves",
    "md: YAML front matter, tags that call",
    "md: JSON front matter, nesting",
    "txt: UTF-16 of odd length",
    "txt: UTF-32 beyond Unicode",
    "txt.zst: window of 2 GB",
    "txt.zst: window of 128 MB",
    "txt.zst: declared size",
    "txt.xz: dictionary of 4 GB",
    "txt.gz: compressed many times",
    "txt.xz: compressed many times",
    "txt.zst: cut off",
    "zip: zips in zips",
    "zip: names outside",
    "zip: depth of names",
    "zip: declared size too large",
    "zip: declared members",
    "zip: encrypted members",
    "tar: declared size",
    "tar: declared size below zero",
    "tar: sparse member of 8 EB",
    "tar: sparse member by pax",
    "tar: pax header, declared size",
    "tar: pax header, size of a member",
    "tar: links and devices",
    "tar: names outside",
    "warc: declared length",
    "warc: chunk of declared size",
    "warc: answer compressed many times",
    "sqlite: view without end",
    "sqlite: views in views",
    "sqlite: trigger",
    "sqlite: names that control",
    "sqlite: generated column of a gigabyte",
    "folder: hostile names",
    "folder: pipes, sockets, unreadable files",
    "ids: that leave the output",
    "ids: of no text",
)
ATTACKS = {each.title: each for each in (*map(plain, CONTENTS), *PACKED, *TABLES, *FOLDERS)}


def found(folder: Path) -> list[object]:
    """All items of a folder: documents, and reasons why there are none."""
    files, lost = find_files([str(folder)], include=("*",), leave_out=None, is_document=lambda _: True)
    made = list(islice(records(files, Input(limits=LIMITS)), MOST + 1))
    assert len(made) <= MOST
    return [*lost, *made]


@pytest.mark.parametrize("title", CHEAP)
def test_a_hostile_file_is_read_or_refused(title: str, tmp_path: Path) -> None:
    attack: Attack = ATTACKS[title]
    raw = tmp_path / "raw"
    raw.mkdir()
    attack.write(raw, random.Random(SEED))
    before = sorted(path.name for path in tmp_path.iterdir())
    made = found(raw)
    assert made, "not a word about it"
    assert all(item.reason for item in made if isinstance(item, Unreadable))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert not Path("/tmp/attack-outside.txt").exists()


@pytest.mark.parametrize("kind", [".gz", ".zst", ".bz2", ".xz", ".zip", ".tar"])
def test_a_compressed_hostile_file_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    content = random.Random(kind).choice([each for each in CONTENTS if f"{each.suffix[1:]}: {each.excess}" in CHEAP])
    packed(content, kind).write(tmp_path, random.Random(SEED))
    assert found(tmp_path)
