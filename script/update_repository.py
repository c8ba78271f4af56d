#!/usr/bin/env python3
"""Makes and keeps the signed lists that homes check for updates. For maintainers: docs/updates.md.

Keys lie in a folder of their own, unencrypted and of mode 0600: root's belong offline, on a stick in a safe.
The other folder is served as it is, over HTTPS; packages are not in it, they stay with the package manager.
"""

import argparse
import hashlib
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from privacy.gate.updates.offer import offer

DAYS = {"root": 365, "targets": 365, "snapshot": 30, "timestamp": 7}
KEYS = {"root": (3, 2), "targets": (1, 1), "snapshot": (1, 1), "timestamp": (1, 1)}  # how many, how many sign


class Repository:
    """Signed lists in ``folder``, made with the keys in ``keys``. now: the time from which terms count."""

    def __init__(self, folder: Path, keys: Path, now: datetime) -> None:
        self.folder, self.keys, self.now = folder, keys, now.replace(microsecond=0)

    def begin(self) -> None:
        """New keys, a first root and empty lists."""
        there = [*self.keys.glob("*.pem"), *self.folder.glob("*.json")]
        if there:
            raise SystemExit(
                f"{there[0]} is there already, nothing was changed; begin takes two empty folders"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = Root(consistent_snapshot=True)
        signers: list[CryptoSigner] = []
        for role, (count, threshold) in KEYS.items():
            for number in range(count):
                key = Ed25519PrivateKey.generate()
                self._kept(key, f"{role}-{number}.pem")
                root.add_key(CryptoSigner(key).public_key, role)
                if role == "root":
                    signers.append(CryptoSigner(key))
            root.roles[role].threshold = threshold
        self._write_root(root, signers)
        self._write("targets", Targets())
        self._write("snapshot", Snapshot())
        self._write("timestamp", Timestamp())

    def add(self, file: Path, notes: Path) -> None:
        """Name a package and what is new in it, in a new version of every list."""
        custom = tomllib.loads(notes.read_text())
        data = file.read_bytes()
        if offer(file.name, len(data), hashlib.sha256(data).hexdigest(), custom) is None:
            raise SystemExit(f"{notes}: not of the form in docs/updates.md, or {file.name} is no plain name")
        target = TargetFile.from_data(file.name, data, ["sha256"])
        target.unrecognized_fields["custom"] = custom
        targets = self.latest("targets")
        targets.targets[file.name] = target
        self._release(targets)

    def refresh(self) -> None:
        """Say that this is still the newest: a new timestamp; a snapshot too, where half its term is over."""
        snapshot = self.latest("snapshot")
        if snapshot.expires - self.now < timedelta(days=DAYS["snapshot"]) / 2:
            snapshot.version += 1
            self._write("snapshot", snapshot)
        timestamp = self.latest("timestamp")
        timestamp.version += 1
        timestamp.snapshot_meta = MetaFile(snapshot.version)
        self._write("timestamp", timestamp)

    def rotate(self, role: str) -> None:
        """Other keys for one role: a new root, signed by the old root's keys and by the new ones'."""
        root, before = self.latest("root"), self._signers("root")
        for needed in () if role == "root" else ("targets", "snapshot", "timestamp"):
            if needed != role:
                self._signers(needed)  # all that has to sign is here, or nothing is changed
        for keyid in list(root.roles[role].keyids):
            root.revoke_key(keyid, role)
        fresh = [Ed25519PrivateKey.generate() for _ in range(KEYS[role][0])]
        for key in fresh:
            root.add_key(CryptoSigner(key).public_key, role)
        root.version += 1
        # first beside the old ones: whatever breaks off, a key that a published root names is on the disk
        places = [self._kept(key, f"{role}-{number}.pem.new") for number, key in enumerate(fresh)]
        self._write_root(root, [*before, *map(CryptoSigner, fresh)] if role == "root" else before)
        for path in self.keys.glob(f"{role}-*.pem"):
            path.unlink()
        for place in places:
            place.replace(place.with_suffix(""))
        if role != "root":
            self._release(self.latest("targets"))

    def _release(self, targets: Targets) -> None:
        """The next version of the targets, and of snapshot and timestamp, which name it."""
        targets.version += 1
        self._write("targets", targets)
        snapshot, timestamp = self.latest("snapshot"), self.latest("timestamp")
        snapshot.meta["targets.json"] = MetaFile(targets.version)
        snapshot.version += 1
        self._write("snapshot", snapshot)
        timestamp.version += 1
        timestamp.snapshot_meta = MetaFile(snapshot.version)
        self._write("timestamp", timestamp)

    # files

    def latest(self, role: str):
        """The newest list of a role."""
        path = self._newest(role)
        if path is None:
            raise SystemExit(f"{self.folder}: no {role}.json; begin with: script/update_repository.py begin")
        return Metadata.from_file(str(path)).signed

    def _newest(self, role: str) -> Path | None:
        found = [*self.folder.glob(f"*.{role}.json"), *self.folder.glob(f"{role}.json")]
        return max(
            found,
            key=lambda path: int(path.name.split(".")[0]) if path.name[0].isdigit() else 0,
            default=None,
        )

    def _write(self, role: str, signed) -> None:
        signed.expires = self.now + timedelta(days=DAYS[role])
        self._save(role, signed, self._signers(role))

    def _write_root(self, root: Root, signers: list[CryptoSigner]) -> None:
        root.expires = self.now + timedelta(days=DAYS["root"])
        self._save("root", root, signers)

    def _save(self, role: str, signed, signers: list[CryptoSigner]) -> None:
        made = Metadata(signed)
        for signer in signers:
            made.sign(signer, append=True)
        name = "timestamp.json" if role == "timestamp" else f"{signed.version}.{role}.json"
        fresh = self.folder / f".{name}.new"  # whoever serves the folder never serves half a list
        made.to_file(str(fresh))
        fresh.replace(self.folder / name)

    # keys

    def _kept(self, key: Ed25519PrivateKey, name: str) -> Path:
        path = self.keys / name
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return path

    def _found(self, role: str) -> list[CryptoSigner]:
        paths = sorted(self.keys.glob(f"{role}-*.pem")) + sorted(self.keys.glob(f"{role}-*.pem.new"))
        return [CryptoSigner(serialization.load_pem_private_key(path.read_bytes(), None)) for path in paths]

    def _signers(self, role: str) -> list[CryptoSigner]:
        """The keys of a role that the newest root names, as many as have to sign at least."""
        found = self._found(role)
        trusted = self.latest("root").roles[role]
        usable = [signer for signer in found if signer.public_key.keyid in trusted.keyids]
        if len(usable) < trusted.threshold:
            raise SystemExit(
                f"{self.keys}: {len(usable)} of {len(found)} keys {role}-*.pem are of the newest root,"
                f" {trusted.threshold} have to sign; bring them, nothing was signed"
            )
        return usable


def main(words: list[str]) -> int:
    """One verb of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=["begin", "add", "refresh", "rotate"])
    parser.add_argument("folder", type=Path, help="that is served")
    parser.add_argument("keys", type=Path, help="folder of private keys, never served")
    parser.add_argument("what", nargs="*", help="add: PACKAGE NOTES.toml · rotate: ROLE")
    asked = parser.parse_args(words)
    repository = Repository(asked.folder, asked.keys, datetime.now(UTC))
    match asked.verb, asked.what:
        case "begin", []:
            repository.begin()
        case "refresh", []:
            repository.refresh()
        case "add", [package, notes]:
            repository.add(Path(package), Path(notes))
        case "rotate", [role] if role in KEYS:
            repository.rotate(role)
        case _:
            parser.error("add takes PACKAGE NOTES.toml, rotate one of: " + ", ".join(KEYS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
