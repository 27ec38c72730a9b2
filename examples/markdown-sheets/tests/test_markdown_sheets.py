"""The page of an article."""

from pathlib import Path

from markdown_sheets import MarkdownSheets

import pipeline

TALK = """\
The Kiln
By Ruth Ashdown, The Skerry Letter
The Skerry Letter: Who built the [old] kiln?
Mei Lan: 我姑姑。她用了两年。
The Skerry Letter: And who fires it now?
Mei Lan: I do, with my *sons*.
翻译：谭以宁
"""


def sheet(folder: Path, **options: bool) -> list[str]:
    article = pipeline.process(TALK, id="wire/kiln", metadata={"url": "https://example.org/kiln"})
    MarkdownSheets(**options).write([article], folder)
    return (folder / "wire" / "kiln.md").read_text("utf-8").splitlines()


def test_a_page_lies_at_the_path_of_its_id_and_reads_as_the_interview(tmp_path: Path) -> None:
    lines = sheet(tmp_path)
    assert "# The Kiln" in lines
    assert "*By Ruth Ashdown, The Skerry Letter*" in lines
    assert "**Mei Lan:** 我姑姑。她用了两年。" in lines
    assert "- 翻译: 谭以宁" in lines


def test_metadata_stands_on_top_as_quoted_text(tmp_path: Path) -> None:
    assert sheet(tmp_path)[:5] == [
        "---",
        '"id": "wire/kiln"',
        '"language": "en"',
        '"url": "https://example.org/kiln"',
        "---",
    ]


def test_front_matter_is_an_option(tmp_path: Path) -> None:
    assert sheet(tmp_path, front_matter=False)[0] == "# The Kiln"


def test_what_markdown_would_take_for_its_own_is_escaped(tmp_path: Path) -> None:
    lines = sheet(tmp_path)
    assert r"**The Skerry Letter:** Who built the \[old\] kiln?" in lines
    assert r"**Mei Lan:** I do, with my \*sons\*." in lines


def test_the_same_articles_give_the_same_pages(tmp_path: Path) -> None:
    assert sheet(tmp_path / "a") == sheet(tmp_path / "b")
