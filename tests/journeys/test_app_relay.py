"""A browser that was paired at home is away from it: all of it by a real relay, over TLS and WebSocket.

The house stands in one network namespace, the browser and a Mosquitto in another one. Between them are the
wire by which the hub reaches the relay, and a way to the house's port, cut when the phone leaves home.
"""

import json
import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.lab.far_house import Far, far_house
from tests.lab.way_home import WayHome
from tests.needs import NETWORKS

from .consenting import RECIPIENT
from .pairing import KEPT, console, pair
from .phones import CHROMIUM, Phone, launch, phone, until
from .trust import home_that_trusts
from .using import MS, agrees_and_takes_it_back, switches_and_watches

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.lab, NETWORKS, pytest.mark.timeout(600)]

AT_HOME, FAR_AWAY = "verbunden, zu Hause", "verbunden, von unterwegs"
KEEPS_THE_APP = "() => navigator.serviceWorker.ready.then(one => one.active.state)"
STAYS_OUT_MS = 10_000  # it tries a few times meanwhile
UNREACHED = "WebSocket connection to "  # how Chromium tells of a place that did not answer


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    with far_house(tmp_path, RECIPIENT) as running:
        running.offer()
        running.allow()
        yield running


@pytest.fixture
def browser_there(far: Far, playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    """In the network of the relay, whose certificate it trusts."""
    own = home_that_trusts(tmp_path / "browser", far.broker.ca_file.read_bytes())
    inside = tmp_path / "chromium"
    begin = shlex.join([*far.around, "env", f"HOME={own}", CHROMIUM])
    inside.write_text(f'#!/bin/sh\nexec {begin} "$@"\n')
    inside.chmod(0o755)
    with launch(playwright, inside) as running:
        yield running


@pytest.fixture
def way(far: Far) -> Iterator[WayHome]:
    """From the browser's network to the house's own port: what being at home is."""
    home = WayHome(far.outside, far.inside, far.house.port)
    yield home
    home.cut()


@pytest.fixture
def mine(request: pytest.FixtureRequest, far: Far, way: WayHome, browser_there: Browser) -> Iterator[Phone]:
    with phone(browser_there, far.house, keeps=True, language=getattr(request, "param", "de")) as fresh:
        yield fresh


def says_it_is(mine: Phone, where: str) -> None:
    """By its header, sooner or later."""
    expect(mine.page.locator(".connection")).to_have_text(re.compile(mine.says(where)), timeout=MS)


def test_far_from_home_a_phone_switches_agrees_comes_back_and_is_removed(
    far: Far, way: WayHome, mine: Phone
) -> None:
    page = mine.page
    # given a phone that was paired at home by its code, both showing the same words, and that keeps the app
    named = pair(mine)
    says_it_is(mine, AT_HOME)
    until(lambda: "phone" in page.evaluate(KEPT), "its key is with the gate")
    assert page.evaluate(KEEPS_THE_APP) in {"activating", "activated"}
    page.reload()
    says_it_is(mine, AT_HOME)
    far.wait_until_connected()
    # when it leaves home, it goes by the relay, also when it is opened anew
    way.cut()
    says_it_is(mine, FAR_AWAY)
    page.reload()
    says_it_is(mine, FAR_AWAY)
    mine.has_no_barriers("far from home")
    mine.picture("far-de")
    switches_and_watches(mine)
    agrees_and_takes_it_back(mine)
    # then the header of every page says no more of it; it still says that a relay may be used
    expect(page.locator(".leaving")).to_have_count(1)
    expect(page.locator(".leaving")).to_contain_text("Fernzugriff")
    kinds = [json.loads(line)["kind"] for line in far.house.ok("ledger", "list", "--json").splitlines()]
    assert (kinds.count("grant"), kinds.count("withdrawal")) == (2, 1)  # the relay's own yes, and this one
    # when the relay is lost, it says so, and comes back by itself
    mine.open("#/")
    far.broker.stop()
    expect(page.locator(".banner[data-missing=far]")).to_be_visible(timeout=MS)
    mine.has_no_barriers("without a relay")
    mine.picture("far-lost-de")
    far.broker.start()
    says_it_is(mine, FAR_AWAY)
    switches_and_watches(mine)
    # when it is removed at home, its session by the relay ends within a second, and it forgets the home
    console(mine.house, "remove", named)
    revoked = time.monotonic()
    expect(page.get_by_text("Dieses Telefon wurde zu Hause entfernt")).to_be_visible()
    assert time.monotonic() - revoked < 1.0
    assert page.evaluate(KEPT) == []
    page.reload()
    expect(page.get_by_role("button", name="Dieses Telefon koppeln")).to_be_visible()
    assert [text for text in mine.said if not text.startswith(UNREACHED)] == []


@pytest.mark.parametrize("mine", ["en"], indirect=True)
def test_a_phone_is_paired_by_the_relay_alone_and_goes_home_or_out_as_it_should(
    far: Far, way: WayHome, mine: Phone
) -> None:
    page = mine.page
    # given a browser that has the app, and no way to the home but the relay in the code
    mine.open()
    assert page.evaluate(KEEPS_THE_APP) in {"activating", "activated"}
    page.reload()
    way.cut()
    pair(mine, role="guest", name="Bens Telefon")
    says_it_is(mine, FAR_AWAY)
    # when its home is in reach again and somebody looks, it goes there, and comes by the relay after it left
    way.mend()
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    says_it_is(mine, AT_HOME)
    way.cut()
    says_it_is(mine, FAR_AWAY)
    # when the home gets another customer ID, no relay lets it in any more, and it says what helps
    far.house.ok("account", "set", "--customer-id", "Kd-4711081547")
    expect(page.locator(".banner[data-missing=account]")).to_be_visible(timeout=MS)
    mine.has_no_barriers("not known by the account")
    way.mend()
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    says_it_is(mine, AT_HOME)
    way.cut()
    says_it_is(mine, FAR_AWAY)
    # when the owner takes the relay's consent back, it is out, and stays out
    far.house.ok("consent", "withdraw", "remote.access")
    expect(page.locator(".banner[data-missing=far]")).to_be_visible()
    page.wait_for_timeout(STAYS_OUT_MS)
    expect(page.locator(".connection")).not_to_have_text(re.compile(mine.says(FAR_AWAY)))
    # but at home it is as welcome as ever
    way.mend()
    says_it_is(mine, AT_HOME)
    assert [text for text in mine.said if not text.startswith(UNREACHED)] == []
