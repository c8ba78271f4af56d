"""Proof of who asks, for servers that challenge: Digest (RFC 7616) where offered, else Basic (RFC 7617).

Pure but for the bytes of chance it is handed. Only ever used under TLS with the recipient that was agreed to.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from privacy.ports import RandomBytes

_MOST = 4096  # characters of all challenges
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'({_WORD})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_WORD}))')
_SCHEME = re.compile(rf"(?:^|[,\s])({_WORD})(?=\s+=|\s*,|\s*$)")
_HASHES: Mapping[str, Callable[[bytes], "hashlib._Hash"]] = {
    "SHA-256": hashlib.sha256,
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who asks. user: no secret."""

    user: str
    password: str = field(repr=False)


class Proof:
    """Remembers the server's challenge; ``header`` is None until one came."""

    def __init__(self, account: Account, random_bytes: RandomBytes) -> None:
        self._account, self._random_bytes = account, random_bytes
        self._digest: Mapping[str, str] | None = None
        self._basic = False
        self._count = 0

    def challenged(self, header: str) -> bool:
        """Take WWW-Authenticate; whether another attempt is worth it: a new challenge, or a stale one."""
        found = _challenges(header)
        digests = [one for scheme, one in found if scheme == "digest" and _usable(one)]
        ranked = sorted(digests, key=lambda one: list(_HASHES).index(_algorithm(one)))
        if ranked:
            # more than one request with it: it counted, and its time is over
            stale = ranked[0].get("stale", "").lower() == "true" or self._count > 1
            again = self._digest is None or stale
            self._digest, self._count = ranked[0], 0
            return again
        if self._basic or not any(scheme == "basic" for scheme, _ in found):
            return False
        self._basic, self._digest = True, None
        return True

    def header(self, method: str, target: str) -> str | None:
        """The value of Authorization for a request."""
        if self._digest is not None:
            return self._digest_header(self._digest, method, target)
        if self._basic:
            pair = f"{self._account.user}:{self._account.password}".encode()
            return f"Basic {base64.b64encode(pair).decode()}"
        return None

    def _digest_header(self, asked: Mapping[str, str], method: str, target: str) -> str:
        def hashed(text: str) -> str:
            return _HASHES[_algorithm(asked)](text.encode()).hexdigest()

        self._count += 1
        count, chance = f"{self._count:08x}", self._random_bytes(16).hex()
        realm, nonce = asked.get("realm", ""), asked["nonce"]
        who = hashed(f"{self._account.user}:{realm}:{self._account.password}")
        what = hashed(f"{method}:{target}")
        told = {"username": self._account.user, "realm": realm, "nonce": nonce, "uri": target}
        if "qop" in asked:
            told["response"] = hashed(f"{who}:{nonce}:{count}:{chance}:auth:{what}")
        else:  # servers of RFC 2069
            told["response"] = hashed(f"{who}:{nonce}:{what}")
        if "opaque" in asked:
            told["opaque"] = asked["opaque"]
        words = [f'{name}="{_quoted(value)}"' for name, value in told.items()]
        if "algorithm" in asked:
            words.append(f"algorithm={asked['algorithm']}")
        if "qop" in asked:
            words += ["qop=auth", f"nc={count}", f'cnonce="{chance}"']
        return f"Digest {', '.join(words)}"


def _usable(asked: Mapping[str, str]) -> bool:
    ways = {word.strip().lower() for word in asked.get("qop", "auth").split(",")}
    return "nonce" in asked and _algorithm(asked) in _HASHES and "auth" in ways


def _algorithm(asked: Mapping[str, str]) -> str:
    return asked.get("algorithm", "MD5").upper()


def _challenges(header: str) -> list[tuple[str, dict[str, str]]]:
    """Each scheme in lower case with its parameters; what can't be read is left out. Never raises."""
    if len(header) > _MOST:
        return []
    plain = _PAIR.sub(lambda match: "=" * len(match[0]), header)  # so that no comma in quotes divides
    begins = list(_SCHEME.finditer(plain))
    found = []
    for at, match in enumerate(begins):
        end = begins[at + 1].start() if at + 1 < len(begins) else len(header)
        pairs = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else word
            for name, quoted, word in _PAIR.findall(header[match.end() : end])
        }
        found.append((match[1].lower(), pairs))
    return found


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
