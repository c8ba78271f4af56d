"""A paired phone opens the app at home: first paint from what it kept, and the first live value, in Chromium.

Milliseconds from the beginning of the navigation, at phone size; the app's files are kept by its worker,
as on a phone where it is installed; twelve devices; the hub at home, on the same machine.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from bench.result import Figure, Result
from tests.journeys.houses import demo_house
from tests.journeys.pairing import paired_phone
from tests.journeys.phones import chromium

DEVICES = 12
TILES_LIMIT_MS = 180_000.0
KEPT_MS = 12_000.0  # the app keeps what it saw within ten seconds
WATCH = """
  const watch = new MutationObserver(() => {
    if (!window.painted && document.querySelector('li.tile'))
      requestAnimationFrame(() => setTimeout(() => { window.painted ??= performance.now(); }));
    if (!window.live && document.querySelector('.connection.live')) window.live = performance.now();
  });
  watch.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
"""


def measure(folder: Path, runs: int) -> Result:
    """Pair a browser once, let it see the home, then open the app again and again."""
    with (
        demo_house(folder, "--devices", str(DEVICES)) as house,
        chromium() as browser,
        paired_phone(browser, house, keeps=True) as mine,
    ):
        expect(mine.page.locator("li.tile").nth(3)).to_be_visible(timeout=TILES_LIMIT_MS)
        mine.page.wait_for_timeout(KEPT_MS)
        mine.page.add_init_script(WATCH)
        opened = [_open(mine.page) for _ in range(runs)]
    painted, live = ([one[index] for one in opened] for index in (0, 1))
    return Result(
        name="paint",
        figures={
            "first paint from cache, median": Figure(statistics.median(painted), "ms", at_most=300.0),
            "worst": Figure(max(painted), "ms"),
            "live at home, median": Figure(statistics.median(live), "ms", at_most=800.0),
            "live, worst": Figure(max(live), "ms"),
        },
        conditions={"devices": DEVICES, "runs": runs},
        samples={"painted_ms": painted, "live_ms": live},
    )


def _open(page: Page) -> tuple[float, float]:
    page.reload()
    expect(page.locator(".connection.live")).to_be_visible(timeout=TILES_LIMIT_MS)
    page.wait_for_function("() => window.painted && window.live")
    painted, live = page.evaluate("() => [window.painted, window.live]")
    page.wait_for_timeout(500)
    return painted, live


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.paint", description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        measure(Path(name), options.runs).print()
