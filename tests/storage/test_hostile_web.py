"""Servers that never finish, redirect or are on this machine: each gives an error that says what to do."""

import io
import json
import logging
import pickle
import random
import shutil
import socket
import tempfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.cli import main
from pipeline.config.settings import Input, Limits
from pipeline.model.record import Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import find_files
from pipeline.storage import RemotePath, WebAccess, open_store
from pipeline.storage.disk_space import DiskSpace, DiskSpaceError
from pipeline.storage.private_addresses import kind_of_private
from storage import hostile
from storage.servers import Web

Captured = pytest.CaptureFixture[str]

HERE = WebAccess(allow_private=True)
SHORT = WebAccess(allow_private=True, idle=0.2, seconds=60)
"""For servers that never finish: a busy machine does not change the result."""
PATIENT = WebAccess(allow_private=True, idle=4, seconds=60)
"""For servers that respond, even late; a stalled one is waited for half of `idle`."""
SALT = "The Salt Pans\nSaltmarsh Post: Who rakes the salt?\nIda Moss: 我们一家人，从五月到九月。\n"


@pytest.fixture(autouse=True)
def no_pauses(keys: pytest.MonkeyPatch) -> None:
    """Requests are retried without waiting, and there is no proxy."""
    keys.setattr("pipeline.storage.web.PAUSES", (0, 0, 0))


# Time


@pytest.mark.parametrize(
    ("answer", "setting"),
    [
        (hostile.says_nothing, "download_idle"),
        (hostile.drips_head, "download_idle"),
        (hostile.drips_body, "download_idle"),
        (hostile.drips_chunks, "download_idle"),
    ],
)
def test_an_endless_response_is_an_error(answer: hostile.Answer, setting: str) -> None:
    with (
        hostile.answering(answer) as address,
        pytest.raises(OSError, match=rf"{address}/a.txt: .*\[input.limits\] {setting}"),
    ):
        open_store(f"{address}/a.txt", SHORT).get("")


@pytest.mark.parametrize("answer", [hostile.continues, hostile.trails])
def test_endless_headers_are_an_error(answer: hostile.Answer) -> None:
    with hostile.answering(answer) as address, pytest.raises(OSError, match="endless headers, over 4,194,304"):
        open_store(f"{address}/a.txt", HERE).get("")


def test_a_stalled_download_is_retried_once() -> None:
    with (
        hostile.answering(hostile.stops_in_the_middle) as address,
        pytest.raises(OSError, match="breaks off at byte 65,536, and the server cannot resume there"),
    ):
        open_store(f"{address}/a.txt", PATIENT).get("")


def test_a_whole_download_has_a_time_limit() -> None:
    """A download may continue if each 64 KiB arrive in time."""

    def slowly(connection: socket.socket, over: Any) -> None:
        connection.sendall(hostile.HEAD + b"\r\n")
        while not over.wait(0.05):
            connection.sendall(b"a" * (1 << 16))

    access = WebAccess(allow_private=True, idle=60, seconds=0.5)
    with hostile.answering(slowly) as address, pytest.raises(OSError, match="after 0.5 seconds .*download_seconds"):
        open_store(f"{address}/a.txt", access).get("")


def test_a_slow_server_does_not_affect_other_documents(web: Web, tmp_path: Path, capsys: Captured) -> None:
    with hostile.answering(hostile.drips_body) as address:
        inputs = [f"{address}/slow.txt", web.put("/a.txt", SALT)]
        # For the sound server, too, which may be slow on a busy machine.
        limits = ["--set", "input.limits.download_idle=1"]
        assert main(["run", *inputs, "--allow-private", *limits, "-o", str(tmp_path / "out"), "-q"]) == 1
    assert "slow: cannot be read: " in capsys.readouterr().err
    assert (tmp_path / "out" / "a.json").exists()


# Length


@pytest.mark.parametrize("declared", [True, False])
def test_a_download_has_a_size_limit(web: Web, *, declared: bool) -> None:
    url = web.put("/a.txt", "salt" * 100)
    if not declared:
        web.in_chunks.add("/a.txt")
    with pytest.raises(OSError, match=r"a.txt is .*limit of 100; .*\[input.limits\] download_bytes"):
        open_store(url, WebAccess(allow_private=True, size=100)).get("")


def test_an_endless_zip_is_stopped_and_leaves_no_file(tmp_path: Path, keys: pytest.MonkeyPatch) -> None:
    keys.setattr(tempfile, "tempdir", str(tmp_path))
    options = Input(limits=Limits(copied=1 << 22), allow_private=True)
    with hostile.answering(hostile.goes_on) as address:
        files, _ = find_files([f"{address}/a.zip"], access=options.access)
        (error,) = records(files, options)
    assert isinstance(error, Unreadable)
    assert error.reason.startswith("takes more than 4,194,304 bytes of temporary disk, and its server does not say")
    assert "[input.limits] copied" in error.reason
    assert list(tmp_path.iterdir()) == []


def test_a_copy_stops_before_the_disk_is_full(tmp_path: Path, keys: pytest.MonkeyPatch) -> None:
    keys.setattr(tempfile, "tempdir", str(tmp_path))
    keys.setattr("pipeline.storage.disk_space.CHECK_BYTES", 1 << 20)
    keys.setattr(shutil, "disk_usage", lambda _: Usage(total=1 << 40, used=0, free=1 << 30))
    options = Input(allow_private=True)
    with hostile.answering(hostile.goes_on) as address:
        files, _ = find_files([f"{address}/a.zip"], access=options.access)
        (error,) = records(files, options)
        with pytest.raises(DiskSpaceError, match="cannot be copied"), files[0].remote.on_disk():  # type: ignore[union-attr]
            pass
    assert isinstance(error, Unreadable)
    assert error.passing
    assert "has 1,073,741,824 bytes left, of which 1,073,741,824 stay free; set TMPDIR" in error.reason
    assert list(tmp_path.iterdir()) == []


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_short_copy_is_made_on_a_disk_that_is_nearly_full(tmp_path: Path, keys: pytest.MonkeyPatch) -> None:
    keys.setattr(shutil, "disk_usage", lambda _: Usage(total=1 << 40, used=1 << 40, free=0))
    DiskSpace(tmp_path).take(1 << 20)


def test_a_run_stops_an_endless_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run reads in a separate process, which wraps the stream from a server."""
    with hostile.answering(hostile.goes_on) as url:
        code = main([
            *("run", f"{url}/a.zip", "-o", str(tmp_path / "out"), "-q", "--allow-private"),
            *("--set", f"input.limits.copied={1 << 22}"),
        ])  # fmt: skip
    assert code == 1
    assert "takes more than 4,194,304 bytes of temporary disk" in capsys.readouterr().err


def test_a_file_of_known_length_may_exceed_the_copy_limit(web: Web) -> None:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("a.txt", SALT * 10)
    options = Input(limits=Limits(copied=10), allow_private=True)
    files, _ = find_files([web.put("/a.zip", packed.getvalue())], access=options.access)
    assert [type(each).__name__ for each in records(files, options)] == ["Record"]


def test_content_encoding_counts_towards_the_expansion_ratio() -> None:
    """`Content-Encoding` is not decoded by the store: the file is read as compressed, and counted as such."""
    import gzip

    bomb = gzip.compress(bytes(70 << 20))

    def packed(connection: socket.socket, _: Any) -> None:
        connection.sendall(hostile.HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)

    options = Input(limits=Limits(bytes=1 << 30), allow_private=True)
    with hostile.answering(packed) as address:
        files, _ = find_files([f"{address}/a.txt"], access=options.access)
        (error,) = records(files, options)
    assert isinstance(error, Unreadable)
    assert "unpacks to more than 250 times its size" in error.reason


# Addresses


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.9.9.9", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "reserved"),
        ("100.100.100.200", "reserved"),
        ("168.63.129.16", "private"),
        ("198.18.0.1", "private"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "private"),
        ("255.255.255.255", "private"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "private"),
        ("fec0::1", "reserved"),
        ("ff02::1", "multicast"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::127.0.0.1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("64:ff9b::169.254.169.254", "link-local"),
        ("64:ff9b:1::1", "private"),
        ("2001:db8::1", "private"),
        ("93.184.216.34", None),
        ("2606:2800:220:1::1", None),
        ("64:ff9b::93.184.216.34", None),
        ("::ffff:93.184.216.34", None),
    ],
)
def test_which_addresses_are_public(address: str, kind: str | None) -> None:
    found = kind_of_private(address)
    assert (found is None) == (kind is None), found
    assert kind is None or found in {kind, "reserved", "private"}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]"],
)
def test_all_names_of_this_machine_are_refused(web: Web, host: str) -> None:
    port = web.address.rpartition(":")[2]
    web.put("/a.txt", "salt")
    with pytest.raises(OSError, match=r"is .*an? \w+ address; if you trust it, allow it with --allow-private"):
        open_store(f"http://{host}:{port}/a.txt").get("")
    assert web.asked == []


def test_the_connected_address_is_checked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to a public address first, and to this machine the next time."""
    asked: list[str] = []
    port = int(web.address.rpartition(":")[2])
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))
    local = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    connected: list[object] = []

    def found(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [public if len(asked) == 1 else local]

    def connect(_: socket.socket, address: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(OSError, match=r"rebound.example is 127.0.0.1, a loopback address"):
        open_store(f"http://rebound.example:{port}/a.txt").get("")
    assert connected == [public[4]]


def test_only_public_addresses_of_a_host_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = ("10.0.0.1", "93.184.216.34", "127.0.0.1")
    connected: list[object] = []

    def connect(_: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 80)) for number in numbers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(OSError, match="cannot be reached"):
        open_store("http://mixed.example/a.txt").get("")
    assert set(connected) == {"93.184.216.34"}


def test_a_proxy_may_be_private_but_not_the_requested_host(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", web.address)
    monkeypatch.delenv("NO_PROXY")
    with pytest.raises(OSError, match="169.254.169.254 is a link-local address"):
        open_store("http://169.254.169.254/latest/meta-data/").get("")
    assert web.asked == []
    web.files["/a.txt"] = b"salt"
    assert open_store("http://name-that-only-the-proxy-knows.invalid/a.txt").get("") == b"salt"


@pytest.mark.parametrize("verb", ["verify", "restore", "export", "explain", "diff", "clean", "run"])
def test_each_command_refuses_private_addresses_unless_allowed(
    web: Web, tmp_path: Path, capfd: Captured, verb: str
) -> None:
    url = web.put("/a.txt", "{}")
    arguments = {"diff": [url, url], "export": [url, "--to", "jsonl"], "run": [url, "-o", str(tmp_path / "out")]}.get(
        verb, [url]
    )
    assert main([verb, *arguments]) in {1, 2}
    assert "127.0.0.1 is a loopback address; if you trust it, allow it with --allow-private" in capfd.readouterr().err
    assert web.asked == []
    main([verb, *arguments, "--allow-private"])
    assert "loopback" not in capfd.readouterr().err
    assert web.asked


def test_the_permission_is_pickled(web: Web) -> None:
    (file,), _ = find_files([web.put("/a.txt", "salt")], access=HERE)
    remote = pickle.loads(pickle.dumps(file)).remote
    assert remote.read_bytes() == b"salt"
    assert (remote / "b").access == HERE


def test_changed_permission_and_limits_do_not_reread_files(web: Web, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SALT, "utf-8")
    command = ["run", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "-q"]
    assert Input(allow_private=True, limits=Limits(download_idle=1, copied=5)).reading == Input()
    for more in ([], ["--allow-private", "--follow-symlinks", "--set", "input.limits.download_idle=5"]):
        assert main([*command, *more]) == 0
    counters = json.loads((tmp_path / "out" / "_run" / "run.json").read_bytes())["documents"]
    assert counters["unchanged"] == 1


# Redirects


def test_a_redirect_to_a_private_address_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The redirecting server counts as public: its own address is allowed."""
    web.moved["/a.txt"] = "http://169.254.169.254/latest/meta-data/"
    monkeypatch.setattr(
        "pipeline.storage.http_transport.kind_of_private",
        lambda number: None if number == "127.0.0.1" else kind_of_private(number),
    )
    with pytest.raises(OSError, match=r"/a.txt: 169.254.169.254 is a link-local address"):
        open_store(f"{web.address}/a.txt").get("")


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("file:///etc/passwd", "only http:// and https:// are followed"),
        ("ftp://salt.example/a", "only http:// and https:// are followed"),
        ("s3://salt/a", "only http:// and https:// are followed"),
        ("http://user:geheim@127.0.0.1/a", "with a user name in it"),
        ("http://[::1/a", "no valid response"),
        ("http://127.0.0.1:99999/a", "no valid response|cannot be reached"),
        ("http://" + "a" * 70_000 + "/", "cannot be read|cannot be reached|can be read"),
        ("//", "redirects more than 10 times"),
    ],
)
def test_an_invalid_redirect_is_an_error(web: Web, location: str, message: str) -> None:
    web.moved["/a.txt"] = location
    with pytest.raises(OSError, match=message) as raised:
        open_store(f"{web.address}/a.txt", HERE).get("")
    assert "geheim" not in str(raised.value)


def test_a_redirect_from_https_to_http_is_refused() -> None:
    from urllib import request

    from pipeline.storage.http_transport import RefusedError, _Redirects

    asked = request.Request("https://salt.example/a.txt")
    with pytest.raises(RefusedError, match="a redirect to http://salt.example, without encryption"):
        _Redirects({}).http_error_302(asked, io.BytesIO(), 302, "", {"Location": "http://salt.example/a.txt"})


def test_circular_redirects_are_an_error(web: Web) -> None:
    web.moved |= {"/a.txt": "/b.txt", "/b.txt": "/a.txt"}
    with pytest.raises(OSError, match="redirects more than 10 times"):
        open_store(f"{web.address}/a.txt", HERE).get("")
    assert len(web.asked) == 11


def test_the_body_of_a_redirect_is_not_read() -> None:
    def endless(connection: socket.socket, over: Any) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: file:///a\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"a" * (1 << 20))

    with hostile.answering(endless) as address, pytest.raises(OSError, match="status 302"):
        open_store(f"{address}/a.txt", HERE).get("")


def test_a_redirect_to_another_host_is_logged_once_and_sends_no_credentials(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """For example credentials of the proxy, if the other host is reached without it."""
    port = web.address.rpartition(":")[2]
    monkeypatch.setenv("http_proxy", web.address.replace("://", "://user:geheim@"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    heads: list[bytes] = []

    def elsewhere(connection: socket.socket, _: Any) -> None:
        connection.sendall(hostile.HEAD + b"Content-Length: 4\r\n\r\nsalt")

    with hostile.answering(elsewhere, heads) as address:
        web.moved["/a.txt"] = f"{address}/b.txt"
        with caplog.at_level(logging.WARNING):
            remote = RemotePath(f"http://salt.invalid:{port}/a.txt?Signature=geheim", access=HERE)
            entry = remote.entry()
            assert entry is not None
            assert remote.known(entry).read_bytes() == b"salt"
    (message,) = caplog.messages
    assert message == (
        f"pipeline: http://salt.invalid:{port}/a.txt is read from {address.removeprefix('http://')}, "
        "to which its server redirects"
    )
    assert len(heads) == 2
    assert not any(b"Proxy" in head or b"geheim" in head for head in heads)


def test_a_redirect_within_a_host_is_not_logged(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    web.put("/b.txt", "salt")
    web.moved["/a.txt"] = "/b.txt"
    assert open_store(f"{web.address}/a.txt", HERE).get("") == b"salt"
    assert caplog.messages == []


# Answers that are none


@pytest.mark.parametrize("seed", range(40))
def test_an_invalid_response_is_a_store_error(seed: int) -> None:
    chance = random.Random(seed)
    whole = bytearray(
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\nContent-Range: bytes 0-3/4\r\n"
        b"ETag: x\r\n\r\n4\r\nsalt\r\n0\r\n\r\n"
    )
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(whole))
        whole[at : at + chance.randrange(3)] = bytes(
            chance.choices(b"0123456789-:\r\n \xff\0Aef", k=chance.randrange(4))
        )

    def garbled(connection: socket.socket, _: Any) -> None:
        connection.sendall(bytes(whole))

    with hostile.answering(garbled) as address:
        try:
            result = f"{address} {len(open_store(f'{address}/a.txt', SHORT).get(''))}"
        except OSError as error:
            result = str(error)
    assert result.startswith(address)


@pytest.mark.parametrize("head", [b"Content-Length: " + b"9" * 5_000, b"Content-Length: -1", b"Content-Length: 1e9"])
def test_an_invalid_length_is_ignored(head: bytes) -> None:
    def answer(connection: socket.socket, _: Any) -> None:
        connection.sendall(hostile.HEAD + head + b"\r\n\r\nsalt")

    with hostile.answering(answer) as address:
        entry = open_store(f"{address}/a.txt", HERE).entry("")
    assert entry is not None
    assert entry.size is None


def test_clean_reads_a_url_up_to_the_limit(web: Web, capfd: Captured) -> None:
    url = web.put("/a.txt", "salt " * 100)
    assert main(["clean", url, "--allow-private", "--set", "input.limits.bytes=100"]) == 1
    assert "a.txt: is larger than 100 bytes; raise [input.limits] bytes" in capfd.readouterr().err
