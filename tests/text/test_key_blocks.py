"""Front matter is told from an interview between two horizontal rules."""

import random
from pathlib import Path

import pytest

import pipeline
from pipeline.readers.markdown.front_matter import read_front_matter
from pipeline.text.key_blocks import is_key_block

SHARED = Path(__file__).parents[3] / "shared"
NAMES = [
    ("Anna", "Ben"),
    ("Anna Berg", "Ben Moss"),
    ("Q", "A"),
    ("q", "a"),
    ("anna", "ben"),
    ("ANNA", "BEN"),
    ("Interviewer", "Guest"),
    ("Editor", "Author"),
    ("Source", "Reporter"),
    ("Speaker 1", "Speaker 2"),
    ("记者", "张伟"),
    ("问", "答"),
    ("编辑", "作者"),
    ("张伟 Zhang Wei", "李明 Li Ming"),
]
ASKED = [
    "Why did you build a weir on this river?",
    "您为什么要在这条河上修一座堰？",
    "Why did you build a weir? 您为什么要修一座堰？",
]
ANSWERED = [
    "Because of the eel, which nobody had seen for years.",
    "为了鳗鱼，多年来没有人见过它。",
    "Because of the eel. 为了鳗鱼。",
]
ABOVE = ["", "\n", "The weir on the river\n\n", "title: The weir on the river\n"]
BELOW = ["", "The weir stands to this day, and the village keeps it.\n", "# The weir\n\nIt stands to this day.\n"]


def interview(rng: random.Random) -> tuple[str, list[str]]:
    """An interview between two rules, and what is said in it."""
    names, language, mark = rng.choice(NAMES), rng.randrange(3), rng.choice([": ", "："])
    turns = [
        (name, f"{said}{'' if turn == 0 else f' ({turn})'}")
        for turn in range(rng.choice([1, 2, 4]))
        for name, said in zip(names, (ASKED[language], ANSWERED[language]), strict=True)
    ]
    further = rng.choice(["", "\nIt matters to all of us here", "\n这对我们都很重要"])
    lines = rng.choice(["\n", "\n\n"]).join(f"{name}{mark}{said}{further}" for name, said in turns)
    return f"---\n{rng.choice(ABOVE)}{lines}\n---\n{rng.choice(BELOW)}", [said for _, said in turns]


@pytest.mark.parametrize("seed", range(30))
def test_an_interview_between_two_rules_is_not_front_matter(seed: int) -> None:
    text, said = interview(random.Random(seed))
    article = pipeline.process(text, id="a")
    keys = "".join(article.text[each.start : each.end] for each in article.segments if each.label == "front-matter")
    assert not [line for line in said if line in keys], text
    assert read_front_matter(text) == {}
    assert list(pipeline.faults(article)) == []


@pytest.mark.parametrize(
    "block",
    [
        "title: Why a weir?\nauthor: Anna Berg",
        "Title: The weir\nAuthor: Anna Berg\nEditor: Ben Moss",
        "标题: 堰\n作者: 张伟",
        "author: Anna Berg\ntranslator: 张伟",
        "layout: post\n\ntitle: The weir\ntags:\n- eel\n- 鳗",
        "title: The weir\nexcerpt: We asked why. They told us.\nnote: Nobody had seen it for years.",
        'title = "The weir"\n\n[extra]\nteam = "eel"',
        "key: value",
        "",
    ],
)
def test_front_matter_is_recognised(block: str) -> None:
    assert is_key_block(block)


@pytest.mark.parametrize(
    "block",
    [
        "Nobody had seen the eel for years.",
        "Anna: Yes\nBen: No",
        "Date: 1 May 2024\n\nAnna: Why a weir?\n\nBen: Because of the eel.",
        "title: The weir\nAnna: Why a weir?\nBen: Because of the eel.\nAnna: And then?",
    ],
)
def test_text_is_not_front_matter(block: str) -> None:
    assert not is_key_block(block)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared data")
def test_the_front_matter_of_real_documents_is_recognised() -> None:
    blocks = []
    for path in [*(SHARED / "cases" / "raw").glob("*.txt"), *(SHARED / "structure" / "documents").rglob("*.md")]:
        text = path.read_text("utf-8", "replace").removeprefix("\ufeff")
        end = text.find("\n" + text[:3], 3, 6000)
        if text.startswith(("---\n", "+++\n")) and end > 3:
            blocks.append(text[4:end])
    assert len(blocks) > 100
    assert [block for block in blocks if not is_key_block(block)] == []
