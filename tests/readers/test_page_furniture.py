"""What is around an article on a page: layout tables, leads, dialogs; and look-alikes that are part of it."""

import pytest

from pipeline.readers.html import extract
from readers.test_html import PROSE, ZH_PROSE, paragraphs


def old_page(body: str, *, right: str = "") -> bytes:
    """A page of tables, as old sites and those of governments are: menus and articles are in cells."""
    menu = "".join(f'<a href="/{name}">{name}</a><br>' for name in ("Letters", "Tides", "Past issues"))
    return (
        "<html><head><title>The lock keeper</title></head><body><table><tr><td colspan=3>THE COURIER</td></tr>"
        f"<tr><td>{menu}</td><td><b>The lock keeper</b><br><i>By Ada Fern</i><p>{body}</td><td>{right}</td></tr>"
        "<tr><td colspan=3>Best viewed at 800 by 600.</td></tr></table></body></html>"
    ).encode()


def test_only_the_main_cell_of_a_table_that_sets_out_a_page_is_article() -> None:
    right = 'Also this week<br><a href="/s">The bell that nobody rings any more</a>'
    found = extract(old_page(f"{paragraphs(PROSE)}<p>She laughed.</p>", right=right))
    assert found.title == "The lock keeper"
    assert found.below == ("By Ada Fern",)
    assert found.body == (*PROSE, "She laughed.")


def test_a_table_in_the_main_cell_is_article() -> None:
    levels = "".join(
        f"<tr><td>{day}</td><td>{height} cm</td></tr>" for day, height in (("Monday", 40), ("Tuesday", 52))
    )
    found = extract(old_page(f"{paragraphs(PROSE)}<p>It rose.</p><table>{levels}</table>"))
    assert "Tuesday" in found.text
    assert "THE COURIER" not in found.text


def test_all_cells_of_a_table_with_an_exchange_are_article() -> None:
    """One answer holds most of the text, in several paragraphs."""
    rows = (
        f"<tr><td>Why did you write it down?</td><td>{paragraphs(PROSE)}<p>And the wind.</p></td></tr>"
        "<tr><td>Who reads it now?</td><td>My aunt does, when it rains for a week.</td></tr>"
    )
    found = extract(f"<html><body><h1>The lock</h1><table>{rows}</table></body></html>".encode())
    assert "Why did you write it down?" in found.text
    assert "Who reads it now?" in found.text


@pytest.mark.parametrize("lead", ["<h2>{}</h2>", "<p>{}</p>", '<div class="css-1x">{}</div>'])
@pytest.mark.parametrize("byline", ["<div>By <a href='/1'>Ada Fern</a></div><div>2024-05-01</div>", ""])
def test_a_lead_between_title_and_text_is_kept(lead: str, byline: str) -> None:
    said = "On a grey morning the door of the pump room stands open, and somebody inside is whistling."
    body = "".join(f"<div>Post: {text[:40]}?</div><div>Ida: {text}</div>" for text in PROSE)
    page = f"<html><body><div><h1>The lock keeper</h1>{lead.format(said)}{byline}<div>{body}</div></div></body></html>"
    assert said in extract(page.encode()).text


@pytest.mark.parametrize(
    "between",
    [
        "<p>Listen to it</p>",
        '<p><a href="/s">A lighthouse on the other coast learns to sleep at last.</a></p>',
        "<p>Sign up for our newsletter and read all the stories of the week on Saturday.</p>",
        '<div role="dialog"><p>We and our partners store a file on your device, to show what you may like.</p></div>',
    ],
)
def test_what_is_no_lead_is_not_kept(between: str) -> None:
    page = f"<html><body><h1>The lock keeper</h1>{between}<article>{paragraphs(PROSE)}</article></body></html>"
    assert extract(page.encode()).body == PROSE
    assert extract(page.encode()).below == ()


def test_a_question_with_the_label_of_a_reporter_is_no_byline() -> None:
    turns = "".join(
        f"<div>记者：第{n}块木料从哪里来？</div><div>守闸人：{text}</div>" for n, text in enumerate(ZH_PROSE)
    )
    page = f"<html><body><h1>守闸</h1><p>记者：林安</p><div>{turns}</div></body></html>"
    found = extract(page.encode())
    assert found.below == ("记者：林安",)
    assert found.body[0] == "记者：第0块木料从哪里来？"
