"""A browser is paired by the text of a QR code, speaks with its home by a session, and is removed."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Playwright, expect

from .camera import KEEP_TRACK, browser_with_camera, is_off, show
from .houses import RunningHouse
from .pairing import KEPT, console, pair, show_code, the_waiting, words_on
from .phones import Phone, phone, until
from .using import switches_and_watches

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

LAMP, LAMP_SERIAL = "Stehlampe", "SIM0000001"
SET = "11"
# the names of the devices that this browser keeps as it saw them last
SEEN = """() => new Promise(resolve => {
  const asked = indexedDB.open('homebase.phone');
  asked.onsuccess = () => {
    const seen = asked.result.transaction('kept').objectStore('kept').get('seen');
    seen.onsuccess = () => {
      asked.result.close();
      resolve([...(seen.result?.home.devices.values() ?? [])].map(device => device.name));
    };
  };
})"""
HIDDEN = """() => {
  Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
ALLOWED = "() => ['camera', 'microphone'].map(name => document.featurePolicy.allowsFeature(name))"
ZONE = "() => Intl.DateTimeFormat().resolvedOptions().timeZone"
DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


@pytest.fixture
def mine(browser: Browser, house: RunningHouse) -> Iterator[Phone]:
    with phone(browser, house) as fresh:
        yield fresh


def test_a_phone_is_paired_switches_a_light_watches_it_and_is_removed(mine: Phone) -> None:
    page = mine.page
    frames: list[str] = []
    page.on("request", lambda request: frames.append(request.url))
    # given a phone that was paired by the text of its code: the words are the same on both sides
    show_code(mine, str(console(mine.house, "code")["text"]), "Adas Telefon")
    shown = words_on(mine)
    row = the_waiting(mine.house)
    assert (row["words"], row["name"]) == (shown, "Adas Telefon")
    mine.has_no_barriers("words")
    mine.picture("pair-words-de")
    named = str(console(mine.house, "admit", str(row["pairing"]), "--role", "owner")["id"])
    expect(page.locator(".connection")).to_have_text(re.compile("verbunden, zu Hause"))
    _is_led_through_the_first_run(mine)
    switches_and_watches(mine)
    # and nothing went past the session: no token, no request but for the app's own files
    assert page.evaluate("() => sessionStorage.length") == 0
    assert [url for url in frames if "/api/" in url.removeprefix(mine.address) and "setup" not in url] == []
    # when the page is loaded anew, it is the same phone, without a password
    page.reload()
    expect(page.locator(".connection")).to_have_text(re.compile("verbunden, zu Hause"))
    mine.tile(LAMP)
    expect(page.locator("#first-run")).to_have_count(0)
    # when it is removed at home, its session ends within a second
    begin = time.monotonic()
    console(mine.house, "remove", named)
    revoked = time.monotonic()
    expect(page.get_by_text("Dieses Telefon wurde zu Hause entfernt")).to_be_visible()
    assert time.monotonic() - revoked < 1.0, f"the command took {revoked - begin:.1f} s"
    # and nothing of the home is left in it
    assert page.evaluate(KEPT) == []
    page.reload()
    expect(page.get_by_role("button", name="Dieses Telefon koppeln")).to_be_visible()
    expect(page.locator("nav.tabs")).to_have_count(0)
    assert mine.said == []


def test_a_paired_browser_keeps_keys_that_no_script_can_read(mine: Phone) -> None:
    pair(mine)
    told = mine.page.evaluate("""async () => {
      const database = await new Promise(resolve => {
        const asked = indexedDB.open('homebase.phone');
        asked.onsuccess = () => resolve(asked.result);
      });
      const hub = await new Promise(resolve => {
        const asked = database.transaction('kept').objectStore('kept').get('hub');
        asked.onsuccess = () => resolve(asked.result);
      });
      const formats = ['pkcs8', 'jwk', 'raw'];
      const told = await Promise.all(formats.map(format =>
        crypto.subtle.exportKey(format, hub.own.secret).then(() => 'exported', () => 'refused')));
      return [hub.own.secret.extractable, ...told];
    }""")
    assert told == [False, "refused", "refused", "refused"]


def test_words_that_differ_let_nobody_in(mine: Phone) -> None:
    show_code(mine, str(console(mine.house, "code")["text"]), "")
    words_on(mine)
    console(mine.house, "refuse", str(the_waiting(mine.house)["pairing"]))
    expect(mine.page.locator("[data-why=not_confirmed]")).to_be_visible()
    mine.has_no_barriers("not confirmed")
    assert mine.page.evaluate(KEPT) == []


def test_a_page_that_is_loaded_anew_while_the_words_wait_goes_on_waiting(mine: Phone) -> None:
    show_code(mine, str(console(mine.house, "code")["text"]), "")
    shown = words_on(mine)
    mine.page.reload()
    assert words_on(mine) == shown
    row = the_waiting(mine.house)
    console(mine.house, "admit", str(row["pairing"]), "--role", "guest")
    expect(mine.page.locator(".connection")).to_have_text(re.compile("verbunden, zu Hause"))


def test_what_is_no_code_and_a_used_one_are_told_apart(mine: Phone) -> None:
    show_code(mine, "homebase:pair:1:nothing", "")
    expect(mine.page.locator("[data-why=unreadable]")).to_be_visible()
    mine.picture("pair-code-de")
    mine.has_no_barriers("code")
    expect(mine.page.locator("[data-install-first]")).to_have_count(0)
    mine.page.get_by_role("button", name="Den QR-Code mit der Kamera lesen").click()
    expect(mine.page.locator("[data-trouble=missing]")).to_be_visible()  # this machine has no camera
    mine.picture("pair-no-camera-de")
    mine.has_no_barriers("no camera")
    code = str(console(mine.house, "code")["text"])
    mine.page.get_by_role("textbox", name="Code").fill(code)
    mine.page.get_by_role("button", name="Koppeln", exact=True).click()
    words_on(mine)
    mine.page.get_by_role("button", name="Abbrechen").click()
    console(mine.house, "refuse", str(the_waiting(mine.house)["pairing"]))
    # on an iPhone, whose installed apps have a storage of their own, it is said that the app comes first
    mine.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    show_code(mine, code, "")
    expect(mine.page.locator("[data-why=silent]")).to_be_visible()
    expect(mine.page.locator("[data-install-first]")).to_be_visible()
    mine.has_no_barriers("to be installed first")
    mine.picture("pair-install-de")


def test_a_guest_who_held_the_camera_on_the_code_is_a_guest(
    playwright: Playwright, house: RunningHouse, tmp_path: Path
) -> None:
    film = tmp_path / "film.y4m"
    show(film, "https://example.org/")
    house.ok("consent", "clock", "--confirm")
    with browser_with_camera(playwright, film) as browser, phone(browser, house) as mine:
        page = mine.page
        mine.open()
        page.get_by_role("button", name="Dieses Telefon koppeln").click()
        # given a camera that sees another code: that is said, and nothing comes of it
        page.get_by_role("button", name="Den QR-Code mit der Kamera lesen").click()
        expect(page.locator("[data-hint=foreign]")).to_be_visible()
        mine.has_no_barriers("a foreign code")
        mine.picture("pair-camera-de")
        page.evaluate(KEEP_TRACK)
        assert not is_off(page)
        assert page.evaluate("() => 'BarcodeDetector' in window") is False  # so our own reader read it
        assert console(house, "waiting")["waiting"] == []
        # when nobody looks at the page any more, the camera goes off, as it does when it is closed
        page.evaluate(HIDDEN)
        expect(page.locator("video")).to_have_count(0)
        assert is_off(page)
        page.get_by_role("button", name="Den QR-Code mit der Kamera lesen").press("Enter")
        expect(page.locator("[data-hint=foreign]")).to_be_visible()
        page.evaluate(KEEP_TRACK)
        page.get_by_role("button", name="Kamera schließen").press("Enter")
        assert is_off(page)
        # when it sees the home's code, the phone is paired
        page.get_by_label("Wie heißt dieses Telefon?").fill("Bens Telefon")
        show(film, str(console(house, "code")["text"]))
        page.get_by_role("button", name="Den QR-Code mit der Kamera lesen").press("Enter")
        shown = words_on(mine)
        expect(page.locator("video")).to_have_count(0)
        row = the_waiting(house)
        assert (row["words"], row["name"]) == (shown, "Bens Telefon")
        key = str(console(house, "admit", str(row["pairing"]), "--role", "guest")["id"])
        expect(page.locator(".connection")).to_have_text(re.compile("verbunden, zu Hause"))
        mine.open("#/privacy/access")
        expect(page.get_by_role("heading", name="Wer Zugriff hat")).to_be_visible()
        expect(page.locator("main .card")).to_have_count(1)  # guests see nothing of this
        mine.open("#/account")
        expect(page.get_by_text("Das sieht und ändert nur, wem das Zuhause gehört.")).to_be_visible()
        expect(page.get_by_text("Telefone für Nachrichten")).to_have_count(0)
        assert page.evaluate(ALLOWED) == [True, False]
        _compares_the_keys(mine)
        _its_stay_ends(mine, key)
        assert mine.said == []


def _is_led_through_the_first_run(mine: Phone) -> None:
    """The home knows no timezone: this phone is asked for it once, and shown what leaves the home."""
    page = mine.page
    place = page.get_by_role("region", name="Name und Zeitzone deines Zuhauses")
    expect(place).to_be_visible()
    # when it was entered elsewhere meanwhile, and somebody looks, it is asked no more
    mine.house.ok("account", "set", "--timezone", "Europe/Berlin")
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(place).to_have_count(0)
    mine.house.ok("account", "set", "--timezone", "")
    page.reload()  # as no question stands open, a look alone asks for none
    place.get_by_role("button", name="Nicht jetzt").click()
    # the demo has devices by now, or it is led there
    led = page.get_by_role("region", name="Was dein Zuhause verlässt")
    device = page.get_by_role("region", name="Dein erstes Gerät")
    expect(led.or_(device)).to_be_visible()
    if device.is_visible():
        mine.tile(LAMP)
    expect(led).to_be_visible()
    mine.has_no_barriers("led to privacy")
    mine.picture("first-privacy-de")
    led.get_by_role("link", name="Ansehen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Was verlässt mein Zuhause?")
    mine.open("#/")
    expect(page.locator("#first-run")).to_have_count(0)


def _compares_the_keys(mine: Phone) -> None:
    """A guest, too, sees by which keys its phone knows this home."""
    page = mine.page
    mine.open("#/privacy")
    page.get_by_role("link", name="Dieses Telefon und das Tor").click()
    marks = console(mine.house, "code")["fingerprints"]
    assert isinstance(marks, dict)
    expect(page.locator("[data-fingerprint]")).to_have_text([marks["hub"], marks["gate"]])
    mine.has_no_barriers("keys for a guest")
    mine.picture("phone-guest-de")


def _its_stay_ends(mine: Phone, key: str) -> None:
    """It is told so, also when it is opened later and nobody answers; how the home looked is kept no more."""
    page, over = mine.page, mine.page.locator(".banner[data-missing=over]")
    mine.open("#/")
    expect(page.get_by_text(LAMP, exact=True)).to_be_visible()
    page.evaluate(HIDDEN)
    until(lambda: LAMP in page.evaluate(SEEN), "it is kept as it was seen")

    def ends_soon() -> bool:  # once the hub heard that somebody vouches for the time
        end = datetime.now(UTC) + timedelta(seconds=6)
        return mine.house.command("phone", "change", key, "--until", end.isoformat())[0] == 0

    until(ends_soon, "its end")
    expect(over).to_be_visible()
    expect(page.get_by_text(LAMP, exact=True)).to_have_count(0)
    mine.has_no_barriers("after its stay")
    mine.picture("guest-over-de")
    until(lambda: "seen" not in page.evaluate(KEPT), "how the home looked is forgotten", 10)
    page.reload()
    expect(over).to_be_visible(timeout=3000)  # before the silence of the hub tells anything
    expect(page.get_by_text(LAMP, exact=True)).to_have_count(0)
    console(mine.house, "change", key, "--until", "1h")
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text(LAMP, exact=True)).to_be_visible()


def test_an_owner_pairs_another_phone_on_the_page_of_phones_and_removes_it(
    mine: Phone, browser: Browser, house: RunningHouse
) -> None:
    # given a home whose first phone is an owner's, so that it may agree, and shows a code
    phones = console(house, "list")["phones"]
    assert isinstance(phones, list)
    for one in phones:
        console(house, "remove", str(one["id"]))
    pair(mine, name="Adas Telefon")
    until(lambda: "phone" in mine.page.evaluate(KEPT), "its key is with the gate")
    page = mine.page
    mine.open("#/privacy/phone")
    expect(page.locator("[data-fingerprint]")).to_have_count(2)
    shown_of_me = page.locator("[data-fingerprint]").all_inner_texts()
    expect(page.get_by_text(f"Diese App kommt vom Tor selbst (127.0.0.1:{house.port})")).to_be_visible()
    mine.has_no_barriers("this phone")
    mine.picture("phone-de")
    mine.open("#/phones")
    _is_asked_before_it_gives_up_its_role(mine)
    _is_asked_the_same_in_english(mine)
    page.get_by_role("button", name="Code zeigen").click()
    text = page.get_by_role("region", name="Kopplungscode").inner_text()
    # black on white, so that a camera reads it
    expect(page.locator(".qr .paper")).to_have_css("fill", "rgb(255, 255, 255)")
    mine.picture("phones-qr-de", above=page.locator(".qr"))
    # with the fingerprints that the console shows, and that stand on the phone's own page
    marks = console(house, "code")["fingerprints"]
    assert isinstance(marks, dict)
    assert shown_of_me == [marks["hub"], marks["gate"]]
    expect(page.locator("[data-fingerprint]")).to_have_text(shown_of_me)
    mine.has_no_barriers("code for a new phone")
    mine.picture("phones-code-de", above=page.locator("[data-fingerprint]").first)
    with phone(browser, house) as other:
        # when another phone shows it, the owner compares the words and lets it in as a guest
        show_code(other, text, "Bens Telefon")
        shown = words_on(other)
        expect(page.get_by_text("Bens Telefon zeigt sechs Wörter")).to_be_visible()
        assert page.locator("ol.six li").all_inner_texts() == shown
        mine.has_no_barriers("words of a new phone")
        mine.picture("phones-words-de")
        page.get_by_label("Was darf es?").select_option("guest")
        page.get_by_role("button", name="Dieselben: hereinlassen").click()
        expect(other.page.locator(".connection")).to_have_text(re.compile("verbunden, zu Hause"))
        row = page.locator("[data-phone]").filter(has=page.get_by_text("Bens Telefon", exact=True))
        expect(row).to_contain_text("Gast: sieht und schaltet")
        _becomes_a_carer_and_rests(mine, other, row)
        _may_agree_too(mine, other, row)
        # when it is removed there, it is out within a second and knows nothing any more
        row.get_by_role("button", name="Bens Telefon entfernen").click()
        page.get_by_role("dialog").get_by_role("button", name="Entfernen", exact=True).click()
        expect(row).to_have_count(0)
        expect(other.page.get_by_text("Dieses Telefon wurde zu Hause entfernt")).to_be_visible(timeout=1000)
        assert other.page.evaluate(KEPT) == []
    assert mine.said == []


def _is_asked_before_it_gives_up_its_role(mine: Phone) -> None:
    """The own phone is named so; who lowers it is asked once more, and the last owner's stays one."""
    page = mine.page
    row = page.locator("[data-phone]").filter(has=page.get_by_text("Adas Telefon", exact=True))
    expect(row).to_contain_text("dieses Telefon")
    row.get_by_role("button", name="Adas Telefon ändern").click()
    form = page.get_by_role("form", name="Adas Telefon ändern")
    form.get_by_label("Was darf es?").select_option("guest")
    form.get_by_role("button", name="Speichern").click()
    asked = page.get_by_role("dialog", name="Deine eigene Rolle abgeben?")
    mine.has_no_barriers("before the own role is given up")
    asked.get_by_role("button", name="Abbrechen").click()
    expect(row).to_contain_text("Eigentümer: alles")
    form.get_by_role("button", name="Speichern").click()
    asked.get_by_role("button", name="Abgeben").click()
    expect(form.locator("[data-fault=role]").get_by_role("alert")).to_contain_text(
        "gehörte dann niemandem mehr"
    )
    form.get_by_role("button", name="Abbrechen").click()
    expect(row).to_contain_text("Eigentümer: alles")


def _is_asked_the_same_in_english(mine: Phone) -> None:
    """Another language is that of the home's answers, too, in a session that was begun in the first."""
    page = mine.page
    _speaks(mine, "English")
    row = page.locator("[data-phone]").filter(has=page.get_by_text("Adas Telefon", exact=True))
    row.get_by_role("button", name="Change Adas Telefon").click()
    form = page.get_by_role("form", name="Change Adas Telefon")
    form.get_by_label("What may it do?").select_option("guest")
    for limit in ("Some rooms only", "At some times only", "Only until a day"):
        form.get_by_label(limit).check()
    mine.has_no_barriers("a permit in English")
    mine.picture("phones-permit-en", above=form)
    for limit in ("Some rooms only", "At some times only", "Only until a day"):
        form.get_by_label(limit).uncheck()
    form.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").get_by_role("button", name="Give it up").click()
    expect(form.locator("[data-fault=role]").get_by_role("alert")).to_contain_text(
        "Nobody would own this home"
    )
    _speaks(mine, "Deutsch")


def _speaks(mine: Phone, language: str) -> None:
    mine.open("#/settings")
    mine.page.get_by_label(language).check()
    mine.open("#/phones")


def _becomes_a_carer_and_rests(mine: Phone, other: Phone, row: Locator) -> None:
    """An owner limits another phone to a room and to hours: it sees less, then rests, then comes back."""
    page = mine.page
    expect(other.page.get_by_text(LAMP, exact=True)).to_be_visible()
    until(lambda: other.page.evaluate(SEEN) == [LAMP], "the home is kept as it was seen")
    # when it becomes a carer of a room, all by keys, what is missing is said at its field
    row.get_by_role("button", name="Bens Telefon ändern").press("Enter")
    form = page.get_by_role("form", name="Bens Telefon ändern")
    expect(form.get_by_label("Name")).to_be_focused()
    form.get_by_label("Was darf es?").select_option("carer")
    form.get_by_label("Nur manche Räume").press("Space")
    form.get_by_label("Name").press("Enter")
    expect(form.locator("[data-fault=rooms]").get_by_role("alert")).to_contain_text("mindestens einen Raum")
    expect(form.get_by_label("Nur manche Räume")).to_be_focused()
    mine.has_no_barriers("a fault of a permit")
    form.get_by_label("Küche").press("Space")
    form.get_by_label("Name").press("Enter")
    # then the other phone knows nothing of the rest of the home, and the list says it in words
    expect(other.page.get_by_text(LAMP, exact=True)).to_have_count(0)
    until(lambda: other.page.evaluate(SEEN) == [], "nothing of it is kept")
    expect(row).to_contain_text("Pflege: sieht, heizt")
    expect(row).to_contain_text("Nur diese Räume: Küche")
    expect(row.get_by_role("button", name="Bens Telefon ändern")).to_be_focused()
    # when it gets hours, the hub's refusal stands at their field until the home knows its timezone
    later = (datetime.now(UTC).weekday() + 3) % 7  # a day that it is nowhere

    def wish_hours() -> None:
        row.get_by_role("button", name="Bens Telefon ändern").click()
        form.get_by_label("Nur zu manchen Zeiten").check()
        for day, name in enumerate(DAYS):
            form.get_by_label(name).set_checked(day == later)
        form.get_by_role("button", name="Speichern").click()

    wish_hours()
    expect(form.locator("[data-fault=hours]").get_by_role("alert")).to_contain_text("Zeitzone")
    mine.has_no_barriers("a refusal of a permit")
    mine.picture("phones-hours-de", above=form)
    _tells_the_timezone(mine)
    mine.open("#/phones")
    wish_hours()
    # then it rests, and says so
    expect(row).to_contain_text(f"Nur zu diesen Zeiten: {DAYS[later][:2]} 08:00\N{EN DASH}12:00")
    expect(row).to_contain_text("ruht: außerhalb seiner Zeiten")
    expect(other.page.locator(".banner[data-missing=rests]")).to_be_visible()
    other.has_no_barriers("outside its hours")
    mine.has_no_barriers("phones")
    mine.picture("phones-de")
    # when the limits are lifted and somebody looks at it, it is back
    row.get_by_role("button", name="Bens Telefon ändern").click()
    form.get_by_label("Was darf es?").select_option("resident")
    form.get_by_label("Nur manche Räume").uncheck()
    form.get_by_label("Nur zu manchen Zeiten").uncheck()
    form.get_by_role("button", name="Speichern").click()
    expect(row).not_to_contain_text("ruht")
    other.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(other.page.locator(".connection")).to_have_text(re.compile("verbunden, zu Hause"))


def _tells_the_timezone(mine: Phone) -> None:
    """A home that was begun with a phone asks it for what a set-up with a password brings along."""
    mine.open("#/")
    card = mine.page.get_by_role("region", name="Name und Zeitzone deines Zuhauses")
    card.get_by_label("Wie heißt dein Zuhause?").fill("Villa Kunterbunt")
    mine.has_no_barriers("first run")
    mine.picture("first-run-de")
    card.get_by_role("button", name="Speichern").click()
    expect(card).to_have_count(0)
    place = json.loads(mine.house.ok("account", "show", "--json"))["installation"]
    assert (place["name"], place["timezone"]) == ("Villa Kunterbunt", mine.page.evaluate(ZONE))
    expect(mine.page.locator(".brand")).to_have_text("Villa Kunterbunt")
    mine.page.reload()
    expect(mine.page.locator(".brand")).to_have_text("Villa Kunterbunt")


def _may_agree_too(mine: Phone, other: Phone, row: Locator) -> None:
    """A later phone offers its key, and the owner's phone names it once the words are the same."""
    other.open("#/privacy/phone")
    expect(other.page.locator("[data-known=reads]")).to_be_visible()
    other.page.get_by_role("button", name="Schlüssel anbieten").click()
    shown = words_on(other)
    other.has_no_barriers("a key that is offered")
    asked = row.get_by_role("region", name="Ob Bens Telefon zustimmen darf")
    expect(asked.locator("ol.six li")).to_have_count(6)
    assert asked.locator("ol.six li").all_inner_texts() == shown
    mine.has_no_barriers("a key to be named")
    mine.picture("phones-agree-de", above=row)
    asked.get_by_role("button", name="Dieselben: darf zustimmen").click()
    expect(row).to_contain_text(" · darf zustimmen")
    expect(other.page.locator("[data-known=here]")).to_be_visible()
