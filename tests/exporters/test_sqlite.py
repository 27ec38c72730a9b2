"""SQLite: tables that can be joined, and a search that finds words of both languages."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from interviews import bridge, everything

import pipeline
from pipeline import Article
from pipeline.exporters.tables.ngrams import phrase
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows

TALK = """湖畔对话：长春市的钢桥

Q: 为什么叫“风桥”？

A: 因为风。冬天的长春市公园里，人们都说它在唱歌。

Q: What is a naïve engineer?

A: One who trusts the STEEL. 我用AI做采访，也去北京电影学院听课。𠮷野家的Café在桥边。

Q: 卡拉OK呢？

A: カラオケ is for Ｓundays; ９０年代的事。
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    pipeline.export([*everything(), pipeline.process(TALK, id="talk")], tmp_path / "a.sqlite")
    found = sqlite3.connect(tmp_path / "a.sqlite")
    yield found
    found.close()


def test_every_kind_of_rows_is_a_table(database: sqlite3.Connection) -> None:
    for name, kind in ROW_TYPES.items():
        columns = [column for _, column, *_ in database.execute(f"PRAGMA table_info({name})")]
        assert set(kind.__struct_fields__) <= set(columns)


@pytest.mark.parametrize("name", ["exchanges", "turns", "edits", "credits", "segments", "prose"])
def test_rows_are_those_of_the_articles(database: sqlite3.Connection, name: str) -> None:
    columns = ", ".join(f'"{column}"' for column in ROW_TYPES[name].__struct_fields__)
    found = database.execute(f"SELECT {columns} FROM {name} WHERE id = 'wire/bridge'").fetchall()
    want = [msgspec.structs.astuple(row) for row in ROW_MAKERS[name](ArticleRows(bridge()))]
    plain = [tuple(msgspec.json.encode(v).decode() if isinstance(v, tuple) else v for v in row) for row in want]
    assert sorted(found, key=str) == sorted(plain, key=str)


def test_an_article_is_there_whole(database: sqlite3.Connection) -> None:
    ((data,),) = database.execute("SELECT article FROM articles WHERE id = 'wire/bridge'")
    assert msgspec.json.decode(data, type=Article) == bridge()


def test_lists_are_arrays_that_sqlite_reads(database: sqlite3.Connection) -> None:
    names = database.execute(
        "SELECT value FROM articles, json_each(articles.speakers) WHERE articles.id = 'wire/bridge'"
    )
    assert [name for (name,) in names] == ["Stonebay Post", "Mara Lindqvist"]


def test_tables_join_and_keys_hold(database: sqlite3.Connection) -> None:
    joined = database.execute(
        "SELECT turns.text FROM exchanges JOIN turns USING (id, translation) "
        "WHERE turns.exchange = exchanges.n AND heading = 'The town' AND kind = 'question'"
    ).fetchall()
    assert joined == [("Who pays for the paint?",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check(articles)").fetchall() == [("ok",)]


def test_translation_is_distinguished_from_the_body(database: sqlite3.Connection) -> None:
    found = database.execute(
        "SELECT a.answer, b.answer FROM exchanges a JOIN exchanges b ON a.id = b.id AND b.translates = a.n"
    ).fetchall()
    assert found[0] == ("When the baker has come aboard.", "等面包师上船以后。")


def hits(database: sqlite3.Connection, query: str) -> int:
    ((count,),) = database.execute("SELECT count(*) FROM search WHERE search MATCH ?", (query,))
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize(
    "query",
    [
        "桥", "采访", "钢桥", "长春市", "电影学院", "京电影学院", "北京电影学院", "接受采访",  # one to six
        "湖畔", "对话", "听课", "的事",  # at the borders of a run
        "bridge", "BRIDGE", "steel", "Steel", "naive", "naïve", "cafe",  # any case, with and without accents
        '"steel bridge"', '"the paint"', "flute AND wind", "flut*",
        "AI", "ai", "用AI", "AI做", "卡拉OK", "Café在", "5G", "５Ｇ", "5G网络", "５Ｇ网络",
        "90年代", "９０年代", "Sundays", "Ｓundays",
        "𠮷野家", "カラ", "カラオケ",
        "长春 公园", "bridge OR 公园", "{text words}: 采访",
    ],
)  # fmt: skip
def test_a_word_that_is_typed_is_found(database: sqlite3.Connection, query: str) -> None:
    assert hits(database, query) >= 1


@pytest.mark.parametrize("query", ["采记", "春长", "市园", "bridge AND 公园", '"bridge steel"', "stee", "湖话"])
def test_text_that_does_not_occur_is_not_found(database: sqlite3.Connection, query: str) -> None:
    assert hits(database, query) == 0


def test_a_hit_is_readable_in_the_same_query(database: sqlite3.Connection) -> None:
    found = database.execute("SELECT id, part, speaker, text FROM search('采访') ORDER BY id").fetchall()
    assert [row[:3] for row in found] == [
        ("talk", "answer", None),
        ("wire/bridge", "question", "Stonebay Post"),
    ]
    assert found[1][3] == "您第一次接受采访是什么时候？"


def test_hits_join_their_turns_in_the_order_of_their_rank(database: sqlite3.Connection) -> None:
    found = database.execute(
        "SELECT turns.speaker, turns.source_start FROM search JOIN turns USING (passage) "
        "WHERE search MATCH '\"steel bridge\"' ORDER BY rank"
    ).fetchall()
    assert found == [("Stonebay Post", 159)]


@pytest.mark.parametrize("part", ["title", "byline", "lead", "heading", "disclaimer", "question", "answer", "aside"])
def test_titles_prose_and_turns_are_searched(database: sqlite3.Connection, part: str) -> None:
    words = {
        "title": "sings", "byline": "柳映川", "lead": "winters", "heading": "river", "disclaimer": "受访者",
        "question": "paint", "answer": "石湾镇", "aside": "laughs",
    }  # fmt: skip
    found = {row[0] for row in database.execute("SELECT part FROM search(?)", (words[part],))}
    assert part in found


LONG = ("石湾镇人民代表大会", "北京电影学院听课", "用AI做采访", "Café by the pier", "您第一次接受采访是什么时候？")


@pytest.mark.parametrize("words", LONG)
def test_longer_words_are_found_as_a_phrase(database: sqlite3.Connection, words: str) -> None:
    assert hits(database, phrase(words)) == 1


def test_phrase_of_words_in_another_order_finds_nothing(database: sqlite3.Connection) -> None:
    assert hits(database, phrase("北京电影学校")) == hits(database, phrase("don't trust")) == 0


def test_database_records_the_version_of_the_contract(database: sqlite3.Connection) -> None:
    assert database.execute("SELECT value FROM about WHERE key = 'contract'").fetchall() == [("bilingual-article/1",)]
