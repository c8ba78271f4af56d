"""What earlier frames of one listening tell about later ones: models, and both ends of signatures. Pure.

Bounded: the oldest are forgotten. Source: docs/protocols/bidcos.md, "Signing".
"""

from collections import OrderedDict
from typing import TypeVar

from ..codec.frames import Frame
from ..codec.messages import AesResponse, Challenge, DeviceInfo, KeyExchange, TeamAlarm, decode_message
from ..codec.signing import DEFAULT_KEY, KEY_EXCHANGE_MAGIC, Verified, open_key_half, team_mac, unseal, verify
from ..devices import Model, model_by_code

_K = TypeVar("_K")
_V = TypeVar("_V")
MAX_REMEMBERED = 1024
MAX_KEYS = 8  # the default key, those given, those overheard
_TO_DEVICE = frozenset({0x01, 0x04, 0x11, 0x12, 0x3E, 0xCA, 0xCB})
_OF_TEAMS = frozenset({0x40, 0x41})
_DETECTORS = frozenset({"SD", "SD2"})
_USUAL_RESTS = (
    b"",
    b"\x06",
    b"\x03",
    *(bytes((order, 0, 0, 0, 0, list_index)) for order in (0x04, 0x05) for list_index in (0, 1)),
)
_Link = tuple[bytes, bytes, int]  # who sent the message, to whom, its counter


class Session:
    """Listens along. keys: those that responses are tried with, beside the default key."""

    def __init__(self, keys: tuple[bytes, ...] = ()) -> None:
        self._keys = [DEFAULT_KEY, *keys][:MAX_KEYS]
        self._models: OrderedDict[bytes, Model] = OrderedDict()
        self._messages: OrderedDict[_Link, Frame] = OrderedDict()
        self._challenges: OrderedDict[_Link, bytes] = OrderedDict()
        self._key_halves: OrderedDict[_Link, bytes] = OrderedDict()

    def model(self, frame: Frame) -> Model | None:
        """The model of the device that ``frame`` is about, if it introduced itself.

        A team of smoke detectors has an address of its own, which no device introduces: such a frame is about
        the detector that it names as its receiver.
        """
        about = frame.receiver if frame.kind in _TO_DEVICE else frame.sender
        model = self._models.get(about)
        if model is None and frame.kind in _OF_TEAMS:
            reporter = self._models.get(frame.receiver)
            return reporter if reporter is not None and reporter.cls in _DETECTORS else None
        return model

    def secrets(self, frame: Frame) -> dict[str, object]:
        """Take ``frame`` in and return what only a holder of the keys can say about it."""
        message = decode_message(frame)
        link = (frame.sender, frame.receiver, frame.counter)
        if isinstance(message, Challenge):
            _remember(self._challenges, (frame.receiver, frame.sender, frame.counter), message.challenge)
            return {}
        if isinstance(message, AesResponse):
            return self._open_response(link, frame, message.data)
        if isinstance(message, DeviceInfo):
            known = model_by_code(message.model)
            if known is not None:
                _remember(self._models, frame.sender, known)
        if frame.kind != 0x02:
            _remember(self._messages, link, frame)
        if isinstance(message, KeyExchange):
            return self._open_key_half(frame, message.data)
        return self._check_team(frame) if frame.kind == TeamAlarm.kind else {}

    def _open_response(self, link: _Link, frame: Frame, response: bytes) -> dict[str, object]:
        challenge, message = self._challenges.get(link), self._messages.get(link)
        if challenge is None:
            return {}
        for key in self._keys:
            if message is not None:
                opened = verify(key, challenge, message, response)
            else:
                opened = _open_unheard(key, challenge, frame, response)
            if opened is not None:
                inner, auth = opened.inner.hex().upper(), opened.auth.hex().upper()
                return {"decrypted_inner": inner, "auth_expected": auth}
        return {}

    def _check_team(self, frame: Frame) -> dict[str, object]:
        """A smoke detector's signature, when one of the keys made it; else nobody can say."""
        alarm = TeamAlarm.parse(frame.payload)
        if alarm is None:
            return {}
        sequence = alarm.sequence.to_bytes(2, "big")
        good = any(team_mac(key, frame, sequence) == alarm.mac for key in self._keys)
        return {"signature_ok": True} if good else {}

    def _open_key_half(self, frame: Frame, data: bytes) -> dict[str, object]:
        """By the default key; when that is not it, by a key that was given or overheard."""
        default = open_key_half(DEFAULT_KEY, data)
        blocks = (open_key_half(key, data) for key in self._keys)
        block = next((block for block in blocks if block[12:] == KEY_EXCHANGE_MAGIC), default)
        good = block[12:] == KEY_EXCHANGE_MAGIC
        if good:
            self._learn_key(frame, block)
        said: dict[str, object] = {"decrypted_with_default_key": default.hex().upper()}
        if block != default:
            said["decrypted_with_known_key"] = block.hex().upper()
        return {
            **said,
            "key_index_byte": block[1:2].hex().upper(),
            "key_half": block[2:10].hex().upper(),
            "magic_ok": good,
        }

    def _learn_key(self, frame: Frame, block: bytes) -> None:
        half = (frame.sender, frame.receiver, block[1] & 1)
        _remember(self._key_halves, half, block[2:10])
        first = self._key_halves.get((frame.sender, frame.receiver, 0))
        second = self._key_halves.get((frame.sender, frame.receiver, 1))
        if first is not None and second is not None and first + second not in self._keys:
            self._keys = [*self._keys[: MAX_KEYS - 1], first + second]


def _open_unheard(key: bytes, challenge: bytes, frame: Frame, response: bytes) -> Verified | None:
    """The message was not heard: try what messages usually go on with after their first byte."""
    for rest in _USUAL_RESTS:
        opened = unseal(key, challenge, rest, response)
        if opened is None:
            return None
        counter, link = opened.inner[6], opened.inner[9:15]
        if counter == frame.counter and link == frame.sender + frame.receiver:
            return opened
    return None


def _remember(store: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    store[key] = value
    store.move_to_end(key)
    if len(store) > MAX_REMEMBERED:
        store.popitem(last=False)
