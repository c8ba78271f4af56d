"""The doctor's look at the home's network: certificate, interfaces, who listens, what a firewall drops.

By the gate's own rules, as far as a look from outside can tell. Sends nothing.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from privacy.gate.doctor.doctor_finding import FAIL, OK, WARN, Finding
from privacy.gate.lan import interfaces
from privacy.gate.lan.identity import FILE, BadIdentity, Identity, read
from privacy.gate.lan.settings import LanSettings
from privacy.gate.lan.trust import PAGE
from privacy.system import SystemClock

SOON = timedelta(days=60)
_LISTENS = "0A"  # proc_net_tcp(5)
_FIREWALL_S = 5.0


def in_home_network(
    settings: LanSettings, state: Path, *, runs: bool, seen: bool = True
) -> Iterator[Finding]:
    """Findings in the order in which a start needs it.

    runs: this home does; seen: whether it is to be seen how it was started, else [lan] alone is known.
    """
    yield _certificate(settings, state)
    if not settings.on and not seen and not _listens(settings.port):
        text = f"[lan] is not on; whether it was started with --lan is not to be seen (port {settings.port})"
        yield Finding(name="network", level=WARN, text=text, way_out="run as its user or root")
        return
    if not settings.on and not _listens(settings.port):
        yield Finding(name="network", level=OK, text="not open: [lan] on, or --lan, opens it")
        return
    yield _network(settings, runs=runs)
    if (found := _firewall(settings.port)) is not None:
        yield found


def _certificate(settings: LanSettings, state: Path) -> Finding:
    try:
        identity = _identity(settings, state)
    except BadIdentity as error:
        text, _, way_out = str(error).rpartition("; ")
        return Finding(name="certificate", level=FAIL, text=text, way_out=way_out, code=65)
    if identity is None:
        return Finding(name="certificate", level=OK, text="made at the first start with --lan")
    end = max(leaf.until for leaf in identity.leaves)
    name, until = identity.names[0], f"{end:%Y-%m-%d}"
    if end - SystemClock().now() < SOON:
        text = f"the certificates for {name} end on {until}"
        way_out = "remove gate/lan.json for new ones, which devices have to trust anew"
        if identity.ca is None:
            way_out = "renew it"
        return Finding(name="certificate", level=WARN, text=text, way_out=way_out)
    if identity.ca is None:
        return Finding(name="certificate", level=OK, text=f"{name}, your own, until {until}")
    text = f"{name} with SHA-256 {identity.fingerprint}, until {until}"
    way_out = f"compare it on each device at https://{name}:{settings.port}{PAGE}"
    return Finding(name="certificate", level=OK, text=text, way_out=way_out)


def _identity(settings: LanSettings, state: Path) -> Identity | None:
    if settings.certificate is None or settings.key is None:
        return read(state / "gate" / FILE)
    from privacy.gate.lan.own_certificate import identity_of  # noqa: PLC0415 - few have one: it costs

    return identity_of(settings.certificate, settings.key, settings.name, SystemClock().now())


def _network(settings: LanSettings, *, runs: bool) -> Finding:
    try:
        found = interfaces.homes(interfaces.look(), settings.interfaces)
    except OSError as error:
        return Finding(name="network", level=FAIL, text=str(error), way_out="report this", code=74)
    if not found:
        text = "no interface with a private address that is up"
        way_out = "plug the network in, or name the interface: [lan] interfaces"
        return Finding(name="network", level=FAIL, text=text, way_out=way_out, code=74)
    names = ", ".join(
        f"{one.name} ({', '.join(str(address) for address in one.steady if not address.is_link_local)})"
        for one in found
    )
    if _listens(settings.port):
        return Finding(name="network", level=OK, text=f"{names} listens on port {settings.port}")
    if not runs:
        text = f"{names} is opened at the next start, on port {settings.port}"
        return Finding(name="network", level=OK, text=text)
    text = f"nothing listens on port {settings.port} of {names}"
    way_out = "start homebase with --lan, or look what it said: journalctl -u homebase-gate"
    return Finding(name="network", level=WARN, text=text, way_out=way_out)


def _listens(port: int) -> bool:
    """Whether anybody listens there, on more than loopback."""
    for family in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/self/net/{family}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *_ = line.split()
            if state == _LISTENS and local.endswith(f":{port:04X}") and not local.startswith("0100007F"):
                return True
    return False


def _firewall(port: int) -> Finding | None:
    """What nftables says, if it may be asked and drops what nobody named; None: nobody knows."""
    nft = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin")
    if nft is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603 - a program of the system, without a shell
            [nft, "--json", "list", "ruleset"], capture_output=True, timeout=_FIREWALL_S, check=True
        )
        rules = json.loads(asked.stdout)["nftables"]
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return None  # only root may ask
    if drops(rules, port):
        text = f"what is not named is dropped, and port {port} is not named"
        way_out = f"let the home's network in: ports {port}/tcp and 5353/udp"
        return Finding(name="firewall", level=WARN, text=text, way_out=way_out)
    return Finding(name="firewall", level=OK, text=f"nothing in the way of port {port} was found")


def drops(rules: list[Mapping[str, Mapping[str, object]]], port: int) -> bool:
    """Whether what comes in is dropped unless named, and no rule names ``port``. rules: nft's own."""
    chains = [row["chain"] for row in rules if "chain" in row]
    closed = any(chain.get("hook") == "input" and chain.get("policy") == "drop" for chain in chains)
    named = any(_names(row["rule"].get("expr"), port) for row in rules if "rule" in row)
    return closed and not named


def _names(part: object, port: int) -> bool:
    """Whether a rule, or a part of it, speaks of ``port``."""
    if isinstance(part, dict):
        spans = part.get("range")
        if isinstance(spans, list) and len(spans) == 2 and all(isinstance(end, int) for end in spans):
            return bool(spans[0] <= port <= spans[1])
        return any(_names(value, port) for value in part.values())
    if isinstance(part, list):
        return any(_names(value, port) for value in part)
    return part == port
