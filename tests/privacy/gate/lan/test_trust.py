"""What a device needs to trust this home: the certificate, and a page in both languages without a script."""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from privacy.gate.front.checks import Site
from privacy.gate.front.exchange import Answer, Request
from privacy.gate.lan.identity import Identity
from privacy.gate.lan.lan import site_of
from privacy.gate.lan.trust import CERTIFICATE, PAGE, table, written
from tests.journeys.phones import AXE, AXE_RULES, AXE_RUN, DESKTOP, PHONE, SCREENS, SMALL_CONTROLS, chromium

from .at_home import NAMES, identity

NARROW = (320, 640)


@dataclass
class Home:
    identity: Identity | None
    site: Site | None


async def asked(path: str, home: Home, *, query: str = "", language: str = "en") -> Answer:
    headers = (("accept-language", language),)
    request = Request(method="GET", path=path, query=query, headers=headers, peer="192.168.1.9")
    return await table(home)[("GET", path)](request)


@pytest.fixture(scope="module")
def home() -> Home:
    return Home(identity=identity(), site=site_of(identity(), 8443))


async def test_the_certificate_comes_as_devices_install_it(home: Home) -> None:
    got = await asked(CERTIFICATE, home)
    assert (got.status, got.content_type) == (200, "application/x-x509-ca-cert")
    assert got.body == identity().ca
    assert b"PRIVATE" not in got.body


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [("", "de", "de"), ("", "fr", "en"), ("lang=en", "de", "en"), ("lang=de", "en", "de"), ("x", "en", "en")],
)
async def test_the_page_speaks_both_languages(home: Home, query: str, accepted: str, language: str) -> None:
    got = await asked(PAGE, home, query=query, language=accepted)
    text = got.body.decode()
    assert f'<html lang="{language}">' in text
    other = "en" if language == "de" else "de"
    assert f'href="{PAGE}?lang={other}"' in text


@pytest.mark.parametrize("language", ["de", "en"])
async def test_the_page_says_the_fingerprint_the_names_and_each_kind_of_device(
    home: Home, language: str
) -> None:
    text = (await asked(PAGE, home, language=language)).body.decode()
    der = identity().ca
    assert der is not None
    shown = re.search(r'<p class="print"[^>]*>(.*?)</p>', text)
    assert shown is not None
    assert shown[1].replace(":<br>", ":") == identity().fingerprint  # as homebase doctor says it
    assert identity().fingerprint.replace(":", "") == sha256(der).hexdigest().upper()
    assert all(name in text for name in NAMES)
    assert f'href="https://{NAMES[0]}:8443/"' in text
    for device in ("iPhone", "Android", "Windows", "Mac", "Firefox"):
        assert f"<h3>{device}" in text or f"{device} " in text
    assert f'href="{CERTIFICATE}"' in text


async def test_nothing_on_the_page_can_act(home: Home) -> None:
    got = await asked(PAGE, home)
    text = got.body.decode()
    assert "<script" not in text
    assert not re.search(r"\son\w+=", text)
    policy = dict(got.headers)["Content-Security-Policy"]
    style = re.search(r"<style>(.*?)</style>", text)
    assert style is not None
    allowed = base64.b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{allowed}'" in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("path", [PAGE, CERTIFICATE])
async def test_where_there_is_none_of_our_making_it_says_so(path: str) -> None:
    own = Identity(names=("home.example.org",), leaves=identity().leaves, ca=None)
    for home in (Home(identity=None, site=None), Home(identity=own, site=site_of(own, 443))):
        assert (await asked(path, home)).status == 404


def test_a_site_of_the_owners_name_asks_for_no_strict_transport() -> None:
    own = Identity(names=("home.example.org",), leaves=identity().leaves, ca=b"")
    assert site_of(own, 443) == Site(
        scheme="https", hosts=("home.example.org", "home.example.org:443"), headers=()
    )
    assert site_of(identity(), 8443).headers != ()


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_the_page_keeps_nobody_out() -> None:
    if not AXE.exists():
        pytest.fail("axe-core is missing: run script/build-app --test once")
    with chromium() as browser:
        for language, dark in (("de", False), ("en", True)):
            page = browser.new_page(color_scheme="dark" if dark else "light")
            page.set_content(written(identity(), site_of(identity(), 8443), german=language == "de"))
            page.evaluate(AXE.read_text())
            for width, height in (NARROW, DESKTOP, PHONE):
                page.set_viewport_size({"width": width, "height": height})
                found = page.evaluate(AXE_RUN, AXE_RULES)
                assert [rule["id"] for rule in found["violations"]] == []
                assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
                assert page.evaluate(SMALL_CONTROLS.replace("button,", "a,")) == []
            if SCREENS is not None:
                page.screenshot(path=Path(SCREENS) / f"trust-{language}{'-dark' if dark else ''}.png")
            page.close()
