"""A screenplay for the exchange machine: who sends what, when. Time is an argument, so nothing waits."""

from collections.abc import Iterable

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import Message, SetLevel, message_frame
from drivers.bidcos.exchange.airtime import Airtime
from drivers.bidcos.exchange.exchange import Exchanges
from drivers.bidcos.exchange.keyring import Keyring
from drivers.bidcos.exchange.lane import Outcome, Request, Send, Step
from hub.contract import BY_USER, Cause, ReceiveMode

CENTRAL = bytes.fromhex("631964")
LAMP = bytes.fromhex("1FB74A")
HEATER = bytes.fromhex("38EB06")
SIREN = bytes.fromhex("1E7AAD")
STRANGER = bytes.fromhex("266E67")
ON = Step(message=SetLevel(channel=1, level=0xC8))


class Play:
    """Drives the machine as the driver does: wakes it at each of its times."""

    def __init__(self, *, jitter: int = 0) -> None:
        self.now_s = 100.0
        self.airtime = Airtime()
        self.keyring = Keyring()
        self.exchanges = Exchanges(CENTRAL, self.airtime, lambda size: bytes((jitter,)) * size, self.keyring)
        lanes = self.exchanges.lanes
        lanes.add(LAMP, frozenset({ReceiveMode.ALWAYS}), 7)
        lanes.add(HEATER, frozenset({ReceiveMode.CONDITIONAL_BURST, ReceiveMode.WAKE_UP}), 20)
        lanes.add(SIREN, frozenset({ReceiveMode.BURST}), 30)
        self.sent: list[tuple[float, Frame]] = []
        self.told: list[Outcome] = []

    def submit(
        self, *steps: Step, device: bytes = LAMP, key: object | None = None, cause: Cause = BY_USER
    ) -> Request:
        request = Request(device=device, steps=steps or (ON,), key=key, cause=cause)
        self._note(self.exchanges.submit(request, self.now_s))
        return request

    def hear(
        self,
        message: Message,
        *,
        sender: bytes = LAMP,
        receiver: bytes = CENTRAL,
        counter: int,
        flags: int = 0x80,
    ) -> None:
        frame = message_frame(message, counter=counter, flags=flags, sender=sender, receiver=receiver)
        self._note(self.exchanges.receive(frame, self.now_s, self.now_s))

    def wait(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        turns = 0
        while (due_s := self.exchanges.wake_at_s) is not None and due_s <= end_s:
            self.now_s = max(self.now_s, due_s)
            self._note(self.exchanges.wake(self.now_s))
            turns += 1
            assert turns < 1000, "it wants to be woken for ever"
        self.now_s = end_s

    def _note(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Send):
                self.sent.append((round(self.now_s - 100.0, 3), outcome.frame))
            else:
                self.told.append(outcome)

    def frames(self, kind: int) -> list[Frame]:
        return [frame for _, frame in self.sent if frame.kind == kind]

    def ended(self, kind: type) -> list[Outcome]:
        return [outcome for outcome in self.told if isinstance(outcome, kind)]
