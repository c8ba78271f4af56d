"""Gates that look anonymous and are not: what attacks on the wire have to find, planted in the real one."""

import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import h11
import pytest

from privacy import anonymise
from privacy.activity import Metric
from privacy.anonymise import Week
from privacy.gate.network.tls_line import Carrier, Target, TlsLine
from privacy.gate.outbox.moments import Moments
from privacy.gate.outbox.sending import Running, Sending

Home = Callable[[], int]  # the number of the home that lives now
Plant = Callable[[pytest.MonkeyPatch, Home], None]
Headers = Sequence[tuple[str, str]]
MINUTE = timedelta(minutes=1)


def _header(name: str, value: Callable[[int], str]) -> Plant:
    def plant(patch: pytest.MonkeyPatch, home: Home) -> None:
        async def marked(self: Sending, running: Running, target: Target) -> Carrier:
            return running.cargo.carrier(target, ((name, value(home())),))

        patch.setattr(Sending, "_carrier", marked)

    return plant


def _order_of_the_head(patch: pytest.MonkeyPatch, home: Home) -> None:
    plain = h11.Request

    def turned(*, method: str, target: str, headers: Headers) -> h11.Request:
        host, *others = headers  # h11 writes the host first
        turn = home() % len(others)
        return plain(method=method, target=target, headers=[host, *others[turn:], *others[:turn]])

    patch.setattr(h11, "Request", turned)


def _body(change: Callable[[bytes, int], bytes]) -> Plant:
    def plant(patch: pytest.MonkeyPatch, home: Home) -> None:
        plain = anonymise.message

        def changed(metric: Metric, week: Week, answer: int) -> bytes:
            return change(plain(metric, week, answer), home())

        patch.setattr(anonymise, "message", changed)

    return plant


def _length_of_the_body(body: bytes, home: int) -> bytes:
    return body.replace(b'"pad":"', b'"pad":"' + b"0" * (home % 6))  # more would not fit the closed schema


def _id_in_the_padding(body: bytes, home: int) -> bytes:
    mark = b"%08d" % (4_100_007 * (home + 1))
    return body.replace(b'"pad":"' + b"0" * len(mark), b'"pad":"' + mark)


def _no_chance(patch: pytest.MonkeyPatch, _: Home) -> None:
    patch.setattr(anonymise, "respond", lambda truth, *_: truth)


def _habit(patch: pytest.MonkeyPatch, home: Home) -> None:
    """A time of the week that is the home's own, four minutes wide."""
    plain = anonymise.moment

    def at_its_time(begin: datetime, _: datetime, random_bytes: Callable[[int], bytes]) -> datetime:
        begins = begin + timedelta(hours=7, minutes=1403 * (home() % 7))
        return plain(begins, begins + timedelta(minutes=4), random_bytes)

    patch.setattr(anonymise, "moment", at_its_time)


def _by_the_round(patch: pytest.MonkeyPatch, home: Home) -> None:
    """Sent by the round of a minute, whose second is the home's own."""
    plain = Moments.wait_for

    def rounded(self: Moments, key: str, at: datetime, send: Callable[[], Awaitable[None]]) -> None:
        round_at = at.replace(second=0, microsecond=0) + timedelta(seconds=7.3 * (home() % 8))
        plain(self, key, round_at if round_at <= at else round_at - MINUTE, send)

    patch.setattr(Moments, "wait_for", rounded)


def _greeting(patch: pytest.MonkeyPatch, home: Home) -> None:
    """Cipher suites in an order of its own."""
    plain = TlsLine._context

    def ordered(self: TlsLine) -> ssl.SSLContext:
        context = plain(self)
        suites = [str(one["name"]) for one in context.get_ciphers() if one["protocol"] == "TLSv1.2"]
        turn = home() % len(suites)
        context.set_ciphers(":".join([*suites[turn:], *suites[:turn]]))
        return context

    patch.setattr(TlsLine, "_context", ordered)


def resumed(patch: pytest.MonkeyPatch, home: Home) -> None:
    """TLS goes on where the last connection of the home ended: the server's ticket names it."""
    contexts: dict[int, ssl.SSLContext] = {}
    sessions: dict[int, ssl.SSLSession] = {}
    plain, close = TlsLine._context, TlsLine.close

    async def secure(self: TlsLine) -> None:
        context = contexts.setdefault(home(), plain(self))
        host, session = self._target.host, sessions.get(home())
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host, session=session)
        await self._step(tls.do_handshake)
        self._tls = tls

    def closed(self: TlsLine) -> None:
        if self._tls is not None and self._tls.session is not None:
            sessions[home()] = self._tls.session
        close(self)

    patch.setattr(TlsLine, "secure", secure)
    patch.setattr(TlsLine, "close", closed)


LEAKS: Mapping[str, Plant] = {
    "an id in the head": _header("Request-Id", lambda home: f"{4_100_007 * (home + 1):08x}"),
    "a word of the program in the head": _header("User-Agent", lambda home: f"homebase/0.{home % 5}"),
    "the order of the head": _order_of_the_head,
    "the length of the body": _body(_length_of_the_body),
    "an id in the padding": _body(_id_in_the_padding),
    "a time of the week": _habit,
    "the second of a round": _by_the_round,
    "the TLS greeting": _greeting,
}
NO_CHANCE: Plant = _no_chance
