"""People's rights over what the hub keeps: the holder's work, with what stands in memory kept in step."""

from collections.abc import Callable, Mapping

from sqlalchemy.exc import IntegrityError

from hub.contract import DatapointId, DeviceAddress
from hub.core.history import History
from hub.core.holder import StoreHolder
from hub.core.holdings import MEASURED
from hub.core.registry import Registry
from hub.core.state import State
from privacy.ports import Holding
from privacy.rights import Effect, Hidden, Page, Scope
from privacy.vocabulary import DataCategory

from .access import Access
from .errors import Refused
from .rooms import Rooms

NAME_LIMIT = 64  # characters of a name


class Rights:
    """Looks, corrects, erases, restricts. One writer at a time: the operations of the owner."""

    def __init__(
        self,
        holder: StoreHolder,
        history: History,
        access: Access,
        rooms: Rooms,
        registry: Registry,
        state: State,
    ) -> None:
        self._holder, self._history = holder, history
        self._access, self._rooms = access, rooms
        self._registry, self._state = registry, state
        self.phones_erased: Callable[[], None] = lambda: None  # told when paired phones went from the store
        self.account_erased: Callable[[], None] = lambda: None
        self.installation_erased: Callable[[], None] = lambda: None
        self.notifications_erased: Callable[[], None] = lambda: None
        self.told_people_changed: Callable[[], None] = lambda: None
        self.person_renamed: Callable[[str, str], None] = lambda old, new: (
            None
        )  # new: empty, they were erased

    # look

    def holdings(self) -> tuple[Holding, ...]:
        """All places where the hub keeps data."""
        return self._holder.holdings()

    def shown(self) -> tuple[str, ...]:
        """Those whose records can be read."""
        return self._holder.shown()

    def hidden(self) -> tuple[Hidden, ...]:
        """What is kept and never shown."""
        return self._holder.hidden()

    @property
    def restricted(self) -> frozenset[DataCategory]:
        """What is kept and used for nothing."""
        return self._holder.restricted

    async def count(self) -> Mapping[str, int]:
        """Records of each table."""
        return await self._holder.count()

    async def export(self, holding: str, after: int, limit: int) -> Page:
        """A page of one holding.

        Raises:
            Refused: unknown_holding.
        """
        try:
            return await self._holder.export(holding, after, limit)
        except KeyError as error:
            raise Refused("unknown_holding", field="holding", value=holding) from error

    async def whose(self, person: str) -> tuple[bool, frozenset[str], frozenset[str]]:
        """Whether they are known, ids of the gate's ways that they are told by, and those of all others."""
        return await self._holder.whose(person)

    def check_past(self, datapoint: DatapointId) -> None:
        """Refuse to show a past that is restricted.

        Raises:
            Refused: restricted.
        """
        if self._history.is_restricted(datapoint):
            raise Refused("restricted", field="id", value=str(datapoint))

    # change

    async def correct(self, holding: str, record: str, field: str, value: str) -> None:
        """Put right what people wrote: the name of a person, a room or a device.

        Raises:
            Refused: not_correctable, unknown_record, told_name_taken, and what a new name is refused for.
        """
        match (holding, field):
            case ("hub.rooms", "name"):
                await self._rooms.rename(record, value)
            case ("hub.devices", "name"):
                device = self._device(record)
                await self._rooms.relabel(device, lambda label: label.named(value))
            case ("hub.people", "name"):
                await self._rename_person(record, value)
            case _:
                raise Refused("not_correctable", field="field", value=f"{holding}.{field}")

    async def erase(self, scope: Scope) -> tuple[Effect, ...]:
        """Erase for good; whoever is logged in by what goes is logged out first.

        Raises:
            Refused: unknown_person.
            StoreError: nothing was erased, or the free pages wait for the next start.
        """
        if scope.person is not None:
            is_known, *_ = await self._holder.whose(scope.person)
            if not is_known:
                raise Refused("unknown_person", field="person", value=scope.person)
            if (person := await self._access.person(scope.person)) is not None:
                self._access.sessions.drop(person)
        if scope.covers(DataCategory.ACCOUNT):
            self._access.sessions.drop()
        effects = await self._holder.erase(scope)
        self.told_people_changed()
        if scope.person is not None and await self._access.person(scope.person) is None:
            self.person_renamed(scope.person, "")
        if scope.covers(DataCategory.ACCOUNT):
            self.account_erased()
        if scope.covers(DataCategory.INSTALLATION):
            self.phones_erased()
            self.installation_erased()
        if scope.covers(DataCategory.MESSAGE):
            self.notifications_erased()
        self._state.forget_categories(category for category in MEASURED if scope.covers(category))
        if scope.covers(DataCategory.HOUSEHOLD) or scope.covers(DataCategory.DEVICE_NAME):
            await self._rooms.reload()
        return effects

    async def restrict(self, categories: frozenset[DataCategory]) -> None:
        """Keep these and use them for nothing; replaces what was restricted.

        Raises:
            Refused: not_restrictable.
        """
        if wrong := categories - set(MEASURED):
            allowed = ", ".join(category.value for category in MEASURED)
            value = min(category.value for category in wrong)
            raise Refused("not_restrictable", field="categories", value=value, allowed=allowed)
        await self._holder.restrict(categories)

    async def end_authorisations(self) -> tuple[Effect, ...]:
        """First step of a deregistration: sessions, tokens and people; the home has no owner then."""
        self._access.sessions.drop()
        effects = await self._holder.erase_people()
        self.phones_erased()
        self._access.forget_owner()
        return effects

    async def _rename_person(self, record: str, name: str) -> None:
        old = await self._access.name(int(record)) if record.isdecimal() else ""
        try:
            if not old or not await self._holder.correct("hub.people", record, "name", name):
                raise Refused("unknown_record", field="record", value=record)
        except IntegrityError as error:
            raise Refused("told_name_taken", field="value", value=name) from error
        self.told_people_changed()
        if await self._access.person(old) is None:
            self.person_renamed(old, name)

    def _device(self, text: str) -> DeviceAddress:
        try:
            device = DeviceAddress.parse(text)
        except ValueError as error:
            raise Refused("unknown_device", field="record", value=text) from error
        if device not in self._registry.devices:
            raise Refused("unknown_device", field="record", value=text)
        return device
