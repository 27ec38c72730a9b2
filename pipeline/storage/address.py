"""Parses URLs, and formats them for messages."""

import re
from urllib.parse import quote, unquote, urlsplit

import msgspec

from pipeline.errors import UsageError

S3_SCHEMES = ("s3", "s3a")
GOOGLE_SCHEMES = ("gs",)
AZURE_SCHEMES = ("az", "abfs", "abfss")
BUCKET_SCHEMES = (*S3_SCHEMES, *GOOGLE_SCHEMES, *AZURE_SCHEMES)
WEB_SCHEMES = ("https", "http")

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
"""The scheme has more than one letter: `C:/raw` is a path, and so is a file called `a:b`."""
SIGNED = re.compile(r"\?.*\b(?:x-amz-|x-goog-|sig=|signature=)", re.IGNORECASE)
UNQUOTED = "%/:=&?~#+!$,;'@()*[]"
"""Characters that are kept in a URL typed with spaces or Chinese."""


class Address(msgspec.Struct, frozen=True):
    """The parts of a URL. `host` may be a bucket, and `path` the name in it, spelled as in the URL.

    As in other programs, names in a bucket are not decoded: `%` and `?` are ordinary characters. On the web `path` is
    percent-encoded, and `query` may contain a signature, which must never be shown.
    """

    scheme: str
    host: str
    path: str
    query: str = ""

    @property
    def on_web(self) -> bool:
        """Whether this is a web server, which has files but cannot list them."""
        return self.scheme in WEB_SCHEMES

    @property
    def name(self) -> str:
        """The last part of the path: the name of the file.

        >>> parse_url("https://salt.example/d/%E7%9B%90%20a.jsonl?sig=1").name, parse_url("s3://salt/d/50%25.txt").name
        ('盐 a.jsonl', '50%25.txt')
        """
        last = self.path.rstrip("/").rpartition("/")[2]
        return unquote(last).rpartition("/")[2] if self.on_web else last

    def inside(self, name: str) -> "Address":
        """Returns the address of a file below this one."""
        if not name:
            return self
        folder = f"{self.path.rstrip('/')}/" if self.path.rstrip("/") else ""
        return Address(self.scheme, self.host, folder + (quote(name) if self.on_web else name), self.query)

    def __str__(self) -> str:
        """The URL for messages: without the query, which may be signed."""
        return f"{self.scheme}://{self.host}/{self.path}"


def is_url(text: str) -> bool:
    """Whether a string is a URL of a bucket or on the web, not a path.

    Raises `UsageError` for an unsupported URL.

    >>> is_url("s3://salt/raw/"), is_url("raw/salt.txt"), is_url("C:/raw"), is_url("a:b")
    (True, False, False, False)
    """
    match = SCHEME.match(text)
    if match is None:
        return False
    scheme = match[1].lower()
    if scheme not in (*BUCKET_SCHEMES, *WEB_SCHEMES):
        also = "; name a file of this machine by its path alone" if scheme == "file" else ""
        raise UsageError(
            f"{scheme}:// is not read; {', '.join(f'{s}://' for s in (*BUCKET_SCHEMES, *WEB_SCHEMES))} are{also}"
        )
    return True


def parse_url(url: str) -> Address:
    """Returns the parts of a URL. Raises `UsageError` for one that is not supported or contains a password."""
    if not is_url(url):
        raise UsageError(f"{url.partition('?')[0]!r} is not a URL, such as s3://bucket/folder/")
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    if scheme in WEB_SCHEMES:
        return _on_web(scheme, url)
    host, _, path = rest.partition("/")
    if not host or any(mark in host for mark in "?#") or host != host.strip():
        raise UsageError(f"{scheme}:// names no bucket; it goes {scheme}://bucket/folder/")
    if scheme not in AZURE_SCHEMES and "@" in host:
        raise UsageError(f"{scheme}:// must not contain a key; put keys into the environment or ~/.aws")
    if SIGNED.search(path):
        raise UsageError(f"{scheme}://{host}/… is signed, which only https:// is; name the object alone")
    return Address(scheme, host, path)


def _on_web(scheme: str, url: str) -> Address:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        name = (host or "").encode("idna").decode("ascii")
    except ValueError:
        raise UsageError(f"{scheme}:// is not followed by a valid host and path") from None
    if not name:
        raise UsageError(f"{scheme}:// names no host")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{scheme}://…@{host} contains a user name; such files need a signed URL, or a local copy")
    name = f"[{name}]" if ":" in name else name
    shown = name if port is None else f"{name}:{port}"
    return Address(scheme, shown, quote(parts.path.lstrip("/"), UNQUOTED), quote(parts.query, UNQUOTED))
