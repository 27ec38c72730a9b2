"""Keys come from the same places as in other programs: the environment, then the profile in `~/.aws`."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.storage import credentials, open_store
from storage.servers import SECRET, Web


@pytest.fixture
def home(keys: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Files as `aws configure` writes them, and no keys in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        keys.delenv(name)
    (tmp_path / "config").write_text(
        "[default]\nregion = eu-north-1\n"
        "[profile weir]\nregion = ap-east-1\nendpoint_url = http://127.0.0.1:9\ns3 =\n  max_queue_size = 10\n"
        "[profile lent]\nsso_session = weir\n"
    )
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id = one\naws_secret_access_key = {SECRET}%1\n"
        f"[weir]\naws_access_key_id = two\naws_secret_access_key = {SECRET}2\naws_session_token = {SECRET}3\n"
    )
    keys.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    keys.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


@pytest.mark.usefixtures("home")
def test_the_default_profile_is_used_if_the_environment_has_no_keys() -> None:
    assert credentials.s3_options() == {
        "region": "eu-north-1",
        "access_key_id": "one",
        "secret_access_key": f"{SECRET}%1",
    }


@pytest.mark.usefixtures("home")
def test_the_environment_can_name_another_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "weir")
    assert credentials.s3_options() == {
        "region": "ap-east-1",
        "endpoint": "http://127.0.0.1:9",
        "access_key_id": "two",
        "secret_access_key": f"{SECRET}2",
        "session_token": f"{SECRET}3",
    }
    assert credentials.uses_plain_http("s3")


@pytest.mark.usefixtures("home")
def test_the_environment_overrides_keys_region_and_endpoint_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "weir")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "three")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://salt.example")
    assert credentials.s3_options() == {}
    assert not credentials.uses_plain_http("s3")


@pytest.mark.usefixtures("home")
def test_a_missing_profile_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "sluice")
    with pytest.raises(UsageError, match="AWS_PROFILE names 'sluice', which is in neither"):
        credentials.s3_options()


@pytest.mark.usefixtures("home")
def test_a_profile_with_temporary_keys_needs_the_library_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "lent")
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match="pip install boto3"):
        credentials.s3_options()


def test_an_invalid_credentials_file_is_named_and_not_quoted(home: Path) -> None:
    (home / "credentials").write_text(f"aws_secret_access_key = {SECRET}\n")
    with pytest.raises(UsageError, match="sections in brackets") as raised:
        credentials.s3_options()
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("scheme", "variable", "value", "plain"),
    [
        ("s3", "AWS_ENDPOINT_URL", "http://127.0.0.1:9000", True),
        ("s3", "AWS_ENDPOINT_URL_S3", "HTTP://127.0.0.1:9000", True),
        ("s3", "AWS_ENDPOINT_URL", "https://salt.example", False),
        ("az", "AZURE_STORAGE_ENDPOINT", "http://127.0.0.1:10000", True),
        ("gs", "AWS_ENDPOINT_URL", "http://127.0.0.1:9000", False),
    ],
)
def test_only_an_http_endpoint_is_reached_without_encryption(
    keys: pytest.MonkeyPatch, scheme: str, variable: str, value: str, *, plain: bool
) -> None:
    keys.setenv(variable, value)
    assert credentials.uses_plain_http(scheme) is plain


def test_keys_can_come_from_a_program_named_in_the_profile(
    bucket: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("boto3", reason="needs boto3")
    credentials = {"Version": 1, "AccessKeyId": "four", "SecretAccessKey": f"{SECRET}4"}
    (home / "keys.json").write_text(json.dumps(credentials))
    (home / "config").write_text(
        f"[profile asks]\nregion = us-east-1\ncredential_process = {shlex.join(['cat', str(home / 'keys.json')])}\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "asks")
    open_store(bucket).put("a.txt", b"salt")
    assert open_store(bucket).get("a.txt") == b"salt"


@pytest.mark.usefixtures("home")
def test_the_keys_of_a_profile_reach_the_server(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("obstore", reason="needs bilingual-pipeline[stores]")
    monkeypatch.setenv("AWS_PROFILE", "weir")
    monkeypatch.setenv("AWS_ENDPOINT_URL", web.address)
    web.put("/salt/a.txt", "salt")
    assert open_store("s3://salt").get("a.txt") == b"salt"
    assert "Credential=two/" in web.signed[-1]
    assert SECRET + "2" not in web.signed[-1]
