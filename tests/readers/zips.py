"""Zip archives that no tool writes: a test can set each field."""

import struct
import zlib

import msgspec


class Member(msgspec.Struct):
    """A member whose fields may be wrong; None means the true value."""

    name: bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    offset: int | None = None
    mode: int = 0
    made_by: int = 3
    extra: bytes = b""


def archive(*members: Member, count: int | None = None, comment: bytes = b"") -> bytes:
    """The archive of `members`, whose end record declares `count` of them."""
    body, directory = bytearray(), bytearray()
    for member in members:
        packed = member.data if member.packed is None else member.packed
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        size = len(member.data) if member.size is None else member.size
        offset = len(body) if member.offset is None else member.offset
        numbers = (crc, len(packed), size)
        parts = (member.flags, member.method, 0, 0, *numbers, len(member.name), len(member.extra))
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, *parts) + member.name + member.extra + packed
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", member.made_by << 8, 20, *parts, 0, 0, 0, member.mode << 16, offset
        )
        directory += member.name + member.extra
    many = len(members) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[min(many, 0xFFFF)] * 2, len(directory), len(body), len(comment))
    if many < 0xFFFF:
        return bytes(body + directory) + end + comment
    at = len(body) + len(directory)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, many, many, len(directory), len(body))
    return bytes(body + directory) + end64 + struct.pack("<4sLQL", b"PK\6\7", 0, at, 1) + end + comment


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()
