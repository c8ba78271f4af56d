"""``homebase account``: who the home's account belongs to, its e-mail address, and how that is confirmed.

E-mail address, access data and phones are the gate's, which alone can send; the rest is the hub's.
"""

import argparse
import getpass
import sys
from collections.abc import Mapping
from pathlib import Path

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, rows_of
from ..speech import as_word, phrase, system_words
from . import letters
from .notify_messages import RESULTS
from .radio_keys import secret_in
from .verbs import Verbs, ask, print_json, run_verb

Answer = Mapping[str, object]


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    verbs.add("show", "all that is kept of the account", _show)
    change = verbs.add("set", "enter or change the account's data; an empty text removes it", _set)
    change.add_argument("--email", metavar="ADDRESS", help="unconfirmed until the link of a mail is used")
    change.add_argument("--name", help="first and last name")
    change.add_argument(
        "--home", dest="home_name", metavar="NAME", help="of the home; empty: as in homebase.toml"
    )
    change.add_argument("--postal-address", metavar="TEXT", help="never needed; \\n begins a line")
    change.add_argument("--customer-id", metavar="ID")
    change.add_argument(
        "--serial", metavar="NUMBER", help="of the Home Base; read from the board, if it tells it"
    )
    change.add_argument("--timezone", metavar="NAME", help="such as Europe/Berlin")
    zone = verbs.add("timezone", "have the timezone looked up once, where nobody can name it", _timezone)
    zone.add_argument("--preview", metavar="ID", help="of what was shown before, for example in the app")
    zone.add_argument("--country", help="of who is asked, where it is outside the EEA")
    zone.add_argument("--yes", action="store_true", help="do not ask")
    verbs.add("reviewed", "the data is right: be reminded again in a year", _reviewed)
    confirm = verbs.add(
        "confirm", "have a mail with a link sent, or, with its code, confirm the e-mail address", _confirm
    )
    confirm.add_argument("code", nargs="?", help="from the mail; without one the mail is shown and sent")
    confirm.add_argument("--preview", metavar="ID", help="of what was shown before, for example in the app")
    confirm.add_argument("--country", help="of the mail server, where it is outside the EEA")
    confirm.add_argument("--yes", action="store_true", help="do not ask")
    news = verbs.add("product-mail", "have a company send you news by e-mail: look, then agree", _news)
    letters.add_options(news)
    licenses = verbs.group("license", "a license for this Home Base, checked here without a network")
    licenses.add("show", "what it says, and whether it counts", _show_license)
    put = licenses.add("set", "check a license and keep it", _set_license)
    put.add_argument("file", type=Path, help="as the issuer gave it; - is standard input")
    licenses.add("remove", "forget it", _remove_license)
    server = verbs.add("mail-server", "how to log in to the mail server that homebase.toml names", _server)
    server.add_argument("--sender", metavar="ADDRESS", help="that mails come from; default: the user")
    server.add_argument("--user", default="", help="empty: without log-in")
    server.add_argument("--file", type=Path, help="holds the password, mode 0600; else it is asked for")
    server.add_argument("--remove", action="store_true", help="forget the access data")
    contact = verbs.group("contact", "phones that messages may go to, once you consented to that")
    add = contact.add("add", "enter a number, or a device with its number", _add_contact)
    add.add_argument("number", help="with its country code: +4915112345678")
    add.add_argument("--label", default="", help="whose it is")
    for added in (add, contact.add("remove", "remove a number, or a device by its id", _remove_contact)):
        added.add_argument("--device", default="", metavar="ID", help="of a phone for push notifications")
        if added is not add:
            added.add_argument("number", nargs="?", default="")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


# look


def _show(options: argparse.Namespace) -> int:
    here, gate = ask(options, "GET", "account"), ask_gate(options.home, "account.show")
    if options.json:
        return print_json({**here, **gate})
    lines = (*_details(here), *_reached(gate), *_place(part_of(here, "installation")))
    width = max(len(name) for name, _ in lines) + 2
    for name, value in lines:
        first, *rest = str(value or "-").split("\n")
        print(f"{name + ':':{width}}{printable(first)}")
        for line in rest:
            print(f"{'':{width}}{printable(line)}")
    if here.get("review_due"):
        print(
            phrase("A year has passed since you looked through this. Is it right? homebase account reviewed")
        )
    return 0


def _details(here: Answer) -> list[tuple[str, object]]:
    missing = here.get("missing")
    complete = (
        phrase("yes")
        if not missing
        else phrase(
            "no: {missing}", missing=", ".join(map(as_word, missing if isinstance(missing, list) else []))
        )
    )
    return [
        (phrase("name"), here.get("name")),
        (phrase("postal address"), here.get("postal_address")),
        (phrase("customer ID"), here.get("customer_id")),
        (phrase("complete"), complete),
        (phrase("last looked at"), here.get("reviewed_at")),
    ]


def _place(place: Answer) -> list[tuple[str, object]]:
    found = part_of(place, "license")
    lines: list[tuple[str, object]] = [
        (phrase("home"), place.get("name")),
        (phrase("Home Base ID"), place.get("home_base_id")),
        (phrase("serial number"), place.get("serial")),
        (phrase("timezone"), place.get("timezone")),
        (phrase("license"), _license_line(found) if found else None),
    ]
    radios = part_of(place, "radios")
    for name in radios:
        radio = part_of(radios, name)
        told = [str(radio.get(key)) for key in ("kind", "serial", "hardware_id", "address") if radio.get(key)]
        lines.append((phrase("radio {name}", name=name), " ".join(told)))
    return lines


def _license_line(found: Answer) -> str:
    if found.get("state") != "valid":
        return phrase("does not count ({state}); the home works without", state=as_word(found.get("state")))
    return phrase(
        "{id}, valid until {expires_at}", id=found.get("id"), expires_at=str(found.get("expires_at"))[:10]
    )


def _reached(answer: Answer) -> list[tuple[str, object]]:
    email, server = part_of(answer, "email"), part_of(answer, "mail_server")
    lines: list[tuple[str, object]] = [
        (phrase("e-mail address"), f"{email['address']}, {_state(email)}" if email else None)
    ]
    if server:
        access = (
            phrase(
                "as {user}, from {sender}", user=server["user"] or phrase("nobody"), sender=server["sender"]
            )
            if server["sender"]
            else phrase("no access data")
        )
        lines.append(
            (phrase("mail server"), f"{server['host']}:{server['port']} ({server['transport']}), {access}")
        )
    lines += [
        (phrase("SMS number"), f"{row['number']} {row['label']}") for row in rows_of(answer, "sms_numbers")
    ]
    lines += [
        (phrase("push device"), f"{row['device']} {row['number']} {row['label']}")
        for row in rows_of(answer, "push_devices")
    ]
    return lines


def _state(email: Answer) -> str:
    if email.get("confirmed"):
        return phrase("confirmed {confirmed}", confirmed=email["confirmed"])
    if email.get("link_until"):
        return phrase(
            "not confirmed; a link was sent and counts until {link_until}", link_until=email["link_until"]
        )
    return phrase("not confirmed; homebase account confirm sends a link")


# change


def _set(options: argparse.Namespace) -> int:
    named = ("name", "postal_address", "customer_id", "serial", "timezone")
    given = {key: value for key in named if (value := getattr(options, key)) is not None}
    if options.home_name is not None:
        given["home"] = options.home_name
    if options.email is None and not given:
        raise CommandFailed(phrase("nothing to set; see homebase account set --help"), EXIT_USAGE)
    if "postal_address" in given:
        given["postal_address"] = given["postal_address"].replace("\\n", "\n")
    if given:
        ask(options, "PATCH", "account", body=given)
    if options.email is not None:
        ask_gate(options.home, "account.email", address=options.email)
    return _show(options)


def _reviewed(options: argparse.Namespace) -> int:
    answer = ask(options, "POST", "account", "reviews", body={})
    return _say(options, answer, phrase("noted; the question comes again in a year"))


def _show_license(options: argparse.Namespace) -> int:
    found = part_of(part_of(ask(options, "GET", "account"), "installation"), "license")
    return _say(
        options, found, _license_line(found) if found else phrase("there is none; the home needs none")
    )


def _set_license(options: argparse.Namespace) -> int:
    try:
        document = sys.stdin.read() if str(options.file) == "-" else options.file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        why = system_words(error) if isinstance(error, OSError) else phrase("no text in UTF-8")
        raise CommandFailed(
            phrase("{file}: {why}; name a readable file", file=options.file, why=why), EXIT_IO
        ) from error
    answer = ask(options, "PUT", "account", "license", body={"document": document})
    return _say(options, answer, _license_line(answer))


def _remove_license(options: argparse.Namespace) -> int:
    ask(options, "DELETE", "account", "license")
    return _say(options, {}, phrase("removed"))


def _server(options: argparse.Namespace) -> int:
    if options.remove:
        answer = ask_gate(options.home, "account.drop_mail_server")
        return _say(
            options, answer, phrase("forgotten") if answer.get("dropped") else phrase("there was none")
        )
    password = _password(options) if options.user else ""
    answer = ask_gate(
        options.home,
        "account.mail_server",
        sender=options.sender or options.user,
        user=options.user,
        password=password,
    )
    return _say(
        options, answer, phrase("kept, encrypted, by the gate; homebase account confirm sends a mail with it")
    )


def _password(options: argparse.Namespace) -> str:
    """Never an argument: those stand in lists of processes."""
    if options.file is not None:
        return secret_in(options.file)
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; name a file of mode 0600 with --file"), EXIT_USAGE)
    return getpass.getpass(phrase("Password of {user}: ", user=options.user))


def _add_contact(options: argparse.Namespace) -> int:
    asked = {"number": options.number, "label": options.label, "device": options.device}
    answer = ask_gate(options.home, "account.contact", **asked)
    return _say(options, answer, phrase("kept, encrypted; nothing is sent there without your consent"))


def _remove_contact(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "account.drop_contact", number=options.number, device=options.device)
    return _say(options, answer, phrase("removed") if answer.get("dropped") else phrase("there was none"))


# confirm


def _confirm(options: argparse.Namespace) -> int:
    if options.code:
        answer = ask_gate(options.home, "account.confirm", code=options.code)
        address = part_of(answer, "email").get("address")
        return _say(options, answer, phrase("{address} is confirmed", address=printable(address)))
    preview = options.preview or _preview(options, "account.preview")
    if not options.yes and not _agrees(options):
        print(phrase("nothing was sent"))
        return 1
    answer = ask_gate(
        options.home,
        "account.give",
        preview=preview,
        country=options.country,
    )
    delivery = part_of(answer, "delivery")
    if options.json:
        print_json(answer)
    elif delivery.get("result") == "delivered":
        print(phrase("sent; open its link, or: homebase account confirm CODE"))
    elif delivery.get("result") == "running":
        print(phrase("still running; homebase consent withdraw stops it"))
    else:
        again = phrase("; it is tried again within 24 hours") if delivery.get("retried") else ""
        result = phrase(RESULTS.get(str(delivery.get("result")), str(delivery.get("result"))))
        print(f"{result}: {printable(delivery.get('what'))}{again}")
    return 0 if delivery.get("result") in {"delivered", "running"} else 74


def _news(options: argparse.Namespace) -> int:
    answer = letters.sent(options, "mail.product", "ask_standing", {})
    if answer is None:
        return 1
    return letters.told(
        options,
        answer,
        phrase(
            "allowed until you take it back: homebase consent withdraw {activity}", activity="mail.product"
        ),
    )


def _timezone(options: argparse.Namespace) -> int:
    preview = options.preview or _preview(options, "account.preview_timezone")
    if not options.yes and not _agrees(options):
        print(phrase("nothing was sent"))
        return 1
    answer = ask_gate(
        options.home,
        "account.look_up_timezone",
        preview=preview,
        country=options.country,
    )
    found = answer.get("timezone")
    if found is None:
        told = part_of(answer, "delivery")
        what = printable(told.get("what"))
        raise CommandFailed(
            phrase("no timezone came back: {what}; homebase account set --timezone NAME", what=what), EXIT_IO
        )
    ask(options, "PATCH", "account", body={"timezone": found})
    return _say(options, answer, printable(found))


def _preview(options: argparse.Namespace, verb: str) -> object:
    """Show what would be sent; the id of the preview."""
    shown = ask_gate(options.home, verb)
    if options.json:
        return shown.get("preview")
    about, mail = part_of(shown, "activity_text"), part_of(shown, "mail")
    print(f"{about.get('title')}: {about.get('purpose')}")
    for row in rows_of(about, "recipients"):
        told = {key: row.get(key) for key in ("name", "role", "host", "country")}
        print(phrase("  to {name} ({role}, {host}, {country})", **told))
    print(
        phrase("These {bytes} bytes, SHA-256 {sha256}:", bytes=shown.get("bytes"), sha256=shown.get("sha256"))
    )
    print(printable(shown.get("text")))
    if mail:
        print(
            phrase(
                "The mail around it (its code is made when it is sent): {subject}",
                subject=mail.get("subject"),
            )
        )
    for line in str(mail.get("text", "")).splitlines():
        print(f"  {printable(line)}".rstrip())
    return shown.get("preview")


def _agrees(options: argparse.Namespace) -> bool:
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; look at the preview and add --yes"), EXIT_USAGE)
    return input(phrase("Send this once? Type yes: ")).strip().lower() in {"yes", "ja"}


def _say(options: argparse.Namespace, answer: Answer, text: str) -> int:
    if options.json:
        return print_json(answer)
    print(text)
    return 0
