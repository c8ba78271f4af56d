"""The services that remember, ask and configure, introduced to each other. Decides nothing. No I/O."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.contract import (
    IN_BACKGROUND,
    AddPeering,
    Cause,
    DriverContext,
    GetParamset,
    GetWeekProgram,
    HubError,
    ListLinkProfiles,
    ListPeerings,
    PeeringPartners,
    PutParamset,
    PutWeekProgram,
    RemovePeering,
    ReplaceDevice,
)
from privacy.ports import Clock

from .asking import Asker
from .codec.frames import Frame
from .exchange.keyring import Keyring
from .exchange.lane import Delivered, Failed, Heard
from .keys.keys import Keys
from .members.household import Household, Member
from .memory.configuration import Configuration
from .memory.inquiry import Inquiry
from .memory.peerings import Peerings
from .memory.registers import Registers, written_by
from .memory.replacement import Replacements
from .memory.replacement_plan import Planner
from .memory.week_programs import WeekPrograms
from .memory.wishes import ReleaseWish, Wishes
from .memory.writing import Spawn, Writing, WritingParts

LEARN_AFTER_S = 60.0
LEARN_EVERY_S = 10.0
Answer = Callable[[Any, Cause], Awaitable[object]]  # by the type of the query that it takes


class Services:
    """Everything about what devices remember. unreadable: records of waiting changes that we can't read."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        asker: Asker,
        keyring: Keyring,
        central: bytes,
        spawn: Spawn,
    ) -> None:
        self._household = household
        self._spawn = spawn
        self.registers = Registers(keyring.note_signing)
        self.wishes = Wishes()
        self.inquiry = Inquiry(self.registers, household, asker, central, context.clock.now)
        self.keys = Keys(context, household, asker, keyring, central, spawn)
        self.writing = Writing(
            WritingParts(
                context=context,
                household=household,
                registers=self.registers,
                wishes=self.wishes,
                asker=asker,
                inquiry=self.inquiry,
                spawn=spawn,
                central=central,
                farewell=self.keys.farewell,
            )
        )
        self.configuration = Configuration(household, self.registers, self.wishes, self.inquiry, self.writing)
        self.peerings = Peerings(household, self.registers, self.inquiry, self.writing, self.wishes, central)
        weeks = WeekPrograms(household, self.registers, self.wishes, self.inquiry, self.configuration)
        planner = Planner(household, self.registers, central)
        self.replacements = Replacements(
            context, household, self.inquiry, self.writing, self.peerings, planner
        )
        self.answers: Mapping[type, Answer] = {
            GetParamset: self.configuration.get,
            PutParamset: self.configuration.put,
            ListPeerings: self.peerings.list,
            PeeringPartners: self.peerings.partners,
            ListLinkProfiles: self.peerings.profiles,
            AddPeering: self.peerings.add,
            RemovePeering: self.peerings.remove,
            GetWeekProgram: weeks.get,
            PutWeekProgram: weeks.put,
            ReplaceDevice: self.replacements.replace,
            **self.keys.answers,
        }

    def load(self, stored: Mapping[str, bytes]) -> list[str]:
        """Take over what was written; returns the keys of waiting changes that can't be read."""
        self.registers.load(stored)
        self.replacements.load(stored)
        unreadable = self.wishes.load(stored)
        for device in self.wishes:  # how much of each was written before the end nobody knows
            for wish in self.wishes.of(device):
                if not isinstance(wish, ReleaseWish):
                    self.registers.doubt(device, wish.question)
        return [*unreadable, *self.keys.load(stored)]

    def resume(self) -> None:
        """The link works: go on with what waits."""
        for member in self._household:
            self.inquiry.recall(member)
            self.writing.resume(member)
        self.keys.resume()

    async def learn(self, clock: Clock, spare: Callable[[], bool]) -> None:
        """After a start: read what devices that always listen never told, slowly, while ``spare``."""
        await clock.sleep(LEARN_AFTER_S)
        for member in self._household:
            if not spare():
                return
            if not member.model.has_battery and not self.inquiry.complete(member):
                self.inquiry.survey(member)
                await clock.sleep(LEARN_EVERY_S)

    def reset(self) -> None:
        """The link is lost."""
        self.inquiry.reset()
        self.writing.reset()

    def hear(self, heard: Heard) -> None:
        """A device said something."""
        self.inquiry.hear(heard)
        self.keys.hear(heard)

    def sent(self, frame: Frame) -> None:
        """We said something."""
        question = written_by(frame)
        if question is not None and self._household.at(frame.receiver) is not None:
            self.registers.doubt(frame.receiver, question)

    def finish(self, outcome: Delivered | Failed) -> None:
        """A request ended."""
        self.inquiry.finish(outcome)

    def welcome(self, member: Member) -> None:
        """It belongs to us now: set what every central sets, then learn what it holds."""
        self._spawn(self._settle(member), "bidcos.settle")

    async def _settle(self, member: Member) -> None:
        """The settings first: a sleeper that falls asleep meanwhile has them at least."""
        wish = self.configuration.kept(member)
        if wish is not None:
            with contextlib.suppress(HubError):  # how it ended is told by ConfigurationChanged
                await self.writing.grant(member, wish, IN_BACKGROUND)
        self.inquiry.survey(member)

    def bid_farewell(self, radio: bytes) -> None:
        """It does not belong to us any more: nobody shall go on speaking to it."""
        self._spawn(self.peerings.cut_off(radio), "bidcos.cut_off")
