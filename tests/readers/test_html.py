"""A web page as the text of its article."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

import pipeline
from pipeline.config.settings import Input
from pipeline.errors import DocumentError
from pipeline.model.record import Record
from pipeline.readers.documents import records
from pipeline.readers.html import (
    ExtractedPage,
    PageError,
    begins_page,
    conversion,
    converter,
    extract,
    holds_markup,
    page_text,
)
from pipeline.readers.html.alignment import align
from pipeline.readers.html.line_features import LINE_FEATURES, line_rows, width_of
from pipeline.readers.html.lines import PageLine
from pipeline.readers.input_files import InputFile
from pipeline.text.decoding import DecodingError

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.html"))

PAGE = """<html><head><meta charset="gb2312"><title>Shop</title></head><body>
<nav><a href="/">Home</a></nav>
<article><h1>The  weir</h1><p>We met at <b>no</b>on.<br>It rained.</p><p>Daily Post: Why a weir?</p>
<p>Ida Moss: For the <em>eels</em>.</p><script>track()</script></article>
<footer>Imprint</footer></body></html>"""


def page(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


def article(name: str) -> pipeline.Article:
    return pipeline.process(page(name), id=name, media_type="text/html")


def turns(name: str) -> list[tuple[int, int]]:
    """The numbers of questions and answers of each exchange."""
    return [(len(exchange.questions), len(exchange.answers)) for exchange in article(name).exchanges]


# --- the text


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_a_page_equals_its_golden_file(name: str) -> None:
    assert page_text(page(name)) == (PAGES / f"{name}.txt").read_text("utf-8")


def test_blocks_and_line_breaks_end_lines_and_inline_elements_do_not() -> None:
    assert page_text(PAGE.encode()).split("\n") == [
        "The weir",
        "We met at noon.",
        "It rained.",
        "Daily Post: Why a weir?",
        "Ida Moss: For the eels.",
        "",
    ]


def test_a_page_without_an_article_is_read_except_navigation_and_scripts() -> None:
    given_page = "<body><nav>Home</nav><div>One.</div><div>Two.</div><script>x</script></body>"
    assert page_text(given_page.encode()) == "One.\nTwo.\n"


def test_a_page_in_gbk_that_declares_gb2312_is_read() -> None:
    given_page = (
        '<html><head><meta charset="gb2312"></head><body><p>祝镕生说，这条河的水位已经降下来了。</p></body></html>'
    )
    assert page_text(given_page.encode("gbk")) == "祝镕生说，这条河的水位已经降下来了。\n"


def test_the_same_page_gives_the_same_text_again() -> None:
    assert page_text(page("chinese-news")) == page_text(page("chinese-news"))


@pytest.mark.parametrize("beside", ["cookies", "Sign up", "You may also like", "12 comments", "All rights reserved"])
def test_content_beside_the_article_is_removed(beside: str) -> None:
    assert beside in page("bold-questions").decode()
    assert beside not in page_text(page("bold-questions"))


def test_share_and_pagination_links_are_removed() -> None:
    found = page_text(page("portal"))
    assert not [word for word in ("评论", "打印", "字号", "下一页") if word in found]


def test_words_separated_only_by_style_are_not_joined_and_a_drop_cap_is_not_cut_off() -> None:
    found = page_text(page("styled-labels"))
    assert "Ruth Ashdown 6 min read Mar 9, 2024\n" in found
    assert "Skerry Letter: Why by hand?\n" in found
    assert "It took me years" in found


def test_an_unclosed_anchor_is_not_a_link() -> None:
    given_page = f"<a name=top><h1>The weir</h1>{SOUND}<a name='end'>"
    assert page_text(given_page.encode()) == "The weir\nWe met at noon, and it rained until the evening came.\n"


def test_a_caption_is_a_line_of_its_own() -> None:
    assert "\nOrla Finch in her workshop above the fish hall. Photo: Sam Reed\n" in page_text(page("bold-questions"))


# --- the structure that an extraction made for prose would lose


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("questions-as-headings", "bold-questions")])
def test_every_layout_keeps_its_three_questions_and_answers(name: str) -> None:
    assert turns(name) == [(1, 1)] * 3


@pytest.mark.parametrize("name", ["questions-as-headings", "bold-questions"])
def test_questions_marked_only_by_emphasis_are_questions(name: str) -> None:
    assert turns(name) == [(1, 1)] * 4


def test_a_heading_between_questions_is_a_heading() -> None:
    assert [section.heading for section in article("questions-as-headings").sections] == [None, "Water and debt"]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_gives_a_valid_article(name: str) -> None:
    assert list(pipeline.faults(article(name))) == []


# --- evidence


def marked(given_page: str) -> list[tuple[str, str, str]]:
    """The evidence of a page: kind, value and text of each span."""
    found = extract(given_page.encode())
    return [(item.kind, item.value, found.text[item.start : item.end]) for item in found.evidence]


def test_no_markup_is_written_into_the_text() -> None:
    given_page = f"<article><h1>The weir</h1><h2>At noon</h2><p><b>Why?</b></p><p>{SOUND}</p></article>"
    assert not {"*", "#"} & set(page_text(given_page.encode()))


def test_inline_markup_is_evidence_for_its_words() -> None:
    given_page = (
        f"<article><h1>The weir</h1><p>One <b>two</b> <b> three</b>, <i><b>four</b></i>.</p><p>{SOUND}</p></article>"
    )
    assert marked(given_page) == [
        ("title", "", "The weir"),
        ("bold", "", "two three"),
        ("bold", "", "four"),
        ("italic", "", "four"),
    ]


@pytest.mark.parametrize(
    ("markup", "evidence"),
    [
        ("<h3>At noon</h3>", [("heading", "3", "At noon")]),
        (
            "<dl><dt>Why?</dt><dd><p>So.</p><p>Yes.</p></dd></dl>",
            [("term", "", "Why?"), ("definition", "", "So.\nYes.")],
        ),
        (
            "<table><tr><th>Why?</th><td>So.</td></tr><tr><td>Who?</td><td>Ida.</td></tr></table>",
            [("cell", "1.1", "Why?"), ("cell", "1.2", "So."), ("cell", "2.1", "Who?"), ("cell", "2.2", "Ida.")],
        ),
        ("<ul><li>Eels<p>and boats</p></li></ul>", [("item", "", "Eels\nand boats")]),
        ("<blockquote><p>Rain.</p></blockquote>", [("quote", "", "Rain.")]),
        ("<details><summary>Why?</summary>So.</details>", [("term", "", "Why?"), ("definition", "", "So.")]),
        ("<p><code>weir()</code></p>", [("code", "", "weir()")]),
        ("<p style='font-style: italic'>Rain.</p>", [("italic", "", "Rain.")]),
    ],
)
def test_blocks_are_evidence_for_all_of_their_text(markup: str, evidence: list[tuple[str, str, str]]) -> None:
    given_page = f"<article><h1>The weir</h1><p>{SOUND}</p>{markup}<p>{SOUND}</p></article>"
    assert [each for each in marked(given_page) if each[0] != "title"] == evidence


@pytest.mark.parametrize("name", NAMES)
def test_evidence_is_within_the_text_and_sorted(name: str) -> None:
    found = extract(page(name))
    assert found.evidence
    assert all(0 <= item.start < item.end <= len(found.text) for item in found.evidence)
    assert all(found.text[item.start : item.end].strip() for item in found.evidence)
    assert list(found.evidence) == sorted(found.evidence, key=lambda item: (item.start, -item.end))


def test_bold_is_no_evidence_if_most_of_a_page_is_bold() -> None:
    given_page = f"<article><h1>The weir</h1><p><b>{SOUND}</b></p><p><b>{SOUND}</b></p><p>No.</p></article>"
    assert "bold" not in {kind for kind, _, _ in marked(given_page)}


@pytest.mark.parametrize(
    ("byline", "parts"),
    [
        ('<p class="byline">Marta Reed</p>', (("Marta Reed",), None, None)),
        ('<p class="meta"><b class="author">Marta Reed</b> 2024-05-03</p>', (("Marta Reed",), None, "2024-05-03")),
        ('<p class="entry-meta">Posted on 2024-05-03 by Marta Reed, Harbour Post</p>',
         (("Marta Reed",), "Harbour Post", "2024-05-03")),
        ('<div class="info">施雨晴 2024年5月3日</div>', (("施雨晴",), None, "2024年5月3日")),
    ],
)  # fmt: skip
def test_an_element_marked_as_the_byline_is_the_byline(
    byline: str, parts: tuple[tuple[str, ...], str | None, str | None]
) -> None:
    given_page = (
        f"<html><body><article><h1>The weir at noon</h1>{byline}<p>{SOUND}</p><p>{SOUND}</p></article></body></html>"
    )
    found = pipeline.process(given_page.encode(), id="a").byline
    assert found is not None
    assert (found.reporters, found.outlet, found.date) == parts


def test_an_element_named_like_a_byline_without_a_name_is_not_a_byline() -> None:
    top = '<h1>The weir at noon</h1><p class="meta">Listen to this story</p>'
    given_page = f"<html><body><article>{top}<p>{SOUND}</p></article></body></html>"
    assert pipeline.process(given_page.encode(), id="a").byline is None


def test_evidence_is_in_the_article_and_not_needed_to_restore() -> None:
    found = article("bold-questions")
    assert {item.kind for item in found.provenance.evidence} >= {"title", "byline", "bold", "caption"}
    assert pipeline.restore(found).decode() == page_text(page("bold-questions"))
    bold = [label for label in pipeline.explain(found).labels if label.evidence == ("bold",)]
    assert [label.label for label in bold] == ["question"] * 4


TALK_LAYOUTS = {
    "bold": "<p><b>{q}</b></p><p>{a}</p>",
    "italic": "<p><em>{q}</em></p><p>{a}</p>",
    "heading": "<h3>{q}</h3><p>{a}</p>",
    "quotation": "<blockquote>{q}</blockquote><p>{a}</p>",
    "run-in": "<p><b>{q}</b><br>{a}</p>",
    "definition": "<dl><dt>{q}</dt><dd>{a}</dd></dl>",
    "row": "<table><tr><td>{q}</td><td>{a}</td></tr></table>",
    "item": "<ol><li>{q}<p>{a}</p></li></ol>",
    "names in rows": "<table><tr><th>Ida Moss</th><td>{q}</td></tr><tr><th>Ada Fern</th><td>{a}</td></tr></table>",
    "names as terms": "<dl><dt>Ida Moss</dt><dd>{q}</dd><dt>Ada Fern</dt><dd>{a}</dd></dl>",
}
TALK = (
    ("Who built the weir?", "My father did, with two others. It took a summer."),
    ("Do you still repair it yourself?", "Every spring. I would not let anybody else touch the stones."),
    ("And the eels?", "They come and go as they like. We count them at night."),
)


@pytest.mark.parametrize("layout", TALK_LAYOUTS)
def test_an_interview_is_recognised_in_every_layout(layout: str) -> None:
    turns_ = "".join(TALK_LAYOUTS[layout].format(q=q, a=a) for q, a in TALK)
    lead = "<p>Ada Fern keeps the weir above the old mill, as her father did before her. We met there at noon.</p>"
    whole = f"<html><body><article><h1>The keeper of the weir</h1>{lead}{turns_}</article></body></html>"
    found = pipeline.process(whole.encode(), id="a")
    assert [(exchange.question, exchange.answer) for exchange in found.exchanges] == list(TALK)


@pytest.mark.parametrize("layout", [name for name in TALK_LAYOUTS if "names" not in name])
def test_questions_of_a_shop_are_not_an_interview(layout: str) -> None:
    questions = (
        ("How do I return an order?", "Send it back within thirty days. The label is in the parcel."),
        ("Which cards are accepted?", "All major cards, and vouchers of the shop."),
        ("Can I change the address?", "Until the parcel has left the warehouse."),
        ("Where is my invoice?", "Invoices are in the account area under Orders."),
    )
    turns_ = "".join(TALK_LAYOUTS[layout].format(q=q, a=a) for q, a in questions)
    whole = f"<html><body><article><h1>Orders and returns</h1>{turns_}</article></body></html>"
    assert not [*pipeline.process(whole.encode(), id="a").exchanges]


# --- title, byline, metadata


def test_the_text_begins_with_the_visible_title_and_byline() -> None:
    assert page_text(page("chinese-news")).split("\n")[:2] == [
        "守渡口的人：我只是比河水慢一点",
        "2024-05-01 10:00 来源：南湾晚报 作者：施雨晴",
    ]


def test_title_and_byline_are_found_as_in_any_text() -> None:
    found = article("chinese-news")
    assert found.title is not None
    assert found.title.text == "守渡口的人：我只是比河水慢一点"
    assert found.byline is not None
    assert found.byline.reporters == ("施雨晴",)
    assert [(credit.role, credit.names) for credit in found.credits] == [("责任编辑", ("何小满",))]


def test_the_metadata_of_a_page_are_read() -> None:
    assert article("bold-questions").meta == {
        "title": "The woman who mends the tide clocks",
        "author": "Ruth Ashdown",
        "date": "2024-03-09T08:30:00+00:00",
        "site": "The Skerry Letter",
        "url": "https://skerry.example/tide-clocks",
    }


def test_metadata_of_the_record_override_those_of_the_page() -> None:
    found = pipeline.process(page("bold-questions"), media_type="text/html", metadata={"site": "a dump"})
    assert found.meta["site"] == "a dump"


def test_a_profile_can_match_metadata_of_the_page() -> None:
    made = pipeline.Pipeline(profiles={"skerry": {"match": {"metadata": {"site": "The Skerry*"}}}})
    found = made.process(page("bold-questions"), media_type="text/html")
    assert found.provenance.pipeline.profile == "skerry"


def test_a_date_that_the_page_does_not_state_is_not_invented() -> None:
    """Neither from the URL nor from the year of a copyright notice."""
    given_page = (
        '<html><head><link rel="canonical" href="https://x.example/2019/05/04/weir"></head><body><article>'
        "<h1>The weir</h1><p>We met at noon, and it rained until the evening came.</p></article>"
        "<footer>© 2021 The Post</footer></body></html>"
    )
    assert "date" not in extract(given_page.encode()).metadata


# --- provenance


def test_the_source_of_a_page_is_its_text_and_the_hash_of_the_page_is_kept_beside_it() -> None:
    found = pipeline.process(PAGE.encode(), media_type="text/html")
    source = found.provenance.source
    assert pipeline.restore(found).decode() == page_text(PAGE.encode())
    assert source.origin.sha256 == hashlib.sha256(PAGE.encode()).hexdigest()
    assert source.converted_by == converter()
    assert list(pipeline.faults(found)) == []


def test_the_converter_is_recorded_with_its_version() -> None:
    assert [name.split()[0] for name in converter().split(", ")] == ["trafilatura", "lxml"]


# --- told by content


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><p>Hi",
        b"\xef\xbb\xbf<html><body>Hi</body></html>",
        b"<!-- saved from a site -->\n<!doctype HTML>\n<html>",
        b'<?xml version="1.0" encoding="gbk"?>\n<html xmlns="http://www.w3.org/1999/xhtml">',
        "<html><body>Hi</body></html>".encode("utf-16"),
    ],
)
def test_a_page_is_detected_by_its_beginning(data: bytes) -> None:
    assert begins_page(data)


@pytest.mark.parametrize("data", [b"<p>Hi</p>", b"The <html> tag", b"Hi<br>there", b"", b"<htmlx>", b"<!-- a -->Hi"])
def test_a_text_with_leftover_tags_is_not_a_page(data: bytes) -> None:
    assert not begins_page(data)


def media_type(path: Path) -> str | None:
    (found,) = records([InputFile(path, path.name)], Input())
    assert isinstance(found, Record)
    return found.origin.media_type


def test_a_page_is_detected_whatever_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(PAGE.encode())
    assert media_type(path) == "text/html"


def test_a_text_in_an_html_file_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"Daily Post: Why a weir?\nIda Moss: For the eels, 3 < 4.\n")
    assert not holds_markup(path.read_bytes())
    assert media_type(path) == "text/plain"


def test_the_format_given_by_the_caller_overrides_detection() -> None:
    found = pipeline.process(PAGE.encode(), media_type="text/plain")
    assert found.provenance.source.converted_by is None


# --- what cannot be read


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(DecodingError, match="PNG"):
        page_text(b"\x89PNG\r\n")


def test_a_page_without_visible_text_is_refused_with_its_name() -> None:
    with pytest.raises(DocumentError, match="empty-page: has no visible text; leave it out"):
        pipeline.process(b"<html><body><img src='a.jpg'></body></html>", id="empty-page", media_type="text/html")


SOUND = "<p>We met at noon, and it rained until the evening came.</p>"
HOSTILE = {
    "ten thousand nested blocks": "<div>" * 10_000 + SOUND + "</div>" * 10_000,
    "ten thousand nested marks": "<b>" * 10_000 + SOUND,
    "nothing but brackets": SOUND + "<" * 200_000,
    "tags that never close": SOUND + "<a " * 100_000,
    "comments that never close": SOUND + "<!--" * 100_000,
    "a value that never closes": SOUND + '<a href="' + "x" * 500_000,
    "very many values": "<p " + "a=b " * 50_000 + ">" + SOUND,
    "scripts in scripts": SOUND + "<script>" * 50_000,
    "very many ampersands": SOUND + "&" * 200_000,
    "linked data without end": '<script type="application/ld+json">' + "[" * 100_000 + "</script>" + SOUND,
    "tables in tables": "<table><tr><td>" * 3000 + SOUND,
    "very many names": "<p" + "".join(f" a{i}" for i in range(50_000)) + ">" + SOUND,
    "very many quoted values": "<p" + "".join(f' a{i}="b"' for i in range(50_000)) + ">" + SOUND,
    "very many times": SOUND + "<time>2020</time>" * 10_000,
}


def outcome(data: bytes) -> str:
    """The text of a page, or the reason why there is none."""
    try:
        return page_text(data)
    except (PageError, DecodingError) as error:
        return f"refused: {error}"


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_is_read_or_refused_with_a_reason(kind: str) -> None:
    found = outcome(HOSTILE[kind].encode())
    assert "We met at noon" in found or found.startswith("refused: ")


def test_a_page_of_unclosed_tags_is_refused_before_it_is_parsed() -> None:
    assert outcome(b"<" * 5_000_000) == "refused: has 5,000,000 unclosed tags; it is damaged, leave it out"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_page_is_read_or_refused(name: str, share: float) -> None:
    data = page(name)
    found = outcome(data[: int(share * len(data))])
    assert found == "refused: has no visible text; leave it out" or found.endswith("\n")


PIECES = ["<p>", "</p>", "<b>", "<table>", "<tr>", "<td>", "<br>", "<!--", "-->", "<script>", "</script>", "&amp;", "<"]


@settings(max_examples=examples(60))
@given(st.lists(st.sampled_from([*PIECES, "Why a weir?", "For the eels.", "鱼", " ", "\x00", "\x0b", "\ud7ff"])))
def test_any_sequence_of_tags_is_read_or_refused(pieces: list[str]) -> None:
    found = outcome("".join(pieces).encode("utf-8"))
    assert found.startswith("refused: ") or found.endswith("\n")


# --- which lines were meant


def test_a_repeated_line_is_taken_from_the_place_of_its_neighbours() -> None:
    lines = ["Home", "Why here?", "Because of the long quiet evenings.", "Home"]
    assert align(lines, ["Why here?", "Because of the long quiet evenings."]) == [1, 2]


def test_a_memory_error_does_not_change_the_text_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails on an odd page is skipped, but not for lack of memory: the text must not depend on that."""

    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("trafilatura.bare_extraction", greedy)
    with pytest.raises(MemoryError):
        extract(b"<html><body><article><p>Host: Who built it?</p><p>Ida: My aunt.</p></article></body></html>")


def test_a_page_on_which_the_library_fails_is_read_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ValueError("no such node\n")

    monkeypatch.setattr("trafilatura.bare_extraction", failing)
    found = pipeline.process(page("table"), id="odd", media_type="text/html")
    (note,) = (note for note in found.notes if note.rule == "pages.without-extraction")
    assert note.severity == "warning"
    assert "trafilatura raised ValueError: no such node" in note.message
    assert found.exchanges


@pytest.mark.parametrize(
    ("around", "reason"),
    [("<i></i>" * 10_001, "20,0"), ("<div>" * 300, "nested too deeply")],
)
def test_a_page_that_is_too_large_for_the_library_is_read_with_a_warning(around: str, reason: str) -> None:
    given_page = f"<html><body>{around}<p>We met at noon, and it rained until the evening came.</p></body></html>"
    found = pipeline.process(given_page.encode(), id="large", media_type="text/html")
    assert [reason in note.message for note in found.notes if note.rule == "pages.without-extraction"] == [True]


def test_a_usual_page_has_no_such_warning() -> None:
    assert not [note for note in article("chinese-news").notes if note.rule == "pages.without-extraction"]


# --- bodies that an extraction loses, and pages without one

PROSE = (
    "The lock keeper rose at four and walked the whole length of the wall, because the gauge could not be trusted.",
    "Nobody had asked her to write it down, yet there were forty-one notebooks in the loft above the pump room.",
    "In the third winter the ice lifted the gate from its hinges, and the village carried it back on two sledges.",
)
ZH_PROSE = (
    "守闸的人每天四点起床，沿着整道堤墙走一遍，因为水尺上的数字谁也信不过，她只相信自己的眼睛和脚下的石头。",
    "没有人要求她把这些写下来，可是泵房上面的阁楼里有四十一本笔记，每一本都记满了水位、风向和过闸的船名。",
    "第三个冬天，冰把闸门从铰链上顶了起来，全村的人用两架雪橇把它拉了回来，孩子们在后面推，一直推到天黑。",
)


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_body_in_a_box_that_the_extraction_does_not_know_is_found() -> None:
    sections = "".join(f"<section><span>{text}</span></section>" for text in ZH_PROSE)
    given_page = (
        '<html><head><title>守闸</title></head><body><div><h2 class="rich_media_title">守闸</h2>'
        f'<div class="rich_media_content">{sections}</div></div>'
        '<div class="qr_code_box"><p>微信扫一扫<br>关注该公众号</p></div></body></html>'
    )
    found = extract(given_page.encode())
    assert found.body == ZH_PROSE
    assert found.share > 0.9


def test_what_a_script_states_serves_where_the_page_shows_nothing() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "The lock", "articleBody": "\n".join(PROSE)})
    given_page = (
        f'<html><head><script type="application/ld+json">{data}</script></head><body><p>Loading …</p></body></html>'
    )
    found = pipeline.process(given_page.encode(), id="lock", media_type="text/html")
    assert all(text in found.text for text in PROSE)
    assert [note.rule for note in found.notes if note.stage == "conversion"] == ["pages.stated-text"]


def test_what_a_script_states_is_not_taken_where_the_page_shows_it() -> None:
    data = json.dumps({"@type": "NewsArticle", "articleBody": "Another text. " * 30})
    head = f'<head><script type="application/ld+json">{data}</script></head>'
    given_page = f"<html>{head}<body><article><h1>The lock</h1>{paragraphs(PROSE)}</article></body></html>"
    assert extract(given_page.encode()).body == PROSE


def test_a_script_of_wechat_serves_where_the_page_shows_nothing() -> None:
    content = r"\x0a".join(ZH_PROSE)
    script = f"window.cgiDataNew = {{ title: '守闸', content_noencode: JsDecode('{content}') }};"
    given_page = (
        f"<html><head><title>守闸</title><script>{script}</script></head><body><p>轻触查看原文</p></body></html>"
    )
    assert extract(given_page.encode()).body == ZH_PROSE


@pytest.mark.parametrize(
    "notice",
    [
        "该内容已被发布者删除",
        "此内容因违规无法查看",
        "抱歉，您访问的页面不存在",
        "This content has been deleted by the author.",
        "404 - Page not found",
        "Please enable JavaScript to continue",
    ],
)
def test_a_notice_in_place_of_an_article_is_no_article(notice: str) -> None:
    given_page = (
        f"<html><head><title>Post</title></head><body><nav>Home</nav><div><h2>{notice}</h2></div></body></html>"
    )
    with pytest.raises(PageError, match="notice"):
        extract(given_page.encode())


def test_an_article_about_such_a_notice_is_one() -> None:
    given_page = f"<html><body><article><p>Page not found, it said.</p>{paragraphs(PROSE * 2)}</article></body></html>"
    assert "Page not found, it said." in page_text(given_page.encode())


def test_code_of_a_page_is_not_repaired() -> None:
    given_page = (
        f"<html><body><article><p>We call <code>styleObj&lt;b&gt;</code> twice.</p>{paragraphs(PROSE)}</article>"
    )
    assert "styleObj<b>" in pipeline.process(given_page.encode(), id="code", media_type="text/html").text


def test_a_line_of_code_with_its_spaces_is_code() -> None:
    listing = "<pre><code>def weir():\n    gate  =  open_gate()\n    return gate</code></pre>"
    found = extract(f"<html><body><article>{paragraphs(PROSE)}{listing}</article></body></html>".encode())
    code = [found.text[item.start : item.end] for item in found.evidence if item.kind == "code"]
    assert code == ["def weir():", "gate  =  open_gate()", "return gate"]


@given(st.text("aZ1,，9９ÄßЖж渡、 .", min_size=1, max_size=40))
@settings(max_examples=examples(100), deadline=None)
def test_what_is_counted_in_a_line_does_not_depend_on_how(text: str) -> None:
    """ASCII is counted in bytes, all else with patterns."""
    line = PageLine(text.strip() or "a")
    (row,) = line_rows([line], set(), set(), [0])
    facts = dict(zip(LINE_FEATURES, row, strict=True))
    letters = [char for char in line.text if char.isupper() or char.islower()]
    width = max(width_of(line.text), 1)
    assert facts["commas"] == 1000 * sum(char in ",，、;；" for char in line.text) // width
    assert facts["digits"] == 1000 * sum(char.isdecimal() for char in line.text) // width
    assert facts["raised"] == (1000 * sum(map(str.isupper, letters)) // len(letters) if letters else -1)


@pytest.mark.parametrize(
    "hiding", ['class="sr-only"', 'class="u-visually-hidden"', 'style="clip: rect(0px, 0px, 0px, 0px); width: 1px"']
)
def test_text_for_screen_readers_is_not_shown(hiding: str) -> None:
    link = f'<a href="/x">Skiff Rope<span {hiding}>, opens new tab</span></a>'
    given_page = (
        f"<html><body><article><p>The firm {link} sent the winch.</p>{paragraphs(PROSE)}</article></body></html>"
    )
    assert "The firm Skiff Rope sent the winch." in page_text(given_page.encode())


# --- titles


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("How one village beat COVID-19", "How one village beat COVID-19"),
        ("专访林海：我在中国-东盟商会的十年", "专访林海：我在中国-东盟商会的十年"),
        ("The lock - The Weir Post", "The lock"),
        ("守闸的人和她的笔记_人物_南湾网", "守闸的人和她的笔记"),
        ("守闸的人和她的笔记-南湾网", "守闸的人和她的笔记"),
        ("Forty-one notebooks and a gate that…", "Forty-one notebooks and a gate that…"),
    ],
)
def test_only_what_parts_a_site_from_a_title_is_cut(stated: str, title: str) -> None:
    footer = "<footer>南湾网 版权所有</footer>"
    given_page = f"<html><head><title>{stated}</title></head><body>{paragraphs(PROSE)}{footer}</body></html>"
    assert extract(given_page.encode()).title == title


def test_a_badge_glued_to_a_heading_is_no_title() -> None:
    heading = "<h1><span>独家</span><span>守闸的人和她的笔记</span></h1>"
    head = "<head><title>守闸的人和她的笔记_南湾网</title></head>"
    given_page = f"<html>{head}<body><article>{heading}{paragraphs(ZH_PROSE)}</article></body></html>"
    assert extract(given_page.encode()).title == "守闸的人和她的笔记"


@pytest.mark.parametrize(
    ("title", "truncated"),
    [("定了！守闸码头即将开通！地铁直达+免费停...", True), ("守闸的人终于合上了她的第四十一本笔记……", False)],
)
def test_a_chinese_title_that_a_site_cut_off_is_kept_and_marked(title: str, truncated: bool) -> None:
    given_page = f"<html><body><article><h1>{title}</h1>{paragraphs(ZH_PROSE)}</article></body></html>"
    found = pipeline.process(given_page.encode(), id="cut", media_type="text/html").title
    assert found is not None
    assert (found.text, found.truncated) == (title, truncated)


def test_a_small_part_of_a_page_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "extract", lambda *_, **__: ExtractedPage("The lock", (), PROSE, share=0.07))
    found = pipeline.process(PAGE.encode(), id="lock", media_type="text/html")
    (note,) = (note for note in found.notes if note.rule == "pages.small-part")
    assert note.severity == "warning"
    assert "7%" in note.message
