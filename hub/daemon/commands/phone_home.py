"""``homebase phone code | waiting | admit | refuse | list | change | remove``: at home, for whoever runs it.

The code is drawn by the gate; who scans it shows six words, and somebody here says whether they are the same.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from functools import partial

from privacy.system import SystemClock

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, print_table, rows_of
from ..home import ask_home, home_socket
from ..speech import phrase
from . import phone_limits

LOOK_S = 1.0
LIFE_S = 600.0  # of a code
ID_SIZE = 16  # characters
_ENDED = {
    "expired": "The code is over: nobody was paired. Show a new one.",
    "shown_twice": "SOMEBODY ELSE HAS THIS CODE: two phones showed it. Nobody was paired. Show a new one.",
    "refused": "Refused: nobody was paired.",
    "not_written": "The disk could not be written: nobody was paired. homebase doctor says more.",
    "full": "The home has 64 phones, as many as it may: nobody was paired. Remove one, then show a new code.",
    "cancelled": "The code was withdrawn: nobody was paired.",
}
_KEYS: Mapping[object, str] = {True: "yes", False: "withdraws"}
Add = Callable[[str, str], argparse.ArgumentParser]
Answer = Mapping[str, object]


def configure(add: Add) -> None:
    """The verbs with their options."""
    code = add("code", "show the code that pairs a phone, for ten minutes, and ask about the words it shows")
    phone_limits.configure(code, "owner")
    code.add_argument("--at-home", action="store_true", help="a phone that gets in at home only, by no relay")
    add("waiting", "phones whose six words wait to be compared")
    admit = add("admit", "the words are the same: let a phone in")
    admit.add_argument("pairing", help="its pairing; homebase phone waiting")
    phone_limits.configure(admit, None, required=True)
    add("refuse", "the words differ: let a phone not in").add_argument("pairing", help="its pairing")
    add("list", "the phones that are paired, what each may, when it was here")
    change = add(
        "change", "change what a phone may, at once; --room all, --hours always -, --until never lift"
    )
    change.add_argument("id", help="its id; homebase phone list")
    phone_limits.configure(change, None)
    remove = add("remove", "remove a phone: its session ends at once, its key counts no more")
    remove.add_argument("id", help="its id; homebase phone list")


def code(options: argparse.Namespace) -> int:
    """Draw the code; for people also wait for the phone and ask about its words."""
    wanted = _limits(options)
    answer = ask_gate(options.home, "phone.code", relays=not options.at_home)
    text, pairing = str(answer.get("text")), str(answer.get("pairing"))
    told = {name: _names(answer.get(name)) for name in ("without", "left_out")}
    from hub.remote import keys, qr  # noqa: PLC0415 - as segno

    try:
        drawn = qr.decode(text)
    except qr.BadCode as error:
        _ask(options, "DELETE", f"/api/v1/phones/waiting/{pairing}")
        what = phrase("the gate drew a code that no phone can read: {error}", error=error)
        raise CommandFailed(
            phrase("{what}; restart homebase, so that gate and hub are of one version", what=what), EXIT_IO
        ) from error
    marks = {"hub": keys.fingerprint(drawn.hub_key), "gate": keys.fingerprint(drawn.gate_key)}
    if options.json:
        print(json.dumps({"text": text, "pairing": pairing, **told, "fingerprints": marks}))
        return 0
    for name in told["without"]:
        print(
            phrase(
                "No slot is free at the relay {name}: homebase relay renew {name}, then show a new code.",
                name=name,
            )
        )
    for name in told["left_out"]:
        print(
            phrase(
                "The code does not name the relay {name}: it names three at most, and those of"
                " homebase.toml alone; homebase relay list shows all, homebase relay remove"
                " {name} gives one up.",
                name=name,
            )
        )
    import segno  # noqa: PLC0415 - used once in the life of a phone

    segno.make_qr(text, error="m").terminal(compact=True)
    print(
        phrase(
            "Scan this with the phone within ten minutes, or paste the next line there."
            " Show it to nobody else."
        )
    )
    print(text)
    print(phrase('The phone shows these two once it is paired, on its page "This phone and the gate":'))
    for name, mark in marks.items():
        print(phrase("  {name:4} key  {mark}", name=name, mark=mark), flush=True)
    return _compare(options, pairing, wanted)


def _names(told: object) -> list[str]:
    return [str(name) for name in told] if isinstance(told, list) else []


def _compare(options: argparse.Namespace, pairing: str, wanted: Answer) -> int:
    for _ in range(int(LIFE_S / LOOK_S)):
        answer = _ask(options, "GET", "/api/v1/phones/waiting")
        for row in rows_of(answer, "ended"):
            if row.get("pairing") == pairing:
                print(phrase(_ENDED.get(str(row.get("why")), "It is over: nobody was paired.")))
                return 1
        for row in rows_of(answer, "waiting"):
            if row.get("pairing") == pairing:
                return _decide(options, row, wanted)
        time.sleep(LOOK_S)
    print(phrase(_ENDED["expired"]))
    return 1


def _decide(options: argparse.Namespace, row: Answer, wanted: Answer) -> int:
    print(
        phrase(
            "{name} shows:   {words}",
            name=printable(row.get("name") or phrase("The phone")),
            words=_words(row),
        )
    )
    try:
        same = input(phrase("Does it show exactly these six words? [yes/no] ")).strip().lower() in {
            "yes",
            "ja",
        }
    except EOFError:
        same = False
    place = f"/api/v1/phones/waiting/{row.get('pairing')}"
    if not same:
        _ask(options, "DELETE", place)
        print(phrase(_ENDED["refused"]))
        return 1
    _print_paired(options, _ask(options, "PUT", place, wanted))
    return 0


def waiting(options: argparse.Namespace) -> int:
    """List them with their words."""
    answer = _ask(options, "GET", "/api/v1/phones/waiting")
    if options.json:
        print(json.dumps(answer))
        return 0
    rows = [(row.get("pairing"), row.get("name"), _words(row)) for row in rows_of(answer, "waiting")]
    if not rows:
        print(phrase("no phone waits; homebase phone code pairs one"))
        return 0
    print_table(("PAIRING", "NAME", "WORDS"), rows)
    return 0


def admit(options: argparse.Namespace) -> int:
    """Let it in."""
    place = f"/api/v1/phones/waiting/{_id(options.pairing, 'pairing', 'waiting')}"
    answer = _ask(options, "PUT", place, _limits(options))
    if options.json:
        print(json.dumps(answer))
    else:
        _print_paired(options, answer)
    return 0


def refuse(options: argparse.Namespace) -> int:
    """Let it not in."""
    place = f"/api/v1/phones/waiting/{_id(options.pairing, 'pairing', 'waiting')}"
    answer = _ask(options, "DELETE", place)
    print(json.dumps(answer) if options.json else phrase(_ENDED["refused"]))
    return 0


def listed(options: argparse.Namespace) -> int:
    """List them."""
    answer = _ask(options, "GET", "/api/v1/phones")
    if options.json:
        print(json.dumps(answer))
        return 0
    names = _room_names(options)
    rows = [
        (
            row.get("id"),
            row.get("name") or phrase("a browser that may agree"),
            phone_limits.told(row, names),
            phrase("now") if row.get("connected") else row.get("last_seen") or "-",
            phrase(_KEYS.get(row.get("may_agree"), "-")),
        )
        for row in rows_of(answer, "phones")
    ]
    if not rows:
        print(phrase("no phone is paired; homebase phone code pairs one"))
        return 0
    print_table(("ID", "NAME", "MAY", "LAST HERE", "MAY AGREE"), rows)
    return 0


def change(options: argparse.Namespace) -> int:
    """Change it."""
    wanted = _limits(options)
    if not wanted:
        raise CommandFailed(
            phrase("nothing to change: name --role, --name, --room, --hours or --until"), EXIT_USAGE
        )
    answer = _ask(options, "PATCH", f"/api/v1/phones/{_id(options.id, 'id', 'list')}", wanted)
    if options.json:
        print(json.dumps(answer))
    else:
        print(f"{printable(answer.get('name'))}: {phone_limits.told(answer, _room_names(options))}.")
    return 0


def remove(options: argparse.Namespace) -> int:
    """Remove it."""
    answer = ask_gate(options.home, "phone.remove", phone=_id(options.id, "id", "list"))
    if options.json:
        print(json.dumps(answer))
    else:
        more = (
            phrase(" Its key counts no more; consents stay: homebase consent list.")
            if answer.get("key")
            else ""
        )
        print(phrase("Removed. Its session ended.{more}", more=more))
    return 0


def _limits(options: argparse.Namespace) -> dict[str, object]:
    return phone_limits.limits(options, partial(_ask, options), SystemClock().now().astimezone())


def _ask(options: argparse.Namespace, method: str, target: str, body: object = None) -> Answer:
    return ask_home(home_socket(options.home), method, target, body)


def _id(text: str, what: str, verb: str) -> str:
    if len(text) != ID_SIZE or not text.isalnum():
        raise CommandFailed(
            phrase(
                "{what} = {text!r}: allowed is one of homebase phone {verb}", what=what, text=text, verb=verb
            ),
            EXIT_USAGE,
        )
    return text


def _room_names(options: argparse.Namespace) -> Mapping[str, str]:
    rows = rows_of(_ask(options, "GET", "/api/v1/rooms"), "rooms")
    return {str(row.get("id")): str(row.get("name")) for row in rows}


def _print_paired(options: argparse.Namespace, answer: Answer) -> None:
    print(phrase("Paired as {told}.", told=printable(phone_limits.told(answer, _room_names(options)))))


def _words(row: Answer) -> str:
    words = row.get("words")
    return " ".join(printable(word) for word in words) if isinstance(words, list) else ""


VERBS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "code": code,
    "waiting": waiting,
    "admit": admit,
    "refuse": refuse,
    "list": listed,
    "change": change,
    "remove": remove,
}
