"""What is spoken with the home's network: TLS 1.2 and 1.3, with the certificate of the day."""

import os
import ssl
from datetime import datetime

from privacy.gate.lan.identity import BadIdentity, Identity

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2; those of 1.3 are all fine


class Tls:
    """One context for all connections; ``turn`` shows another certificate to those that come after."""

    def __init__(self, identity: Identity) -> None:
        self._shown = ""
        self.identity = identity
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers(CIPHERS)
        self.context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        self.context.set_alpn_protocols(["http/1.1"])

    def turn(self, at: datetime, identity: Identity | None = None) -> None:
        """Show the certificate for ``at``. identity: a new one, of the same names.

        Raises:
            BadIdentity: none is valid then; what was shown before stays.
        """
        self.identity = identity or self.identity
        leaf = self.identity.leaf(at)
        if leaf is None:
            first, last = self.identity.leaves[0].from_, self.identity.leaves[-1].until
            raise BadIdentity(
                f"no certificate is valid on {at:%Y-%m-%d}: they are for {first:%Y-%m-%d} to {last:%Y-%m-%d};"
                " set the clock, or remove gate/lan.json for a new one, which phones have to trust anew"
            )
        if leaf.pem != self._shown:
            _load(self.context, leaf.pem)
            self._shown = leaf.pem


def _load(context: ssl.SSLContext, pem: str) -> None:
    """The module takes files only: this one is in memory and has no name."""
    descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, pem.encode())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    except (OSError, ssl.SSLError) as error:
        raise BadIdentity(
            f"the certificate can't be used: {error}; give another, or remove gate/lan.json"
        ) from error
    finally:
        os.close(descriptor)
