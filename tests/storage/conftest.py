"""An S3 server on this machine, and a bucket in it."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from storage.servers import SECRET, Web, serving

IN_CLOUDS = ("AWS_", "GOOGLE_", "AZURE_")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of the server."""
    pytest.importorskip("obstore", reason="needs bilingual-pipeline[stores]")
    server = pytest.importorskip("moto.server", reason="needs moto[server]").ThreadedMotoServer
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with keys, the secret one marked, and without any cloud settings of this machine."""
    for name in list(os.environ):
        if name.startswith(IN_CLOUDS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{SECRET}-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{SECRET}-secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / f"no-{name.lower()}"))
    return monkeypatch


@pytest.fixture
def bucket(s3: str, keys: pytest.MonkeyPatch) -> str:
    """The URL of an empty bucket, which the environment gives access to."""
    keys.setenv("AWS_ENDPOINT_URL", s3)
    opener = build_opener(ProxyHandler({}))
    opener.open(Request(f"{s3}/moto-api/reset", method="POST")).close()
    opener.open(Request(f"{s3}/salt", method="PUT")).close()
    return "s3://salt"


@pytest.fixture
def web(keys: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web server with responses chosen by the test; requests are retried without waiting."""
    keys.setattr("pipeline.storage.web.PAUSES", (0, 0, 0))
    with serving() as server:
        yield server
