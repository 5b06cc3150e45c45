"""A photo for the demo, drawn here: a box with a torn corner."""

import struct
import zlib
from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 180

Colour = tuple[int, int, int]
_WALL: Final[Colour] = (224, 221, 212)
_FLOOR: Final[Colour] = (168, 164, 152)
_BOX: Final[Colour] = (196, 154, 98)
_SIDE: Final[Colour] = (168, 126, 74)
_TAPE: Final[Colour] = (226, 202, 150)
_HOLE: Final[Colour] = (58, 42, 30)


def damaged_box() -> bytes:
    """The picture as PNG (8-bit RGB, 240 × 180)."""
    rows = b"".join(b"\0" + bytes(part for x in range(WIDTH) for part in _colour(x, y)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _colour(x: int, y: int) -> Colour:
    if 40 <= x < 150 and 50 <= y < 150:
        torn = (150 - x) + (y - 50) < 46 + (x * 7 + y * 5) % 9
        return _HOLE if torn else _TAPE if 88 <= x < 102 else _BOX
    if 150 <= x < 200 and 62 - (x - 150) // 4 <= y < 150 - (x - 150) // 3:
        return _HOLE if y < 84 - (x - 150) + (x * 11) % 7 else _SIDE
    return _FLOOR if y > 132 else _WALL


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
