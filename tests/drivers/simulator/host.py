"""The other end of the stick's line in tests: a host that types real lines, and a home on a manual clock."""

import random

from drivers.bidcos.codec.frames import Frame, decode_frame, encode_frame
from drivers.simulator.air import Conditions
from drivers.simulator.devices.device import Device
from drivers.simulator.world import World, WorldConfig

CENTRAL = bytes.fromhex("1A2B3C")


class Host:
    """A home whose clock stands still until wait() moves it."""

    def __init__(
        self,
        *,
        devices: int = 12,
        models: tuple[str, ...] = (),
        conditions: Conditions | None = None,
        speed: float = 1.0,
        listening: bool = True,
    ) -> None:
        self.output = b""
        self.lines_at_s = 0.0  # when the newest came
        self.lines: list[tuple[float, str]] = []
        config = WorldConfig(
            devices=devices, models=models, conditions=conditions or Conditions(), speed=speed
        )
        self.world = World(config, uniform=random.Random(1).random, emit=self._take)
        self.counter = 0x40
        self.world.power_on()
        self.wait(0.01 * devices)
        if listening:
            self.key_in("X21")
            self.key_in("Ar")

    def _take(self, data: bytes) -> None:
        self.output += data
        self.lines_at_s = self.world.agenda.now_s
        self.lines += [
            (self.world.agenda.now_s, line) for line in data.decode("latin-1").split("\r\n") if line
        ]

    def key_in(self, line: str) -> None:
        self.world.stick.write(line.encode("latin-1") + b"\n")

    def wait(self, seconds: float) -> None:
        self.world.agenda.run_until(self.world.agenda.now_s + seconds)

    def device(self, number: int) -> Device:
        return self.world.devices[f"SIM{number:07d}"]

    def of_kind(self, kind: type) -> Device:
        return next(
            device
            for device in self.world.devices.values()
            if any(type(channel) is kind for channel in device.channels.values())
        )

    def frames(self) -> list[Frame]:
        """All frames reported so far, oldest first."""
        found = []
        for _, line in self.lines:
            if line.startswith("A"):
                data = bytes.fromhex(line[1:])
                frame = decode_frame(data[: data[0] + 1])
                assert isinstance(frame, Frame), frame
                found.append(frame)
        return found

    def take(self) -> list[Frame]:
        """Frames since the last take."""
        frames = self.frames()
        self.lines.clear()
        return frames

    def send(self, device: Device | bytes, kind: int, payload: str | bytes, flags: int = 0xA0,
             counter: int | None = None, sender: bytes = CENTRAL) -> int:  # fmt: skip
        if counter is None:
            self.counter = counter = (self.counter + 1) & 0xFF
        receiver = device if isinstance(device, bytes) else device.address
        body = bytes.fromhex(payload) if isinstance(payload, str) else payload
        frame = Frame(counter=counter, flags=flags, kind=kind, sender=sender, receiver=receiver, payload=body)
        self.key_in("As" + encode_frame(frame).hex().upper())
        return counter

    def ask(
        self, device: Device, kind: int, payload: str, flags: int = 0xA0, wait_s: float = 0.3
    ) -> list[Frame]:
        """Send and return what that device sends within the time an answer takes, its own questions aside."""
        self.take()
        self.send(device, kind, payload, flags)
        self.wait(wait_s + (0.36 if flags & 0x10 else 0.0))
        return [frame for frame in self.take() if frame.sender == device.address and frame.kind != 0x3F]

    def acknowledge(self, frame: Frame, flags: int = 0x80) -> None:
        self.send(frame.sender, 0x02, "00", flags, counter=frame.counter)

    def pair(self, device: Device) -> None:
        """The exchange of the reference's section 5.1, as a central does it."""
        device.teach_in()
        self.wait(0.1)
        assert [f.kind for f in self.take()][-1] == 0x00
        central = "".join(
            f"{register:02X}{byte:02X}" for register, byte in zip((10, 11, 12), CENTRAL, strict=True)
        )
        for payload in ("00050000000000", "00080201" + central, "0006"):
            answers = [f for f in self.ask(device, 0x01, payload) if f.kind == 0x02]
            assert [f.payload for f in answers] == [b"\x00"], answers
        assert device.memory.central == CENTRAL

    def listen(self, seconds: float, device: Device | None = None) -> list[Frame]:
        """Wait and acknowledge whatever wants it, 95 ms after its end, as a good hub does."""
        heard: list[Frame] = []
        end_s = self.world.agenda.now_s + seconds
        while self.world.agenda.now_s < end_s:
            self.wait(0.005)
            for frame in self.take():
                heard.append(frame)
                if frame.flags & 0x20 and frame.receiver == CENTRAL:
                    self.world.agenda.after(0.09, lambda frame=frame: self.acknowledge(frame))  # type: ignore[misc]
        return [frame for frame in heard if device is None or frame.sender == device.address]
