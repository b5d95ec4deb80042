"""One package of many files, made while it is sent: whatever its length, no more than one piece is held."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


@dataclass(frozen=True)
class Member:
    """One file of the package. `recorded` is the SHA-256 that the record states of it; `lost` when it is not there."""

    name: str
    pieces: Iterable[bytes] = ()
    recorded: str = ""
    lost: str = ""


@dataclass
class Packed:
    """What is in the package so far, and what was not as the record says."""

    members: list[dict[str, Any]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def count(self, member: Member, size: int, digest: str) -> None:
        """Enter one member that was written."""
        entered = {"name": member.name, "size": size, "sha256": digest}
        if member.recorded:
            entered["as_recorded"] = digest == member.recorded
            if digest != member.recorded:
                self.findings.append(f"{member.name}: not the file that was kept, whose SHA-256 is {member.recorded}")
        self.members.append(entered)

    def sums(self) -> str:
        """The list that `sha256sum --check` reads."""
        return "".join(f"{member['sha256']}  {member['name']}\n" for member in self.members)


class _Outlet(io.RawIOBase):
    """Where the archive writes: what it wrote is taken out at once."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.written += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self.written)
        self.written.clear()
        return taken


def packed(members: Iterable[Member], about: dict[str, Any], at: datetime) -> Iterator[bytes]:
    """The package, piece by piece; at its end the manifest of every member, and the sums of all including it."""
    outlet, so_far = _Outlet(), Packed()
    with ZipFile(outlet, "w", ZIP_DEFLATED) as archive:
        for member in members:
            if member.lost:
                so_far.findings.append(f"{member.name}: {member.lost}")
                continue
            yield from _written(archive, outlet, member, so_far, at)
        told = {**about, "findings": so_far.findings, "members": list(so_far.members)}
        manifest = json.dumps(told, ensure_ascii=False, indent=1).encode()
        yield from _written(archive, outlet, Member(MANIFEST, [manifest]), so_far, at)
        yield from _written(archive, outlet, Member(SUMS, [so_far.sums().encode()]), so_far, at)
    yield outlet.take()


def _written(archive: ZipFile, outlet: _Outlet, member: Member, so_far: Packed, at: datetime) -> Iterator[bytes]:
    info = ZipInfo(member.name, at.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    digest, size = sha256(), 0
    with archive.open(info, "w") as file:
        for piece in member.pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
            yield outlet.take()
    so_far.count(member, size, digest.hexdigest())
    yield outlet.take()
