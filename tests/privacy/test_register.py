"""The register loads strictly, and says what both notices promise."""

import re

import pytest

from privacy.register import Condition, Language, Mode, RegisterError, load
from tests.paths import ROOT
from tests.privacy import house

FILES = {path.name: path.read_text() for path in (ROOT / "config" / "notice").glob("*.toml")}

NAMED = """disclosure.authority 4, portal.access_log 6.1, account.register 6.2, account.review 6.2,
setup.timezone 6.3, license.check 6.3, radio.identity 6.3, home.control 6.3, mail.send 6.3,
sms.send 6.3, push.send 6.3,
local.device 6.3, remote.access 6.4, backup.local 6.5, backup.cloud 6.5, backup.deletion 6.5,
diagnosis.remote 6.6,
support.ticket 6.6, support.state 6.6, deletion.request 6.6, device_cloud.generic 6.7,
camera.live 6.8, camera.cloud 6.8,
camera.security_firm 6.8, voice.generic 6.9, history.cloud.display 6.10,
history.cloud.statistics 6.10, mail.product 6.11,
update.check 6.11, monitor.device 6.12, telemetry.usage 6.13, account.deregister 6.14, portal.browser 7.1,
analysis.technical T1, consent.record T2, advertising T4, advertising.contact T4, training T5,
support.summary T5"""
BUILT = {
    "account.deregister",
    "backup.local",
    "account.register",
    "account.review",
    "backup.cloud",
    "backup.deletion",
    "consent.record",
    "deletion.request",
    "diagnosis.remote",
    "disclosure.authority",
    "history.cloud.display",
    "history.cloud.statistics",
    "home.control",
    "license.check",
    "local.device",
    "mail.product",
    "mail.send",
    "push.send",
    "sms.send",
    "monitor.device",
    "portal.access_log",
    "portal.browser",
    "radio.identity",
    "remote.access",
    "setup.timezone",
    "support.state",
    "support.ticket",
    "telemetry.usage",
    "update.check",
}


def mistakes(file: str, old: str, new: str) -> list[str]:
    assert old in FILES[file]
    with pytest.raises(RegisterError) as raised:
        load(FILES | {file: FILES[file].replace(old, new, 1)})
    return [str(mistake) for mistake in raised.value.mistakes]


def test_every_activity_of_the_notices_has_its_row_and_no_other_stands_there() -> None:
    activities = house.register().activities
    named = dict(pair.split() for pair in NAMED.split(","))
    assert {name: row.clause for name, row in activities.items()} == named
    assert {row.id for row in activities.values() if row.built} == BUILT


def test_what_can_not_be_had_says_why_in_both_languages_and_stands_in_the_documentation() -> None:
    unbuilt = {row.id for row in house.register().activities.values() if not row.built}
    assert all(
        all(row.unbuilt.values()) if row.unbuilt else row.built
        for row in house.register().activities.values()
    )
    page = (ROOT / "docs" / "recipients.md").read_text("utf-8").partition("not to be had")[2]
    listed = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([a-z_.]+)`", " ".join(listed))) == unbuilt


@pytest.mark.obligation("Q2")
def test_both_languages_say_everything() -> None:
    register = house.register()
    for row in register.activities.values():
        for language in Language:
            text = row.texts[language]
            assert all([text.title, text.purpose, text.data, text.storage])
    assert all(party.address and party.contact for party in (*register.controllers, register.officer))


@pytest.mark.obligation("Q6.10")
@pytest.mark.obligation("Q6.13-b")
@pytest.mark.obligation("T4-b")
@pytest.mark.obligation("T5-c")
def test_nothing_leaves_without_the_owners_own_yes() -> None:
    for row in house.register().activities.values():
        if row.mode is not Mode.LOCAL:
            assert row.condition in {Condition.CONSENT, Condition.TRANSFER, Condition.OWNER_ENTRY}, row.id


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "longest_days = 14",
            "longest_days = 15",
            "diagnosis.remote, longest_days: 15; clause 6.6 allows 14",
        ),
        ("longest_days = 14", 'longest_days = "14"', "diagnosis.remote, longest_days: Expected `int | null`"),
        ("storage_days = 28", "storage_days = 29", "diagnosis.remote, storage_days: clause 6.6 allows 28"),
        (
            "needs_ticket = true",
            "needs_tickets = true",
            "diagnosis.remote, needs_tickets: Object contains unknown",
        ),
        ("needs_ticket = true", "", "diagnosis.remote, needs_ticket: Object missing required field"),
        ('"system", "radio"', '"sistem", "radio"', "diagnosis.remote, categories: unknown 'sistem'"),
        ('["processor"]', '["helper"]', "diagnosis.remote, roles: unknown 'helper'"),
        ('["processor"]', "[]", "diagnosis.remote, roles: empty"),
        ('["once", "until"]', "[]", "diagnosis.remote, forms: a consent names its forms"),
        ('["once", "until"]', '["once"]', "diagnosis.remote, longest_days: stands exactly where"),
        ('"homebase.diagnosis/1"', '"homebase.diagnosis/2"', "diagnosis.remote, schema: "),
        ("bytes_per_day = 2097152", "bytes_per_day = 0", "diagnosis.remote, bytes_per_day: what leaves has"),
        ('"dpv:CustomerCare"', '"care"', "diagnosis.remote, purpose: Expected `str` matching"),
        ("A6-1-a-explicit-consent", "A6-1-x", "diagnosis.remote, basis: "),
        (
            'condition = "consent"',
            'condition = "stays_home"',
            "diagnosis.remote, condition: stays_home and console_act go",
        ),
        ('clause = "6.6"', 'clause = "six"', "diagnosis.remote, clause: 'six'; allowed are 4, 6.1"),
        ('id = "diagnosis.remote"', 'id = "Diagnosis"', "Diagnosis, id: not of the form"),
        (
            'id = "support.ticket"',
            'id = "diagnosis.remote"',
            "diagnosis.remote, id: stands in diagnosis.toml",
        ),
        ('"system", "radio"', '"system", "access_log", "radio"', "access_log never leaves the house"),
        ('["system", "radio", "device", "error"]', "[]", "categories: empty; name what is moved"),
        ('"system", "radio"', '"system"', "groups: their categories together"),
        ("# Clause 6.6", "[[activities]]\n# Clause", "file, activities: unknown"),
        ("[[activity]]", "[[activity", "diagnosis.toml, file, syntax"),
        ('title = "Ferndiagnose"', 'title = ""', "diagnosis.remote, de.title: Expected `str` of length >= 1"),
    ],
)
def test_each_mistake_names_file_row_and_field(old: str, new: str, expected: str) -> None:
    found = mistakes("diagnosis.toml", old, new)
    assert any(expected in line for line in found), found
    assert all(line.startswith("config/notice/diagnosis.toml, ") for line in found)


@pytest.mark.obligation("T5-a")
def test_audio_needs_an_explicit_consent() -> None:
    found = mistakes("camera.toml", '["image"]', '["image", "audio"]')
    assert any("audio needs the basis" in line for line in found)


@pytest.mark.obligation("Q6.1-c")
def test_the_access_log_is_kept_for_seven_days_at_most() -> None:
    found = mistakes("portal.toml", "storage_days = 7", "storage_days = 8")
    assert any("storage_days: clause 6.1 allows 7 at most" in line for line in found)


@pytest.mark.obligation("Q6.1-b")
def test_no_activity_that_leaves_may_name_the_access_log() -> None:
    found = mistakes("usage.toml", '["usage"]', '["usage", "access_log"]')
    assert any("access_log never leaves the house" in line for line in found)


@pytest.mark.obligation("Q6.5-c")
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("usage.toml", '["usage"]', '["usage", "backup"]', "categories: backup is for restoring only"),
        (
            "backup.toml",
            "encrypted = true",
            "encrypted = false",
            "encrypted: false; a backup is read by nobody",
        ),
    ],
)
def test_no_activity_but_those_of_backups_may_name_one_and_none_in_the_clear(
    file: str, old: str, new: str, expected: str
) -> None:
    assert any(expected in line for line in mistakes(file, old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('languages = ["de", "en"]', 'languages = ["de"]', "notice, languages"),
        ("[officer]", "[oficer]", "file, oficer"),
        ('"eu-gdpr:A16"', '"eu-gdpr:A99"', "right 2, term: 'eu-gdpr:A99' is no right"),
        ("[notice]", "[notice", "file, syntax"),
    ],
)
def test_the_frame_is_checked_too(old: str, new: str, expected: str) -> None:
    assert any(expected in line for line in mistakes("notice.toml", old, new))


def test_all_mistakes_are_said_at_once_in_one_line() -> None:
    with pytest.raises(RegisterError, match=r"diagnosis\.toml.*portal\.toml"):
        load(FILES | {"diagnosis.toml": "a = 1", "portal.toml": "b = 1"})


def test_the_hash_changes_with_what_people_are_told() -> None:
    text = FILES["diagnosis.toml"].replace("and for nothing else", "and for nothing else at all")
    other = load(FILES | {"diagnosis.toml": text})
    assert (
        other.activities["diagnosis.remote"].text_hash
        != house.register().activities["diagnosis.remote"].text_hash
    )
    assert (
        other.activities["support.ticket"].text_hash
        == house.register().activities["support.ticket"].text_hash
    )
