"""Makes tests/vectors/remote.json: ``python -m tests.hub.remote.vectors``.

Everything is made by the code from fixed seeds; test_vectors.py makes it again and compares.
"""

import json
from typing import Any

from hub.remote.account import mark_of
from hub.remote.frames import Frame, Kind
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import AT_HOME, Mode, hkdf, pairing_psk, prologue
from hub.remote.noise import CipherState, public_key
from hub.remote.opening import decode
from hub.remote.padding import SIZES, pad
from hub.remote.qr import MOST, Home, PairingCode, RelayWay, encode
from hub.remote.responder import Responder
from hub.remote.transport import EPOCH, Sealer
from hub.remote.words import words
from privacy import base64url
from tests.hub.remote.ends import stream_of_bytes
from tests.paths import ROOT

FILE = ROOT / "tests" / "vectors" / "remote.json"
ROUTE = bytes(range(0x10, 0x20))
HUB, PHONE, PSK = (stream_of_bytes(seed)(32) for seed in ("hub", "phone", "psk"))
PAIRING, SECRET, CLAIM = bytes(range(8)), bytes(range(0x40, 0x50)), bytes(range(0x50, 0x60))
GATE_KEY, ACCOUNT_KEY = bytes(range(0x60, 0x80)), bytes(range(0x80, 0xA0))


class Known:
    """What this hub knows: one phone, one pairing."""

    def session_psk(self, phone_key: bytes) -> bytes | None:
        return PSK if phone_key == public_key(PHONE) else None

    def pairing_psk(self, pairing: bytes, route: bytes, now_s: float) -> bytes | None:
        return pairing_psk(SECRET, public_key(HUB), route) if pairing == PAIRING else None

    def proved(self, pairing: bytes, phone_key: bytes, now_s: float) -> bool:
        return True


def codes() -> list[dict[str, Any]]:
    home = Home(origin="http://127.0.0.1:8080")
    relay = RelayWay(
        host="relay.example", tls_port=8883, wss_port=443, route=ROUTE, slot=3, password="A" * 22
    )
    made = []
    for name, claim, ways in (("first phone", CLAIM, (home, relay)), ("later phone", b"", (home,))):
        code = PairingCode(
            hub_key=public_key(HUB),
            gate_key=GATE_KEY,
            pairing=PAIRING,
            secret=SECRET,
            claim=claim,
            ways=ways,
        )
        made.append(
            {
                "name": name,
                "text": encode(code),
                "hub_key": code.hub_key.hex(),
                "gate_key": code.gate_key.hex(),
                "pairing": code.pairing.hex(),
                "secret": code.secret.hex(),
                "claim": code.claim.hex(),
            }
        )
    return made


def pasted(text: str) -> dict[str, str]:
    """Spellings of that code that are read as it is."""
    return {
        "blanks around": f"  {text}\n",
        "lines": "\n".join(text[at : at + 40] for at in range(0, len(text), 40)),
        "lines of a mail": "\r\n\t".join(text[at : at + 60] for at in range(0, len(text), 60)),
        "blanks within": text.replace(":", " : "),
    }


def other_ways(text: str) -> dict[str, str]:
    """Codes with the other forms of HOST and ORIGIN."""
    return {
        "address of IPv6 at home": text.replace("//127.0.0.1:8080", "//[fd00::1]:8080"),
        "no port": text.replace("http://127.0.0.1:8080", "https://hub.example"),
        "address of IPv6 of a relay": text.replace("r,relay.example,", "r,[2001:db8::1],"),
        "address of IPv4 of a relay": text.replace("r,relay.example,", "r,192.0.2.1,"),
        "relay without WebSocket": text.replace(",443,", ",0,"),
    }


def no_codes(text: str) -> dict[str, str]:
    """Texts that are refused."""
    fields = text.split(":")
    hub_key = fields[3]
    return {
        "nothing": "",
        "cut at its head": text[1:],
        "cut in a key": text[:120],
        "cut in its password": text[:-7],
        "another version": text.replace(":1:", ":2:", 1),
        "capitals": text.replace("homebase", "Homebase", 1),
        "no break of a line": text.replace(":", "\u00a0:"),
        "form feed": text.replace(":", "\f:"),
        "mark of byte order": f"\ufeff{text}",
        "padding": text.replace(hub_key, f"{hub_key}=", 1),
        "another spelling of the same bytes": text.replace(
            hub_key, hub_key[:-1] + chr(ord(hub_key[-1]) + 1), 1
        ),
        "short claim": text.replace(fields[7], fields[7][:-4], 1),
        "five ways": text + ";h,http://b" * 3,
        "an empty way": f"{text};",
        "a way that is not known": f"{text};x,what",
        "too long": text + "A" * MOST,
        "a path": text.replace(":8080", ":8080/path"),
        "a slash": text.replace(":8080", ":8080/"),
        "another scheme": text.replace("h,http:", "h,ftp:"),
        "capitals in a home": text.replace("127.0.0.1", "Hub.example"),
        "a port that begins with 0": text.replace(":8080", ":08080"),
        "an address of IPv6 without brackets": text.replace("//127.0.0.1:", "//fd00::1:"),
        "a zone": text.replace("//127.0.0.1", "//[fe80::1%25eth0]"),
        "capitals in an address": text.replace("//127.0.0.1", "//[FD00::1]"),
        "user": text.replace("//127", "//me@127"),
        "no host": text.replace("relay.example", ""),
        "capitals in a relay": text.replace("relay.example", "Relay.example"),
        "underscore in a relay": text.replace("relay.example", "relay_1.example"),
        "leading zero": text.replace(",8883,", ",08883,"),
        "port beyond 65535": text.replace(",8883,", ",65536,"),
        "slot beyond 15": text.replace(",3,A", ",16,A"),
        "digits of another script": text.replace(",3,A", ",\u0663,A"),
        "short route": text.replace(base64url.encode(ROUTE), base64url.encode(ROUTE[1:])),
        "short password": text.replace("A" * 22, "A" * 15),
        "one field more": f"{text},x",
    }


def handshake(mode: Mode, route: bytes) -> dict[str, Any]:
    """One handshake and the first messages after it."""
    hub_key = public_key(HUB)
    pairing = PAIRING if mode is Mode.PAIR else bytes(8)
    psk = pairing_psk(SECRET, hub_key, route) if mode is Mode.PAIR else PSK
    seen: list[bytes] = []

    def random(seed: str) -> Any:
        take = stream_of_bytes(f"{seed} {mode.name} {route.hex()}")

        def noted(size: int) -> bytes:
            seen.append(take(size))
            return seen[-1]

        return noted

    dial = Dial(mode=mode, hub_key=hub_key, private=PHONE, psk=psk, route=route, pairing=pairing)
    phone = Initiator(dial, random("phone"))
    half = Responder(HUB, Known(), random("hub")).open(phone.opening, route, 0.0)
    assert half is not None
    opening = decode(phone.opening)
    assert opening is not None
    split = phone.answer(half.answer)
    assert split is not None
    up, down = Sealer(split.sending), Sealer(split.receiving)
    hello = Frame(kind=Kind.HELLO, body=b'{"client":"example"}').encode()
    welcome = Frame(kind=Kind.WELCOME, body=b'{"home":"h","version":"1","boot":"b","phone":null}').encode()
    return {
        "mode": int(mode),
        "route": route.hex(),
        "hub_private": HUB.hex(),
        "hub_key": hub_key.hex(),
        "phone_private": PHONE.hex(),
        "phone_key": public_key(PHONE).hex(),
        "psk": psk.hex(),
        "connection": seen[0].hex(),
        "phone_ephemeral": seen[1].hex(),
        "hub_ephemeral": seen[2].hex(),
        "pairing": pairing.hex(),
        "prologue": prologue(mode, route, seen[0], hub_key).hex(),
        "opening": phone.opening.hex(),
        "answer": half.answer.hex(),
        "handshake_hash": split.hash.hex(),
        "words": list(words(split.hash)),
        "hello": {"content": hello.hex(), "message": up.seal(hello).hex()},
        "welcome": {"content": welcome.hex(), "message": down.seal(welcome).hex()},
    }


def transport() -> list[dict[str, Any]]:
    """Messages under one key, also around the change of keys."""
    key = stream_of_bytes("transport")(32)
    made = []
    for first, count in ((0, 2), (EPOCH - 1, 2)):
        sealer = Sealer(CipherState(key, first))
        for number in range(first, first + count):
            content = f"message {number}".encode()
            made.append(
                {
                    "key": key.hex(),
                    "number": number,
                    "content": content.hex(),
                    "message": sealer.seal(content).hex(),
                }
            )
    return made


def document() -> dict[str, Any]:
    return {
        "source": "docs/protocols/remote.md; made by tests/hub/remote/vectors.py",
        "codes": codes(),
        **{
            key: [{"name": name, "text": made} for name, made in spelled(codes()[0]["text"]).items()]
            for key, spelled in (("pasted", pasted), ("other_ways", other_ways), ("no_codes", no_codes))
        },
        "handshakes": [handshake(mode, route) for mode in Mode for route in (AT_HOME, ROUTE)],
        "transport": transport(),
        "padding": [{"content": bytes(size).hex(), "size": len(pad(bytes(size)))} for size in (0, 254, 255)]
        + [{"bytes": most - 2, "size": most} for most in SIZES],
        "frames": [
            {"kind": kind.name, "stream": stream, "body": body.hex(), "bytes": encoded.encode().hex()}
            for kind, stream, body in (
                (Kind.PING, 0, bytes(range(8))),
                (Kind.REQUEST, 1, b'{"id":"AAECAwQFBgcICQoLDA0ODw","name":"health","body":{}}'),
                (Kind.CREDIT, 7, (65_536).to_bytes(4)),
                (Kind.END, 7, b""),
                (Kind.CLOSE, 0, (8).to_bytes(2)),
                (Kind.HELLO, 0, b'{"client":"example","account":"%b"}' % (b"A" * 43)),
            )
            for encoded in (Frame(kind=kind, stream=stream, body=body),)
        ],
        "derived": {
            "hkdf_words": hkdf(bytes(32), b"", b"words", 6).hex(),
            "words_of_zeros": list(words(bytes(32))),
            "id": base64url.encode(bytes(range(16))),
        },
        "marks": [
            {
                "account_key": ACCOUNT_KEY.hex(),
                "customer_id": customer_id,
                "phone_key": public_key(PHONE).hex(),
                "mark": mark.hex(),
                "shown": base64url.encode(mark),
            }
            for customer_id in ("", "C-4711", "Käthe 0815")
            for mark in (mark_of(ACCOUNT_KEY, customer_id, public_key(PHONE)),)
        ],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(document(), indent=1) + "\n")
