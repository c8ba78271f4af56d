"""What a device needs to trust this home: the certificate, and a page in both languages without a script."""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

import pytest

from privacy.gate.front.checks import Site
from privacy.gate.front.exchange import Answer, Request
from privacy.gate.lan.identity import Identity
from privacy.gate.lan.lan import site_of
from privacy.gate.lan.trust import CERTIFICATE, PAGE, table

from .at_home import NAMES, identity


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
    assert shown[1].replace("<wbr>", "") == sha256(der).hexdigest().upper()
    assert all(name in text for name in NAMES)
    assert f'href="https://{NAMES[0]}:8443/"' in text
    for device in ("iPhone", "Android", "Windows", "Mac", "Firefox"):
        assert f"<h2>{device}" in text or f"{device} " in text
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
