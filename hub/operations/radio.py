"""Operations on radios: their state, frames, send time, and how well they hear."""

from collections.abc import Mapping
from typing import Literal

from hub import contract
from hub.contract import GetAirtime, ListFrames, ListSignals, Urgency

from .house import House
from .messages import Drivers, Nothing
from .operation import Caller
from .radio_messages import (
    AirtimeEntry,
    AirtimeReport,
    Frame,
    Frames,
    OneRadio,
    ReadFrames,
    SendFrame,
    Signal,
    Signals,
    SignalSample,
)
from .translate import airtime_level, driver_message, rfc3339

_CAUSES: Mapping[Urgency, Literal["alarm", "user", "api", "rule", "background"]] = {
    Urgency.ALARM: "alarm",
    Urgency.USER: "user",
    Urgency.API: "api",
    Urgency.RULE: "rule",
    Urgency.BACKGROUND: "background",
}


async def list_drivers(house: House, _: Caller, __: Nothing) -> Drivers:
    """All drivers with the state of their hardware."""
    return Drivers(drivers=tuple(driver_message(status) for status in house.board.statuses.values()))


async def read_frames(house: House, caller: Caller, asked: ReadFrames) -> Frames:
    """The latest frames on the air, own and foreign."""
    query = ListFrames(interface=asked.interface, number=asked.after)
    found = await house.dispatcher.ask(query, caller.cause)
    return Frames(frames=tuple(_frame_message(one) for one in found))


async def send_frame(house: House, caller: Caller, asked: SendFrame) -> None:
    """Send a frame of one's own making."""
    await house.dispatcher.ask(contract.SendFrame(interface=asked.interface, data=asked.data), caller.cause)


async def read_airtime(house: House, caller: Caller, asked: OneRadio) -> AirtimeReport:
    """Who used the running hour's send time."""
    report = await house.dispatcher.ask(GetAirtime(interface=asked.interface), caller.cause)
    for_all_ms = report.limit_ms - report.answer_reserve_ms - report.alarm_reserve_ms
    return AirtimeReport(
        used_ms=report.used_ms,
        limit_ms=report.limit_ms,
        answer_reserve_ms=report.answer_reserve_ms,
        alarm_reserve_ms=report.alarm_reserve_ms,
        exhausted_in_s=report.exhausted_in_s,
        level=airtime_level(report.used_ms, for_all_ms, report.exhausted_in_s),
        entries=tuple(_entry_message(one) for one in sorted(report.entries, key=lambda one: -one.used_ms)),
    )


async def list_signals(house: House, caller: Caller, asked: OneRadio) -> Signals:
    """How strongly each device is heard, and how it hears us."""
    found = await house.dispatcher.ask(ListSignals(interface=asked.interface), caller.cause)
    return Signals(signals=tuple(_signal_message(one) for one in found))


def _frame_message(frame: contract.RadioFrame) -> Frame:
    return Frame(
        number=frame.number,
        at=rfc3339(frame.at),
        sent=frame.sent,
        data=frame.data,
        rssi_dbm=frame.rssi_dbm,
        sender=None if frame.sender is None else str(frame.sender),
        receiver=None if frame.receiver is None else str(frame.receiver),
        to_us=frame.to_us,
    )


def _entry_message(entry: contract.AirtimeEntry) -> AirtimeEntry:
    return AirtimeEntry(
        device=None if entry.device is None else str(entry.device),
        cause=_CAUSES[entry.urgency],
        name=entry.name,
        used_ms=entry.used_ms,
        frames=entry.frames,
        bursts=entry.bursts,
    )


def _signal_message(signal: contract.Signal) -> Signal:
    return Signal(
        device=str(signal.device),
        last_dbm=signal.last_dbm,
        peer_dbm=signal.peer_dbm,
        samples=tuple(
            SignalSample(at=rfc3339(one.at), dbm=one.dbm, frames=one.frames) for one in signal.samples
        ),
    )
