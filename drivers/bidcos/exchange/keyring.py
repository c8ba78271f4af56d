"""Which keys there are, and which one each device holds. Pure state; never in a log or a repr.

A device names the index of its key in each challenge. A name proves nothing: only an exchange that ended
with the right bytes does. Own keys are kept for good: a device may come back from a drawer with an old one.
Source: docs/protocols/bidcos.md, "AES signing".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hub.contract.radio import KeyState

from ..codec.signing import DEFAULT_KEY, KEY_SIZE

DEFAULT_INDEX = 0
MAX_INDEX = 127  # a challenge carries twice the index in one byte


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemKey:
    """One of our own keys. index: 1 to 127; key: 16 bytes."""

    index: int
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.index <= MAX_INDEX or len(self.key) != KEY_SIZE:
            raise ValueError(f"key index {self.index} must be 1 to {MAX_INDEX}, the key {KEY_SIZE} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What we know of one device.

    index: of the key that it holds, as far as we know; proven: an exchange with it ended well; target: of the
    key that it is being given, None: no change is under way; refused: it named a key that we do not have, or
    took none of ours; signed: channels whose reports count only with a signature.
    """

    index: int = DEFAULT_INDEX
    proven: bool = False
    target: int | None = None
    refused: bool = False
    signed: frozenset[int] = frozenset()


class Keyring:
    """Written by the exchanges and by keys.py. changed: devices whose state is to be written down."""

    def __init__(self, own: Iterable[SystemKey] = (), held: Mapping[bytes, Held] | None = None) -> None:
        self._keys = {DEFAULT_INDEX: DEFAULT_KEY}
        self._held: dict[bytes, Held] = dict(held or {})
        self._claimed: dict[bytes, int] = {}
        self.changed: set[bytes] = set()
        self.index = DEFAULT_INDEX
        self.restore(own, {})

    # keys

    def restore(self, own: Iterable[SystemKey], held: Mapping[bytes, Held]) -> None:
        """Take over what was written down."""
        for key in own:
            self._keys[key.index] = key.key
        self._held.update(held)

    def use(self, key: SystemKey) -> None:
        """From now on this is the key of the home."""
        self._keys[key.index] = key.key
        self.index = key.index

    def free_index(self) -> int | None:
        """The index for a new key: above all others, or a free one; None when all are taken."""
        above = max(self._keys) + 1
        if above <= MAX_INDEX:
            return above
        return next((index for index in range(1, MAX_INDEX + 1) if index not in self._keys), None)

    @property
    def own(self) -> tuple[SystemKey, ...]:
        """Our own keys, the oldest first."""
        return tuple(SystemKey(index=index, key=key) for index, key in sorted(self._keys.items()) if index)

    def key(self, index: int) -> bytes | None:
        """The key of this index, if we have it."""
        return self._keys.get(index)

    @property
    def system_key(self) -> bytes:
        """The key in use: our own, or the default key while there is none."""
        return self._keys[self.index]

    @property
    def all_keys(self) -> tuple[bytes, ...]:
        """The key in use first."""
        return (self.system_key, *(key for index, key in self._keys.items() if index != self.index))

    # devices

    def held(self, device: bytes) -> Held:
        """What is known of a device."""
        return self._held.get(device, Held())

    @property
    def devices(self) -> Mapping[bytes, Held]:
        """All of whom something is known."""
        return self._held

    def set(self, device: bytes, held: Held) -> None:
        """Know this of a device from now on."""
        if held != self.held(device):
            self._held[device] = held
            self.changed.add(device)

    def remove(self, device: bytes) -> None:
        """It is no device of ours any more."""
        if self._held.pop(device, None) is not None:
            self.changed.add(device)
        self._claimed.pop(device, None)

    def knows(self, device: bytes) -> bool:
        """Something is to be remembered of it."""
        return device in self._held

    def claimed(self, device: bytes, index: int) -> None:
        """It named this key in a challenge."""
        self._claimed[device] = index

    def claim(self, device: bytes) -> int | None:
        """The key that it named last."""
        return self._claimed.get(device)

    def candidates(self, device: bytes, index: int) -> tuple[bytes, ...]:
        """Keys to sign with for a device that named ``index``, the likeliest first; empty: none fits.

        While a change is under way both are tried, whatever the device names. Under an index that we do not
        know it may hold one of our own all the same: another central counted otherwise.
        """
        held = self.held(device)
        indexes = [index] if held.target is None else [index, held.target, held.index]
        keys = [self._keys[each] for each in indexes if each in self._keys]
        if index not in self._keys:
            keys += [key.key for key in reversed(self.own)]
        return tuple(dict.fromkeys(keys))

    def proved(self, device: bytes, index: int, key: bytes) -> None:
        """An exchange with this key, which it calls ``index``, ended as only a holder of it could end it."""
        held = self.held(device)
        self._keys.setdefault(index, key)
        if self._keys[index] != key:  # while a change is under way: the name it gave is not yet true
            index = next((known for known, each in self._keys.items() if each == key), index)
        self._claimed[device] = index
        target = None if held.target == index else held.target
        self.set(device, replace(held, index=index, proven=True, target=target, refused=False))

    def took(self, device: bytes, index: int) -> None:
        """It acknowledged a new key."""
        held = self.held(device)
        self._claimed[device] = index
        wanted = None if held.target == index else held.target
        self.set(device, replace(held, index=index, proven=True, refused=False, target=wanted))

    def gave_up(self, device: bytes, index: int) -> None:
        """It is not given this key any more."""
        held = self.held(device)
        if held.target == index:
            self.set(device, replace(held, target=None))

    def vouched(self, device: bytes) -> None:
        """A radio that signs by itself says that its signature is good."""
        self.set(device, replace(self.held(device), proven=True, refused=False))

    def refused(self, device: bytes, index: int | None = None) -> bool:
        """It took no signature; whether that means another key, not just lost frames.

        index: of the key that it named; None: the radio does not say.
        """
        held = self.held(device)
        index = held.index if index is None else index
        if held.proven and index == held.index and index in self._keys:
            return False
        if not held.proven or index not in self._keys:
            self.set(device, replace(held, refused=True))
        return True

    def signs(self, device: bytes, channel: int) -> bool:
        """Reports of this channel count only with a signature."""
        return channel in self.held(device).signed

    def note_signing(self, device: bytes, channel: int, on: bool) -> None:
        """Register 08 of this channel's list 1 says so."""
        held = self.held(device)
        signed = held.signed | {channel} if on else held.signed - {channel}
        self.set(device, replace(held, signed=signed))

    def state(self, device: bytes, *, can_sign: bool) -> KeyState:
        """As the owner is told."""
        held = self.held(device)
        if not can_sign:
            return KeyState.NONE
        if held.refused:
            return KeyState.FOREIGN
        if held.target is not None:
            return KeyState.EXCHANGING
        if held.index == DEFAULT_INDEX:
            return KeyState.DEFAULT
        return KeyState.SYSTEM if self._keys.get(held.index) == self.system_key else KeyState.PREVIOUS
