"""What tests, demos and benches may ask of a running simulator: one JSON object a line, one answer a line.

Read downwards: Control.answer → one method each. The socket is ControlProtocol; nothing here waits.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from . import control_device
from .asking import Answer, Request, number_in, text_in
from .day import Player
from .devices.device import Device
from .devices.surface import ActRefused
from .line import Line
from .load import Load
from .module import ILLS, Module
from .recorder import Recorded, Sample
from .weather import DAY_S

REQUEST_MAX = 65_536


class Control:
    """Answers requests about one simulator."""

    def __init__(self, line: Line, load: Load, player: Player | None) -> None:
        self._line = line
        self._load = load
        self._player = player
        self._verbs: Mapping[str, Callable[[Request], Answer]] = {
            "state": self._state,
            "pull": self._pull,
            "plug": self._plug,
            "press": self._press,
            "act": self._act,
            "module": self._module,
            "air": self._air,
            "airtime": self._airtime,
            "jam": self._jam,
            "collide": self._collide,
            "record": self._record,
            "timings": self._timings,
            "load": self._set_load,
            **{name: partial(self._with_device, do) for name, do in control_device.VERBS.items()},
        }

    def answer(self, line: bytes) -> Answer:
        """Do what a line asks. Never raises: what is wrong is said in ``error``."""
        try:
            request = json.loads(line)
            if not isinstance(request, dict) or request.get("do") not in self._verbs:
                return {"error": f"do: one of {', '.join(self._verbs)}"}
            answer = self._verbs[request["do"]](request)
        except (ValueError, TypeError, ActRefused, OSError) as error:
            return {"error": str(error)}
        self._line.step()
        return {"ok": answer}

    # the stick

    def _pull(self, request: Request) -> Answer:
        self._line.pull(self._name(request))
        return self._stick(request)

    def _plug(self, request: Request) -> Answer:
        self._line.plug(self._name(request))
        return self._stick(request)

    def _name(self, request: Request) -> str:
        name = text_in(request, "stick", next(iter(self._line.ports)))
        if name not in self._line.ports:
            raise ValueError(f"stick {name!r}: {', '.join(self._line.ports)}")
        return name

    def _stick(self, request: Request) -> Answer:
        name = self._name(request)
        port = self._line.ports[name]
        return {
            "plugged": port.is_plugged,
            "link": str(port.link),
            "receives": self._line.world.sticks[name].receives,
            "dropped": port.dropped,
        }

    def _module(self, request: Request) -> Answer:
        """Make a module ill, or well with an empty list; let it crash and boot."""
        module = self._line.world.sticks[self._name(request)]
        if not isinstance(module, Module):
            raise ValueError("module: this stick is none; start with --radio module or both")
        ills = request.get("ills", sorted(module.ills))
        if not isinstance(ills, list) or not set(map(str, ills)) <= set(ILLS):
            raise ValueError(f"ills {ills!r}: some of {', '.join(ILLS)}")
        module.ills = set(map(str, ills))
        if request.get("reset") is True:
            module.reset()
        peers = [peer.hex().upper() for peer in module.radio.peers]
        return {"ills": sorted(module.ills), "peers": peers, "credits": module.radio.credits_used()}

    # the devices

    def _press(self, request: Request) -> Answer:
        args = [str(request.get("button", 1)), "long" if request.get("long") else ""]
        return self._let(request, "press", tuple(arg for arg in args if arg))

    def _act(self, request: Request) -> Answer:
        verb, *args = str(request.get("event", "")).split() or [""]
        return self._let(request, verb, tuple(args))

    def _let(self, request: Request, verb: str, args: tuple[str, ...]) -> Answer:
        device = self._device(request)
        device.act(verb, args)
        return dict(device.state())

    def _with_device(self, do: Callable[[Device, Request], Answer], request: Request) -> Answer:
        return do(self._device(request), request)

    def _device(self, request: Request) -> Device:
        serial = request.get("device")
        device = self._line.world.devices.get(str(serial))
        if device is None:
            raise ValueError(f"device {serial!r}: SIM0000001 to SIM{len(self._line.world.devices):07d}")
        return device

    # the air

    def _air(self, request: Request) -> Answer:
        air = self._line.world.air
        air.conditions = replace(
            air.conditions,
            loss=number_in(request, "loss", 0, 1, air.conditions.loss),
            duplicates=number_in(request, "duplicates", 0, 1, air.conditions.duplicates),
            delay_s=number_in(request, "delay_s", 0, 10, air.conditions.delay_s),
            capture_db=number_in(request, "capture_db", 0, 100, 0) or air.conditions.capture_db,
        )
        return {"airtime_s": round(air.airtime_total_s, 3)}

    def _jam(self, request: Request) -> Answer:
        self._line.world.air.jam(number_in(request, "seconds", 0, 60))
        return {}

    def _collide(self, request: Request) -> Answer:
        """Let a foreign carrier destroy the next frames."""
        self._line.world.air.doomed = round(number_in(request, "frames", 0, 1000))
        return {}

    def _airtime(self, _: Request) -> Answer:
        """Carrier time of each sender so far, in seconds."""
        air = self._line.world.air
        return {"airtime_s": {sender.hex().upper(): round(each, 4) for sender, each in air.airtime_s.items()}}

    # what was seen

    def _record(self, request: Request) -> Answer:
        recorder = self._line.recorder
        lines = [_line(recorded) for recorded in recorder.lines()]
        if isinstance(on := request.get("on"), bool):
            recorder.switch(on)
        return {"on": recorder.is_on, "lines": lines}

    def _timings(self, request: Request) -> Answer:
        samples = self._line.recorder.samples(clear=request.get("clear") is True)
        return {"samples": [_sample(sample) for sample in samples]}

    def _set_load(self, request: Request) -> Answer:
        before = {"sent": self._load.sent, "asked": self._load.asked}
        if "rate" in request or "asking" in request:
            self._load.set(
                number_in(request, "rate", 0, 20_000, 0.0), number_in(request, "asking", 0, 20_000, 0.0)
            )
        return before

    def _state(self, request: Request) -> Answer:
        world = self._line.world
        clock_s = int(world.home_s() % DAY_S)
        player = self._player
        return {
            "stick": self._stick(request),
            "home_time": f"{clock_s // 3600:02d}:{clock_s // 60 % 60:02d}:{clock_s % 60:02d}",
            "airtime_s": round(world.air.airtime_total_s, 3),
            "unpaired": len(world.unpaired()),
            "day": None if player is None else {"played": player.played, "refused": player.refused},
            "devices": [_device(device) for device in world.devices.values()],
        }


class ControlProtocol(asyncio.Protocol):
    """One connection to the control socket: lines in, lines out."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole line; a line that does not end closes the connection."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        assert self._transport is not None
        for line in lines:
            self._transport.write(json.dumps(self._control.answer(line)).encode() + b"\n")
        if len(self._rest) > REQUEST_MAX:
            self._transport.abort()


def _line(recorded: Recorded) -> Answer:
    return {"at_s": round(recorded.at_s, 6), "to_host": recorded.to_host, "line": recorded.line}


def _sample(sample: Sample) -> Answer:
    return {
        "at_s": round(sample.at_s, 6),
        "device": sample.device,
        "counter": sample.counter,
        "repeated": sample.repeated,
        "ms": None if sample.answer_s is None else round(sample.answer_s * 1000, 3),
    }


def _device(device: Device) -> Answer:
    return {
        "serial": device.serial,
        "address": device.address.hex().upper(),
        "model": device.blueprint.name,
        "central": device.memory.central.hex().upper() if device.memory.is_paired else None,
        "awake": device.is_awake,
        "unacknowledged": device.outbox.given_up,
        "repeats": device.outbox.repeats,
        "overruns": device.inbox.overruns,
        "state": dict(device.state()),
    }
