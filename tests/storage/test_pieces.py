"""A long object in pieces: every way of reading it gives its bytes, and only one piece is in memory."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.storage.bucket import MAX_RANGE_BYTES, RangeReader

OBJECT = os.urandom(10_000)


@given(size=st.integers(0, 10_000), first=st.integers(1, 5_000), reads=st.lists(st.integers(1, 3_000), min_size=1))
def test_reads_of_any_lengths_give_the_bytes_in_their_order(size: int, first: int, reads: list[int]) -> None:
    whole = OBJECT[:size]
    stream = io.BufferedReader(RangeReader(lambda start, end: whole[start:end], size, first), 64)
    got = b"".join(stream.read(count) for count in reads)
    assert got + stream.read() == whole


def test_pieces_follow_each_other_and_grow_up_to_the_largest() -> None:
    asked: list[tuple[int, int]] = []

    def piece(start: int, end: int) -> bytes:
        asked.append((start, end))
        return bytes(end - start)

    pieces = RangeReader(piece, 5 * MAX_RANGE_BYTES, MAX_RANGE_BYTES // 4)
    buffer = bytearray(1 << 20)
    while pieces.readinto(buffer):
        pass
    assert [start for start, _ in asked[1:]] == [end for _, end in asked[:-1]]
    assert [(end - start) * 4 // MAX_RANGE_BYTES for start, end in asked] == [1, 2, 4, 4, 4, 4, 1]


def test_a_piece_shorter_than_requested_is_an_error() -> None:
    with pytest.raises(OSError, match="10 bytes came where 64 were asked for"):
        RangeReader(lambda *_: bytes(10), 100, 64).read(1)
