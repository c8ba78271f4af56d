"""Furnishes the demo's home at its first start: rooms, a teach-in of the simulated devices, their names.

Once; later starts touch nothing, and what people changed meanwhile stays.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from hub.contract import (
    IN_BACKGROUND,
    DeviceAddress,
    DeviceAppeared,
    DriverError,
    DriverState,
    PairingProgress,
    PairingStage,
    StartPairing,
    StopPairing,
)
from hub.core import Bus, Dispatcher, DriverBoard, Registry, Settings, Subscription
from privacy.ports import Clock

from .household import Label
from .rooms import UNLABELLED, Rooms

log = logging.getLogger(__name__)

SETTING = "home.demo"
PAIRING, DONE = "pairing", "done"
WINDOW_S = 300.0
QUIET_S = 10.0  # so long without a sign of a further device: all are there
RETRY_S = 0.5

ROOMS: Mapping[str, Mapping[str, str]] = {
    "living": {"de": "Wohnzimmer", "en": "Living room"},
    "kitchen": {"de": "Küche", "en": "Kitchen"},
    "bedroom": {"de": "Schlafzimmer", "en": "Bedroom"},
    "bathroom": {"de": "Bad", "en": "Bathroom"},
    "hall": {"de": "Flur", "en": "Hall"},
    "garden": {"de": "Garten", "en": "Garden"},
}
# serial number of the simulated device → its room and name; the order is the simulator's catalogue
DEVICES: Mapping[str, tuple[str, str, str]] = {
    "SIM0000001": ("living", "Stehlampe", "Floor lamp"),
    "SIM0000002": ("living", "Deckenlicht", "Ceiling light"),
    "SIM0000003": ("living", "Rollladen", "Blind"),
    "SIM0000004": ("living", "Wandthermostat", "Wall thermostat"),
    "SIM0000005": ("bathroom", "Heizkörper", "Radiator"),
    "SIM0000006": ("bedroom", "Fenster", "Window"),
    "SIM0000007": ("hall", "Bewegung", "Motion"),
    "SIM0000008": ("hall", "Taster", "Push-button"),
    "SIM0000009": ("garden", "Wetter", "Weather"),
    "SIM0000010": ("hall", "Rauchmelder", "Smoke detector"),
    "SIM0000011": ("kitchen", "Waschmaschine", "Washing machine"),
    "SIM0000012": ("garden", "Gartenlicht", "Garden light"),
    "SIM0000013": ("bathroom", "Raumklima", "Room climate"),
    "SIM0000014": ("kitchen", "Fenster", "Window"),
    "SIM0000015": ("kitchen", "Arbeitslicht", "Worktop light"),
    "SIM0000016": ("bedroom", "Raumklima", "Room climate"),
    "SIM0000017": ("bedroom", "Heizkörper", "Radiator"),
    "SIM0000018": ("hall", "Haustür", "Front door"),
    "SIM0000019": ("kitchen", "Kaffeemaschine", "Coffee machine"),
    "SIM0000020": ("bedroom", "Nachtlicht", "Bedside light"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The parts that furnishing works on. language: "de" or "en"."""

    rooms: Rooms
    settings: Settings
    registry: Registry
    dispatcher: Dispatcher
    board: DriverBoard
    bus: Bus
    clock: Clock
    interface: str
    language: str

    async def furnish(self) -> None:
        """Furnish the home if that was not done yet; ends when the simulated devices are paired and named.

        Raises:
            StoreError: what was not written is tried again at the next start.
        """
        stage = await self.settings.get(SETTING)
        if stage is None:
            made = {room.name for room in self.rooms.all()}  # of a start that was cut short
            for name in (names[self.language] for names in ROOMS.values()):
                if name not in made:
                    await self.rooms.add(name)
            await self.settings.put(SETTING, PAIRING)
        if stage == DONE:
            return
        with self.bus.subscribe("home.demo") as subscription:
            for address in tuple(self.registry.devices):
                await self._label(address)
            while not await self._teach_in(subscription):
                await self.clock.sleep(RETRY_S)
        await self.settings.put(SETTING, DONE)
        log.info("demo.furnished", extra={"devices": len(self.registry.devices)})

    async def _teach_in(self, subscription: Subscription) -> bool:
        """Open one window and name who comes; True when devices came and then no more."""
        if self.board.statuses[self.interface].state is not DriverState.READY:
            return False
        try:
            opened = StartPairing(interface=self.interface, seconds=WINDOW_S)
            await self.dispatcher.execute(opened, IN_BACKGROUND)
            try:
                await self._name_newcomers(subscription)
            finally:
                await self.dispatcher.execute(StopPairing(interface=self.interface), IN_BACKGROUND)
        except DriverError:
            return False
        return bool(self.registry.devices)

    async def _name_newcomers(self, subscription: Subscription) -> None:
        until_s = self.clock.monotonic() + QUIET_S
        while True:
            try:
                async with asyncio.timeout(until_s - self.clock.monotonic()):
                    events = await subscription.take()
            except TimeoutError:
                return
            for event in events:
                if isinstance(event, DeviceAppeared):
                    await self._label(event.description.address)
                elif not isinstance(event, PairingProgress):
                    continue  # values: those who are there report all the time
                elif event.stage is PairingStage.CLOSED:
                    return
                until_s = self.clock.monotonic() + QUIET_S

    async def _label(self, address: DeviceAddress) -> None:
        if address.serial not in DEVICES or self.rooms.label(address) != UNLABELLED:
            return
        room_key, german, english = DEVICES[address.serial]
        wanted = ROOMS[room_key][self.language]
        room = next((room.id for room in self.rooms.all() if room.name == wanted), None)
        name = german if self.language == "de" else english
        await self.rooms.relabel(address, lambda _: Label(name=name, room=room))
