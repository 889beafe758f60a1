"""What packed bytes hold, up to a length that does no harm: nothing is unpacked that grows without end."""

from __future__ import annotations

import bz2
import lzma
import zlib

LARGEST = 100_000
"""Bytes, packed and unpacked."""


def inflated(packed: bytes) -> bytes | None:
    """The content of zlib, gzip, bzip2, xz or bare deflated bytes; None if they are none of these."""
    if not 8 <= len(packed) <= LARGEST:
        return None
    try:
        if packed.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(packed, LARGEST) or None
        if packed.startswith((b"\xfd7zXZ", b"]\x00\x00")):
            return lzma.LZMADecompressor(memlimit=1 << 26).decompress(packed, LARGEST) or None
        if (packed[0] & 0x0F == 8 and (packed[0] << 8 | packed[1]) % 31 == 0) or packed.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(wbits=47).decompress(packed, LARGEST) or None
        return zlib.decompressobj(wbits=-15).decompress(packed, LARGEST) or None
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
        return None
