"""Mail: the text of a message is a document, and what is attached goes to the reader that claims it."""

import base64
import hashlib
import quopri
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

import pipeline
from pipeline.config.settings import Input, Limits
from pipeline.model.evidence import Evidence
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.conversion import text_record
from pipeline.readers.mail.detect import begins_mailbox, begins_message
from pipeline.readers.mail.message import MAX_PARTS
from pipeline.readers.mail.reader import MailboxReader, MailReader
from pipeline.testing import check_reader
from readers.found import failures, found, ids, only_failure, only_record

TALK = "Daily Post: Why a weir?\nIda Moss: For the eels. 为了鳗鱼。\n"
PAGE = (
    "<html><head><title>The weir</title></head><body><h1>The weir</h1>"
    "<p><b>Why a weir?</b></p><p>For the eels, and for the village below it.</p></body></html>"
)


def message(text: str = TALK, **fields: str) -> EmailMessage:
    made = EmailMessage()
    known = {
        "From": '"Ada Fern" <ada@h.example>',
        "Subject": "渡口 and the weir",
        "Date": "Wed, 01 May 2024 10:00:00 +0200",
        "Message-ID": "<m1@h.example>",
    }
    for name, value in {**known, **fields}.items():
        made[name] = value
    made.set_content(text)
    return made


def raw(body: bytes, content_type: str, more: bytes = b"") -> bytes:
    return b"MIME-Version: 1.0\r\nSubject: a\r\nContent-Type: %s\r\n%s\r\n%s" % (content_type.encode(), more, body)


def snapshot(page: str = PAGE) -> bytes:
    encoded = quopri.encodestring(page.encode())
    return (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://h.example/1\r\nSubject: The weir\r\n"
        b"Date: Wed, 1 May 2024 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="B"\r\n\r\n'
        b"--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b"Content-Location: https://h.example/1\r\n\r\n" + encoded + b"\r\n"
        b"--B\r\nContent-Type: image/png\r\nContent-Location: https://h.example/a.png\r\n\r\nx\r\n--B--\r\n"
    )


def test_a_message_is_a_document_with_its_subject_sender_and_date(tmp_path: Path) -> None:
    record = only_record(found(tmp_path, "a.eml", message().as_bytes()))
    assert record.id == "wire/a"
    assert record.metadata == {
        "title": "渡口 and the weir",
        "author": "Ada Fern",
        "date": "2024-05-01T10:00:00+02:00",
        "message-id": "<m1@h.example>",
    }
    assert record.data == f"渡口 and the weir\n\n{TALK}"
    assert record.origin.media_type == "text/plain"
    assert record.origin.sha256 == hashlib.sha256(TALK.encode()).hexdigest()


def test_the_subject_of_a_plain_message_is_the_title_of_its_article(tmp_path: Path) -> None:
    talk = f"{TALK}Daily Post: Who paid for it?\nIda Moss: Every family gave a day of work in the spring.\n"
    data = message(talk, Subject="Re: Fwd: The keeper of the weir").as_bytes()
    record = only_record(found(tmp_path, "a.eml", data))
    assert record.evidence == (Evidence(0, 22, "title"),)
    made = pipeline.process(record)
    assert made.title is not None
    assert made.title.text == "The keeper of the weir"
    assert len(list(made.exchanges)) == 2


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("The weir\n\nBy Ada Fern\n\nWe met at noon.\n", [("title", "The weir"), ("byline", "By Ada Fern")]),
        ("THE WEIR\nAda Fern\nWe met at noon.\n", [("title", "THE WEIR"), ("byline", "Ada Fern")]),
        ("Title: The weir\nAuthor: Ada Fern\n\nWe met at noon.\n", []),
        ("Read on: The weir, by Ada Fern\nWe met at noon.\n", []),
    ],
)
def test_a_title_that_the_text_shows_is_not_added(tmp_path: Path, text: str, evidence: list[tuple[str, str]]) -> None:
    record = only_record(found(tmp_path, "a.eml", message(text, Subject="The weir").as_bytes()))
    assert record.data == text
    assert [(item.kind, text[item.start : item.end]) for item in record.evidence] == evidence


def test_a_plain_text_with_odd_bytes_stays_as_it_is(tmp_path: Path) -> None:
    data = raw(b"We met at noon, caf\x81\xff, and it rained.\n", "text/plain; charset=utf-8")
    assert isinstance(only_record(found(tmp_path, "a.eml", data)).data, bytes)


def test_the_page_of_a_message_is_preferred_to_its_plain_text(tmp_path: Path) -> None:
    both = message("See the page.\n")
    both.add_alternative(PAGE, subtype="html")
    record = only_record(found(tmp_path, "a.eml", both.as_bytes()))
    assert record.origin.media_type == "text/html"
    assert "For the eels" in str(text_record(record).data)


def test_attachments_are_read_by_the_reader_that_claims_them(tmp_path: Path) -> None:
    made = message()
    made.add_attachment(b'{"id": "j1", "text": "Why?"}\n', maintype="application", subtype="x", filename="dump.jsonl")
    made.add_attachment(PAGE.encode(), maintype="text", subtype="html", filename="渡口.html")
    made.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="../../a.png")
    items = found(tmp_path, "a.eml", made.as_bytes())
    assert ids(items) == ["wire/a", "j1", "wire/a/渡口"]
    assert [each for each in items if isinstance(each, LeftOut)] == [
        LeftOut("wire/a.eml, a.png", "is a PNG image"),
    ]


def test_attached_messages_are_read_to_the_limit_of_depth(tmp_path: Path) -> None:
    made = message("innermost\n")
    for _ in range(8):
        outer = message("outer\n")
        outer.add_attachment(made)
        made = outer
    items = found(tmp_path, "a.eml", made.as_bytes())
    assert [type(each) for each in items] == [Record] * 6 + [Unreadable]
    assert items[1].id == "wire/a/message-2"  # type: ignore[union-attr]
    assert "raise [input.limits] depth" in failures(items)[0]


def test_attachments_with_one_name_have_ids_of_their_own(tmp_path: Path) -> None:
    made = message()
    for text, name in (("One.", "a.txt"), ("Two.", "a.txt"), ("Three.", "a.md")):
        made.add_attachment(text, filename=name)
    assert ids(found(tmp_path, "m.eml", made.as_bytes())) == ["wire/m", "wire/m/a", "wire/m/a-2", "wire/m/a-3"]


def test_a_second_text_in_a_message_is_not_lost(tmp_path: Path) -> None:
    body = b"--B\r\nContent-Type: text/html\r\n\r\n<p>One</p>\n--B\nContent-Type: text/plain\n\nTwo\r\n--B--\r\n"
    items = found(tmp_path, "m.eml", raw(body, "multipart/mixed; boundary=B"))
    assert ids(items) == ["wire/m", "wire/m/part-2"]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("gb2312", "gb18030"), ("utf-8", "gb18030"), ("big5", "big5"), ("no-such", "utf-8"), ("", "utf-8")],
)
def test_the_charset_counts_if_the_bytes_confirm_it(tmp_path: Path, charset: str, codec: str) -> None:
    text = "南灣晚報：為什麼要修這條堤？\n林安：為了鰻魚，也是為了下游的村子。\n"
    kind = "text/plain" + (f"; charset={charset}" if charset else "")
    body = base64.encodebytes(text.encode(codec))
    record = only_record(found(tmp_path, "a.eml", raw(body, kind, b"Content-Transfer-Encoding: base64\r\n")))
    assert record.data == f"a\n\n{text}"


def test_a_header_in_raw_gbk_is_decoded(tmp_path: Path) -> None:
    data = b"MIME-Version: 1.0\nFrom: a@h.example\nSubject: " + "渡口为什么停了".encode("gb18030") + b"\n\nText.\n"
    assert only_record(found(tmp_path, "a.eml", data)).metadata["title"] == "渡口为什么停了"


def test_a_saved_page_is_read_as_a_page(tmp_path: Path) -> None:
    record, pictures = found(tmp_path, "a.mhtml", snapshot())
    assert isinstance(record, Record)
    assert record.metadata == {"url": "https://h.example/1", "saved": "Wed, 1 May 2024 10:00:00 -0000"}
    assert pictures == LeftOut("wire/a.mhtml", "part of the message of type image/png", 1)
    assert str(text_record(record).data).startswith("The weir\nWhy a weir?\nFor the eels")


def test_messages_of_a_mailbox_are_documents(tmp_path: Path) -> None:
    envelope = b"From ada@h.example Wed May  1 10:00:00 2024\n"
    second = message("From the weir\n>From here\n\nFrom then on.\n")
    quoted = second.as_bytes().replace(b"\nFrom the", b"\n>From the").replace(b"\n>From here", b"\n>>From here")
    data = envelope + message().as_bytes() + b"\n" + envelope + quoted + b"\n"
    first, last = found(tmp_path, "box", data)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (first.id, first.origin.row) == ("wire/box#1", 1)
    assert last.data == "渡口 and the weir\n\nFrom the weir\n>From here\n\nFrom then on.\n\n"


def test_a_message_over_the_limit_fails_alone(tmp_path: Path) -> None:
    envelope = b"From ada@h.example Wed May  1 10:00:00 2024\n"
    data = b"\n".join(envelope + message(text).as_bytes() for text in ("One\n", "salt\n" * 2000, "Three\n"))
    items = found(tmp_path, "box.mbox", data, Input(limits=Limits(bytes=5000)))
    assert [type(each) for each in items] == [Record, Unreadable, Record]
    assert "message 2 at line" in failures(items)[0]


def test_a_message_without_text_fails_if_it_is_named(tmp_path: Path) -> None:
    *_, last = found(tmp_path, "a.eml", raw(b"x", "image/png"))
    assert isinstance(last, Unreadable)
    assert last.reason == "none of its 2 parts is a text; leave it out"


@pytest.mark.parametrize(
    "data",
    [
        b"Q: Who are you?\nA: I keep the weir.\n",
        b"Title: The weir\nDate: 2024-05-01\nFrom: the river\n\nText.\n",
        b"From the weir we walked at 10:30 to the sea in 1931.\nIt rained.\n",
    ],
)
def test_a_text_that_begins_like_a_message_is_a_text(data: bytes) -> None:
    assert not begins_message(data)
    assert not begins_mailbox(data)


def test_parts_nested_deeply_or_too_many_are_refused(tmp_path: Path) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000))
    data = b"MIME-Version: 1.0\r\nSubject: a\r\n" + deep
    assert "nested" in only_failure(found(tmp_path, "a.eml", data)).reason
    many = b"--B\r\n\r\nx\r\n" * (MAX_PARTS + 10)
    assert "parts" in only_failure(found(tmp_path, "a.eml", raw(many, "multipart/mixed; boundary=B"))).reason


def test_a_long_message_takes_linear_time(tmp_path: Path) -> None:
    began = time.perf_counter()
    fields = b"MIME-Version: 1.0\nTo: a\nContent-Type: text/plain;" + b" a*0=x;" * 100_000 + b"\n\nText."
    assert "header field" in only_failure(found(tmp_path, "a.eml", fields)).reason
    found(tmp_path, "a.eml", raw(b"--B\r\n--C\r\n" * 20_000, "multipart/mixed; boundary=B"))
    found(tmp_path, "a.eml", b"MIME-Version: 1.0\r\nSubject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nText.")
    assert time.perf_counter() - began < 20


def test_damage_is_reported_well() -> None:
    made = message()
    made.add_alternative(PAGE, subtype="html")
    made.add_attachment(b"One.", maintype="text", subtype="plain", filename="a.txt")
    check_reader(MailReader(), {"a.eml": made.as_bytes(), "b.mhtml": snapshot()})
    envelope = b"From ada@h.example Wed May  1 10:00:00 2024\n"
    check_reader(MailboxReader(), {"c.mbox": envelope + made.as_bytes() + b"\n" + envelope + message().as_bytes()})
