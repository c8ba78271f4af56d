"""The table of operations by name, for transports that are not HTTP: JSON in, JSON out, never an error.

Follows hub.remote.link.Home. What may be asked, by whom, and every refusal are those of HTTP.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import msgspec

from hub.contract import HubError
from hub.home.errors import Refused
from hub.home.roles import Verb
from hub.operations import BY_NAME, STREAMED, Caller, House, check, check_verb, perform

from .events import EventStream
from .problems import language_of, problem, refusal_of, refusal_of_shape, unspoken

log = logging.getLogger(__name__)

_ENCODER = msgspec.json.Encoder()


class ByName:
    """One home's operations. language: of problems for those who name none."""

    def __init__(self, house: House, events: EventStream, *, language: str) -> None:
        self._house, self._events, self._language = house, events, language

    @property
    def name(self) -> str:
        """What its people call it."""
        return self._house.name

    @property
    def version(self) -> str:
        """The program's."""
        return self._house.version

    def changes(self, name: str) -> bool:
        """Whether that operation changes the home."""
        operation = BY_NAME.get(name)
        return operation is not None and operation.changes

    async def answer(self, caller: Caller, name: str, body: bytes, language: str) -> bytes:
        """``{"ok":true,"body":…}`` or ``{"ok":false,"problem":…}``."""
        operation = BY_NAME.get(name)
        try:
            if self.streams(name):
                raise Refused("unknown_path")
            answer = await self._performed(caller, name, body)
        except HubError as error:
            refused = refusal_of(error)
        except Exception as error:  # the border of one request: the person gets a problem, the log the trace
            if operation is not None and operation.secret:
                log.error("api.crashed", extra={"kind": type(error).__name__})
            else:
                log.exception("api.crashed")
            refused = Refused("internal")
        else:
            return b'{"ok":true,"body":%b}' % _ENCODER.encode(answer)
        if operation is not None and operation.secret:
            refused = unspoken(refused, operation)
        return self.refused(refused, language)

    def streams(self, name: str) -> bool:
        """Whether that operation is answered by bytes."""
        return name in STREAMED

    async def pour(
        self, caller: Caller, name: str, body: bytes, language: str
    ) -> AsyncIterator[bytes] | bytes:
        """The bytes; or the refusal, as ``answer`` tells it."""
        try:
            return cast("AsyncIterator[bytes]", await self._performed(caller, name, body))
        except HubError as error:
            return self.refused(refusal_of(error), language)

    async def _performed(self, caller: Caller, name: str, body: bytes) -> object:
        operation = BY_NAME.get(name) or STREAMED.get(name)
        if operation is None:
            raise Refused("unknown_path")
        check(self._house, caller, operation)
        try:
            given: object = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise Refused("broken_json") from error
        if not isinstance(given, dict):
            raise Refused("wrong_type", allowed="object")
        try:
            asked = msgspec.convert(given, operation.request)
        except msgspec.ValidationError as error:
            raise refusal_of_shape(error, given) from error
        return await perform(self._house, caller, operation, asked)

    def refusal(self, code: str, language: str) -> bytes:
        """A refusal of the transport itself."""
        return self.refused(Refused(code), language)

    def language_of(self, wanted: str) -> str:
        """The language for somebody who asked for that one, or for none."""
        return language_of(wanted, self._language)

    def refused(self, refused: Refused, language: str) -> bytes:
        """``{"ok":false,"problem":…}``."""
        words = problem(refused, self.language_of(language))
        return b'{"ok":false,"problem":%b}' % _ENCODER.encode(words)

    async def follow(self, caller: Caller, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Tell the home's events to ``send`` until cancelled, or until the caller may no longer.

        Raises:
            TimeoutError: it took too long.
            Refused: the caller may not.
        """
        check_verb(self._house, caller, Verb.SEE)
        await self._events.follow(send, caller)
