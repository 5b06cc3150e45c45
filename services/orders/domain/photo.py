"""Photos of damage: what kind of picture the bytes are, whatever their sender calls them."""

from typing import Final

from services.orders.domain.errors import PhotoRefused

LARGEST_BYTES: Final = 5 * 1024 * 1024
MOST_PHOTOS: Final = 8
"""With one receipt."""

_HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_TOO_LARGE: Final = "The photo is larger than 5 MB. Send it at a smaller size."
_HEIC: Final = "Photos of the kind HEIC or AVIF cannot be shown everywhere. Send it as JPEG (“most compatible”)."
_UNKNOWN: Final = "This is not a JPEG, PNG or WebP picture."


def media_type_of(content: bytes) -> str:
    """The media type by the first bytes: image/jpeg, image/png or image/webp. Raises PhotoRefused with the reason."""
    if len(content) > LARGEST_BYTES:
        raise PhotoRefused(_TOO_LARGE)
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise PhotoRefused(_HEIC if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS else _UNKNOWN)
