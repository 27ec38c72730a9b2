"""Conversations for training: sides alternate, a question first, an answer last."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from interviews import bridge, everything, paired
from strategies import articles

import pipeline
from pipeline import Article
from pipeline.exporters.messages import MessagesExport


def lines(tmp_path: Path, found: list[Article], **options: object) -> list[dict[str, Any]]:
    pipeline.export(found, tmp_path / "a.jsonl", to="messages", **options)
    return [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]


def messages_of(text: str) -> list[tuple[str, str]]:
    (line,) = MessagesExport()._conversations(pipeline.process(text, id="a"))
    return [(message.role, message.content) for message in line.messages]


def test_questions_are_the_user_s_and_answers_the_assistant_s(tmp_path: Path) -> None:
    ferry, crossing = lines(tmp_path, everything())
    assert ferry == {
        "id": "ferry",
        "messages": [
            {"role": "user", "content": "When does the last ferry leave?"},
            {"role": "assistant", "content": "When the baker has come aboard."},
            {"role": "user", "content": "And in fog?"},
            {"role": "assistant", "content": "Then we ring the bell, and wait."},
        ],
    }
    assert [message["role"] for message in crossing["messages"]] == ["user", "assistant"] * 3
    assert not any("laughs" in message["content"] for message in crossing["messages"]), "asides are left out"


def test_turns_of_one_side_that_follow_each_other_are_one_message() -> None:
    text = (
        "Anna: Who lit it?\n\nBo: And when?\n\nPavel: I did.\n\nOlga: At six.\n\n"
        "Anna: Why?\n\nPavel: It was dark.\n\nBo: Why dark?\n\nOlga: It was night.\n"
    )
    assert messages_of(text)[:2] == [("user", "Who lit it?\n\nAnd when?"), ("assistant", "I did.\n\nAt six.")]


def test_a_last_question_without_an_answer_is_left_out() -> None:
    assert messages_of("Q: Who lit it?\n\nA: I did.\n\nQ: Why?\n")[-1] == ("assistant", "I did.")


def test_an_article_without_question_and_answer_gives_no_line(tmp_path: Path) -> None:
    assert [line["id"] for line in lines(tmp_path, everything())] == ["ferry", "wire/bridge"]


def test_the_system_speaks_first_in_each(tmp_path: Path) -> None:
    for line in lines(tmp_path, everything(), system="你是守桥人。"):
        assert line["messages"][0] == {"role": "system", "content": "你是守桥人。"}
        assert line["messages"][1]["role"] == "user"


def test_pairs_are_texts_and_their_translations(tmp_path: Path) -> None:
    found = lines(tmp_path, everything(), pairs=True, system="Translate.")
    assert [(line["id"], line["n"]) for line in found] == [("ferry", 1), ("ferry", 1), ("ferry", 2), ("ferry", 2)]
    assert found[1] == {
        "id": "ferry",
        "n": 1,
        "source_language": "en",
        "target_language": "zh-Hans",
        "messages": [
            {"role": "system", "content": "Translate."},
            {"role": "user", "content": "When the baker has come aboard."},
            {"role": "assistant", "content": "等面包师上船以后。"},
        ],
    }


@given(articles())
def test_sides_alternate_whatever_the_article(article: Article) -> None:
    for line in MessagesExport()._conversations(article):
        roles = [message.role for message in line.messages]
        assert roles[0] == "user"
        assert roles[-1] == "assistant"
        assert all(first != second for first, second in pairwise(roles))
        assert all(message.content for message in line.messages)


def test_the_name_says_whether_lines_are_packed(tmp_path: Path) -> None:
    import gzip

    pipeline.export([bridge(), paired()], tmp_path / "a.jsonl.gz", to="messages")
    assert len(gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).splitlines()) == 2
