"""A bucket: objects are written and read unchanged and listed in order; errors say what to do and show no key."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from ordeal import GUARD

from pipeline.errors import UsageError
from pipeline.storage import Store, open_store
from pipeline.storage import bucket as buckets
from pipeline.storage.bucket import MAX_RANGE_BYTES
from storage.servers import SECRET, Web

NAMES = [
    "a b.txt",
    "盐田/五月.txt",
    "100%.txt",
    "50%25.txt",
    "q?x#y&z=1.txt",
    "plus+.txt",
    "it's (1).txt",
    "a~b.txt",
    "😀.txt",
]


@pytest.fixture
def broken(web: Web, keys: pytest.MonkeyPatch) -> Web:
    """A server for the bucket `salt` with responses chosen by the test."""
    pytest.importorskip("obstore", reason="needs bilingual-pipeline[stores]")
    keys.setenv("AWS_ENDPOINT_URL", web.address)
    keys.setattr(buckets, "RETRIES", 1)
    return web


@pytest.mark.parametrize("name", NAMES)
def test_an_object_is_read_as_it_was_written(bucket: str, name: str) -> None:
    raw = open_store(f"{bucket}/raw")
    raw.put(name, "晒盐".encode())
    assert raw.get(name).decode() == "晒盐"
    assert [(entry.name, entry.size) for entry in raw.listing()] == [(name, 6)]
    raw.delete(name)
    assert raw.size(name) is None


def test_an_empty_and_a_long_object_are_read(bucket: str, tmp_path: Path) -> None:
    long = os.urandom(2 * MAX_RANGE_BYTES + 12345)
    (tmp_path / "long").write_bytes(long)
    open_store(bucket).put("empty", b"")
    open_store(bucket).upload("long", tmp_path / "long")
    open_store(bucket).download("long", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == long
    assert (open_store(bucket).get("empty"), open_store(bucket).size("empty"), open_store(bucket).size("long")) == (
        b"",
        0,
        len(long),
    )


def test_only_the_needed_part_of_a_long_object_is_fetched(broken: Web) -> None:
    broken.put("/salt/long", bytes(5_000_000))
    with open_store("s3://salt").open("long") as stream:
        assert len(stream.read(1000)) == 1000
    assert broken.asked[-1] == ("GET", "/salt/long", "bytes=0-262143")


def test_create_succeeds_for_one_of_many_at_once(bucket: str) -> None:
    claims = open_store(f"{bucket}/claims")

    def claim(who: int) -> bool:
        try:
            claims.put("shard-1", b"%d" % who, create_only=True)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim, range(8)))
    assert won.count(True) == 1
    assert claims.get("shard-1") == b"%d" % won.index(True)


@pytest.mark.parametrize("count", [40, pytest.param(1200, marks=pytest.mark.soak)])
def test_objects_are_listed_in_order_over_several_pages(bucket: str, count: int) -> None:
    """A page of a listing has a thousand objects."""
    raw = open_store(f"{bucket}/raw")
    names = [f"{n % 7}/{n:04}.txt" for n in range(count)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: raw.put(name, b"x"), names))
    assert [entry.name for entry in raw.listing()] == sorted(names)
    assert [entry.name for entry in raw.listing("3/")] == sorted(name for name in names if name.startswith("3/"))


def test_a_listing_has_only_objects_below_the_folder(bucket: str) -> None:
    for name in ("raw/a.txt", "raw/b/c.txt", "rawer/d.txt", "raw.txt"):
        open_store(bucket).put(name, b"x")
    assert [entry.name for entry in open_store(f"{bucket}/raw").listing()] == ["a.txt", "b/c.txt"]
    assert [entry.name for entry in open_store(bucket).listing("raw")] == ["raw/a.txt", "raw/b/c.txt"]
    assert not list(open_store(f"{bucket}/ra").listing())


def test_folder_placeholders_are_not_listed(bucket: str) -> None:
    for key in ("raw/", "raw/empty/", "raw/full/"):
        request = Request(f"{os.environ['AWS_ENDPOINT_URL']}/salt/{key}", method="PUT", data=b"")
        urlopen(request).close()
    open_store(bucket).put("raw/full/a.txt", b"x")
    open_store(bucket).put("raw/nothing.txt", b"")
    assert [entry.name for entry in open_store(f"{bucket}/raw").listing()] == ["full/a.txt", "nothing.txt"]


def test_the_stamp_changes_with_the_object(bucket: str) -> None:
    def stamp() -> str | None:
        (entry,) = open_store(bucket).listing()
        found = open_store(bucket).entry("a")
        assert found is not None
        assert found.stamp == entry.stamp
        return entry.stamp

    open_store(bucket).put("a", b"one")
    before = stamp()
    open_store(bucket).put("a", b"two")
    assert before != stamp()
    open_store(bucket).put("a", b"one")
    assert before == stamp()


def test_a_store_can_be_pickled(bucket: str) -> None:
    open_store(bucket).put("a", "潮汐".encode())
    sent = pickle.dumps(open_store(bucket))
    assert SECRET.encode() not in sent
    code = f"import pickle, sys; sys.stdout.buffer.write(pickle.loads({sent!r}).get('a'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == "潮汐"


def test_a_missing_object_is_a_missing_file(bucket: str) -> None:
    with pytest.raises(FileNotFoundError, match="s3://salt/none.txt is not there"):
        open_store(bucket).get("none.txt")
    assert open_store(bucket).size("none.txt") is None
    open_store(bucket).delete("none.txt")
    assert not list(open_store(bucket).listing())


@pytest.mark.parametrize(
    "use",
    [
        lambda there: there.get("a"),
        lambda there: list(there.listing()),
        lambda there: there.put("a", b""),
        lambda there: there.put("a", b"", create_only=True),
    ],
    ids=["get", "listing", "put", "create"],
)
def test_a_missing_bucket_is_a_usage_error(bucket: str, use: Callable[[Store], object]) -> None:
    with pytest.raises(UsageError, match="s3://sugar is not a bucket there; check its name, the region and the end"):
        use(open_store("s3://sugar"))


@pytest.mark.parametrize("name", ["a//b", "a/../b", "./a"])
def test_a_name_that_a_folder_cannot_have_is_refused(bucket: str, name: str) -> None:
    with pytest.raises((UsageError, OSError), match="s3://salt/"):
        open_store(bucket).put(name, b"x")


def test_an_interrupted_download_is_resumed(broken: Web) -> None:
    data = os.urandom(1_500_000)
    broken.put("/salt/dump", data)
    broken.breaks["/salt/dump"] = [300, 200_000]
    assert open_store("s3://salt").get("dump") == data


def test_an_object_that_changes_while_it_is_read_is_an_error(broken: Web) -> None:
    broken.put("/salt/dump", bytes(1_500_000))
    broken.tags["/salt/dump"] = ['"one"', '"one"', '"two"']
    with (
        open_store("s3://salt").open("dump") as stream,
        pytest.raises(OSError, match="dump was changed while it was read"),
    ):
        stream.read()


@pytest.mark.parametrize(
    ("status", "code", "kind", "message"),
    [
        (403, "InvalidAccessKeyId", UsageError, r"refused \(InvalidAccessKeyId\): check AWS_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", UsageError, r"refused \(SignatureDoesNotMatch\)"),
        (400, "ExpiredToken", UsageError, r"refused \(ExpiredToken\)"),
        (401, "", UsageError, r"refused \(status 401\)"),
        (403, "AccessDenied", PermissionError, r"s3://salt/a: access is denied \(AccessDenied\)"),
        (404, "NoSuchKey", FileNotFoundError, "s3://salt/a is not there"),
        (500, "InternalError", OSError, r"s3://salt/a: the store answers with (InternalError|status 500); run again"),
        (501, "NotImplemented", OSError, r"the store cannot do that \(NotImplemented\)"),
        (503, "", OSError, "s3://salt/a: the store answers with status 503; run again"),
        (301, "PermanentRedirect", UsageError, "s3://salt is in another region; set AWS_REGION"),
    ],
)
def test_an_error_says_what_to_do_and_shows_no_key(
    broken: Web, status: int, code: str, kind: type[Exception], message: str
) -> None:
    broken.status["/salt/a"] = status
    broken.bodies["/salt/a"] = f"<Error><Code>{code}</Code><Key>{SECRET}</Key></Error>".encode()
    with pytest.raises(kind, match=message) as raised:
        open_store("s3://salt").get("a")
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unreachable_server_is_reported(broken: Web, keys: pytest.MonkeyPatch) -> None:
    keys.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(OSError, match="s3://salt/a: the connection failed; check the network and the endpoint"):
        open_store("s3://salt").get("a")


def test_without_keys_the_error_names_those_to_set(broken: Web, keys: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        keys.delenv(name)
    keys.setenv("AWS_METADATA_ENDPOINT", broken.address)
    with pytest.raises(UsageError, match="no credentials found: set AWS_ACCESS_KEY_ID"):
        open_store("s3://salt").get("a")


def test_half_a_key_is_a_usage_error(keys: pytest.MonkeyPatch) -> None:
    pytest.importorskip("obstore", reason="needs bilingual-pipeline[stores]")
    keys.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UsageError, match=r"s3://salt cannot be reached as it is set up: .*SecretAccessKey") as raised:
        open_store("s3://salt").get("a")
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("url", ["gs://salt", "az://salt", "abfs://salt@wu.dfs.core.windows.net"])
def test_other_clouds_use_the_same_library(keys: pytest.MonkeyPatch, url: str) -> None:
    pytest.importorskip("obstore", reason="needs bilingual-pipeline[stores]")
    keys.setenv("AZURE_STORAGE_ACCOUNT_NAME", "wu")
    keys.setenv("AZURE_STORAGE_ACCOUNT_KEY", "c2Fseg==")
    assert open_store(url)._means is not None


def test_without_the_library_the_error_says_what_to_install(keys: pytest.MonkeyPatch) -> None:
    keys.setitem(sys.modules, "obstore", None)
    with pytest.raises(UsageError, match=r"s3:// needs obstore: pip install 'bilingual-pipeline\[stores\]'"):
        Store("s3://salt-of-another-name").get("a")


def listed(*names: str) -> bytes:
    """The response of a server to a listing request."""
    of_each = "<LastModified>2024-05-01T06:00:00.000Z</LastModified><Size>1</Size>"
    objects = "".join(f"<Contents><Key>{name}</Key>{of_each}</Contents>" for name in names)
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>".encode()


def test_an_unsorted_listing_is_an_error(broken: Web) -> None:
    broken.put("/salt", listed("a.txt", "c.txt", "b.txt"))
    with pytest.raises(OSError, match="lists 'b.txt' after 'c.txt', out of order"):
        list(open_store("s3://salt").listing())


def test_a_listing_of_a_directory_bucket_is_sorted(broken: Web) -> None:
    broken.put("/salt--use1-az4--x-s3", listed("a.txt", "c.txt", "b.txt"))
    found = list(open_store("s3://salt--use1-az4--x-s3").listing())
    assert [entry.name for entry in found] == ["a.txt", "b.txt", "c.txt"]
    assert found[0].stamp == "2024-05-01T06:00:00+00:00"


def test_a_listing_with_a_name_that_a_folder_cannot_have_is_an_error(broken: Web) -> None:
    broken.put("/salt", listed("a.txt", "b/../c.txt"))
    with pytest.raises(OSError, match="s3://salt/: .*; such names are not read"):
        list(open_store("s3://salt").listing())


def in_a_forked_process(*, used: bool) -> str:
    """The output of a process that is forked from this one and reads an object."""
    code = f"""
import os, sys
from pipeline.storage import open_store
from pipeline.errors import UsageError
if {used}:
    open_store("s3://salt").get("a")
child = os.fork()
if child == 0:
    try:
        os.write(1, open_store("s3://salt").get("a"))
    except UsageError as error:
        os.write(1, str(error).encode())
    os._exit(0)
os.waitpid(child, 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=GUARD)
    return done.stdout.decode()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked on this system")
def test_a_forked_process_can_read_unless_its_parent_has_read_before(bucket: str) -> None:
    open_store(bucket).put("a", b"salt")
    assert in_a_forked_process(used=False) == "salt"
    assert "start it by spawn or forkserver" in in_a_forked_process(used=True)
