"""Plain text for a reader."""

from pathlib import Path

import msgspec
from interviews import bridge, everything, paired, prose

import pipeline
from pipeline.exporters.text import plain_text


def test_an_article_reads_from_title_to_disclaimer() -> None:
    paragraphs = plain_text(bridge()).rstrip("\n").split("\n\n")
    assert paragraphs == [
        "The Steel Bridge That Sings",
        "本报记者 柳映川 石湾镇报道",
        "The bridge was closed for two winters. Its keeper kept the key.",
        "The river",
        "Stonebay Post: Why does the steel bridge sing?",
        'Mara Lindqvist: Wind. "It is a flute," my teacher said.',
        "At night you hear it in 石湾镇 too.",
        "(She laughs.)",
        "Stonebay Post: 您第一次接受采访是什么时候？",
        "Mara Lindqvist: 九十年代。我用ＡＩ听它的声音，也用５Ｇ网络传回去，记者们都不信。",
        "The town",
        "Stonebay Post: Who pays for the paint?",
        "Mara Lindqvist: 石湾镇人民代表大会。The Café by the pier pays for the rest, and nobody asks why.",
        "编辑: 何以安\n校对: 孟秋",
        "来源：石湾邮报",
        "本文仅代表受访者个人观点。",
    ]


def test_turn_without_speaker_has_its_label() -> None:
    """The words of the article itself; none is made up."""
    assert "Q: And in fog?\n\nA: Then we ring the bell, and wait.\n" in plain_text(paired())
    assert "问: 有雾呢？\n\n答: 那就敲钟，再等一等。\n" in plain_text(paired())


def test_one_file_has_a_form_feed_between_two_articles(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.txt")
    found = (tmp_path / "a.txt").read_text("utf-8")
    assert found.split("\f\n") == [plain_text(article) for article in everything()]


def test_a_form_feed_in_a_text_does_not_part_it(tmp_path: Path) -> None:
    article = msgspec.structs.replace(prose(), lead=("one\ftwo",))
    pipeline.export([article], tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text("utf-8") == "one two\n"


def test_a_folder_has_a_file_per_article(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "texts", to="text")
    files = sorted(path.relative_to(tmp_path / "texts").as_posix() for path in (tmp_path / "texts").rglob("*.txt"))
    assert files == ["ferry.txt", "tide.txt", "wire/bridge.txt"]
    assert (tmp_path / "texts" / "wire" / "bridge.txt").read_text("utf-8") == plain_text(bridge())
