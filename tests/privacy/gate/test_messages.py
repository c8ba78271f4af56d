"""What the gate takes of messages' services and names: nothing that could break the request it stands in."""

from pathlib import Path

import pytest

from privacy import recipients
from privacy.conversation import Declined
from privacy.gate.desk import packaged_register
from privacy.gate.messages.message_verbs import for_console, for_hub
from privacy.gate.messages.messages import Messages
from tests.privacy.gate.at_the_door import opened

SHARED = {"role": "own", "host": "mail.example.org", "country": "DE"}
ROWS = [
    SHARED | {"name": "mail", "transport": "smtp", "activities": ["mail.send"]},
    SHARED | {"name": "sms", "path": "/messages", "activities": ["sms.send"]},
]


def rules() -> tuple[object, object]:
    known, mistakes = recipients.read(ROWS, packaged_register())
    assert not mistakes
    return packaged_register(), known


SENDER = "home@example.org"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"recipient": "sms", "sender": "homebase", "password": "a token"}, ""),
        ({"recipient": "sms", "user": "Jürgen", "password": "Straße 7"}, ""),
        ({"recipient": "sms", "password": "geheim-€"}, "access_form"),
        ({"recipient": "sms", "password": "geheim\r\nX: 1"}, "access_form"),
        ({"recipient": "sms", "password": " geheim"}, "access_form"),
        ({"recipient": "sms", "user": "a:b", "password": "geheim"}, "access_form"),
        ({"recipient": "sms", "sender": "home\nbase", "password": "geheim"}, "sender_form"),
        ({"recipient": "mail", "sender": SENDER, "user": SENDER, "password": "Straße 7"}, ""),
        ({"recipient": "mail", "sender": f"{SENDER}\nBcc: x@example.org"}, "sender_form"),
        ({"recipient": "mail", "sender": f"{SENDER}\n"}, "sender_form"),
        ({"recipient": "mail", "sender": "", "password": "geheim"}, "sender_form"),
        ({"recipient": "mail", "sender": SENDER, "user": "a\0b"}, "access_form"),
        ({"recipient": "mail", "sender": SENDER, "password": "x" * 255}, "access_form"),
    ],
)
async def test_access_data_that_break_a_request_are_refused_without_their_secret(
    tmp_path: Path, asked: dict[str, object], code: str
) -> None:
    async with opened(tmp_path, rules=rules()) as door:  # type: ignore[arg-type] # of two tables
        ask = for_console(Messages(door))["messages.access"]
        if not code:
            assert await ask(asked) == {"kept": asked["recipient"]}
            return
        with pytest.raises(Declined) as declined:
            await ask(asked)
        assert declined.value.code == code
        assert "geheim" not in str(declined.value)


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\n", "\x85", "\x0b", ""])
async def test_a_name_that_ends_a_line_is_refused(tmp_path: Path, end: str) -> None:
    async with opened(tmp_path, rules=rules()) as door:  # type: ignore[arg-type] # of two tables
        ask = for_hub(Messages(door))["message.send"]
        with pytest.raises(Declined) as declined:
            await ask({"way": "0" * 12, "event": "smoke", "name": f"Kitchen{end}"})
        assert declined.value.code == ("bad_question" if end else "unknown_way")
