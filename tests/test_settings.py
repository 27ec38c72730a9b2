"""`pipeline.toml`: what it may say, and how it refuses the rest, naming the file and the key."""

from pathlib import Path

import pytest

from pipeline import UsageError
from pipeline.settings import Settings, load


def written(folder: Path, toml: str) -> Path:
    path = folder / "pipeline.toml"
    path.write_text(toml, encoding="utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(UsageError) as refused:
        load(path)
    return str(refused.value)


def test_an_empty_file_says_nothing_new(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == Settings()


def test_what_the_file_says_is_what_holds(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            """
            recipe = ["entities", "languages", "dialogue"]
            [input]
            text_field = "正文"
            id_field = "nr"
            encoding = "gb18030"
            include = ["*.txt", "wire/*"]
            [input.limits]
            bytes = 4096
            [stages.words]
            longest = 30
            """,
        )
    )
    assert settings.recipe == ("entities", "languages", "dialogue")
    assert (settings.input.text_field, settings.input.id_field) == ("正文", "nr")
    assert settings.input.encoding == "gb18030"
    assert settings.input.include == ("*.txt", "wire/*")
    assert settings.input.limits.bytes == 4096
    assert settings.stages == {"words": {"longest": 30}}


def test_a_table_that_sets_one_key_keeps_the_defaults_of_the_others(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[input]\ntext_field = "story"'))
    assert settings.input.id_field == "id"
    assert settings.input.limits == Settings().input.limits


@pytest.mark.parametrize(
    ("toml", "key", "nearest"),
    [
        ('recipes = ["words"]', "recipes", "recipe"),
        ('[input]\nencodin = "utf-8"', "input.encodin", "encoding"),
        ("[input.limits]\nbyte = 10", "input.limits.byte", "bytes"),
        ("[stage.words]\nlongest = 10", "stage", "stages"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    tmp_path: Path, toml: str, key: str, nearest: str
) -> None:
    path = written(tmp_path, toml)
    said = complaint(path)
    assert said.startswith(f"{path}: key {key!r}")
    assert f"did you mean {nearest!r}?" in said


def test_an_unknown_key_that_is_like_no_other_is_refused_with_all_known_ones(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, "[input]\nzzz = 1"))
    assert "'input.zzz'" in said
    assert "known are text_field, id_field, encoding, include, limits" in said


@pytest.mark.parametrize(
    ("toml", "key", "expected"),
    [
        ('recipe = "words"', "recipe", "array"),
        ('recipe = ["words", 7]', "recipe[1]", "str"),
        ("input = 3", "input", "object"),
        ("[input]\ntext_field = 1", "input.text_field", "str"),
        ('[input.limits]\nbytes = "many"', "input.limits.bytes", "int"),
        ("[input.limits]\nbytes = true", "input.limits.bytes", "int"),
        ("[stages]\nwords = 3", "stages.words", "table"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(tmp_path: Path, toml: str, key: str, expected: str) -> None:
    path = written(tmp_path, toml)
    said = complaint(path)
    assert said.startswith(f"{path}: ")
    assert key in said
    assert expected in said
    assert "$" not in said


@pytest.mark.parametrize("name", ["klingon", "base64"])
def test_an_encoding_that_no_text_has_is_refused_before_any_document_fails_for_it(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, f'[input]\nencoding = "{name}"')
    said = complaint(path)
    assert said.startswith(f"{path}: key 'input.encoding'")
    assert name in said


def test_what_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'recipe = []\nrecipe = = "x"')
    said = complaint(path)
    assert said.startswith(f"{path}: is no TOML")
    assert "line 2" in said


def test_a_file_that_is_no_text_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.toml"
    path.write_bytes(b'recipe = ["\xff"]')
    assert complaint(path).startswith(f"{path}: is no TOML")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert complaint(path) == f"{path}: cannot be read: No such file or directory"
