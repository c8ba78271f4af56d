"""``homebase radio``: frames on the air, send time, how well devices are heard, keys (radio_keys.py)."""

import argparse
import time
from collections.abc import Iterator

from privacy.system import SystemClock

from ..command_line import printable
from ..gate_console import print_table, rows_of
from ..speech import as_word, phrase
from .frame_meaning import Explainer
from .radio_keys import add_keys
from .start import between
from .verbs import Answer, Verbs, add_interface, ask, by_device, interface_of, print_json, run_verb

run = run_verb
LOOK_S = 0.25
BARS = "▁▂▃▄▅▆▇█"
WEAK_DBM, STRONG_DBM = -110.0, -40.0


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    sniff = verbs.add("sniff", "every frame on the air as it comes, ours and others'", _sniff)
    sniff.add_argument("--seconds", type=between(float, 0, 1e9), metavar="N", help="default: until Ctrl-C")
    sniff.add_argument("--decode", action="store_true", help="say what each frame means")
    send = verbs.add("send", "send a frame of your own making", _send)
    send.add_argument("hex", help="from the length byte on; the sender must be this central's address")
    airtime = verbs.add("airtime", "who used the hour's send time", _airtime)
    rssi = verbs.add("rssi", "how strongly each device is heard, over a day", _rssi)
    for added in (sniff, send, airtime, rssi):
        add_interface(added)
    add_keys(verbs)


# frames


def _sniff(options: argparse.Namespace) -> int:
    with Explainer(options.decode) as explainer:
        for frame in _frames(options):
            meaning = explainer.explain(str(frame.get("data")))
            if options.json:
                print_json({**frame, "meaning": meaning} if options.decode else frame)
            else:
                print(printable(_line(frame, meaning)), flush=True)
    return 0


def _frames(options: argparse.Namespace) -> Iterator[Answer]:
    """Frames from now on, for as long as wanted."""
    interface = interface_of(options)
    clock = SystemClock()
    end_s = None if options.seconds is None else clock.monotonic() + options.seconds
    earlier = rows_of(ask(options, "GET", "radio", interface, "frames"), "frames")
    last = earlier[-1].get("number", 0) if earlier else 0
    while True:
        for frame in rows_of(ask(options, "GET", "radio", interface, "frames", after=last), "frames"):
            last = frame.get("number", last)
            yield frame
        if end_s is not None and clock.monotonic() >= end_s:
            return
        time.sleep(LOOK_S)


def _line(frame: Answer, meaning: str) -> str:
    way = "->" if frame.get("sent") else "<-"
    rssi = frame.get("rssi_dbm")
    strength = f"{rssi:6.1f} dBm" if isinstance(rssi, float | int) else " " * 10
    at = str(frame.get("at"))[11:23]
    return f"{at} {way} {strength}  {frame.get('data')}  {meaning}".rstrip()


def _send(options: argparse.Namespace) -> int:
    ask(options, "POST", "radio", interface_of(options), "frames", body={"data": options.hex.strip()})
    print(phrase("sent"))
    return 0


# send time


def _airtime(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "radio", interface_of(options), "airtime")
    if options.json:
        return print_json(answer)
    rows = [
        (
            row.get("device") or phrase("(all or unknown)"),
            " ".join(as_word(row[key]) for key in ("cause", "name") if row.get(key)),
            phrase("{used:.2f} s", used=_seconds(row.get("used_ms"))),
            row.get("frames"),
            row.get("bursts"),
        )
        for row in rows_of(answer, "entries")
    ]
    print_table(("DEVICE", "CAUSE", "SENT", "FRAMES", "BURSTS"), rows)
    keys = ("used_ms", "limit_ms", "alarm_reserve_ms", "answer_reserve_ms")
    used, limit, alarms, answers = (_seconds(answer.get(key)) for key in keys)
    reserves = phrase(
        "{alarms:.1f} s for alarms and {answers:.1f} s for answers to devices alone",
        alarms=alarms,
        answers=answers,
    )
    print(
        phrase(
            "{used:.1f} of {limit:.1f} s in this hour, {reserves}: {forecast}",
            used=used,
            limit=limit,
            reserves=reserves,
            forecast=_forecast(answer),
        )
    )
    return 0


def _forecast(answer: Answer) -> str:
    soon = answer.get("exhausted_in_s")
    if answer.get("level") == "exhausted":
        return phrase("used up")
    if isinstance(soon, int | float):
        return phrase(
            "{level}; at this pace used up in {soon:.0f} min",
            level=as_word(answer.get("level")),
            soon=soon / 60,
        )
    return as_word(answer.get("level"))


def _seconds(ms: object) -> float:
    return ms / 1000 if isinstance(ms, int | float) else 0.0


# signal strength


def _rssi(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "radio", interface_of(options), "signals")
    if options.json:
        return print_json(answer)
    rows = [
        (
            row.get("device"),
            _dbm(row.get("last_dbm")),
            _dbm(row.get("peer_dbm")),
            bars([one.get("dbm") for one in rows_of(row, "samples")]),
        )
        for row in by_device(rows_of(answer, "signals"))
    ]
    print_table(("DEVICE", "HEARD HERE", "HEARS US", "LAST DAY, A QUARTER OF AN HOUR EACH"), rows)
    return 0


def _dbm(value: object) -> str:
    return f"{value:.0f} dBm" if isinstance(value, int | float) else "-"


def bars(samples: list[object]) -> str:
    """One bar per sample, from WEAK_DBM to STRONG_DBM."""
    span = (STRONG_DBM - WEAK_DBM) / (len(BARS) - 1)
    places = [round((one - WEAK_DBM) / span) for one in samples if isinstance(one, int | float)]
    return "".join(BARS[min(max(place, 0), len(BARS) - 1)] for place in places)
