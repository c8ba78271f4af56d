"""What a person sees of the radio: send time and who used it, how devices are heard, what is on the air."""

import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import DEVICES
from .houses import RunningHouse
from .phones import TABLET, Phone, Simulator, phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

SWITCH, BUTTON = "SIM0000001", "SIM0000008"
NARROW = (320, 640)
MINUS = "\N{MINUS SIGN}"
LONG_MS = 60_000


def test_the_ledger_names_who_used_the_hour(mine: Phone) -> None:
    page = mine.page
    # given somebody switches a light
    mine.open("#/device/bidcos%3ASIM0000001")
    switch = page.locator(".face").get_by_role("switch")
    before = switch.get_attribute("aria-checked")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false" if before == "true" else "true")
    # when the owner looks who used the hour's send time
    mine.open("#/more")
    page.get_by_role("link", name=re.compile("^Funk")).click()
    expect(page.get_by_role("heading", name="Funk", level=1)).to_be_visible()
    expect(page.locator(".airtimesays")).to_contain_text(re.compile(r"von 36 Sek\. verbraucht"))
    expect(page.get_by_role("img", name=re.compile("verbraucht"))).to_be_visible()
    # then it agrees with what a recorder on the air counted
    shown = re.search(r"([\d,]+) Sek\. von", page.locator(".airtimesays").inner_text())
    assert shown is not None
    simulator = Simulator(mine.house)
    central = str(simulator.device(SWITCH)["central"])
    recorded_s = simulator.ask("airtime")["airtime_s"][central.upper()]
    assert float(shown[1].replace(",", ".")) == pytest.approx(recorded_s, rel=0.1, abs=0.3)
    # and that light is named, with a person as the cause
    row = page.locator(".ledgerlist li").filter(has_text="Stehlampe")
    row.locator("summary").click()
    expect(row.get_by_role("row").filter(has_text="Menschen")).to_contain_text(re.compile(r"\d Telegramm"))
    mine.has_no_barriers("radio")
    mine.picture("radio-de", above=page.locator(".title"))
    mine.picture("radio-ledger-de", above=page.locator(".ledgerlist"))


def test_devices_are_listed_by_how_well_they_are_heard(mine: Phone) -> None:
    page = mine.page
    mine.open("#/radio")
    rows = page.locator(".signals > li")
    expect(rows).to_have_count(DEVICES, timeout=LONG_MS)
    expect(rows.first).to_contain_text(re.compile(rf"gehört mit {MINUS}\d+"))
    # the weakest comes first
    text = "\n".join(rows.all_inner_texts())
    told = re.findall(rf"gehört mit {MINUS}([\d,]+)", text)
    heard = [-float(number.replace(",", ".")) for number in told]
    assert len(heard) > 1, text
    assert heard[0] < max(heard)
    # and says what helps, with the day's course
    rows.first.locator("summary").click()
    expect(rows.first.locator(".signalmore p").first).not_to_be_empty()
    expect(rows.first.locator(".plot canvas, .quiet").first).to_be_visible()
    mine.picture("radio-signals-de", above=page.locator("#signals"))


def test_frames_are_read_only_when_somebody_wants_them(mine: Phone) -> None:
    page = mine.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    mine.open("#/radio/frames")
    expect(page.get_by_text("Angehalten.")).to_be_visible()
    page.wait_for_timeout(1500)
    assert not any("/frames" in url for url in asked)
    page.get_by_role("button", name="Mitlesen").click()
    first = page.locator(".frames > li").first
    expect(first).to_be_visible()
    # a press on the wall is seen with its meaning, newest first
    Simulator(mine.house).ask("press", device=BUTTON, button=1)
    press = page.locator(".frames > li").filter(has_text="Tastendruck").first
    expect(press).to_be_visible(timeout=LONG_MS)
    mine.picture("radio-frames-de", above=page.locator(".title"))
    page.get_by_role("button", name="Anhalten").click()
    expect(page.get_by_text("Angehalten.")).to_be_visible()
    # by the names of who sent and who is meant, with the addresses on a tap
    way = press.locator("summary")
    expect(way).to_have_text("Taster, Kanal 1 → Zentrale")
    way.click()
    expect(press.get_by_role("link", name="Taster, Kanal 1")).to_be_visible()
    address = str(Simulator(mine.house).device(BUTTON)["address"]).upper()
    expect(press.locator("li", has_text="Taster")).to_contain_text(address)
    # and only those of one device are shown
    page.get_by_role("textbox", name=re.compile("^Nur zeigen")).fill("taster")
    named = page.locator(".frames summary", has_text="Taster")
    expect(page.locator(".frames > li")).to_have_count(named.count())
    mine.has_no_barriers("frames")


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    [("de", NARROW, True), ("en", TABLET, False)],
    ids=["de-narrow-dark", "en-tablet-light"],
)
def test_the_pages_keep_nobody_out(
    browser: Browser, home: RunningHouse, language: str, size: tuple[int, int], dark: bool
) -> None:
    with phone(browser, home, language=language, size=size, dark=dark) as other:
        other.log_in()
        for name, fragment in PAGES.items():
            other.open(fragment)
            other.page.reload()  # a page of its own file, fetched as by a link from elsewhere
            expect(other.page.get_by_role("heading", level=1)).to_be_focused()
            other.settle()
            other.has_no_barriers(f"{name} {language} {size}")
            other.picture(f"{'tablet-' if size == TABLET else 'narrow-'}{name}-{language}")
        assert other.said == []


PAGES = {
    "radio": "#/radio",
    "frames": "#/radio/frames",
    "keys": "#/radio/keys",
    "teach-in": "#/devices/teach-in",
    "settings": "#/device/bidcos%3ASIM0000005/settings",
    "links": "#/device/bidcos%3ASIM0000008/links",
    "week": "#/device/bidcos%3ASIM0000005/week",
    "replace": "#/device/bidcos%3ASIM0000001/replace",
}


def test_send_time_that_gets_short_is_said_on_every_page(browser: Browser, home: RunningHouse) -> None:
    # given an hour whose send time is nearly used up, as the stream tells it
    with phone(browser, home) as other:
        other.page.add_init_script(SCARCE)
        other.log_in()
        # then every page says so and leads to the ledger
        banner = other.page.locator("[data-airtime=exhausted]")
        expect(banner).to_contain_text("Nur Alarme werden noch gesendet")
        # who used most stands there: after so much teach-in, the home base itself
        expect(banner).to_contain_text(re.compile(r"Am meisten verbraucht: die Zentrale selbst.* \(\d+\s%\)"))
        other.open("#/rooms")
        expect(banner).to_be_visible()
        other.has_no_barriers("exhausted")
        other.picture("radio-exhausted-de")
        banner.get_by_role("link").click()
        expect(other.page.get_by_role("heading", name="Funk", level=1)).to_be_visible()


# Using up 36 s of real send time takes long; only the message that tells of it is made up here.
SCARCE = """
const real = WebSocket.prototype.__lookupSetter__('onmessage');
Object.defineProperty(WebSocket.prototype, 'onmessage', { set(take) {
  real.call(this, (event) => {
    const message = JSON.parse(event.data);
    for (const driver of message.drivers ?? []) {
      const { airtime } = driver;
      if (airtime) Object.assign(airtime, { level: 'exhausted', used_ms: 36000, exhausted_in_s: 0 });
    }
    take({ data: JSON.stringify(message) });
  });
} });
"""
