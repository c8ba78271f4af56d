"""What a bench prints: figures with their budgets, and the raw samples that they come from."""

import math
import sys
from collections.abc import Mapping, Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number. at_least, at_most: its budget, where there is one."""

    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def kept(self) -> bool:
        """Is it within its budget?"""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )


class Result(msgspec.Struct, frozen=True):
    """One bench's outcome. conditions: what a reader needs to repeat it."""

    name: str
    figures: Mapping[str, Figure]
    conditions: Mapping[str, str | float]
    samples: Mapping[str, Sequence[float]]

    @property
    def kept(self) -> bool:
        """Are all figures within their budgets?"""
        return all(figure.kept for figure in self.figures.values())

    def print(self) -> None:
        """As one line of JSON on stdout."""
        sys.stdout.write(msgspec.json.encode(self).decode() + "\n")


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least ``percent`` % of them do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
