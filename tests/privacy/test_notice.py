"""The notice that people read says what the gate decides by, in both languages."""

import pytest

from privacy.notice import WIDTH, as_json, as_text
from privacy.register import Language
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
    assert "Recipients: support (processor, support.example.org, DE), abroad" in text
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
