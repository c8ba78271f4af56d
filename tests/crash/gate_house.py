"""The gate's store and its ledger as a house to kill: each number is an entry, and the book must verify."""

import os
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy.gate.storage import book
from privacy.gate.storage.store import Store, Transaction
from privacy.ledger import Kind, content_of
from tests.clock import START

ORIGIN = "homebase.test/ledger"
SEED = bytes(range(32))
SIGNED = "signed"  # this key's numbers come with a checkpoint


class GateHouse:
    def open(self, state: Path, run: Path) -> None:
        self._store = Store.open(state, os.urandom)
        if self._store.read(book.latest) is None:
            self._store.write(lambda tx: self._append(tx, SIGNED, 0))

    def values(self) -> dict[str, int]:
        public_key = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
        findings = self._store.read(lambda tx: book.check(tx, ORIGIN, public_key))
        if findings:
            raise AssertionError(f"the ledger does not verify: {findings[:3]}")
        found: dict[str, int] = {}
        for stored in self._store.read(lambda tx: list(book.walk(tx))):
            content = content_of(stored)
            assert content is not None
            data = cast("dict[str, int | str]", content["data"])
            found[str(data["key"])] = int(data["number"])
        return found

    def keys(self) -> tuple[str, ...]:
        return ("grant", "withdrawal", "transfer", SIGNED)

    def set(self, key: str, number: int) -> None:
        self._store.write(lambda tx: self._append(tx, key, number))

    def close(self) -> None:
        self._store.close()

    @staticmethod
    def _append(tx: Transaction, key: str, number: int) -> None:
        news = book.News(kind=Kind.CONFIGURATION, data={"key": key, "number": number})
        book.append(tx, [news], START, os.urandom)
        if key == SIGNED:
            book.sign(tx, ORIGIN, SEED, START)
