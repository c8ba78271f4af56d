"""A phone deregisters its home: everybody out, everything erased, a signed report."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from privacy import report
from privacy.jws import unbase64url

from .consenting import pair
from .houses import RunningHouse, demo_house, run_homebase
from .phones import phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("leaving")


@pytest.fixture(scope="module")
def home(folder: Path) -> Iterator[RunningHouse]:
    with demo_house(folder, "--devices", "1") as house:
        yield house


@pytest.mark.obligation("Q6.14")
def test_a_phone_deregisters_the_home_and_keeps_the_gates_report(
    browser: Browser, home: RunningHouse, folder: Path
) -> None:
    with phone(browser, home) as mine, phone(browser, home) as other:
        mine.set_up()
        other.log_in()
        pair(mine, folder)
        mine.open("#/privacy/data")
        part = mine.page.locator("section[aria-labelledby=deregister]")
        part.get_by_role("button", name="Dieses Zuhause abmelden").click()
        mine.has_no_barriers("deregister")
        with mine.page.expect_download(timeout=120_000) as waiting:
            mine.page.get_by_role("dialog").get_by_role("button", name="Dieses Zuhause abmelden").click()
        saved = json.loads(waiting.value.path().read_text())
        # the report is what anybody can check with the gate's key
        code, said, errors = run_homebase(
            "ledger", "list", "--json", "--state", str(home.state), runtime=folder / "r"
        )
        assert code == 0, errors
        rows = [json.loads(line) for line in said.splitlines()]
        told = [row["data"] for row in rows if row["kind"] == "right"]
        assert [row["right"] for row in told] == ["deregistration: authorisations", "deregistration: data"]
        content = json.loads(saved["report"])
        assert content["scope"] == "everything"
        _, key, errors = run_homebase(
            "phone", "claim", "--json", "--state", str(home.state), runtime=folder / "r"
        )
        gate = str(json.loads(key)["text"]).split(":")[3]
        report.verify(saved["report"], saved["signature"], unbase64url(gate))
        # and nobody is in any more
        other.page.reload()
        expect(other.page.get_by_role("radio", name="Deutsch")).to_be_visible(timeout=60_000)
        expect(other.page.locator("nav.tabs")).to_have_count(0)
