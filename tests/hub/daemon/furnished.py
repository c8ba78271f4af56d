"""A real hub and a real door, furnished anew for each home by chance, and full of planted secrets."""

import json
import logging
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, delete, insert

from drivers.bidcos.devices import describe, generic_model, models
from hub.contract import (
    Datapoint,
    DatapointChanged,
    DeviceAddress,
    DeviceAppeared,
    DeviceRemoved,
    DeviceUnreachable,
    DriverState,
    DriverStateChanged,
    Origin,
    RadioIdentified,
)
from hub.core import schema
from privacy import web_push
from privacy.gate.account import addressees
from privacy.gate.account.addressees import Contact
from privacy.gate.door.door import Door
from privacy.gate.storage import access
from privacy.gate.storage.access import AccessData
from privacy.gate.storage.store import Transaction
from privacy.vocabulary import DataCategory
from privacy.web_push import Subscription
from tests.hub.home_in_a_box import Home
from tests.planted import text_of

HOST = "somewhere.example.org"
LIBRARIES = ("aiohttp.client", "asyncio", "paho.{}", "sqlalchemy.{}", "{}")
OURS = (
    "hub.core.store",
    "drivers.bidcos.driver",
    "privacy.client",
)  # these log constant names: test_diagnosis
_OWN_KEY = web_push.point(ec.generate_private_key(ec.SECP256R1()))
Planted = Mapping[str, str | bytes]


class Furnished:
    """One hub and one door. chosen: the datapoint whose history leaves; planted: what is in it now."""

    def __init__(self, home: Home, door: Door) -> None:
        self.home, self.door = home, door
        self.devices: list[DeviceAddress] = []
        self.chosen = ""
        self.planted: dict[str, str | bytes] = {}

    async def furnish(self, chance: random.Random, planted: dict[str, str | bytes]) -> None:
        """Put all of it wherever a home keeps such things; what was there goes."""
        serials = [str(planted["serial"])]
        serials += [
            str(planted["serial"])[::-1],
            chance.randbytes(5).hex().upper(),
            "chosen-" + chance.randbytes(3).hex(),
        ]
        planted |= {"other": serials[2], "chosen": serials[3]}
        self.planted = planted
        await self._furnish_store(chance, planted, serials)
        self._furnish_radio(chance, planted, serials)
        self._log(chance, planted)
        await self.door.desk.store.write(lambda tx: self._furnish_gate(tx, planted))

    async def _furnish_store(self, chance: random.Random, planted: Planted, serials: list[str]) -> None:
        people = [str(planted[kind]) for kind in ("person", "guest")]
        rooms = [str(planted["room"]), *(f"Raum {number}" for number in range(chance.randrange(9)))]
        told = {"name": people[0], "postal_address": planted["address"], "customer_id": planted["customer"]}

        def job(connection: Connection) -> None:
            # history_days: after an hour the day before is summed up, and takes no value any more
            for table in ("devices", "rooms", "notification_people", "account", "history_days"):
                connection.execute(delete(schema.metadata.tables[table]))
            for name in rooms:
                connection.execute(insert(schema.rooms).values(id=rooms.index(name) + 1, name=name))
            for serial in serials:
                called = planted["device"] if serial == serials[0] else None
                place = {"address": f"lamp:{serial}", "room": chance.randint(1, len(rooms))}
                connection.execute(insert(schema.devices).values(name=called, **place))
            connection.execute(delete(schema.people).where(schema.people.c.id > 1))
            for number, name in enumerate(people, start=2):
                row = {"id": number, "name": name, "role": "guest", "password_hash": planted["password"]}
                connection.execute(insert(schema.people).values(**row, created_at=0))
            connection.execute(
                insert(schema.notification_people).values(
                    name=planted["told"], ways=json.dumps([planted["number"]])
                )
            )
            for key, value in told.items():
                connection.execute(insert(schema.account).values(field=key, value=value, changed_at=0))
            for key, value in {"name": planted["home"], "serial": planted["board"]}.items():
                connection.execute(delete(schema.installation).where(schema.installation.c.field == key))
                connection.execute(insert(schema.installation).values(field=key, value=value, changed_at=0))

        await self.home.house.rooms._records.store.write(job)
        await self.home.house.rooms.load()
        await self.home.house.installation.load()

    def _furnish_radio(self, chance: random.Random, planted: Planted, serials: list[str]) -> None:
        publish, at = self.home.lamp.context.publish, datetime.now(UTC)
        for gone in self.devices:
            publish(DeviceRemoved(device=gone))
        self.devices = [DeviceAddress("lamp", serial) for serial in serials]
        known = [model for model in models() if model.code is not None]
        for address in self.devices:
            model = chance.choice(known)
            if chance.random() < 0.2:  # one that nobody entered
                model = generic_model(chance.randrange(0x10000), 0x10, 2) or model
            firmware = f"{chance.randrange(16)}.{chance.randrange(16)}"
            publish(DeviceAppeared(description=describe(model, address, firmware)))
            if chance.random() < 0.2:
                publish(DeviceUnreachable(device=address, at=at, reason="silent"))
        warm = next(model for model in known if model.name == "HM-CC-RT-DN")
        publish(DeviceAppeared(description=describe(warm, self.devices[3], "1.4")))
        point = self.devices[3].channel(4).datapoint("ACTUAL_TEMPERATURE")
        self.chosen = str(point)
        yesterday = at.replace(hour=12) - timedelta(days=1)
        self._value(point, chance.uniform(15, 25), yesterday)
        for number, kind in enumerate(("person", "mail", "place", "number", "room")):
            self._value(self.devices[0].channel(1).datapoint(f"TEXT_{number}"), text_of(planted[kind]), at)
        self._value(self.devices[0].channel(0).datapoint("RSSI_DEVICE"), -chance.randrange(40, 120), at)
        hardware = "stick of " + str(planted["person"])
        publish(
            RadioIdentified(
                driver="lamp",
                kind="cul",
                serial=str(planted["stick"]),
                hardware=hardware,
                changed=True,
                at=at,
                hardware_id=text_of(planted["mac"]),
                address=text_of(planted["key"]),
            )
        )
        state = chance.choice((DriverState.READY, DriverState.LOST))
        publish(DriverStateChanged(driver="lamp", state=state, at=at, detail=str(planted["stick"])))

    def _value(self, point: Any, value: float | str, at: datetime) -> None:
        told = Datapoint(
            id=point, value=value, unit=None, at=at, origin=Origin.REPORTED, category=DataCategory.CLIMATE
        )
        self.home.lamp.context.publish(DatapointChanged(datapoint=told))

    def _log(self, chance: random.Random, planted: Planted) -> None:
        """What libraries say when something is wrong, and by which name: anything may stand there."""
        for kind in chance.sample(sorted(planted), 6):
            text = text_of(planted[kind])
            joined = text.replace(":", "").replace("-", "").lower()
            said = [(chance.choice(LIBRARIES).format(joined), one) for one in (text, joined, f"no {text}")]
            for area, words in (*said, (chance.choice(OURS), "link.lost")):
                record = logging.LogRecord(area, logging.WARNING, "x.py", 1, words, (), None)
                record.detail = text
                self.home.errors.handle(record)

    def _furnish_gate(self, tx: Transaction, planted: Planted) -> None:
        at, number = self.door.desk.time.instant().at, str(planted["number"])
        for table in ("sms_numbers", "push_devices", "push_subscriptions"):
            tx.execute(f"DELETE FROM {table}")
        addressees.set_mail_address(tx, str(planted["mail"]), at)
        addressees.keep_contact(tx, Contact(number=number, label=str(planted["phone"]), since=at))
        addressees.keep_contact(tx, Contact(number="", label=str(planted["phone"]), since=at, device="web-1"))
        to = Subscription(
            endpoint=f"https://{HOST}{text_of(planted['endpoint'])}", p256dh=_OWN_KEY, auth=self._key(planted)
        )
        addressees.keep_subscription(tx, "web-1", to)
        for name in ("mail-send", "account-register", "sms-send"):
            row = AccessData(
                recipient=name, sender="homebase@example.org", user="hb", password=str(planted["password"])
            )
            access.keep_access_data(tx, row, at)

    @staticmethod
    def _key(planted: Planted) -> bytes:
        key = planted["key"]
        assert isinstance(key, bytes)
        return key
