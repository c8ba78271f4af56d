"""Greetings of TLS clients: real ones by OpenSSL, and ones made by hand for what OpenSSL would never say."""

import ssl

HOST = "cloud.example.org"


def real(host: str | None = HOST, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes:
    """What OpenSSL says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = newest
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake without a server")


def vector(data: bytes, width: int = 2) -> bytes:
    return len(data).to_bytes(width, "big") + data


def extension(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "big") + vector(body)


def server_name(*names: str, kind: int = 0) -> bytes:
    return extension(0, vector(b"".join(bytes([kind]) + vector(name.encode()) for name in names)))


ECH = extension(0xFE0D, b"\0\0\1\0\1\x07" + vector(b"k" * 32) + vector(b"inner" * 20))


def message(*extensions: bytes, tail: bytes = b"", no_extensions: bool = False) -> bytes:
    """A ClientHello as a handshake message."""
    body = b"\x03\x03" + b"r" * 32 + vector(b"s" * 32, 1) + vector(b"\x13\x01\x13\x02") + b"\1\0"
    if not no_extensions:
        body += vector(b"".join(extensions))
    return b"\1" + vector(body + tail, 3)


def records(handshake: bytes, size: int = 1 << 14) -> bytes:
    """The message cut into records of ``size`` bytes."""
    return b"".join(
        b"\x16\x03\x01" + vector(handshake[place : place + size]) for place in range(0, len(handshake), size)
    )
