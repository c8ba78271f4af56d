"""Every common model, taught in, read, commanded, heard by the real driver, on a good air and a bad one."""

import pytest

from drivers.simulator.devices.catalogue import TWELVE, named
from drivers.simulator.devices.surface import QUIRKS
from tests.endurance.luck import bound
from tests.endurance.stars import Outcome, Trial, try_one
from tests.endurance.virtual import run


# both airs, signed and not, both radios; all eight combinations are script/nightly's
@pytest.mark.parametrize(("loss", "signed", "radio"), [(0.2, True, "cul"), (0.0, False, "module")])
def test_every_common_model_is_taught_in_read_commanded_and_heard(
    loss: float, signed: bool, radio: str
) -> None:
    outcomes = [try_one(name, loss=loss, signed=signed, radio=radio) for name in named("stars")]
    assert {outcome.name: outcome.faults for outcome in outcomes if outcome.faults} == {}
    assert len(outcomes) == 88
    assert sum(outcome.read for outcome in outcomes) > 300
    assert sum(outcome.commanded for outcome in outcomes) > 150
    assert sum(outcome.heard for outcome in outcomes) > 88
    # on the bad air chance decides about some of 140; no more than its own odds explain
    doomed = sum(outcome.doomed for outcome in outcomes)
    assert sum(outcome.unacknowledged for outcome in outcomes) <= bound(doomed)
    assert doomed < (6.0 if loss else 0.001)


def test_a_device_with_a_foreign_key_is_found_out() -> None:
    # given a switch that signs, with a key that nobody here knows
    trial = Trial("HM-LC-Sw1-FM", loss=0.0, signed=True)
    trial.device.memory.set_key(bytes(range(16)), 9)

    # when it is tried
    run(trial.house.loop, lambda: trial.house.live(trial.live()))

    # then it is taught in and read, but not commanded
    outcome: Outcome = trial.outcome
    assert outcome.read > 0
    assert outcome.commanded == 0
    assert any("not set" in fault for fault in outcome.faults)


@pytest.mark.parametrize("quirk", QUIRKS)
@pytest.mark.parametrize("signed", [False, True])
def test_other_firmware_is_understood_too(quirk: str, signed: bool) -> None:
    outcomes = [try_one(name, signed=signed, quirks=(quirk,)) for name in TWELVE]
    assert {outcome.name: outcome.faults for outcome in outcomes if outcome.faults} == {}
