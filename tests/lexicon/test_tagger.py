import subprocess
import sys

import pytest

import pipeline
from pipeline.lexicon.tagger import tagged_words

pytestmark = pytest.mark.slow  # loading the tagger takes most of a second


def test_words_come_with_their_tags() -> None:
    assert tagged_words("周守潮报道") == (("周守潮", "nr"), ("报道", "v"))


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_loading_the_tagger_prints_nothing() -> None:
    done = run("from pipeline.lexicon.tagger import tagged_words; tagged_words('周守潮报道')")
    assert done.stdout == done.stderr == ""


def test_a_byline_whose_place_is_known_does_not_load_the_tagger() -> None:
    article = "潮\\n海潮日报记者周明远福建厦门报道\\n潮水六点来。\\n"
    done = run(f"import pipeline, sys; print(pipeline.process('{article}').byline.place, 'jieba' in sys.modules)")
    assert done.stdout.split() == ["福建厦门", "False"]


def test_a_byline_with_an_unknown_place_is_split_by_the_tagger() -> None:
    byline = pipeline.process("潮\n海潮日报记者周明远鹭雾湾报道\n潮水六点来。\n").byline
    assert byline is not None
    assert (byline.reporters, byline.place) == (("周明远",), "鹭雾湾")
