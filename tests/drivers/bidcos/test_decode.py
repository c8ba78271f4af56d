"""homebase decode as its users call it: lines in, JSON lines out."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.bidcos.codec.frames import Frame, encode_frame
from drivers.bidcos.codec.messages import AesResponse, Challenge, KeyExchange, message_frame
from drivers.bidcos.codec.signing import DEFAULT_KEY, seal_key_half, sign
from drivers.bidcos.codec.uart import UartFrame, encode_uart
from drivers.bidcos.codec.uart_reports import RadioAnswer
from drivers.bidcos.codec.uart_requests import Send
from drivers.bidcos.decode import MOST_OF_LINE, Decoder, decode_lines
from drivers.bidcos.devices import Model, kind, model_by_name, models
from tests.paths import ROOT


def _run(lines: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "drivers.bidcos.decode", *arguments],
        input=lines,
        encoding="latin-1",
        capture_output=True,
        timeout=30,
        check=False,
        cwd=ROOT,
    )


def _decode(lines: str, *arguments: str) -> list[dict[str, Any]]:
    done = _run(lines, *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_frame_of_an_unknown_model_gets_both_readings() -> None:
    (said,) = _decode("0E1C80021FB74A6319630101008014\n")

    assert list(said) == ["frame", "meaning", "datapoints"]
    assert list(said["meaning"])[:4] == ["subtype", "channel", "level_percent", "state"]
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


def test_a_signature_is_opened_with_the_default_key() -> None:
    message, challenge, response = _decode(
        "1029A0016319642370D800050000000000\n"
        "1129A0022370D86319640489C071FF89C002\n"
        "1929A8036319642370D8FAA86516C15DEA25471FAF3D41728876\n"
    )
    assert message["meaning"]["subtype"] == "config_start"
    assert challenge["meaning"]["challenge"] == "89C071FF89C0"
    assert response["meaning"]["decrypted_inner"] == "D51E00001E0729A0016319642370D800"
    assert response["meaning"]["auth_expected"] == "454D7871"


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        ("zz\n", 0o600, "line 1"),
        ("\n00\n", 0o600, "line 2"),
        ("0" * 32, 0o644, "chmod 600"),
        (None, 0, "No such"),
    ],
)
def test_a_bad_key_file_is_a_usage_error_in_one_line_that_shows_no_key(
    tmp_path: Path, content: str | None, mode: int, said: str
) -> None:
    file = tmp_path / "keys"
    if content is not None:
        file.write_text(content)
        file.chmod(mode)

    done = _run("0E1C80021FB74A6319630101008014\n", "--key-file", str(file))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert "zz" not in done.stderr.replace(str(file), "")
    assert not done.stdout


def test_a_key_of_the_owner_opens_a_signature(tmp_path: Path) -> None:
    own, challenge, fresh = bytes(range(16)), bytes(6), bytes(6)
    order = Frame(
        counter=9, flags=0xA0, kind=0x11, sender=b"abc", receiver=b"def", payload=b"\x02\x01\xc8\0\0"
    )
    signature = sign(own, challenge, order, fresh)
    asked = Challenge(challenge=challenge, key_byte=2)
    answer = AesResponse(data=signature.data)
    frames = (
        order,
        message_frame(asked, counter=9, flags=0xA0, sender=b"def", receiver=b"abc"),
        message_frame(answer, counter=9, flags=0xA0, sender=b"abc", receiver=b"def"),
    )
    lines = "".join(encode_frame(frame).hex() + "\n" for frame in frames)
    file = tmp_path / "keys"
    file.write_text(own.hex())
    file.chmod(0o600)

    (_, _, without) = _decode(lines)
    (_, _, with_key) = _decode(lines, "--key-file", str(file))

    assert "auth_expected" not in without["meaning"]
    assert with_key["meaning"]["auth_expected"] == signature.auth.hex().upper()


def test_a_key_that_was_handed_over_opens_the_next_one() -> None:
    first, second = bytes(range(16)), bytes(range(16, 32))
    halves = [
        *(seal_key_half(DEFAULT_KEY, first, 1, later, b"ab") for later in (False, True)),
        *(seal_key_half(first, second, 2, later, b"ab") for later in (False, True)),
    ]
    frames = (
        message_frame(KeyExchange(data=half), counter=at, flags=0xA0, sender=b"abc", receiver=b"def")
        for at, half in enumerate(halves)
    )
    said = _decode("".join(encode_frame(frame).hex() + "\n" for frame in frames))

    assert [line["meaning"]["magic_ok"] for line in said] == [True] * 4
    assert [line["meaning"]["key_index_byte"] for line in said] == ["02", "03", "04", "05"]
    assert said[3]["meaning"]["key_half"] == second[8:].hex().upper()
    assert "decrypted_with_known_key" not in said[0]["meaning"]


def test_a_modules_frame_shows_the_radio_frame_in_it() -> None:
    pairing = "0503002494840026219B{}00011000AD4C4551303030333835365803FFFF"
    logged = "FD0020018A" + pairing.format("FD") + "CB99"
    on_the_line = "FD0020018A" + pairing.format("FC7D") + "CB99"
    order = Frame(counter=9, flags=0xA0, kind=0x11, sender=b"abc", receiver=b"def", payload=b"\x02\x01\xc8")
    send = encode_uart(Send(radio=order, burst=True).frame(7)).hex()
    answer = encode_uart(RadioAnswer(radio=order, key_index=0, verified=True).frame(7)).hex()
    said = _decode(
        "\n".join((logged, on_the_line, send, answer, "FD000D000000436F5F4350555F417070D831", "FD0003", "FD"))
    )

    assert [line["meaning"]["serial"] for line in said[:2]] == ["LEQ0003856"] * 2
    assert said[0]["frame"]["rssi_dbm"] == -36.0
    assert [line["meaning"]["subtype"] for line in said[2:4]] == ["set_level"] * 2
    assert said[2]["module"] == {"destination": "APP", "counter": 7, "command": "SEND", "burst": True}
    assert said[3]["module"]["status_text"] == "radio_answer_verified"
    assert said[4] == {
        "module": {"destination": "OS", "counter": 0, "command": "GET_APP", "program": "Co_CPU_App"}
    }
    assert "module's frame" in said[5]["error"]["reason"]
    assert said[6]["error"]["line"] == 7


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("FD00030001021E0C", {"command": "GET_FIRMWARE", "counter": 1, "destination": "OS"}),
        ("FD000400020A003D10", {"command": "ENABLE_CSMACA", "on": False}),
        ("FD000A00010402010003010201AA8A", {"command": "ACK", "status": "02", "firmware": "1.2.1"}),
        ("FD000E000304024E4551313333303938306AB9", {"status_text": "info", "serial": "NEQ1330980"}),
        ("FD000800040E58A7116300548E", {"command": "SET_TIME", "seconds_since_1970": 0x58A71163}),
        ("FD0006010600FC7DB02CD166", {"command": "SET_HMID", "address": "FDB02C"}),
        ("FD000901080640C2A8000000022E", {"command": "ADD_PEER", "peer": "40C2A8", "wake_up": False}),
        ("FD00100108040701010001FFFFFFFFFFFFFFFFCAAF", {"status": "07", "peers": 1, "signed_channels": []}),
        ("FD000D010A0A40C2A8000102030405068B17", {"command": "PEER_REMOVE_AES", "channels": [*range(7)]}),
        ("FD0003010D03361E", {"command": "SET_CURRENT_KEY", "data_size": 0}),
        ("FD000501BC040D025E14", {"status": "0D", "status_text": "signature_failed", "info": "02"}),
        ("FD0004000004001938", {"status": "00", "status_text": "refused"}),
    ],
)
def test_a_modules_frame_without_a_radio_frame_says_what_it_is(line: str, said: dict[str, object]) -> None:
    assert Decoder(None).decode(1, line)["module"].items() >= said.items()  # type: ignore[attr-defined]


def test_no_key_of_a_modules_frame_is_shown() -> None:
    whole = "FD001401050300112233445566778899AABBCCDDEEFF024C6D"
    cut = encode_uart(UartFrame(destination=1, counter=5, command=3, data=bytes(range(0x11, 0x21)))).hex()
    shown = [Decoder(None).decode(1, line) for line in (whole, cut)]
    assert shown[0]["module"] == {
        "destination": "APP",
        "counter": 5,
        "command": "SET_CURRENT_KEY",
        "key_index": 2,
    }
    assert "1122" not in json.dumps(shown)
    assert "1112" not in json.dumps(shown)


def test_what_a_stick_is_told_to_send_is_read_too() -> None:
    told = Decoder(None).decode(1, "As0B1CB0116319631FB74A0400")
    assert told == Decoder(None).decode(1, "0B1CB0116319631FB74A0400")
    assert "frame" in told
    assert "error" in Decoder(None).decode(1, "As0B1CB0116319631FB74A04")


def test_an_introduction_that_is_cut_tells_what_it_has() -> None:
    whole = "1400954F455130383538353837590CFF01"

    def told(size: int) -> Any:
        info = Frame(
            counter=1, flags=0x84, kind=0, sender=b"abc", receiver=b"def", payload=bytes.fromhex(whole)[:size]
        )
        return Decoder(None).decode(1, encode_frame(info).hex())["meaning"]

    full = told(17)
    assert full["last_byte"] == "01"
    for size, missing in (
        (16, {"last_byte"}),
        (14, {"last_byte", "peer_channel_A", "peer_channel_B"}),
        (12, {"last_byte", "peer_channel_A", "peer_channel_B", "class_code", "serial"}),
    ):
        assert told(size) == {key: value for key, value in full.items() if key not in missing}


def test_every_value_without_a_model_has_its_unit() -> None:
    lines = (
        "0FB48610235A450000000A94B8103690",
        "12016061235A45000000011100000030391800000064",
        "16018010235A450000000A94B81036940C1A141C1A3328",
    )
    for line in lines:
        raw = bytes.fromhex(line)
        said = Decoder(None).decode(1, bytes((len(raw) - 1,)).hex() + line[2:])
        for point in said["datapoints"]:  # type: ignore[attr-defined]
            described = [
                kind(name).parameters[point["parameter"]].unit
                for model in models()
                for name in model.channels.values()
                if point["parameter"] in kind(name).parameters
            ]
            assert point["unit"] in described, point


def test_a_name_of_several_models_is_a_remark_with_their_codes() -> None:
    frame = "0D1084101855BA00000006019600\n"
    named = _run(frame, "--model", "HM-LC-Dim1L-CV")
    assert "0012" in named.stderr
    assert "006E" in named.stderr
    coded = _run(frame, "--model", "006E")
    assert coded.stderr == ""
    assert named.returncode == coded.returncode == 0


def test_an_unknown_model_is_only_a_remark() -> None:
    (said,) = _decode("0E1C80021FB74A6319630101008014\n", "--model", "HM-Nothing")
    assert said["meaning"]["level_percent"] == 0.0


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_every_model_of_the_table_can_be_named(model: Model) -> None:
    named = model_by_name(model.name)
    assert named is not None
    said = Decoder(named).decode(1, "0E1C80021FB74A6319630101008014")
    assert "meaning" in said


def test_a_line_without_end_is_not_kept_whole() -> None:
    source = _Counting("0E1C80021FB74A6319630101008014" + "F" * 5_000_000 + "\n" + "xyz\n")
    target = io.StringIO()
    assert decode_lines(source, target, Decoder(None)) == 0
    assert [json.loads(line)["error"]["line"] for line in target.getvalue().splitlines()] == [1, 2]
    assert source.longest == MOST_OF_LINE


class _Counting(io.StringIO):
    """Text that remembers how much of it was asked for and given at once."""

    longest = 0

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        line = super().readline(-1 if size is None else size)
        self.longest = max(self.longest, len(line))
        return line
