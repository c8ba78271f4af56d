"""A browser of the home's network: in by HTTPS once it trusts the home's certificate, and not before.

The house and the browser stand in two namespaces of a home's network (tests/lab/home_network.py); the browser
knows names as multicast DNS would tell it, by a rule of its own.
"""

import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate
from playwright.sync_api import Browser, Error, Playwright, expect

from tests.lab.conftest import network
from tests.lab.home_network import HOME, Network
from tests.lab.outside import made_in
from tests.needs import NETWORKS
from tests.privacy.gate.lan.thief import NAMES, signed_by_a_thief

from .consenting import RECIPIENT
from .houses import RunningHouse, demo_house
from .pairing import KEPT, console, pair
from .phones import ARGUMENTS, CHROMIUM, PASSWORD, PHONE, phone
from .trust import home_that_trusts
from .using import LAMP, agrees_and_takes_it_back, switches_and_watches

pytestmark = [pytest.mark.browser, pytest.mark.journey, NETWORKS, pytest.mark.timeout(300)]
__all__ = ["network"]
SECONDS = 120_000
SPOKEN = "en"  # so that pairing at home is seen in both; the longer journey by a relay is in German


@pytest.fixture
def house(network: Network, tmp_path: Path) -> Iterator[RunningHouse]:
    """A home of its own for each journey: only its first phone may agree without being named by another."""
    folder = tmp_path / "house"
    folder.mkdir()
    config = folder / "homebase.toml"
    config.write_text(RECIPIENT)
    arguments = ("--config", str(config), "--devices", "1", "--lan")
    with demo_house(folder, *arguments, around=("ip", "netns", "exec", network.home)) as running:
        yield running


@contextmanager
def browser_of(playwright: Playwright, network: Network, folder: Path, ca: bytes | None) -> Iterator[Browser]:
    """A browser in the network with a certificate store of its own. ca: what it trusts, DER."""
    pem = None if ca is None else load_der_x509_certificate(ca).public_bytes(Encoding.PEM)
    own = home_that_trusts(folder, pem)
    start = folder / "chromium"
    start.write_text(f'#!/bin/sh\nexec ip netns exec {network.stick} env HOME={own} {CHROMIUM} "$@"\n')
    start.chmod(0o755)
    rules = f"--host-resolver-rules=MAP *.local {HOME},MAP bank.example.org {HOME},MAP *.home.arpa {HOME}"
    browser = playwright.chromium.launch(executable_path=start, args=[*ARGUMENTS, rules])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def no_way_home(network: Network) -> Iterator[None]:
    """Each packet of the phone to the home is answered as by a machine where nobody listens."""
    inside = ("ip", "netns", "exec", network.stick, "nft")
    rule = f"ip daddr {HOME} tcp dport 8443 reject with tcp reset"
    table = f"table inet away {{ chain out {{ type filter hook output priority 0; {rule}; }}; }}"
    subprocess.run([*inside, "-f", "-"], input=table, text=True, check=True)
    try:
        yield
    finally:
        subprocess.run([*inside, "delete table inet away"], check=True)


def identity(house: RunningHouse) -> tuple[str, bytes]:
    table = json.loads((house.state / "gate/lan.json").read_text())
    return table["names"][0], bytes.fromhex(table["ca"])


def test_a_browser_that_does_not_trust_the_certificate_shows_nothing(
    playwright: Playwright, house: RunningHouse, network: Network, tmp_path: Path
) -> None:
    name, _ = identity(house)
    with browser_of(playwright, network, tmp_path, None) as browser:
        page = browser.new_page()
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(f"https://{name}:8443/")


def test_one_that_trusts_it_sets_the_home_up_and_keeps_the_app(
    playwright: Playwright, house: RunningHouse, network: Network, tmp_path: Path
) -> None:
    name, ca = identity(house)
    with browser_of(playwright, network, tmp_path, ca) as browser:
        context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="de")
        page = context.new_page()
        page.goto(f"https://{name}:8443/#setup={house.token}")
        page.locator("input[autocomplete=new-password]").fill(PASSWORD, timeout=SECONDS)
        page.locator("button[type=submit]").click()
        expect(page.locator("nav.tabs")).to_be_visible(timeout=SECONDS)
        expect(page.locator(".connection.live")).to_be_visible(timeout=SECONDS)  # the WebSocket, too
        assert page.evaluate("() => isSecureContext")
        assert page.evaluate("() => navigator.serviceWorker.ready.then(one => one.active !== null)")

        page.goto(f"https://{name}:8443/gate/trust")
        expect(page.get_by_role("heading", level=1)).to_have_text("Dieser Zentrale vertrauen")
        # http goes to https by itself from now on, and an address in figures is not this home's
        page.goto(f"http://{name}:8443/")
        assert page.url.startswith(f"https://{name}:8443/")
        with pytest.raises(Error, match="ERR_CERT_COMMON_NAME_INVALID"):
            page.goto(f"https://{HOME}:8443/")
        context.close()


def test_a_phone_at_home_is_paired_switches_agrees_comes_back_and_is_removed(
    playwright: Playwright, house: RunningHouse, network: Network, tmp_path: Path
) -> None:
    name, ca = identity(house)
    at = f"https://{name}:8443/"
    with (
        browser_of(playwright, network, tmp_path, ca) as browser,
        phone(browser, house, keeps=True, at=at, language=SPOKEN) as mine,
    ):
        page, header = mine.page, mine.page.locator(".connection")
        at_home = re.compile(mine.says("verbunden, zu Hause"))
        named = pair(mine)
        expect(header).to_have_text(at_home, timeout=SECONDS)
        switches_and_watches(mine)
        agrees_and_takes_it_back(mine)
        # when the way home is lost, whoever taps is told so, and it comes back by itself
        mine.open("#/")
        switch = mine.switch_of(LAMP)
        with no_way_home(network):
            switch.click()
            expect(page.locator(".banner[data-missing=base]")).to_be_visible(timeout=SECONDS)
        expect(header).to_have_text(at_home, timeout=SECONDS)
        switches_and_watches(mine)
        # when it is removed, its session ends within a second, and it forgets the home
        console(house, "remove", named)
        removed = time.monotonic()
        expect(page.get_by_text(mine.says("Dieses Telefon wurde zu Hause entfernt"))).to_be_visible()
        assert time.monotonic() - removed < 1.0
        assert page.evaluate(KEPT) == []
        assert [text for text in mine.said if not text.startswith("WebSocket connection to ")] == []


@pytest.mark.parametrize(
    ("host", "error"), [("bank.example.org", "ERR_CERT_"), ("other.local", "ERR_CERT_"), (NAMES[0], "")]
)
def test_a_stolen_key_of_the_ca_pretends_to_be_nobody_else(
    playwright: Playwright, network: Network, tmp_path: Path, host: str, error: str
) -> None:
    ca, leaf = signed_by_a_thief(tmp_path, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf)
    with made_in(network.home, lambda: socket.create_server((HOME, 9444))) as listening:
        answering = threading.Thread(target=_answer, args=(listening, context), daemon=True)
        answering.start()
        der = load_pem_x509_certificate(ca.read_bytes()).public_bytes(Encoding.DER)
        (tmp_path / "b").mkdir()
        with browser_of(playwright, network, tmp_path / "b", der) as browser:
            page = browser.new_page()
            if error:
                with pytest.raises(Error, match=error):
                    page.goto(f"https://{host}:9444/")
            else:  # the control: for the home's own name the same key is believed
                page.goto(f"https://{host}:9444/")
                assert page.content().count("taken") == 1
        listening.shutdown(socket.SHUT_RDWR)
        answering.join(60)


def _answer(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        try:
            with line, context.wrap_socket(line, server_side=True) as browser:
                browser.recv(4096)
                browser.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\ntaken")
        except OSError:
            continue
