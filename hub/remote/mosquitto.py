"""What a Mosquitto has to know of a route: lines of its password_file and of its acl_file. Pure.

Passwords are 144 random bits, so nobody tries them all, and the few rounds that Mosquitto itself writes cost
a broker nothing when all hubs come back at once.
Source: mosquitto.conf(5), mosquitto_passwd(1); docs/protocols/remote.md, "Relay".
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping

from privacy.ports import RandomBytes

from . import topics

ROUNDS = 101  # what mosquitto_passwd 2.0 writes
_SALT_SIZE = 12


def password_line(user: str, password: str, salt: bytes) -> str:
    """One line of a password_file: PBKDF2 with SHA-512, form 7."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"{user}:$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_lines(
    route: bytes, hub: str, slots: Mapping[int, str], random_bytes: RandomBytes
) -> tuple[str, ...]:
    """The hub's line and one per slot. hub, slots: their passwords."""
    known = {topics.user(route): hub, **{topics.user(route, slot): word for slot, word in slots.items()}}
    return tuple(password_line(user, word, random_bytes(_SALT_SIZE)) for user, word in known.items())


def acl_lines(route: bytes, slots: Iterable[int]) -> tuple[str, ...]:
    """Who may read and write what: exactly the rows of the specification's table.

    The hub's rows name every slot of the route, so that they need no change with a slot.
    """
    every = topics.presence(route).removesuffix("presence") + "+/+/"
    lines = [
        f"user {topics.user(route)}",
        f"topic read {every}u",
        f"topic write {every}d",
        f"topic write {topics.presence(route)}",
    ]
    for slot in slots:
        lines += [
            f"user {topics.user(route, slot)}",
            f"topic write {topics.up(route, slot)}",
            f"topic read {topics.down(route, slot)}",
            f"topic read {topics.presence(route)}",
        ]
    return tuple(lines)
