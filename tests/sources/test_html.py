import hashlib

import pytest

import pipeline
from pipeline.decoding import DecodingError
from pipeline.sources.html import text_of

PAGE = """<html><head><meta charset="gb2312"><title>Shop</title></head><body>
<nav><a href="/">Home</a></nav>
<article><h1>The  weir</h1><p>We met at <b>no</b>on.<br>It rained.</p><p>Daily Post: Why a weir?</p>
<p>Ida Moss: For the <em>eels</em>.</p><script>track()</script></article>
<footer>Imprint</footer></body></html>"""


def test_every_block_and_line_break_ends_a_line_and_inline_elements_end_nothing() -> None:
    assert text_of(PAGE.encode()).split("\n") == [
        "The weir",
        "We met at noon.",
        "It rained.",
        "Daily Post: Why a weir?",
        "Ida Moss: For the eels.",
        "",
    ]


def test_a_page_without_an_article_is_read_whole_but_for_navigation_and_scripts() -> None:
    page = "<body><nav>Home</nav><div>One.</div><div>Two.</div><script>x</script></body>"
    assert text_of(page.encode()) == "One.\nTwo.\n"


def test_a_page_that_declares_gb2312_and_holds_gbk_is_read() -> None:
    page = '<html><head><meta charset="gb2312"></head><body><p>祝镕生说，这条河的水位已经降下来了。</p></body></html>'
    assert text_of(page.encode("gbk")) == "祝镕生说，这条河的水位已经降下来了。\n"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DecodingError, match="PNG"):
        text_of(b"\x89PNG\r\n")


def test_the_source_of_a_page_is_its_text_and_the_hash_of_the_page_is_kept_beside_it() -> None:
    article = pipeline.process(PAGE.encode(), media_type="text/html")
    source = article.provenance.source
    assert pipeline.restore(article).decode() == text_of(PAGE.encode())
    assert source.origin.sha256 == hashlib.sha256(PAGE.encode()).hexdigest()
    assert source.converted_by is not None
    assert source.converted_by.startswith("beautifulsoup4 ")
    assert list(pipeline.faults(article)) == []
