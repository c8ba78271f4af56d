"""A real mail server of the test's own (aiosmtpd), on a socket that the test made."""

import asyncio
import socket
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "home@example.org", "a mail password of 24 ch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One mail. secure: under TLS; user: who logged in."""

    sender: str
    to: list[str]
    mail: EmailMessage
    secure: bool
    user: str | None


class MailServer:
    """Serves in a thread. says: what it answers to RCPT and to the mail, where not 250.

    offers: STARTTLS or not; secure_first: TLS from the first byte.
    """

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext,
        *,
        secure_first: bool = False,
        offers: bool = True,
    ) -> None:
        self.arrived: list[Arrived] = []
        self.tried: list[tuple[str, str]] = []
        self.accounts = {USER: PASSWORD}
        self.says: dict[str, str] = {}
        self.hold = threading.Event()
        self.hold.set()  # cleared: the mail's end is not answered, or what hold_at names
        self.hold_at, self.held = "data", threading.Event()
        self.left = threading.Event()  # whoever was held went away
        self._context, self._secure_first, self._offers = context, secure_first, offers
        self._listening = listening
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait(30)

    def close(self) -> None:
        self.hold.set()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    # what aiosmtpd asks

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._held("rcpt")
        if "rcpt" in self.says:
            return self.says["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._held("data")
        if "data" in self.says:
            return self.says["data"]
        content = envelope.original_content
        assert content is not None
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        proof: Any = session.auth_data
        self.arrived.append(
            Arrived(
                sender=envelope.mail_from or "",
                to=envelope.rcpt_tos,
                mail=mail,
                secure=session.ssl is not None or self._secure_first,
                user=proof.login.decode() if isinstance(proof, LoginPassword) else None,
            )
        )
        return f"250 2.0.0 Ok: queued as M{len(self.arrived)}"

    async def _held(self, step: str) -> None:
        try:
            while self.hold_at == step and not self.hold.is_set():
                self.held.set()
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.left.set()
            raise

    def _prove(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.tried.append((how, data.login.decode()))
        right = self.accounts.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=right, handled=False, auth_data=data if right else None)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        spoken: list[SMTP] = []

        def protocol() -> SMTP:
            offered = self._offers and not self._secure_first
            made = SMTP(
                self,
                hostname="mail.example.org",
                tls_context=self._context if offered else None,
                require_starttls=offered,
                auth_require_tls=not self._secure_first and self._offers,
                authenticator=self._prove,
                loop=self._loop,
            )
            spoken.append(made)
            return made

        server = await self._loop.create_server(
            protocol, sock=self._listening, ssl=self._context if self._secure_first else None
        )
        self._ready.set()
        await self._stop.wait()
        server.close()
        for one in spoken:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0.05)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
