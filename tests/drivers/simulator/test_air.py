import random

import pytest

from drivers.simulator.agenda import Agenda
from drivers.simulator.air import Air, Conditions
from drivers.simulator.places import Place

DATA = bytes.fromhex("0A40A0111A2B3C51000100")
TIME_S = 0.010 + 0.0168


class Radio:
    """A node that keeps what it hears."""

    def __init__(self, agenda: Agenda, place: Place) -> None:
        self.place = place
        self.heard: list[tuple[float, bytes]] = []
        self.is_on = True
        self._agenda = agenda

    def hears(self, data: bytes) -> bool:
        return self.is_on

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        self.heard.append((self._agenda.now_s, data))


def scene(conditions: Conditions | None = None) -> tuple[Agenda, Air, Radio, Radio, Radio]:
    agenda = Agenda()
    air = Air(agenda, random.Random(7).random, conditions)
    radios = Radio(agenda, Place(4.0, 0.0)), Radio(agenda, Place(0.0, 4.0)), Radio(agenda, Place())
    for address, radio in zip((b"\x51\x00\x01", b"\x51\x00\x02"), radios, strict=False):
        air.join(radio, address)
    air.join_everything(radios[2])
    return agenda, air, *radios


def test_a_frame_arrives_at_its_end() -> None:
    agenda, air, one, two, stick = scene()
    air.send(two, DATA)
    agenda.run_until(1.0)
    assert one.heard == stick.heard
    assert [data for _, data in stick.heard] == [DATA]
    assert stick.heard[0][0] == pytest.approx(TIME_S)
    assert two.heard == []


def test_who_waits_for_a_clear_channel_sends_after_it() -> None:
    agenda, air, one, two, stick = scene()
    air.send(one, DATA)
    agenda.run_until(0.005)
    air.send(two, DATA)
    agenda.run_until(1.0)
    first, second = (at_s for at_s, _ in stick.heard)
    assert first + TIME_S <= second <= first + TIME_S + 0.01


def test_two_who_start_together_destroy_each_other() -> None:
    agenda, air, one, two, stick = scene()
    air.send(one, DATA)
    air.send(two, DATA)
    agenda.run_until(1.0)
    assert stick.heard == []


def test_one_who_sends_twice_at_once_sends_one_after_the_other() -> None:
    agenda, air, one, _, stick = scene()
    air.send(one, DATA)
    air.send(one, DATA)
    agenda.run_until(1.0)
    assert len(stick.heard) == 2


def test_a_receiver_that_is_off_at_the_start_misses_it() -> None:
    agenda, air, one, two, _ = scene()
    one.is_on = False
    air.send(two, DATA)
    agenda.run_until(0.015)
    one.is_on = True
    agenda.run_until(1.0)
    assert one.heard == []


def test_loss_duplicates_and_delay_happen_as_often_as_asked() -> None:
    agenda, air, one, two, stick = scene(Conditions(loss=0.3, duplicates=0.2, delay_s=0.05))
    for number in range(1000):
        agenda.run_until(number * 0.1)
        air.send(two, DATA)
    agenda.run_until(1000.0)
    assert 0.75 < len(stick.heard) / 1000 < 0.93  # 0.7 * 1.2 = 0.84
    lateness = [at_s % 0.1 - TIME_S for at_s, _ in stick.heard]
    assert min(lateness) >= -1e-6
    assert 0.04 < max(lateness) < 0.0501
    assert len(one.heard) > 700


def test_an_ideal_air_takes_no_time() -> None:
    agenda, air, _, two, stick = scene(Conditions(takes_time=False))
    for _ in range(100):
        air.send(two, DATA)
    assert len(stick.heard) == 100
    assert agenda.now_s == 0.0


def test_appointments_keep_their_order_and_can_be_cancelled() -> None:
    agenda = Agenda()
    done: list[str] = []
    agenda.after(1.0, lambda: done.append("b"))
    agenda.after(1.0, lambda: done.append("c"))

    def plan() -> None:
        agenda.after(0.1, lambda: done.append("a"))

    agenda.after(0.5, plan)
    cancelled = agenda.after(0.7, lambda: done.append("never"))
    cancelled.cancel()
    agenda.run_until(2.0)
    cancelled.cancel()
    assert done == ["a", "b", "c"]
    assert agenda.next_s is None
    assert agenda.now_s == 2.0
