"""The notice that people read says what the gate decides by, in both languages."""

import re

import pytest

from privacy.notice import WIDTH, as_json, as_text
from privacy.register import Language
from tests.paths import ROOT
from tests.privacy import house


@pytest.mark.obligation("Q2")
@pytest.mark.obligation("T2-h")
@pytest.mark.parametrize("language", list(Language))
def test_controller_officer_authorities_and_every_activity_stand_in_it(language: Language) -> None:
    text = as_text(house.register(), house.known().values(), language)
    for name in house.register().activities:
        assert f"({name}, " in text
    for said in (
        "53113 Bonn",
        "datenschutz@telekom.de",
        "https://www.bfdi.bund.de",
        "https://www.ldi.nrw.de",
    ):
        assert said in text
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.obligation("Q4-a")
def test_recipients_stand_with_role_host_and_country() -> None:
    text = as_text(house.register(), house.known().values(), Language.EN)
    told = f"support (processor, support.example.org, DE, encrypted to {house.SUPPORT_KEY}); abroad"
    assert f"Recipients: {told}" in " ".join(text.split())
    assert "Recipients: nobody registered" in as_text(house.register(), [], Language.EN)


def test_both_languages_carry_the_same_activities() -> None:
    german = as_json(house.register(), [], Language.DE)
    english = as_json(house.register(), [], Language.EN)

    def ids(notice: dict[str, object]) -> list[str]:
        rows = notice["activities"]
        assert isinstance(rows, list)
        return [row["id"] for row in rows]

    assert ids(german) == ids(english)
    assert len(ids(german)) == len(house.register().activities)


@pytest.mark.obligation("Q6.6-b")
def test_the_limit_of_the_consent_is_said() -> None:
    text = as_text(house.register(), [], Language.DE)
    assert (
        "Ferndiagnose (diagnosis.remote, Abschnitt 6.6): nur mit Ihrer Einwilligung, höchstens 14 Tage"
        in text
    )


@pytest.mark.obligation("T3")
@pytest.mark.parametrize(
    ("language", "said"), [(Language.DE, "keine Auskunftei"), (Language.EN, "no credit agency")]
)
def test_it_says_what_this_home_does_not_do(language: Language, said: str) -> None:
    assert said in as_text(house.register(), [], language).replace("\n    ", " ")
    assert not [row for row in house.register().activities.values() if row.clause == "T3"]
    assert not [row for row in house.register().activities.values() if "Solvency" in row.purpose]


@pytest.mark.obligation("T1-c")
def test_a_legitimate_interest_is_named() -> None:
    text = as_text(house.register(), [], Language.EN)
    assert "legitimate interest (Art. 6 (1) f GDPR): protection against attacks on the Home Base" in text
    for row in house.register().activities.values():
        assert (row.interest is not None) == (row.basis == "eu-gdpr:A6-1-f")


@pytest.mark.obligation("Q7.1")
def test_the_app_keeps_what_the_notice_lists_and_knows_no_other_place() -> None:
    sources = [path.read_text() for path in (ROOT / "app" / "src").rglob("*.ts*")]
    kept = {key for text in sources for key in re.findall(r'KEPT_AS = "([^"]+)"', text)}
    row = house.register().activities["portal.browser"]
    assert kept == {field.text[Language.EN].partition(":")[0] for field in row.fields}
    for text in sources:
        assert not re.search(
            r"document\.cookie|caches\.open|(?:indexedDB\.open|Storage\.setItem)\((?!\w*KEPT_AS)", text
        )
