"""Feeds: each entry with a text is a document, and a broken one costs no other."""

import time
from pathlib import Path

import pytest

import pipeline
from pipeline.config.settings import Input, Limits
from pipeline.errors import DocumentError
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.conversion import text_record
from pipeline.readers.feeds.detect import feed_format
from pipeline.readers.feeds.reader import REPAIRED, FeedReader
from pipeline.readers.feeds.split_entries import READ_BYTES
from pipeline.readers.feeds.wordpress import with_paragraphs
from pipeline.testing import check_reader
from readers.found import failures, found, ids, only_failure, only_record

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
)
TALK = "<p><b>Daily Post:</b> Why a weir?</p><p>Ida Moss: For the eels &amp; the salt. 为了鳗鱼。</p>"
SPOKEN = "Daily Post: Why a weir?\nIda Moss: For the eels & the salt. 为了鳗鱼。\n"


def rss(*entries: str, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return (
        f'{declaration}\n<rss version="2.0" {NAMESPACES}>\n<channel><title>Harbour Post</title>\n'
        + "\n".join(entries)
        + "\n</channel></rss>\n"
    )


def entry(title: str, content: str = TALK, more: str = "") -> str:
    cdata = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    return f"<item><title>{title}</title>{more}{cdata}</item>"


ATOM = f"""<?xml version="1.0"?><!-- a feed -->
<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Post</title><author><name>The Editors</name></author>
<entry><title type="html">The &amp;amp; weir</title><link rel="self" href="https://h.example/self"/>
<link href="https://h.example/1"/><id>tag:1</id><published>2024-05-01T10:00:00Z</published>
<author><name>Ada Fern</name></author><author><name>林安</name></author><category term="rivers"/>
<summary>Short.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{TALK}</div></content></entry>
<entry><title>Second</title><summary type="html">&lt;p&gt;Only this.&lt;/p&gt;</summary></entry>
<entry><title>A film</title><content type="video/mp4" src="https://h.example/a.mp4"/></entry>
</feed>
"""


def spoken(record: Record) -> str:
    data = text_record(record).data
    assert isinstance(data, str)
    return data


def test_an_entry_is_a_document_with_its_title_author_date_and_address(tmp_path: Path) -> None:
    more = (
        "<dc:creator><![CDATA[Ada Fern]]></dc:creator><pubDate>Wed, 01 May 2024 10:00:00 +0000</pubDate>"
        "<link>https://h.example/1</link><guid isPermaLink='false'>p1</guid><description>Short.</description>"
        "<category>rivers</category><category><![CDATA[eels & salt]]></category>"
    )
    record = only_record(found(tmp_path, "feed.xml", rss(entry("The weir", more=more))))
    assert record.id == "wire/feed#1"
    assert record.metadata == {
        "site": "Harbour Post",
        "title": "The weir",
        "author": "Ada Fern",
        "date": "Wed, 01 May 2024 10:00:00 +0000",
        "url": "https://h.example/1",
        "guid": "p1",
        "categories": "rivers, eels & salt",
    }
    assert (record.origin.row, record.origin.field) == (1, "content:encoded")
    assert record.origin.media_type == "application/rss+xml"
    assert record.where == "entry 1 of wire/feed.xml"
    assert spoken(record) == f"The weir\n{SPOKEN}"


def test_the_markup_of_an_entry_is_evidence(tmp_path: Path) -> None:
    converted = text_record(only_record(found(tmp_path, "a.xml", rss(entry("The weir")))))
    said = {(each.kind, str(converted.data)[each.start : each.end]) for each in converted.evidence}
    assert {("title", "The weir"), ("bold", "Daily Post:")} <= said
    assert converted.converted_by
    assert converted.origin.sha256 is not None


@pytest.mark.parametrize("content", ["<p>By Ada Fern</p><p>We met at noon.</p>", "By Ada Fern\n\nWe met at noon."])
def test_the_author_of_an_entry_is_its_byline_where_the_text_shows_it(tmp_path: Path, content: str) -> None:
    more = "<dc:creator>Ada Fern</dc:creator>"
    record = text_record(only_record(found(tmp_path, "feed.xml", rss(entry("The weir", content, more)))))
    shown = [(item.kind, str(record.data)[item.start : item.end]) for item in record.evidence]
    assert shown == [("title", "The weir"), ("byline", "By Ada Fern")]


def test_an_article_of_an_entry_restores_its_text(tmp_path: Path) -> None:
    record = text_record(only_record(found(tmp_path, "a.xml", rss(entry("The weir")))))
    article = pipeline.Pipeline().process(record)
    assert pipeline.restore(article) == str(record.data).encode()
    assert article.title is not None
    assert article.title.text == "The weir"


def test_atom_with_elements_as_content(tmp_path: Path) -> None:
    first, second, film = found(tmp_path, "feed", ATOM)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.metadata == {
        "site": "Harbour Post",
        "author": "Ada Fern, 林安",
        "title": "The & weir",
        "date": "2024-05-01T10:00:00Z",
        "url": "https://h.example/1",
        "guid": "tag:1",
        "categories": "rivers",
    }
    assert spoken(first) == f"The & weir\n{SPOKEN}"
    assert second.metadata["author"] == "The Editors"
    assert spoken(second) == "Second\nOnly this.\n"
    assert film == LeftOut("wire/feed", "entry without text", 1)


def test_an_entry_with_only_a_summary_is_read_with_a_note(tmp_path: Path) -> None:
    _, second, _ = found(tmp_path, "feed", ATOM)
    assert isinstance(second, Record)
    (note,) = text_record(second).remarks
    assert (note.rule, note.severity) == ("feeds.summary-only", "info")


def test_rdf_of_rss_1_is_read_and_other_rdf_is_not(tmp_path: Path) -> None:
    namespaces = 'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    data = f'<r:RDF {namespaces}><channel><title>T</title></channel><item r:about="x"><title>A</title>'
    data += "<description>Why a weir?\n\nFor the eels.</description></item></r:RDF>"
    record = only_record(found(tmp_path, "feed.rdf", data))
    assert record.data == "Why a weir?\n\nFor the eels."
    converted = text_record(record)
    assert converted.data == "A\n\nWhy a weir?\n\nFor the eels."
    assert [(item.start, item.end, item.kind) for item in converted.evidence] == [(0, 1, "title")]
    assert feed_format(b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">') is None


def test_other_prefixes_for_the_usual_namespaces(tmp_path: Path) -> None:
    data = (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns:who="http://purl.org/dc/elements/1.1/"><a:title>S</a:title>'
        "<a:entry><a:title>T</a:title><who:creator>Ada Fern</who:creator><a:content>Why?</a:content></a:entry></a:feed>"
    )
    record = only_record(found(tmp_path, "a", data))
    assert record.data == "Why?"
    assert record.metadata == {"site": "S", "title": "T", "author": "Ada Fern"}


def test_the_line_that_says_where_an_entry_appeared_is_left_out(tmp_path: Path) -> None:
    line = '<p>The post <a href="/1">The weir</a> appeared first on <a href="/">Harbour Post</a>.</p>'
    more = '<p><a href="/more">Read more</a></p>'
    record = only_record(found(tmp_path, "a.xml", rss(entry("The weir", TALK + line + more))))
    assert spoken(record) == f"The weir\n{SPOKEN}"


# Broken feeds


def test_a_broken_entry_costs_no_other(tmp_path: Path) -> None:
    bad = (
        "<item><title>Open <b>tag &nbsp; R&D</title><description>Text <b>here.</description></item>",
        "<item><title>No end</title>",
        "<item><description><![CDATA[never closed <p>Lost?</p></description></item>",
        "<item></item>",
    )
    items = found(tmp_path, "a.xml", rss(entry("One"), *bad, entry("Six"), entry("Seven")))
    assert ids(items) == ["wire/a#1", "wire/a#2", "wire/a#3", "wire/a#4", "wire/a#6", "wire/a#7"]
    records = {each.id: each for each in items if isinstance(each, Record)}
    assert REPAIRED in records["wire/a#2"].faults
    assert records["wire/a#2"].metadata["title"] == "Open tag R&D"
    assert spoken(records["wire/a#2"]) == "Open tag R&D\nText here.\n"
    assert spoken(records["wire/a#6"]) == f"Six\n{SPOKEN}"
    assert "entry 3 at byte" in failures(items)[0]
    assert "has no end tag </item>" in failures(items)[0]


def test_tags_of_entries_in_cdata_and_comments_are_no_entries(tmp_path: Path) -> None:
    content = "<p>A feed has an &lt;item&gt;. <!-- <item> --></p><pre></item></pre>"
    items = found(tmp_path, "a.xml", rss(f"<!-- {entry('Old')} -->", entry("One", content), entry("Two")))
    assert ids(items) == ["wire/a#1", "wire/a#2"]


@pytest.mark.parametrize("cut", ["</item>", "</title>", "Why a weir"])
def test_a_feed_that_is_cut_off_says_so(tmp_path: Path, cut: str) -> None:
    data = rss(entry("One"), entry("Two"))
    items = found(tmp_path, "a.xml", data[: data.rindex(cut) + (len(cut) if cut == "</item>" else 0)])
    assert isinstance(items[0], Record)
    assert "cut off" in failures(items)[-1]


def test_an_entry_over_the_limit_fails_alone(tmp_path: Path) -> None:
    long = entry("Long", "<p>Salt.</p>" * READ_BYTES)
    options = Input(limits=Limits(bytes=100_000))
    items = found(tmp_path, "a.xml", rss(entry("One"), long, entry("Three")), options)
    assert [type(each) for each in items] == [Record, Unreadable, Record]
    assert "over the limit of 100,000 bytes; raise [input.limits] bytes" in failures(items)[0]


def test_entities_of_a_document_type_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    lol = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    declared = f'<!DOCTYPE rss [{lol}<!ENTITY x SYSTEM "file://{secret}">]>'
    data = rss("<item><description>Salt &x; &b; words</description></item>")
    for text in (data, data.replace("<rss", f"{declared}<rss")):
        for each in found(tmp_path, "a.xml", text, Input(format="feed")):
            assert "secret words" not in str(getattr(each, "data", ""))
            assert "haha" not in str(getattr(each, "data", ""))


def test_a_feed_without_an_article_fails_if_it_is_named(tmp_path: Path) -> None:
    *_, last = found(tmp_path, "a.xml", rss(entry("One", "")))
    assert isinstance(last, Unreadable)
    assert last.reason == "none of its 1 entries is an article with a text; leave it out"
    assert only_failure(found(tmp_path, "b.xml", rss())).reason.startswith("none of its 0 entries")


def test_an_entry_of_pictures_fails_by_name(tmp_path: Path) -> None:
    record = only_record(found(tmp_path, "a.xml", rss(entry("Boats", '<p><img src="a.png"></p>'))))
    with pytest.raises(DocumentError, match="has no visible text"):
        text_record(record)


# Encodings


@pytest.mark.parametrize(
    ("codec", "declared"),
    [("gb18030", "gb2312"), ("gb18030", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-8"), ("big5", "big5")],
)
def test_the_encoding_is_that_of_the_bytes(tmp_path: Path, codec: str, declared: str) -> None:
    talk = "<p>南灣晚報：為什麼要修這條堤？</p><p>林安：為了鰻魚，也是為了下游的村子。</p>"
    data = rss(entry("堤", talk), entry("堤二", talk), declaration=f'<?xml version="1.0" encoding="{declared}"?>')
    first, second = found(tmp_path, "a.xml", data.encode(codec))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert spoken(first) == "堤\n南灣晚報：為什麼要修這條堤？\n林安：為了鰻魚，也是為了下游的村子。\n"
    assert second.metadata["title"] == "堤二"


def test_the_setting_for_the_encoding_wins(tmp_path: Path) -> None:
    data = rss(entry("堤", "<p>为了鳗鱼。</p>"), declaration='<?xml version="1.0" encoding="utf-8"?>')
    record = only_record(found(tmp_path, "a.xml", data.encode("gb18030"), Input(encoding="gb18030")))
    assert spoken(record) == "堤\n为了鳗鱼。\n"


# WordPress


def post(title: str, content: str, kind: str = "post", status: str = "publish") -> str:
    return entry(title, content, f"<wp:post_type>{kind}</wp:post_type><wp:status><![CDATA[{status}]]></wp:status>")


def test_only_published_posts_of_an_export_are_documents(tmp_path: Path) -> None:
    data = rss(
        post("One", TALK),
        post("logo", "a.png", "attachment"),
        post("Menu", "<p>Home</p>", "nav_menu_item"),
        post("Later", TALK, status="draft"),
        post("Old menu", "<p>About</p>", "nav_menu_item"),
        post("Six", "<b>Why a weir?</b>\nFor the eels.\n\nAnd the salt."),
    )
    items = found(tmp_path, "export.xml", data)
    assert ids(items) == ["wire/export#1", "wire/export#6"]
    assert {(each.reason, each.count) for each in items if isinstance(each, LeftOut)} == {
        ("post type attachment", 1),
        ("post type nav_menu_item", 2),
        ("post status draft", 1),
    }
    last = items[1]
    assert isinstance(last, Record)
    assert spoken(last) == "Six\nWhy a weir?\nFor the eels.\nAnd the salt.\n"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("One.\r\n\r\nTwo.\nThree.", "<p>One.<p>Two.<br>Three."),
        ("<h2>One</h2>\nTwo.\n<ul>\n<li>a</li>\n</ul>", "<p><h2>One</h2>\nTwo.\n<ul>\n<li>a</li>\n</ul>"),
        ("<pre>a\n\nb</pre>\n\nTwo", "<p><pre>a\n\nb</pre><p>Two"),
        ("<!-- wp:paragraph --><p>One\ntwo</p>", "<!-- wp:paragraph --><p>One\ntwo</p>"),
        ('[caption id="1"]<img> The weir[/caption] [笑]', "<p><img> The weir [笑]"),
    ],
)
def test_line_ends_of_an_export_are_paragraphs_and_breaks(content: str, shown: str) -> None:
    assert with_paragraphs(content) == shown


# Laws


@pytest.mark.parametrize(
    "piece",
    ["<![CDATA[", "<!--", "<item>", "</item>", "<item><![CDATA[", "&", "<a:", "<!--<item>", "]]>", "</item>\n<item>"],
)
def test_time_is_linear(tmp_path: Path, piece: str) -> None:
    """Twice a long feed takes at most about twice as long; a quadratic one would take minutes."""
    data = rss(piece * (500_000 // len(piece)))
    began = time.perf_counter()
    for _ in found(tmp_path, "a.xml", data, Input(limits=Limits(bytes=1 << 20))):
        pass
    assert time.perf_counter() - began < 30


def test_damage_is_reported_well() -> None:
    wide = rss(entry("堤", TALK)).encode("utf-16")
    check_reader(FeedReader(), {"a.xml": rss(entry("One"), entry("Two")).encode(), "b.atom": ATOM.encode(), "c": wide})
