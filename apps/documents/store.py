"""Files by their content: the name is the SHA-256, so a file can be neither overwritten nor mistaken for another."""

import hashlib
import os

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from apps.core.errors import Objection, RuleBroken
from apps.core.text import N_


def keep_file(data: bytes) -> str:
    """Store the bytes and answer their SHA-256. Storing the same bytes again changes nothing."""
    digest = digest_of(data)
    if not default_storage.exists(path_of(digest)):
        _flush_to_disk(default_storage.save(path_of(digest), ContentFile(data)))
    return digest


def read_file(digest: str) -> bytes:
    """The bytes behind a SHA-256. Raises RuleBroken when they are missing or are no longer those that were kept."""
    try:
        with default_storage.open(path_of(digest)) as file:
            data = bytes(file.read())
    except FileNotFoundError:
        raise RuleBroken(
            Objection("file_missing", N_("The stored file {digest} is missing."), {"digest": digest})
        ) from None
    if digest_of(data) != digest:
        raise RuleBroken(Objection("file_damaged", N_("The stored file {digest} is damaged."), {"digest": digest}))
    return data


def digest_of(data: bytes) -> str:
    """The SHA-256 by which the bytes are known, whether they are kept or not."""
    return hashlib.sha256(data).hexdigest()


def path_of(digest: str) -> str:
    """Where a file lies in the store."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _flush_to_disk(name: str) -> None:
    # A row that names a file must not survive a power cut that the file did not.
    if isinstance(default_storage, FileSystemStorage):
        for path in (default_storage.path(name), os.path.dirname(default_storage.path(name))):
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
