"""What is a URL and what is a path, and which parts of a URL are shown."""

import pytest

from pipeline.errors import UsageError
from pipeline.storage import RemotePath, is_url, open_store
from pipeline.storage.address import parse_url


@pytest.mark.parametrize("url", ["s3://salt", "s3://salt/raw/", "gs://salt/a", "az://salt/a", "https://salt.example/a"])
def test_buckets_and_web_addresses_are_urls(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize(
    "path", ["raw", "a:b", "C:/raw", "C:\\raw", "C://raw", "s3:/salt", "-", "", "./s3://salt", "盐://"]
)
def test_paths_are_not_urls(path: str) -> None:
    assert not is_url(path)


@pytest.mark.parametrize("url", ["ftp://salt.example/a", "FTP://salt.example/a", "hdfs://salt/a", "file:///raw"])
def test_an_unsupported_url_is_refused_with_the_supported_ones(url: str) -> None:
    with pytest.raises(UsageError, match=r"is not read; s3://.*gs://.*az://.*https://.* are"):
        is_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///raw/",
        "https://",
        "https:///a",
        "s3://salt?x=1",
        "https://[salt/a",
        "https://salt.example:port/a",
    ],
)
def test_a_url_without_a_bucket_or_host_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        open_store(url)


@pytest.mark.parametrize(
    "url", ["https://wu:geheim@salt.example/a", "s3://wu:geheim@salt/a", "s3://salt/a?X-Amz-Signature=geheim"]
)
def test_keys_in_a_url_are_refused_and_not_shown(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_store(url)
    assert "geheim" not in str(refused.value)


def test_a_signature_is_never_shown() -> None:
    url = "https://salt.example/盐 a.jsonl?X-Amz-Signature=geheim"
    assert str(RemotePath(url)) == "https://salt.example/%E7%9B%90%20a.jsonl"
    assert "geheim" not in repr(RemotePath(url)) + repr(open_store(url)) + str(open_store(url)) + str(parse_url(url))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("s3://salt/raw/50%25 盐.txt", "50%25 盐.txt"),
        ("s3://salt/raw/why?.txt", "why?.txt"),
        ("s3://salt/raw/", "raw"),
        ("https://salt.example/d/50%2525%20%E7%9B%90.txt", "50%25 盐.txt"),
        ("https://salt.example/d/盐 a.txt?sig=1#top", "盐 a.txt"),
    ],
)
def test_names_in_a_bucket_are_literal_and_web_names_are_decoded_once(url: str, name: str) -> None:
    assert RemotePath(url).name == name


def test_a_host_may_be_written_in_any_script() -> None:
    assert parse_url("https://盐.example:8000/a").host == "xn--nzy.example:8000"
