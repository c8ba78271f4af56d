from dataclasses import replace

from hub.contract import (
    AirtimeChanged,
    Datapoint,
    DatapointChanged,
    DeviceAppeared,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    DriverState,
    DriverStateChanged,
    Event,
    PairingProgress,
    PairingStage,
)
from hub.core import Bus, Change, DriverBoard, HomeEvent, Intake, Registry, State
from tests.hub.core.home import AT, DESCRIPTION, DEVICE, PRESS, STATE, value


class Home:
    """All that the intake writes to."""

    def __init__(self) -> None:
        self.bus, self.registry, self.state = Bus(), Registry(), State()
        self.board = DriverBoard(("bidcos",), AT)
        self.recorded: list[Datapoint] = []
        self.kept: list[Event] = []
        self.intake = Intake(
            bus=self.bus,
            registry=self.registry,
            state=self.state,
            board=self.board,
            record=self.recorded.append,
            keep=self.kept.append,
        )

    def told(self, *events: Event) -> list[HomeEvent]:
        with self.bus.subscribe("test") as subscription:
            for event in events:
                self.intake.publish(event)
            return subscription.take_now()


def test_a_value_is_kept_recorded_and_handed_out() -> None:
    home = Home()
    assert home.told(DatapointChanged(datapoint=value(True))) == [
        Change(datapoint=value(True), previous=None, reported=False)
    ]
    assert home.state.values[STATE] == value(True)
    assert home.recorded == [value(True)]


def test_the_description_says_that_a_press_counts_each_time() -> None:
    home = Home()
    press = DatapointChanged(datapoint=value(True, of=PRESS))
    changes = home.told(DeviceAppeared(description=DESCRIPTION), press, press)[1:]
    assert [change.reported for change in changes if isinstance(change, Change)] == [True, True]


def test_a_device_is_written_down_when_it_is_new_different_or_gone_only() -> None:
    home = Home()
    appeared = DeviceAppeared(description=DESCRIPTION)
    changed = DeviceAppeared(description=replace(DESCRIPTION, firmware="2"))
    removed = DeviceRemoved(device=DEVICE)
    home.told(DatapointChanged(datapoint=value(True)))
    told = home.told(appeared, appeared, changed, removed, removed)
    assert told == home.kept
    assert [type(event).__name__ for event in told] == ["DeviceAppeared", "DeviceChanged", "DeviceRemoved"]
    assert dict(home.state.values) == {}


def test_reachability_and_pairing_are_handed_out() -> None:
    home = Home()
    lost = DeviceUnreachable(device=DEVICE, at=AT, reason="no_answer")
    back = DeviceReachable(device=DEVICE, at=AT)
    pairing = PairingProgress(interface="bidcos", stage=PairingStage.OPEN, at=AT)
    assert home.told(DeviceAppeared(description=DESCRIPTION), lost, lost, back, pairing)[1:] == [
        lost,
        back,
        pairing,
    ]


def test_a_driver_that_fails_the_same_way_again_is_told_once_and_keeps_its_airtime() -> None:
    home = Home()
    airtime = AirtimeChanged(driver="bidcos", used_ms=1.0, limit_ms=36_000.0, at=AT)
    lost = DriverStateChanged(driver="bidcos", state=DriverState.LOST, at=AT, detail="port_missing")
    ready = DriverStateChanged(driver="bidcos", state=DriverState.READY, at=AT)
    assert home.told(airtime, airtime, lost, lost, ready) == [airtime, lost, ready]
    status = home.board.statuses["bidcos"]
    assert (status.state, status.detail, status.airtime) == (DriverState.READY, "", airtime)
