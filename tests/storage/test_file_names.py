"""File names that are different files on every file system, whatever the ids are."""

import hashlib
import unicodedata
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Article
from pipeline.exporters.registry import export
from pipeline.storage.file_names import FewNames, FileNames, comparison_key, file_name, folded

SHORTENED = file_name("b" * 200).removesuffix(".json")
PIECES = st.sampled_from([
    "a", "A", "é", "e\u0301", "É", "ß", "ss", "SS", "ſ", "s", "S", "\u212a", "k", "K", "Ａ", "ﬁ", "fi", "İ", "i", "ı",
    "\u200d", "\ufe0f", "\u00ad", ".", " ", "_", "~", "~1", "%", "%41", ":", "\0", "\n", "/", "/", ".json", ".jſon",
    ".JSON", "con", "NUL", "aux.json", "COM¹", "con ", "_run", "_RUN", "run", "湖", "한", "\u1112\u1161\u11ab",
    "~" + "0" * 16, "~" + "f" * 32, SHORTENED, "b" * 200, "B" * 200, "b" * 138, "\ud800",
])  # fmt: skip
HOSTILE = st.lists(PIECES, min_size=1, max_size=6).map("".join)


def names(ids: list[str]) -> list[str]:
    given_ids, keys = FewNames(), FewNames()
    file_names = FileNames(given_ids, keys)
    found = []
    for each in ids:
        given_ids.add(each)
        found.append(file_name(each, apart=file_names.take(each)))
    return found


@given(st.lists(HOSTILE, min_size=2, max_size=12, unique=True))
def test_ids_never_share_a_file_on_any_file_system(ids: list[str]) -> None:
    """No name is a folder where another is a file."""
    paths = sorted(tuple(folded(name).split("/")) for name in names(ids))
    for first, second in pairwise(paths):
        assert first != second[: len(first)]


@given(HOSTILE)
def test_no_part_of_a_name_has_a_special_meaning_for_a_file_system(name: str) -> None:
    for apart in (False, True):
        for part in folded(file_name(name, apart=apart)).split("/"):
            assert part
            assert not part.startswith((".", "_")), "what is about the run, or hidden"
            assert not part.endswith((".", " "))
            assert part.split(".")[0].rstrip() not in {"con", "nul", "aux", "com¹"}
            assert not part.startswith("longfi~1")


@given(HOSTILE)
def test_the_key_of_an_id_is_its_folded_name(name: str) -> None:
    assert comparison_key(name) == folded(file_name(name)).removesuffix(".json")


@given(st.text(max_size=20))
def test_names_changed_by_a_file_system_have_the_same_folded_name(name: str) -> None:
    for form in ("NFC", "NFD"):
        assert folded(unicodedata.normalize(form, name)) == folded(name)
    for changed in (name.upper(), name.lower(), name.casefold()):
        assert folded(changed) == folded(name)


@given(st.lists(HOSTILE, min_size=2, max_size=12, unique=True))
def test_the_name_of_an_id_depends_only_on_earlier_ids(ids: list[str]) -> None:
    """Therefore `--first` gives the same names as the whole run."""
    assert names(ids)[: len(ids) // 2] == names(ids[: len(ids) // 2])


@given(st.lists(HOSTILE, min_size=2, max_size=12, unique=True))
def test_taken_names_are_known(ids: list[str]) -> None:
    given_ids, keys = FewNames(), FewNames()
    file_names = FileNames(given_ids, keys)
    for each in ids:
        before = file_names.is_taken(each)
        given_ids.add(each)
        assert file_names.take(each) == before


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("A", "a"), ("A.json", "a~{}.json")),
        (("a", "A"), ("a.json", "A~{}.json")),
        (("caf\u00e9", "cafe\u0301"), ("caf\u00e9.json", "cafe\u0301~{}.json")),
        (("News/a", "news/a"), ("News/a.json", "news/a~{}.json")),
        (("News/a", "news/b"), ("News/a.json", "news/b.json")),
    ],
)
def test_the_first_id_keeps_its_name(ids: tuple[str, str], expected: tuple[str, str]) -> None:
    digest = hashlib.sha256(ids[1].encode()).hexdigest()[:32]
    assert tuple(names(list(ids))) == (expected[0], expected[1].format(digest))


def test_a_shortened_name_cannot_be_forged() -> None:
    long = "b" * 200
    forged = file_name(long).removesuffix(".json")
    assert file_name(forged) != file_name(long)
    assert names([forged, long]) == [file_name(forged), file_name(long)]


def test_an_id_cannot_get_the_name_of_one_that_was_made_unique() -> None:
    apart = file_name("a", apart=True).removesuffix(".json")
    assert file_name(apart) != file_name("a", apart=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("\u200d_run/state", "%E2%80%8D_run/state.json"),
        ("PROGRA~1/a", "PROGRA%7E1/a.json"),
        ("~anna/a", "~anna/a.json"),
        ("a.jſon/b", "a%2Ejſon/b.json"),
        ("con .x", "%63on .x.json"),
        ("Interview~2", "Interview~2.json"),
    ],
)
def test_names_with_a_special_meaning_on_some_system_are_encoded(name: str, expected: str) -> None:
    assert file_name(name) == expected


@pytest.mark.parametrize(("form", "suffix"), [("json", ".json"), ("text", ".txt")])
def test_an_export_to_a_folder_makes_names_unique(tmp_path: Path, form: str, suffix: str) -> None:
    articles = [pipeline.process(f"Tide {n}.\n", id=name) for n, name in enumerate(["Quay", "quay", "QUAY"])]
    export(articles, tmp_path / "out", to=form)
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len({folded(name) for name in found}) == 3
    assert f"Quay{suffix}" in found
    if form == "json":
        read = [msgspec.json.decode((tmp_path / "out" / name).read_bytes(), type=Article) for name in found]
        assert sorted(read, key=lambda article: article.text) == articles
