"""What somebody does with a paired phone, wherever it is: switch a light, watch it, agree, take it back."""

from playwright.sync_api import expect

from .consenting import DIAGNOSIS, prepare
from .phones import Phone, Simulator, kind_of, receiver_of

LAMP, LAMP_SERIAL = "Stehlampe", "SIM0000001"
SET = "11"  # a frame that sets something
MS = 120_000


def switches_and_watches(mine: Phone) -> None:
    """A tap reaches the lamp by radio; a hand at the lamp reaches the page."""
    simulator, switch = Simulator(mine.house), mine.switch_of(LAMP)
    # a tap from before a loss is carried out when the way is back: until then another one does nothing
    expect(switch).to_have_attribute("aria-busy", "false", timeout=MS)
    lamp = simulator.device(LAMP_SERIAL)
    was_on = switch.get_attribute("aria-checked") == "true"
    simulator.ask("record", on=True)
    switch.click()
    # the app shows what the lamp confirmed
    expect(switch).to_have_attribute("aria-checked", "false" if was_on else "true", timeout=MS)
    expect(switch).to_have_attribute("aria-busy", "false", timeout=MS)
    assert simulator.device(LAMP_SERIAL)["state"]["on"] == [not was_on]
    asked = [line for line in simulator.lines(to_host=False) if receiver_of(line) == lamp["address"]]
    assert SET in {kind_of(line) for line in asked}
    simulator.ask("act", device=LAMP_SERIAL, event="on" if was_on else "off")
    expect(switch).to_have_attribute("aria-checked", "true" if was_on else "false", timeout=MS)


def agrees_and_takes_it_back(mine: Phone) -> None:
    """A consent for what is shown, and its end: each under the gate's signature."""
    page = mine.page
    mine.open(DIAGNOSIS)
    expect(page.get_by_text(mine.says("Vom Tor bestätigt")).first).to_be_visible(timeout=MS)
    prepare(page)
    page.get_by_role("button", name=mine.says("Zustimmen"), exact=True).click()
    expect(page.locator(".note")).to_contain_text(
        mine.says("Zugestimmt. Das Tor hat es bestätigt."), timeout=MS
    )
    mine.open("#/privacy")
    page.get_by_role("switch", name=mine.says("Jetzt widerrufen: Ferndiagnose")).click(timeout=MS)
    expect(page.locator(".note")).to_contain_text(mine.says("Widerrufen."), timeout=MS)
    expect(page.locator(".note")).not_to_contain_text(mine.says("Nicht bestätigt"))
