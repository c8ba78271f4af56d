"""Recipients of homebase.toml are checked against the register; every mistake is said."""

import pytest

from privacy import recipients
from tests.privacy import house


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"role": "friend"}, "role = 'friend'; allowed are"),
        ({"role": "partner"}, "role = 'partner'; diagnosis.remote allows processor"),
        ({"host": "http://support.example.org"}, "without http://"),
        ({"host": "https://support.example.org"}, "without http://"),
        ({"host": "*.example.org"}, "wildcard"),
        ({"host": "192.0.2.1"}, "no address"),
        ({"host": "localhost"}, "one full host name"),
        ({"country": "US"}, "safeguard is missing"),
        ({"country": "Germany"}, "country: allowed is two capital letters"),
        ({"port": 0}, "port: allowed is 1 to 65535"),
        ({"path": "diagnosis"}, "path: allowed is a path"),
        ({"path": "/a?b=c\r\n"}, "path: allowed is a path"),
        ({"activities": ["portal.access_log"]}, "no activity of the register that leaves"),
        ({"activities": ["camera.cloud"], "country": "US", "safeguard": "SCC"}, "allows the EEA only"),
        ({"scheme": "http"}, "has no key scheme"),
        ({"name": "Support"}, "name: allowed is a to z"),
        ({"keys": []}, "keys: allowed is 1 to 8 public keys"),
        ({"keys": [house.SUPPORT_SECRET]}, "keys: allowed are 1 to 8 public keys"),
        ({"keys": [house.SUPPORT_KEY] * 2}, "keys: allowed are 1 to 8 public keys"),
        ({"transport": "smtp"}, "transport = 'smtp'; diagnosis.remote needs"),
        (
            {"transport": "ftp"},
            'transport: allowed is "https", "smtp", "smtps", "mqtts", "webdav", "s3" or "modem"',
        ),
        ({"activities": ["account.register"]}, "transport = 'https'; account.register needs"),
    ],
)
@pytest.mark.obligation("Q5-a")
def test_each_mistake_is_named(change: dict[str, object], expected: str) -> None:
    _, mistakes = recipients.read([house.SUPPORT | change], house.register())
    assert any(expected in mistake for mistake in mistakes), mistakes


def test_what_is_encrypted_needs_a_key_to_encrypt_it_to() -> None:
    row = {key: value for key, value in house.SUPPORT.items() if key != "keys"}
    _, mistakes = recipients.read([row], house.register())
    assert any("keys is missing; diagnosis.remote is encrypted to it" in one for one in mistakes), mistakes


def test_mistakes_of_all_rows_are_collected() -> None:
    rows = [house.SUPPORT | {"port": 0}, house.SUPPORT, house.SUPPORT, {"role": "own"}]
    _, mistakes = recipients.read(rows, house.register())
    assert [mistake.split(":")[0] for mistake in mistakes] == [
        "[[recipient]] support",
        "[[recipient]] support",
        "[[recipient]] 4",
    ]


def test_a_good_row_is_a_recipient() -> None:
    found, mistakes = recipients.read([house.SUPPORT | {"host": "Support.Example.ORG"}], house.register())
    assert not mistakes
    assert found["support"].host == "support.example.org"
    assert found["support"].port == 443


@pytest.mark.parametrize(("transport", "port"), [("smtp", 587), ("smtps", 465)])
def test_a_mail_server_has_the_port_of_its_transport(transport: str, port: int) -> None:
    row = house.SUPPORT | {"activities": ["account.register"], "transport": transport}
    found, mistakes = recipients.read([row], house.register())
    assert not mistakes
    assert found["support"].port == port
    assert found["support"].in_eea
