"""Files of web servers are read completely, even if the connection breaks, and errors show no signature."""

import os
import sys
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.storage import RemotePath, Store, WebAccess, open_store
from storage.servers import Web

HERE = WebAccess(allow_private=True)
"""Access to a server on this machine."""
TEXT = "Ida Moss: 潮水来了，我们收盐。\n" * 20_000


def local(url: str) -> Store:
    return open_store(url, HERE)


def test_a_file_is_read_unchanged(web: Web) -> None:
    url = web.put("/d/a.txt", TEXT)
    assert local(url).get("").decode() == TEXT
    assert RemotePath(url, access=HERE).entry() is not None
    assert local(f"{web.address}/d").get("a.txt").decode() == TEXT


def test_a_name_with_spaces_and_chinese_may_be_encoded_or_not(web: Web) -> None:
    web.put("/d/%E7%9B%90%20a.txt", "x")
    assert local(f"{web.address}/d/盐 a.txt").get("") == b"x"
    assert local(f"{web.address}/d/%E7%9B%90%20a.txt").get("") == b"x"
    assert local(f"{web.address}/d").get("盐 a.txt") == b"x"


def test_the_query_is_sent_and_not_shown(web: Web) -> None:
    url = web.put("/d/a.txt", "x") + "?X-Amz-Signature=geheim"
    assert local(url).get("") == b"x"
    assert web.asked == [("GET", "/d/a.txt?X-Amz-Signature=geheim", None)]


def test_responses_without_a_length_and_redirected_ones_are_read(web: Web) -> None:
    web.in_chunks.add("/d/a.txt")
    web.put("/d/a.txt", "salt")
    web.moved["/old.txt"] = "/d/a.txt"
    assert local(f"{web.address}/old.txt").get("") == b"salt"


def test_an_interrupted_download_is_resumed(web: Web) -> None:
    url = web.put("/a.txt", TEXT)
    web.breaks["/a.txt"] = [300_000, 100_000, 0, 7]
    assert local(url).get("").decode() == TEXT
    assert [asked[2] for asked in web.asked] == [
        None,
        "bytes=300000-",
        "bytes=400000-",
        "bytes=400000-",
        "bytes=400007-",
    ]


def test_without_range_requests_an_interrupted_download_fails_at_its_last_byte(web: Web) -> None:
    url = web.put("/a.txt", TEXT)
    web.breaks["/a.txt"] = [300_000]
    web.without_ranges.add("/a.txt")
    with pytest.raises(OSError, match="a.txt breaks off at byte 300,000, and the server cannot resume there"):
        local(url).get("")


def test_a_file_that_changes_during_the_download_is_an_error(web: Web) -> None:
    url = web.put("/a.txt", TEXT)
    web.breaks["/a.txt"] = [300_000]
    web.tags["/a.txt"] = ['"one"', '"two"']
    with pytest.raises(OSError, match="breaks off at byte 300,000, and the server cannot resume"):
        local(url).get("")


def test_a_download_that_always_stops_at_the_same_byte_fails(web: Web) -> None:
    url = web.put("/a.txt", TEXT)
    web.breaks["/a.txt"] = [300_000, *[0] * 9]
    with pytest.raises(OSError, match="breaks off at byte 300,000 again and again; run again later"):
        local(url).get("")
    assert len(web.asked) == 4


@pytest.mark.parametrize(
    ("status", "kind", "message", "times"),
    [
        (404, FileNotFoundError, r"/a.txt is not there \(the server answers with status 404\)", 1),
        (410, FileNotFoundError, "is not there", 1),
        (403, PermissionError, "status 403; the signature in its URL may be too old", 1),
        (401, PermissionError, "status 401", 1),
        (418, OSError, "status 418; check the address", 1),
        (500, OSError, "status 500; run again later", 4),
        (503, OSError, "status 503; run again later", 4),
    ],
)
def test_an_error_names_the_file_and_what_to_do_but_no_signature(
    web: Web, status: int, kind: type[OSError], message: str, times: int
) -> None:
    web.status["/a.txt"] = status
    with pytest.raises(kind, match=message) as raised:
        local(f"{web.address}/a.txt?Signature=geheim").get("")
    assert "geheim" not in str(raised.value)
    assert len(web.asked) == times


def test_an_unreachable_server_is_reported(web: Web) -> None:
    with pytest.raises(OSError, match=r"http://127.0.0.1:1/a.txt: the server cannot be reached \(Connection refused\)"):
        local("http://127.0.0.1:1/a.txt").get("")


def test_redirects_to_other_protocols_are_refused(web: Web, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("local")
    web.moved["/a.txt"] = (tmp_path / "a.txt").as_uri()
    with pytest.raises(OSError, match="status 302"):
        local(f"{web.address}/a.txt").get("")


def test_the_stamp_is_a_strong_etag_or_else_the_time(web: Web) -> None:
    url = web.put("/a.txt", "salt")
    web.tags["/a.txt"] = ['"one"', 'W/"two"']
    strong, weak = local(url).entry(""), local(url).entry("")
    assert strong is not None
    assert weak is not None
    assert (strong.size, strong.stamp) == (4, '"one"')
    assert weak.stamp == "Wed, 01 May 2024 06:00:00 GMT"
    assert local(f"{web.address}/none.txt").entry("") is None


def test_the_web_cannot_be_written_or_listed(web: Web, tmp_path: Path) -> None:
    there = open_store(web.address)
    (tmp_path / "a").touch()
    for attempt in (
        lambda: there.put("a", b""),
        lambda: there.upload("a", tmp_path / "a"),
        lambda: there.delete("a"),
        lambda: list(there.listing()),
    ):
        with pytest.raises(UsageError, match="s3://, gs:// or az://"):
            attempt()
    assert web.asked == []


def test_the_web_needs_no_library(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    assert local(web.put("/a.txt", os.fsencode("盐"))).get("") == "盐".encode()
