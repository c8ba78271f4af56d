from importlib import resources

import pytest

from drivers.simulator.day import Player, parse_day

from .host import Host

TEXT = resources.files("drivers.simulator").joinpath("day.toml").read_text("utf-8")


def test_the_packaged_day_runs_fast_and_every_event_of_it_is_possible() -> None:
    # given a paired home at one home hour a second
    day = parse_day(TEXT)
    host = Host(speed=3600.0)
    for device in host.world.devices.values():
        host.pair(device)
    player = Player(host.world, day)
    player.start()

    # when a day and a half pass
    host.listen(36.0)

    # then every row was played at its time, more than once, and refused by nobody
    assert player.refused == []
    assert len(day) < player.played <= 2 * len(day)
    assert {device.serial for device in host.world.devices.values()} == {moment.serial for moment in day}
    assert {moment.who for moment in day} == {"Owner", "Resident", "Guest", ""}


def test_moments_come_at_their_home_time() -> None:
    host = Host(speed=60.0)
    player = Player(host.world, parse_day('day = [["06:31", "SIM0000001", "on"]]'))
    player.start()
    assert host.device(1).state()["on"] != [True]
    while host.device(1).state()["on"] != [True]:
        host.wait(0.01)
    assert 6 * 3600 + 31 * 60 <= host.world.home_s() <= 6 * 3600 + 31 * 60 + 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("x = 1", "day"),
        ('day = [["6:00", "SIM0000001", "on"]]', "row 1, time"),
        ('day = [["24:00", "SIM0000001", "on"]]', "00:00 to 23:59"),
        ('day = [["06:00", "SIM0000001", "on"], ["07:00", "SIM0000001"]]', "row 2"),
        ('day = [["06:00", "SIM0000001", "on", "Nobody"]]', "Owner, Resident or Guest"),
        ('day = [["06:00", "SIM0000001", " "]]', "empty"),
        ("day = [", "Invalid value|Unclosed|[Ii]nvalid"),
    ],
)
def test_a_broken_day_says_where(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse_day(text)


def test_unknown_devices_and_impossible_events_do_not_stop_the_day() -> None:
    host = Host(speed=3600.0)
    table = [("06:40", "SIM0000099", "on"), ("06:41", "SIM0000001", "fly"), ("06:42", "SIM0000001", "on")]
    rows = ", ".join(f'["{time}", "{device}", "{event}"]' for time, device, event in table)
    player = Player(host.world, parse_day(f"day = [{rows}]"))
    player.start()
    host.wait(1.0)
    assert player.played == 2
    assert len(player.refused) == 1
    assert host.device(1).state()["on"] == [True]
