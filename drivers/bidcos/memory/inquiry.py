"""Reads register lists and peers from devices, one question at a time, and notes what they tell. No I/O.

Read downwards: lists, peers (somebody waits) → survey (nobody does) → finish → hear.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from hub.contract import IN_BACKGROUND, Cause

from ..asking import ROUNDS, Asker, Unanswered, worth_repeating
from ..codec.frames import BROADCAST
from ..codec.messages import ParamPairs, ParamRequest, ParamSequence, PeerList, PeerListRequest
from ..exchange.lane import Deferred, Delivered, Expect, Failed, Failure, Heard, Request, Step
from ..members.household import Household, Member
from .paramset import registers_of
from .registers import OWNER_LIST, ListId, Peer, Registers, change_of
from .survey import Question, lists_of_link, questions_of

BURST_RX = 0x01  # register of list 0
MAX_QUESTIONS = 256  # of one device that wait


class Inquiry:
    """Fills Registers. central: our own address; links with it have no parameters for the owner."""

    def __init__(
        self,
        registers: Registers,
        household: Household,
        asker: Asker,
        central: bytes,
        now: Callable[[], datetime],
    ) -> None:
        self._registers = registers
        self._household = household
        self._asker = asker
        self._central = central
        self._now = now
        self._asked: dict[Request, Question] = {}
        self._todo: dict[bytes, deque[Question]] = {}
        self._rounds: dict[bytes, int] = {}  # in a row without an answer

    # somebody waits

    async def read(self, member: Member, question: Question, cause: Cause) -> bool:
        """Ask; True when it told, False when it sleeps and will tell when it wakes.

        Raises:
            As ``Asker.ask``; refused_by_device: it has no such list.
        """
        for _ in range(ROUNDS - 1):
            try:
                return await self._read(member, question, cause)
            except Unanswered as error:
                if not worth_repeating(member, answered=error.answered):
                    raise
        return await self._read(member, question, cause)

    async def _read(self, member: Member, question: Question, cause: Cause) -> bool:
        waiting = self._waiting(member, question)
        if waiting is not None:
            outcome, _ = await self._asker.join(member, waiting)
        else:
            outcome, _ = await self._asker.ask(member, self._request(member, question, cause))
        return not isinstance(outcome, Deferred)

    async def told(self, member: Member, question: Question) -> None:
        """Wait until it woke and told.

        Raises:
            As ``read``.
        """
        waiting = self._waiting(member, question)
        if waiting is not None:
            await self._asker.finish(member, waiting)

    # nobody waits

    def survey(self, member: Member, questions: Iterable[Question] = ()) -> None:
        """Read these, or everything that it never told, in the background when it listens."""
        radio = member.record.address
        todo = self._todo.setdefault(radio, deque(maxlen=MAX_QUESTIONS))
        idle = not todo and not any(request.device == radio for request in self._asked)
        wanted = questions or (
            question for question in questions_of(member) if not self.knows(radio, question)
        )
        todo.extend(question for question in wanted if question not in todo)
        if idle:
            self._next(member)

    def complete(self, member: Member) -> bool:
        """It has told everything that there is to read."""
        radio = member.record.address
        return all(self.knows(radio, question) for question in questions_of(member))

    def reset(self) -> None:
        """The link was lost: what was asked is asked again."""
        self._asked.clear()
        self._todo.clear()

    def forget(self, radio: bytes) -> None:
        """It is not ours any more."""
        self._todo.pop(radio, None)
        self._rounds.pop(radio, None)
        self._asked = {request: it for request, it in self._asked.items() if request.device != radio}

    # what they tell

    def finish(self, outcome: Delivered | Failed) -> None:
        """A request ended: note what was told, go on with the survey."""
        question = self._asked.pop(outcome.request, None)
        if question is None:
            return
        radio = outcome.request.device
        member = self._household.at(radio)
        if isinstance(outcome, Delivered):
            self._rounds.pop(radio, None)
            self.note(radio, question, outcome)
            if member is not None and not isinstance(question, ListId):
                self._ask_links(member, question)
        elif member is not None and outcome.reason is Failure.SILENT:
            self._again(member, question, outcome)
        elif outcome.reason in {Failure.WRONG_KEY, Failure.AIRTIME, Failure.CANCELLED}:
            self._todo.pop(radio, None)
        if member is not None:
            self._next(member)

    def note(self, radio: bytes, question: Question, told: Delivered) -> None:
        """Keep what the pages say; a bare acknowledgement says nothing."""
        if isinstance(question, ListId):
            pages = [page for page in told.pages if isinstance(page, ParamPairs | ParamSequence)]
            if pages:
                self._registers.note_list(radio, question, registers_of(pages), self._now())
                self._adapt(radio, question)
            return
        tables = [page for page in told.pages if isinstance(page, PeerList)]
        peers = [Peer(*peer) for page in tables for peer in page.peers if peer[0] != BROADCAST]
        if tables:
            self._registers.note_peers(radio, question, tuple(dict.fromkeys(peers)), self._now())

    def hear(self, heard: Heard) -> None:
        """A device that tells of a change of its registers keeps our picture true."""
        change = change_of(heard.frame)
        if change is not None and self._household.at(heard.frame.sender) is not None:
            self._registers.note_change(heard.frame.sender, *change, self._now())
            self._adapt(heard.frame.sender, change[0])

    def recall(self, member: Member) -> None:
        """What it told before a restart tells how it listens."""
        self._adapt(member.record.address, OWNER_LIST)

    # small

    def _adapt(self, radio: bytes, list_id: ListId) -> None:
        known = self._registers.list_of(radio, list_id) if list_id == OWNER_LIST else None
        if known is not None and BURST_RX in known.registers:
            self._asker.burst_rx(radio, bool(known.registers[BURST_RX] & 1))

    def _again(self, member: Member, question: Question, failed: Failed) -> None:
        """Nobody waits for a survey: it goes on while the device seems to be there, else it ends."""
        radio = member.record.address
        rounds = self._rounds[radio] = self._rounds.get(radio, 0) + 1
        todo = self._todo.get(radio)
        there = rounds == 1 or worth_repeating(member, answered=failed.answered)
        if todo is not None and rounds < ROUNDS and there:
            todo.appendleft(question)
        else:
            self._todo.pop(radio, None)
            self._rounds.pop(radio, None)

    def _ask_links(self, member: Member, channel: int) -> None:
        radio = member.record.address
        known = self._registers.peers_of(radio, channel)
        todo = self._todo.get(radio)
        if known is None or todo is None:
            return
        for peer in known.peers:
            if peer.address != self._central:
                lists = lists_of_link(member, channel, peer)
                todo.extend(list_id for list_id in lists if not self.knows(radio, list_id))

    def _next(self, member: Member) -> None:
        todo = self._todo.get(member.record.address, deque())
        while todo:
            question = todo.popleft()
            if self._waiting(member, question) is None:  # else somebody asks it already; its end leads on
                self._asker.submit(self._request(member, question, IN_BACKGROUND))
                return
        self._todo.pop(member.record.address, None)

    def _request(self, member: Member, question: Question, cause: Cause) -> Request:
        message = (
            ParamRequest(
                channel=question.channel,
                list_index=question.index,
                peer=question.peer.address,
                peer_channel=question.peer.channel,
            )
            if isinstance(question, ListId)
            else PeerListRequest(channel=question)
        )
        request = Request(
            device=member.record.address,
            steps=(Step(message=message, expect=Expect.PAGES),),
            key=("read", question),
            cause=cause,
        )
        self._asked[request] = question
        return request

    def _waiting(self, member: Member, question: Question) -> Request | None:
        radio = member.record.address
        return next((r for r, it in self._asked.items() if r.device == radio and it == question), None)

    def knows(self, radio: bytes, question: Question) -> bool:
        """It has told that."""
        if isinstance(question, ListId):
            return self._registers.list_of(radio, question) is not None
        return self._registers.peers_of(radio, question) is not None
