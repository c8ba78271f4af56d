"""An hour of a hundred devices with the real driver in simulated time; the long day is script/nightly's."""

from functools import cache

import pytest

from drivers.bidcos.radios.watch import SilenceWatch
from tests.endurance.day import Day, Report, live
from tests.endurance.home import SHARES, Life, names
from tests.endurance.virtual import run


@cache
def an_hour(radio: str) -> Report:
    """Of a hundred devices, lived once for all who look at it."""
    return live(100, 1.0, radio=radio)


@pytest.mark.parametrize("radio", ["cul", "module"])
def test_an_hour_of_a_home_misses_nothing_and_stays_within_the_send_time(radio: str) -> None:
    report = an_hour(radio)
    assert report.failures() == []
    assert report.given_up == 0
    assert report.silent == 0
    assert report.answers["in the window"] > 100
    assert 0.5 < report.hub_airtime_s == report.hub_hour_s < 36.0
    assert report.events["DatapointChanged"] > 500
    if radio == "cul":  # a module answers before its host could
        assert 80 <= max(report.turn_rounds, key=lambda ms: report.turn_rounds[ms]) <= 110
    assert report.acts > 5


def test_a_module_does_not_call_sleepers_that_nothing_waits_for() -> None:
    # a call to every thermometer after each of its frames would spend the send time of the home
    report = an_hour("module")
    assert report.hub_frames < report.letters * 2 + 400


def test_a_hub_that_does_not_answer_is_found_out() -> None:
    # given a hub whose frames never reach its stick
    day = Day(60, 1)
    whole = day.world.stick.write
    day.world.stick.write = lambda data: whole(data) if b"As" not in data else None  # type: ignore[method-assign]

    # when its home lives for half an hour
    run(day.house.loop, lambda: day.live(0.5))
    report = day.finish(0.5, 1.0)

    # then the air and the devices say so
    assert report.missed > 10
    assert report.given_up > 5
    assert report.hub_airtime_s == 0.0
    assert "missed" in report.failures()[0]


def test_a_hub_that_calls_devices_silent_which_are_not_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def add(watch: SilenceWatch, device: bytes, silence_s: float | None, now_s: float) -> None:
        whole(watch, device, silence_s and 100.0, now_s)  # less than any cycle

    whole = SilenceWatch.add
    monkeypatch.setattr(SilenceWatch, "add", add)
    monkeypatch.setattr(SilenceWatch, "limit", lambda *_: None)
    report = live(40, 0.2)
    assert report.slandered.total() == report.silent > 3
    assert "were not" in report.failures()[0]


def test_a_device_that_is_off_is_called_silent_rightly(monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day(40, 1)
    for device in day.world.devices.values():
        device.power_on = lambda delay_s=0.0: None  # type: ignore[method-assign]
    monkeypatch.setattr(Life, "start", lambda _life: None)
    run(day.house.loop, lambda: day.live(0.5))
    report = day.finish(0.5, 1.0)
    assert report.silent > 3
    assert report.slandered.total() == 0


def test_the_home_is_made_of_every_class_in_its_share() -> None:
    chosen = names(1000)
    assert len(chosen) == 1000
    assert len(set(chosen)) > 80
    assert sum("Sec-SC" in name for name in chosen) > SHARES["C"] / 4
