"""Wrong arguments of every public function raise a `UsageError` that says what was passed and what to pass."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import pipeline
from pipeline import Pipeline, UsageError
from pipeline.config.settings import Limits

ARTICLE = pipeline.process("Daily Post: Why do you walk?\n\nAda Fern: I like it.\n", id="walk")
TABLE = pa.table({"id": ["a"], "text": ["The lamp is lit."]})
OUT = Path("nowhere") / "a.jsonl"
Call = Callable[..., Any]

# The calls that are right: each argument is replaced by wrong ones.
RIGHT: dict[str, tuple[Call, dict[str, Any]]] = {
    "process": (
        pipeline.process,
        {"data": "The lamp is lit.", "id": "a", "metadata": {}, "media_type": None, "encoding": None, "strict": True},
    ),
    "clean": (pipeline.clean, {"text": "a", "stages": ["words"]}),
    "read": (pipeline.read, {"path": "output", "limits": Limits(), "allow_private": True}),
    "restore": (pipeline.restore, {"article": ARTICLE}),
    "trace": (pipeline.trace, {"article": ARTICLE, "pointer": "/sections"}),
    "explain": (pipeline.explain, {"article": ARTICLE, "known": {}, "made_by": None}),
    "faults": (pipeline.faults, {"article": ARTICLE}),
    "compare": (pipeline.compare, {"old": ARTICLE, "new": ARTICLE}),
    "export": (pipeline.export, {"articles": [ARTICLE], "target": OUT, "to": "jsonl"}),
    "to_frame": (pipeline.to_frame, {"articles": [ARTICLE], "rows": "turns", "kind": None}),
    "process_batch": (
        pipeline.process_batch,
        {"table": TABLE, "pipeline": None, "id": "id", "text": "text", "encoding": None, "limits": None},
    ),
    "Pipeline": (
        Pipeline,
        {"stages": ["words"], "settings": {}, "rules": {}, "vocabulary": {}, "profiles": {}},
    ),
    "Pipeline.load": (Pipeline.load, {"path": "pipeline.toml"}),
    "Pipeline.configured": (Pipeline.configured, {"settings": None}),
    "Pipeline.process": (
        Pipeline(["words"]).process,
        {"data": "The lamp is lit.", "id": "a", "metadata": {}, "media_type": None, "encoding": None, "strict": True},
    ),
    "Pipeline.only": (Pipeline(["words"]).only, {"stages": ["words"]}),
    "Pipeline.clean": (Pipeline(["words"]).clean, {"text": "a"}),
}
OPTIONAL = {
    ("process", "metadata"), ("process", "media_type"), ("process", "encoding"), ("clean", "stages"),
    ("explain", "known"), ("explain", "made_by"), ("export", "to"), ("to_frame", "kind"), ("process_batch", "pipeline"),
    ("process_batch", "text"), ("process_batch", "encoding"), ("process_batch", "limits"), ("Pipeline", "stages"),
    ("Pipeline", "settings"), ("Pipeline", "rules"), ("Pipeline", "vocabulary"), ("Pipeline", "profiles"),
    ("Pipeline.process", "metadata"), ("Pipeline.process", "media_type"), ("Pipeline.process", "encoding"),
}  # fmt: skip
"""Arguments that may be None."""

WRONG: dict[str, Any] = {"None": None, "an int": 3, "a bool": True, "an object": object(), "a class": dict}
PATHS = {"path", "target"}
TEXTS = {"data", "text", "pointer", "rows", "to", "kind", "id", "media_type", "encoding"}


def wrong(call: str, name: str) -> dict[str, Any]:
    """Wrong values for an argument, each with a name."""
    found = dict(WRONG)
    if (call, name) in OPTIONAL:
        del found["None"]
    if name in {"strict", "allow_private"}:
        del found["a bool"]
        found["a str"] = "yes"
    elif name in {"article", "old", "new"}:
        found |= {"a path": "a.json", "a Path": Path("a.json"), "a list": [ARTICLE], "its JSON": b"{}", "a dict": {}}
    elif name == "articles":
        found |= {
            "one article": ARTICLE,
            "a list of paths": ["a.json"],
            "a dict": {},
            "its JSON": b"{}",
            "a number": 2.5,
        }
        if call == "export":
            found |= {"a path": "output"}
    elif name == "stages":
        found |= {"one name": "words", "a list of numbers": [3], "a name that is not known": ["wrods"]}
    elif name in PATHS:
        found |= {"bytes": b"output", "a list": ["output"], "nothing": ""}
    elif name in {"settings", "rules", "vocabulary", "profiles", "known"} and call != "Pipeline.configured":
        found |= {"a list": ["words"], "a str": "words", "a number as a key": {3: {}}}
    elif name == "metadata":
        found |= {"a list": ["a"], "a number as a value": {"year": 2024}, "a number as a key": {3: "a"}}
    elif name == "table":
        found |= {"a dict": {"id": ["a"]}, "a list": [ARTICLE], "a path": "a.parquet"}
    elif name in TEXTS and name != "data":
        found |= {"bytes": b"a", "a list": ["a"], "a Path": Path("a")}
    elif name == "data":
        found |= {"a Path": Path("a.txt"), "a list": ["a"], "a dict": {}}
    elif name in {"pipeline", "limits"}:
        found |= {"a str": "words", "a dict": {}}
    return found


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that are wrong in one argument may have begun to write where the other ones say."""
    monkeypatch.chdir(tmp_path)


CASES = [
    pytest.param(call, name, value, id=f"{call}-{name}-{what}")
    for call, (_, right) in RIGHT.items()
    for name in right
    for what, value in wrong(call, name).items()
]


@pytest.mark.parametrize(("call", "name", "value"), CASES)
def test_a_wrong_argument_is_a_usage_error_that_names_it(call: str, name: str, value: Any) -> None:
    function, right = RIGHT[call]
    with pytest.raises(UsageError) as error:
        # What is read or checked step by step must say so before the first step, where it can.
        function(**{**right, name: value})
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 400
    assert name in said or "wrods" in said


def test_every_public_function_is_in_the_table() -> None:
    functions = {name for name in pipeline.__all__ if inspect.isfunction(getattr(pipeline, name))}
    assert functions - {"json_schema"} <= RIGHT.keys()
    assert inspect.signature(pipeline.json_schema).parameters == {}
    methods = {
        f"Pipeline.{name}"
        for name, value in vars(Pipeline).items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, classmethod))
    }
    assert methods <= RIGHT.keys()


def test_every_argument_is_in_the_table() -> None:
    untyped = {("export", "export_options"), ("Pipeline.load", "overrides")}
    for call, (function, right) in RIGHT.items():
        names = {name for name in inspect.signature(function).parameters if (call, name) not in untyped}
        assert names - {"origin", "converted_by"} == right.keys(), call


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pipeline.restore("a.json"), "restore: article is the str 'a.json'; pass an Article: for article in "),  # type: ignore[arg-type]
        (lambda: pipeline.explain([ARTICLE]), "explain: article is a list of 1 item; pass one Article at a time"),  # type: ignore[arg-type]
        (lambda: pipeline.process(Path("a.txt")), "pass the document's bytes, or its text: Path(…).read_bytes()"),  # type: ignore[arg-type]
        (lambda: Pipeline("words"), "Pipeline: stages is the str 'words'; pass a list of names or stages: ['words'"),
        (lambda: pipeline.process("a", metadata={"year": 2024}), "metadata['year'] is the int 2024; pass a str"),  # type: ignore[dict-item]
        (lambda: pipeline.to_frame(ARTICLE), "to_frame: articles is an object of type Article; pass a list: [article]"),  # type: ignore[call-overload]
        (lambda: pipeline.trace(ARTICLE, "/byline"), "has the field '/byline'; article.segments lists the fields"),
        (lambda: pipeline.trace(ARTICLE, "/titel/text"), "'/titel/text'; did you mean '/title/text'?"),
        (lambda: pipeline.export(["a.json"], OUT), "export: articles[0] is the str 'a.json'; pass Articles: pipeline"),  # type: ignore[list-item]
    ],
)
def test_the_error_says_what_to_pass(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert said in str(error.value)


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    for call in (
        lambda: list(pipeline.read(missing)),
        lambda: pipeline.to_frame(missing),
        lambda: Pipeline.load(missing),
    ):
        with pytest.raises(UsageError, match="none"):
            call()


def test_a_wrong_override_is_a_usage_error(tmp_path: Path) -> None:
    settings = tmp_path / "pipeline.toml"
    settings.write_text("", "utf-8")
    with pytest.raises(UsageError, match="overrides"):
        Pipeline.load(settings, 3)  # type: ignore[arg-type]


def test_to_frame_reads_a_path(tmp_path: Path) -> None:
    target = tmp_path / "walk.jsonl"
    pipeline.export([ARTICLE], target)
    assert pipeline.to_frame(str(target), "turns").equals(pipeline.to_frame([ARTICLE], "turns"))
    assert pipeline.to_frame(target, "turns").equals(pipeline.to_frame([ARTICLE], "turns"))
