"""Sizes that tell little: contents padded to one of five sizes, and read back. Pure.

Source: docs/protocols/remote.md, "Padding".
"""

SIZES = (256, 1024, 4096, 16_384, 65_519)  # bytes of plaintext; the last is the most that Noise takes
_LENGTH_SIZE = 2
MOST = SIZES[-1] - _LENGTH_SIZE  # bytes of content


def pad(content: bytes) -> bytes:
    """Length, content, zeros: the smallest size that holds it.

    Raises:
        ValueError: more than MOST bytes.
    """
    if len(content) > MOST:
        raise ValueError(f"{len(content)} bytes; allowed are {MOST}")
    size = next(size for size in SIZES if size >= len(content) + _LENGTH_SIZE)
    return (len(content).to_bytes(_LENGTH_SIZE) + content).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes | None:
    """The content; None: not one of our sizes, a length beyond it, or anything but zeros behind it."""
    if len(padded) not in SIZES:
        return None
    end = _LENGTH_SIZE + int.from_bytes(padded[:_LENGTH_SIZE])
    if end > len(padded) or padded.count(0, end) != len(padded) - end:
        return None
    return padded[_LENGTH_SIZE:end]
