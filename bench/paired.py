"""A home that was paired long ago, made in a moment: the hub's records and the simulator's owner agree."""

import os
from pathlib import Path

from drivers.bidcos.members.records import CENTRAL_KEY, DeviceRecord, write_central, write_device
from drivers.simulator.devices.catalogue import address_of, blueprint_of, default_names, serial_of
from hub.core import DriverRecords, Store

CENTRAL = bytes.fromhex("123456")


async def pair(hub_state: Path, devices: int) -> None:
    """Write the records of ``devices`` simulated devices into the hub's store."""
    hub_state.mkdir(mode=0o700, parents=True, exist_ok=True)
    records: dict[str, bytes | None] = {CENTRAL_KEY: write_central(CENTRAL)}
    for number, name in enumerate(default_names(devices), 1):
        model = blueprint_of(name)
        record = DeviceRecord(
            address=address_of(number),
            model=model.code,
            firmware=model.firmware,
            serial=serial_of(number),
            counter=1,
        )
        records[record.key] = write_device(record)
    async with Store(hub_state, os.urandom) as store:
        await DriverRecords(store, "bidcos").save(records)
