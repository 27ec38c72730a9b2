"""The frame around a talk: where it ends, datelines, credits in links, short lines that are no headings."""

import pytest

import pipeline

TALK = (
    "What the harbour remembers of its winters\n\n"
    "We met Ada Fern at the northern pier.\n\n"
    "Daily Post: How did the winter change your plans?\n\n"
    "Ada Fern: I lost a boat, and I thought that everybody would go home.\n\n"
    "Daily Post: And what did you do then, when the ice came?\n\n"
    "Ada Fern: I stayed, and I learned to wait with my neighbours.\n\n"
)


def last_answer(text: str) -> str:
    article = pipeline.process(text)
    answers = [turn for section in article.sections for exchange in section.exchanges for turn in exchange.answers]
    return answers[-1].paragraphs[-1]


@pytest.mark.parametrize(
    "line",
    [
        "Update: the quay was opened again in June.",
        "Postscript: the barn burned down a year later.",
        "Tags: harbour, winter",
        "P.S. The recording is in the library.",
        "3:40 P.M. EDT",
        "注：文中数据更新于2021年。",
        "题图：冬天的码头",
        "关键词：港口 冬天",
    ],
)
def test_what_follows_the_last_answer_is_no_part_of_it(line: str) -> None:
    assert last_answer(TALK + line) == "I stayed, and I learned to wait with my neighbours."


@pytest.mark.parametrize(
    "line",
    [
        "“Note: bring a lamp,” she wrote, and I did.",
        "We put it under a Creative Commons licence, because I did not want to own the tide.",
        "So subscribe to your local paper, that is what I tell my students.",
        "And the town rebuilt it, plank by plank, in one summer.",
        "Thank you. It was a pleasure.",
        "我们把这些都按知识共享协议放出去了，因为我不想占有潮水。",
    ],
)
def test_what_the_speaker_still_says_is_part_of_the_answer(line: str) -> None:
    assert last_answer(TALK + line) == line


def test_the_block_below_a_label_of_its_own_line_is_no_closing() -> None:
    text = TALK.replace("Ada Fern: ", "Ada Fern:\n").replace("Daily Post: ", "Daily Post:\n")
    cut = text.rindex("I stayed")
    assert last_answer(text[:cut] + "Note: I stayed.") == "Note: I stayed."


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("新华社北京1月14日电（记者何佳）", ("新华社", ("何佳",), "北京", "1月14日")),
        ("新华社北京1月14日电（记者周清越）", ("新华社", ("周清越",), "北京", "1月14日")),
        ("本报北京3月5日电（记者孙若晴）", (None, ("孙若晴",), "北京", "3月5日")),
        ("HARBOUR CITY, 14 January (Northgate Wire) —", ("Northgate Wire", (), "HARBOUR CITY", "14 January")),
        ("LOWMARSH, Jan. 14 (HNA) --", ("HNA", (), "LOWMARSH", "Jan. 14")),
    ],
)
def test_a_dateline_is_a_byline_alone_and_before_text(line: str, parts: tuple[object, ...]) -> None:
    for text in (f"A Walk\n\n{line}\n\nThe quay is open.\n", f"A Walk\n\n{line} The quay is open.\n"):
        article = pipeline.process(text)
        assert article.byline
        byline = article.byline
        assert (byline.outlet, byline.reporters, byline.place, byline.date) == parts
        assert article.lead == ("The quay is open.",)


@pytest.mark.parametrize("line", ["WARNING (from the pilots) — read the tables.", "NOTE — the tape was turned twice."])
def test_words_in_capitals_before_a_dash_are_no_dateline(line: str) -> None:
    assert pipeline.process(f"A Walk\n\n{line}\n\nThe quay is open.\n").byline is None


@pytest.mark.parametrize(
    "line",
    [
        "* [Photos: Owen Clarke](https://harbour.example/p)",
        "[Photography by Owen Clarke](https://harbour.example/p)",
        "* Photo by [Owen Clarke](https://harbour.example/p)",
    ],
)
def test_credits_are_read_in_links(line: str) -> None:
    article = pipeline.process(TALK + line)
    assert [credit.names for credit in article.credits] == [("Owen Clarke",)]
    assert list(pipeline.faults(article)) == []


def test_a_byline_at_the_end_of_the_last_answer_is_no_part_of_it() -> None:
    article = pipeline.process(TALK.rstrip() + "（本报记者 孙若晴）")
    assert article.byline
    assert article.byline.reporters == ("孙若晴",)
    assert last_answer(TALK.rstrip() + "（笑）").endswith("（笑）")


def test_the_lines_of_a_list_are_no_headings() -> None:
    listed = TALK.replace("go home.", "go home. I packed:\n\nA rope\n\nA lamp")
    assert [section.heading for section in pipeline.process(listed).sections] == [None]
    headed = TALK.replace("go home.", "go home.\n\nLearning to wait")
    assert [section.heading for section in pipeline.process(headed).sections] == [None, "Learning to wait"]


@pytest.mark.parametrize("title", ["What the next ten years may bri", "What the next ten years will bring to the ..."])
def test_a_title_that_was_cut_off_is_truncated(title: str) -> None:
    article = pipeline.process(TALK.replace("What the harbour remembers of its winters", title))
    assert article.title
    assert (article.title.text, article.title.truncated) == (title, True)


@pytest.mark.parametrize("title", ["And then the river went quiet...", "Installing the weather station with npm"])
def test_a_whole_title_is_not_truncated(title: str) -> None:
    article = pipeline.process(TALK.replace("What the harbour remembers of its winters", title))
    assert article.title
    assert (article.title.text, article.title.truncated) == (title, False)
