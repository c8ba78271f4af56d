"""Handshake patterns of the Noise Protocol Framework as data. Pure.

Source: The Noise Protocol Framework, revision 34, sections 7.4, 7.5, 9.4 and appendix 18.1. homebase itself
speaks IKpsk1 alone; the others are here so that public vectors judge the machine that runs it.
"""

import re
from dataclasses import dataclass, replace

# before the bar: static keys known beforehand, of the initiator (>) and the responder (<)
_PATTERNS = {
    "N": "< | e es",
    "K": "> < | e es ss",
    "X": "< | e es s ss",
    "NN": "| e | e ee",
    "NK": "< | e es | e ee",
    "NX": "| e | e ee s es",
    "XN": "| e | e ee | s se",
    "XK": "< | e es | e ee | s se",
    "XX": "| e | e ee s es | s se",
    "KN": "> | e | e ee se",
    "KK": "> < | e es ss | e ee se",
    "KX": "> | e | e ee se s es",
    "IN": "| e s | e ee se",
    "IK": "< | e es s ss | e ee se",
    "IX": "| e s | e ee se s es",
    "NK1": "< | e | e ee es",
    "NX1": "| e | e ee s | es",
    "X1N": "| e | e ee | s | se",
    "X1K": "< | e es | e ee | s | se",
    "XK1": "< | e | e ee es | s se",
    "X1K1": "< | e | e ee es | s | se",
    "X1X": "| e | e ee s es | s | se",
    "XX1": "| e | e ee s | es s se",
    "X1X1": "| e | e ee s | es s | se",
    "K1N": "> | e | e ee | se",
    "K1K": "> < | e es | e ee | se",
    "KK1": "> < | e | e ee se es",
    "K1K1": "> < | e | e ee es | se",
    "K1X": "> | e | e ee s es | se",
    "KX1": "> | e | e ee se s | es",
    "K1X1": "> | e | e ee s | se es",
    "I1N": "| e s | e ee | se",
    "I1K": "< | e es s | e ee | se",
    "IK1": "< | e s | e ee se es",
    "I1K1": "< | e s | e ee es | se",
    "I1X": "| e s | e ee s es | se",
    "IX1": "| e s | e ee se s | es",
    "I1X1": "| e s | e ee s | se es",
}
_NAME = re.compile(r"([A-Z][A-Z0-9]*)((?:psk\d(?:\+psk\d)*)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A handshake: whose static key is known beforehand, and the tokens of each message.

    one_way: only the initiator sends, then and later; else the two take turns.
    """

    initiator_known: bool
    responder_known: bool
    messages: tuple[tuple[str, ...], ...]
    psk: bool = False

    @property
    def one_way(self) -> bool:
        """Whether nothing comes back."""
        return len(self.messages) == 1


def pattern(name: str) -> Pattern:
    """The pattern of that name, for example "IKpsk1" or "XXpsk0+psk3".

    Raises:
        ValueError: unknown.
    """
    found = _NAME.fullmatch(name)
    if found is None or found[1] not in _PATTERNS:
        raise ValueError(
            f"{name!r} is no handshake pattern; allowed is one of {', '.join(_PATTERNS)} with psk"
        )
    known, *messages = _PATTERNS[found[1]].split("|")
    read = Pattern(
        initiator_known=">" in known,
        responder_known="<" in known,
        messages=tuple(tuple(message.split()) for message in messages),
    )
    for modifier in filter(None, found[2].split("+")):
        read = _with_psk(read, int(modifier.removeprefix("psk")))
    return read


def _with_psk(read: Pattern, place: int) -> Pattern:
    """Place 0: at the start of the first message; n: at the end of the nth."""
    messages = list(read.messages)
    if place > len(messages):
        raise ValueError(f"psk{place}: the pattern has {len(messages)} messages")
    if place == 0:
        messages[0] = ("psk", *messages[0])
    else:
        messages[place - 1] = (*messages[place - 1], "psk")
    return replace(read, messages=tuple(messages), psk=True)
