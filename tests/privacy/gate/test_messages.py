"""What the gate takes of messages' services and names: nothing that could break the request it stands in."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from privacy import recipients, web_push
from privacy.conversation import Declined
from privacy.gate.account import addressees
from privacy.gate.account.addressees import Contact
from privacy.gate.desk import packaged_register
from privacy.gate.messages.message_verbs import for_console, for_hub
from privacy.gate.messages.messages import Messages
from privacy.web_push import Subscription
from tests.privacy.gate.at_the_door import opened

SHARED = {"role": "own", "host": "mail.example.org", "country": "DE"}
ROWS = [
    SHARED | {"name": "mail", "transport": "smtp", "activities": ["mail.send"]},
    SHARED | {"name": "sms", "path": "/messages", "activities": ["sms.send"]},
    SHARED | {"name": "push", "activities": ["push.send"]},
    SHARED | {"name": "other", "host": "other.example.org", "activities": ["push.send"]},
    SHARED | {"name": "both", "path": "/x", "activities": ["push.send", "sms.send"]},
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


@pytest.mark.parametrize(
    ("recipient", "contact", "code"),
    [
        ("push", "https://example.org", ""),
        ("push", "https://example.org/~ada/home-base_1.html", ""),
        ("push", "https://example.org/" + "x" * 200, "contact_form"),
        ("push", "http://example.org/", "contact_form"),
        ("push", "https://localhost/", "contact_form"),
        ("push", "https://ada:secret@example.org/", "contact_form"),
        ("push", "https://example.org/?who=ada", "contact_form"),
        ("push", 'https://example.org/"', "contact_form"),
        ("push", "https://example.org/\n", "contact_form"),
        ("push", "mailto:ada@example.org", "contact_form"),
        ("push", "ada@example.org", "contact_form"),
        ("sms", "https://example.org/", "unknown_push"),
        ("both", "https://example.org/", "unknown_push"),
        ("nobody", "https://example.org/", "unknown_push"),
    ],
)
async def test_a_contact_is_the_address_of_a_page_and_of_push_services_alone(
    tmp_path: Path, recipient: str, contact: str, code: str
) -> None:
    async with opened(tmp_path, rules=rules()) as door:  # type: ignore[arg-type] # of two tables
        messages = Messages(door)
        ask = for_console(messages)
        if code:
            with pytest.raises(Declined) as declined:
                await ask["messages.contact"]({"recipient": recipient, "contact": contact})
            assert declined.value.code == code
            assert await messages.services.contacts() == {}
            return
        with pytest.raises(Declined, match="no log-in"):
            await ask["messages.access"]({"recipient": recipient, "password": "geheim"})
        await ask["messages.contact"]({"recipient": recipient, "contact": contact})
        assert await messages.services.contacts() == {recipient: contact}
        await ask["messages.contact"]({"recipient": recipient, "contact": ""})
        assert await messages.services.contacts() == {}


async def test_a_browser_is_told_by_its_own_service_and_of_several_one_has_to_be_named(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, rules=rules()) as door:  # type: ignore[arg-type] # of two tables
        messages = Messages(door)
        ask, key = for_console(messages), web_push.point(ec.generate_private_key(ec.SECP256R1()))
        to = Subscription(endpoint="https://other.example.org/push/1", p256dh=key, auth=b"a" * 16)
        await messages.subscribe(to, "Ada")
        row = Contact(number="+4915112345678", label="Ada", since=door.desk.time.instant().at, device="")
        await door.desk.store.write(lambda tx: addressees.keep_contact(tx, row, ""))
        sms, push = [one.id for one in await messages.ways()]
        await ask["messages.contact"]({"recipient": "push", "contact": "https://example.org/"})

        shown = await ask["messages.preview"]({"way": push})
        assert isinstance(shown, dict)
        assert [one["name"] for one in shown["activity_text"]["recipients"]] == ["other"]
        assert shown["contacts"] == {}  # that of another service is not told
        named = await ask["messages.preview"]({"way": sms, "recipient": "both"})
        assert isinstance(named, dict)
        assert [one["name"] for one in named["activity_text"]["recipients"]] == ["both"]
        for way, name in ((push, "push"), (sms, None), (sms, "nobody")):
            with pytest.raises(Declined) as declined:
                await ask["messages.preview"]({"way": way, "recipient": name})
            assert declined.value.code == "which_service"


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\n", "\x85", "\x0b", ""])
async def test_a_name_that_ends_a_line_is_refused(tmp_path: Path, end: str) -> None:
    async with opened(tmp_path, rules=rules()) as door:  # type: ignore[arg-type] # of two tables
        ask = for_hub(Messages(door))["message.send"]
        with pytest.raises(Declined) as declined:
            await ask({"way": "0" * 12, "event": "smoke", "name": f"Kitchen{end}"})
        assert declined.value.code == ("bad_question" if end else "unknown_way")
