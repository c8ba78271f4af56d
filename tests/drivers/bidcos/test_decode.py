"""homebase decode as its users call it: lines in, JSON lines out."""

import json
import subprocess
import sys
from typing import Any

from tests.paths import ROOT


def _decode(lines: str, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "drivers.bidcos.decode", *arguments],
        input=lines.encode("latin-1"),
        capture_output=True,
        timeout=30,
        check=True,
        cwd=ROOT,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_frame_of_an_unknown_model_gets_both_readings() -> None:
    (said,) = _decode("0E1C80021FB74A6319630101008014\n")

    assert said["frame"] == {
        "len": 14,
        "counter": 28,
        "flags": "80",
        "flag_names": ["RPTEN"],
        "type": "02",
        "type_name": "ack",
        "src": "1FB74A",
        "dst": "631963",
        "payload": "0101008014",
        "rssi_dbm": None,
    }
    assert said["meaning"]["level_percent"] == 0.0
    assert said["meaning"]["state"] == "off"
    assert said["datapoints"] == [{"channel": 1, "parameter": "STATE", "value": False, "unit": None}]


def test_the_model_comes_from_the_devices_own_introduction() -> None:
    info = "1A0184001FB74A00000014006C4A4551303733313930354101010000"[:54]
    first, second = _decode(info + "\n0E1C80021FB74A6319630101008014\n")

    assert first["meaning"]["model_code"] == "006C"
    assert "level_percent" not in second["meaning"]
    assert {"channel": 0, "parameter": "LOWBAT", "value": True, "unit": None} in second["datapoints"]


def test_the_model_can_be_named() -> None:
    (said,) = _decode("0D1084101855BA00000006019600\n", "--model", "HM-LC-Bl1-FM")
    assert said["datapoints"][0] == {"channel": 1, "parameter": "LEVEL", "value": 0.75, "unit": ""}


def test_a_sticks_line_brings_its_signal_strength() -> None:
    (said,) = _decode("A0CAB86701B0A3A00000000924300\n")
    assert said["frame"]["rssi_dbm"] == -74.0
    assert said["datapoints"][0]["value"] == 14.6


def test_broken_lines_are_named_by_number_and_the_others_still_answered() -> None:
    said = _decode("nonsense\n0A14\n\n0A14800233B42C318EC000\n\xff\xfe\n")
    assert [line["error"]["line"] for line in said if "error" in line] == [1, 2, 3, 5]
    assert all(line["error"]["reason"] for line in said if "error" in line)
    assert said[3]["meaning"]["subtype"] == "ack"
