"""Finds the credentials of a bucket in the environment and `~/.aws`, as other programs do. Stores none."""

import os
from configparser import ConfigParser
from configparser import Error as MalformedError
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.storage.address import AZURE_SCHEMES, GOOGLE_SCHEMES, S3_SCHEMES

BEGINNINGS = ("AWS_", "GOOGLE_", "AZURE_")
ENDPOINTS = {
    S3_SCHEMES: ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    AZURE_SCHEMES: ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
NEEDED = {
    S3_SCHEMES: (
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for a public bucket AWS_SKIP_SIGNATURE=true"
    ),
    GOOGLE_SCHEMES: "GOOGLE_APPLICATION_CREDENTIALS; for a public bucket GOOGLE_SKIP_SIGNATURE=true",
    AZURE_SCHEMES: (
        "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY; for a public container AZURE_SKIP_SIGNATURE=true"
    ),
}
STATIC = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}
ROLES = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
OTHERS = ("sso_session", "sso_start_url", "role_arn", "credential_process", "login_session")
"""Keys of a profile whose credentials are temporary."""


def environment_hash() -> int:
    """A hash of all credential variables in the environment; when it changes, buckets are opened again."""
    return hash(frozenset(item for item in os.environ.items() if item[0].startswith(BEGINNINGS)))


def required_variables(scheme: str) -> str:
    """The variables to set, for a message."""
    return next(what for schemes, what in NEEDED.items() if scheme in schemes)


def uses_plain_http(scheme: str) -> bool:
    """Whether the configured endpoint is unencrypted, as that of a local server is."""
    names = next((names for schemes, names in ENDPOINTS.items() if scheme in schemes), ())
    endpoint = next(filter(None, map(os.environ.get, names)), "")
    if scheme in S3_SCHEMES and not endpoint:
        endpoint = _profile(_name()).get("endpoint_url", "")
    return endpoint.lower().startswith("http://")


def s3_options() -> dict[str, Any]:
    """Returns options for the library from the profile in `~/.aws`; it reads the environment itself.

    Raises `UsageError` for a missing profile, and if `boto3` is needed to get its keys but not installed.
    """
    name = _name()
    profile = _profile(name)
    options: dict[str, Any] = {}
    if not os.environ.get("AWS_REGION") and not os.environ.get("AWS_DEFAULT_REGION") and "region" in profile:
        options["region"] = profile["region"]
    if not any(map(os.environ.get, ENDPOINTS[S3_SCHEMES])) and "endpoint_url" in profile:
        options["endpoint"] = profile["endpoint_url"]
    if os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_SKIP_SIGNATURE"):
        return options
    if not profile and "AWS_PROFILE" in os.environ:
        raise UsageError(f"AWS_PROFILE names {name!r}, which is in neither ~/.aws/credentials nor ~/.aws/config")
    if "aws_access_key_id" in profile:
        return options | {ours: profile[theirs] for theirs, ours in STATIC.items() if theirs in profile}
    if any(key in profile for key in OTHERS) and not any(map(os.environ.get, ROLES)):
        return options | {"credential_provider": _lent(name)}
    return options


def _lent(name: str) -> Any:  # noqa: ANN401 -- what obstore calls for keys
    try:
        import boto3
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ModuleNotFoundError:
        message = f"profile {name!r} of ~/.aws has no keys of its own, and boto3, which gets them, is not installed"
        raise UsageError(f"{message}: pip install boto3, or set AWS_ACCESS_KEY_ID and the others") from None
    from botocore.exceptions import BotoCoreError

    try:
        return Boto3CredentialProvider(boto3.Session(profile_name=name))
    except (BotoCoreError, ValueError) as error:
        message = " ".join(str(error).split())
        raise UsageError(f"profile {name!r} of ~/.aws gives no keys: {message}") from None


def _name() -> str:
    return os.environ.get("AWS_PROFILE") or "default"


def _profile(name: str) -> dict[str, str]:
    """The entries of a profile in both files. Raises `UsageError` for a malformed file."""
    entries: dict[str, str] = {}
    for variable, file, section in (
        ("AWS_CONFIG_FILE", "config", name if name == "default" else f"profile {name}"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials", name),
    ):
        parser = ConfigParser(interpolation=None, default_section="", strict=False)
        path = Path(os.environ.get(variable) or f"~/.aws/{file}").expanduser()
        try:
            parser.read(path, "utf-8")
        except (MalformedError, OSError, UnicodeDecodeError):
            # The error would show the line, which may contain a key.
            raise UsageError(
                f"{path} is not as such files are: sections in brackets, and a key = value a line"
            ) from None
        if parser.has_section(section):
            entries |= dict(parser.items(section))
    return entries
