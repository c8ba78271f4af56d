"""The independent client: sets numbers, remembers what was acknowledged, knows what may not be lost."""

from collections.abc import Iterable

from tests.crash.house import BATCH, FAST


class Client:
    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self._count = 0
        self.acknowledged: dict[str, int] = {}
        self.batched: dict[str, int] = {}  # fast keys as of the last acknowledged batch

    def next_request(self) -> tuple[str, int]:
        self._count += 1
        return self.keys[self._count % len(self.keys)], self._count

    def hear(self, line: str) -> None:
        word, *rest = line.split(" ", 2)
        if word == "ok" and len(rest) == 2:
            self.acknowledged[rest[0]] = int(rest[1])
            if rest[0] == BATCH:
                self.batched = {k: n for k, n in self.acknowledged.items() if k.startswith(FAST)}

    def missing(self, told: Iterable[str], *, power_cut: bool) -> list[str]:
        """What a house that tells these ``have`` lines has lost; after a kill nothing may be."""
        have: dict[str, int] = {}
        for line in told:
            if line.startswith("have "):
                _, key, number = line.split()
                have[key] = int(number)
        expected = dict(self.acknowledged)
        if power_cut:
            expected = {k: n for k, n in expected.items() if not k.startswith(FAST)} | self.batched
        return [f"{k}: {have.get(k)} < {n}" for k, n in expected.items() if have.get(k, -1) < n]
