"""Objects by URI: gs:// by Google's client, s3:// by Amazon's, anything else is a file. Small ones, read and written whole."""

import contextlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from errors import TemporaryError, UsageError, UserError
from files import write_bytes

silence_seconds = 30
tries = 4
schemes = ("gs", "s3")


def is_object(uri: str) -> bool:
    """Whether it is in a bucket; a path, or a file:// URI, is not."""
    return urlsplit(uri).scheme in schemes


def to_path(path_or_uri: str) -> Path:
    """The path of a file:// URI, or the path that it is."""
    return Path(unquote(urlsplit(path_or_uri).path)) if path_or_uri.startswith("file://") else Path(path_or_uri)


def join(folder: str, *names: str) -> str:
    """A URI or path below a folder; `names` are of harmless characters."""
    return "/".join([folder.rstrip("/"), *names])


def write_object(path_or_uri: str, content: bytes, content_type: str) -> None:
    """Writes an object whole or not at all; one that has these bytes already is left alone."""
    if read_object(path_or_uri) == content:
        return
    if not is_object(path_or_uri):
        write_bytes(to_path(path_or_uri), content)
        return
    bucket, key = parse(path_or_uri)
    with explained(path_or_uri):
        if urlsplit(path_or_uri).scheme == "s3":
            open_s3().put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)
        else:
            from google.cloud.storage.retry import DEFAULT_RETRY

            blob = open_gs().bucket(bucket).blob(key)
            blob.upload_from_string(content, content_type, timeout=silence_seconds, checksum="crc32c", retry=DEFAULT_RETRY.with_timeout(120))


def read_object(path_or_uri: str) -> bytes | None:
    """All bytes of an object; None where there is none."""
    if not is_object(path_or_uri):
        path = to_path(path_or_uri)
        return path.read_bytes() if path.is_file() else None
    bucket, key = parse(path_or_uri)
    try:
        with explained(path_or_uri):
            if urlsplit(path_or_uri).scheme == "s3":
                return open_s3().get_object(Bucket=bucket, Key=key)["Body"].read()
            # As it is stored, as every program here reads: Cloud Storage would decompress what has Content-Encoding gzip.
            return open_gs().bucket(bucket).blob(key).download_as_bytes(timeout=silence_seconds, raw_download=True)
    except AbsentError:
        return None


def parse(uri: str) -> tuple[str, str]:
    """Bucket and key. Throws UsageError where it is no URI of an object."""
    rest = uri.split("://", 1)[1]
    bucket, _, key = rest.partition("/")
    if not bucket or not key:
        raise UsageError(f"{uri}: expected {uri.split('://', 1)[0]}://bucket/key")
    return bucket, unquote(key)


class AbsentError(UsageError):
    """There is no such object."""


@cache
def open_gs() -> Any:
    """Google's client, with the usual sign-in; STORAGE_EMULATOR_HOST names another endpoint, which gets none."""
    with lacking("google-cloud-storage"):
        from google.cloud import storage

        return storage.Client(project=os.environ.get("GOOGLE_CLOUD_PROJECT", "none"))


@cache
def open_s3() -> Any:
    """Amazon's client, with the SDK's own environment."""
    with lacking("boto3"):
        import boto3
        from botocore.config import Config

        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        return boto3.client(
            "s3",
            config=Config(
                retries={"mode": "standard", "total_max_attempts": tries},
                connect_timeout=5,
                read_timeout=silence_seconds,
                s3={"addressing_style": "path" if endpoint else "auto"},
            ),
        )


@contextlib.contextmanager
def lacking(package: str) -> Iterator[None]:
    """Only images have the clients of buckets."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"this Python lacks {package}; run the app's image, or install its image-requirements.txt") from error


@contextlib.contextmanager
def explained(uri: str) -> Iterator[None]:
    """A client's error as one for the user."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        told = explain(uri, error)
        if told is None:
            raise
        raise told from error


def explain(uri: str, error: Exception) -> UserError | None:
    """The user's version of an error of either client; None for other errors."""
    module = type(error).__module__
    if not module.startswith(("google.", "botocore", "requests", "urllib3")):
        return None
    name = type(error).__name__
    response = getattr(error, "response", None)
    facts = response if isinstance(response, dict) else {}
    code = str(facts.get("Error", {}).get("Code", ""))
    status = getattr(error, "code", None) or facts.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0
    text = " ".join(str(error).split())[:300]
    if code == "NoSuchBucket" or (status == 404 and "bucket" in text.lower() and "object" not in text.lower()):
        return UsageError(f"{uri}: there is no such bucket; check its name and the sign-in")
    if status == 404:
        return AbsentError(f"{uri}: there is no such object, or no such bucket")
    if name in ("DefaultCredentialsError", "NoCredentialsError", "PartialCredentialsError"):
        return UsageError(f"{uri}: no sign-in was found: {text}")
    if name in ("RefreshError", "TokenRetrievalError") or status == 401:
        return UsageError(f"{uri}: the sign-in is not accepted: {text}")
    if status == 403:
        return UsageError(f"{uri}: not allowed: {text}; the account needs to read and write the bucket's objects")
    if status in (408, 429) or int(status) >= 500 or int(status) == 0:
        return TemporaryError(f"{uri}: the bucket is busy or can't be reached: {name}: {text}")
    return UsageError(f"{uri}: the bucket refuses: {status} {text}")
