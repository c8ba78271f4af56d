"""``homebase phone code | waiting | admit | refuse | paired | revoke``: at home, by the gate's console.

The code is drawn here; who scans it shows six words, and somebody here says whether they are the same.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping

from ..command_line import EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, print_table, rows_of

ROLES = ("owner", "resident", "guest")
LOOK_S = 1.0
LIFE_S = 600.0  # of a code
_ENDED = {
    "expired": "The code is over: nobody was paired. Show a new one.",
    "shown_twice": "SOMEBODY ELSE HAS THIS CODE: two phones showed it. Nobody was paired. Show a new one.",
    "refused": "Refused: nobody was paired.",
    "not_written": "The disk could not be written: nobody was paired. homebase doctor says more.",
    "cancelled": "The code was withdrawn: nobody was paired.",
}
Add = Callable[[str, str], argparse.ArgumentParser]


def configure(add: Add) -> None:
    """The verbs with their options."""
    code = add("code", "show the code that pairs a phone, for ten minutes, and ask about the words it shows")
    code.add_argument("--role", choices=ROLES, default="owner", help="what it may; default: owner")
    code.add_argument("--at-home", action="store_true", help="a phone that gets in at home only, by no relay")
    code.add_argument("--name", default="", help="what it is called; default: what it calls itself")
    add("waiting", "phones whose six words wait to be compared")
    admit = add("admit", "the words are the same: let a phone in")
    admit.add_argument("pairing", help="its pairing; homebase phone waiting")
    admit.add_argument("--role", choices=ROLES, required=True, help="what it may")
    admit.add_argument("--name", default="", help="what it is called")
    add("refuse", "the words differ: let a phone not in").add_argument("pairing", help="its pairing")
    add("paired", "the phones that are paired")
    add("revoke", "remove a phone; its session ends at once").add_argument(
        "key", help="homebase phone paired"
    )


def code(options: argparse.Namespace) -> int:
    """Draw the code; for people also wait for the phone and ask about its words."""
    answer = ask_gate(options.state, "phone.code", relays=not options.at_home)
    text, pairing, without = str(answer.get("text")), str(answer.get("pairing")), answer.get("without")
    if options.json:
        print(json.dumps({"text": text, "pairing": pairing, "without": without}))
        return 0
    for name in without if isinstance(without, list) else []:
        print(f"No slot is free at the relay {name}: homebase relay renew {name}, then show a new code.")
    import segno  # noqa: PLC0415 - used once in the life of a phone

    segno.make_qr(text, error="m").terminal(compact=True)
    print(
        "Scan this with the phone within ten minutes, or paste the next line there. Show it to nobody else."
    )
    print(text, flush=True)
    return _compare(options, pairing)


def _compare(options: argparse.Namespace, pairing: str) -> int:
    for _ in range(int(LIFE_S / LOOK_S)):
        answer = ask_gate(options.state, "phone.waiting")
        ended = answer.get("ended")
        if isinstance(ended, Mapping) and pairing in ended:
            print(_ENDED.get(str(ended[pairing]), "It is over: nobody was paired."))
            return 1
        for row in rows_of(answer, "waiting"):
            if row.get("pairing") == pairing:
                return _ask(options, row)
        time.sleep(LOOK_S)
    print(_ENDED["expired"])
    return 1


def _ask(options: argparse.Namespace, row: Mapping[str, object]) -> int:
    print(f"{printable(row.get('name') or 'The phone')} shows:   {_words(row)}")
    try:
        same = input("Does it show exactly these six words? [yes/no] ").strip().lower() == "yes"
    except EOFError:
        same = False
    if not same:
        ask_gate(options.state, "phone.refuse", pairing=row.get("pairing"))
        print(_ENDED["refused"])
        return 1
    ask_gate(options.state, "phone.admit", pairing=row.get("pairing"), role=options.role, name=options.name)
    print(f"Paired as {options.role}.")
    return 0


def waiting(options: argparse.Namespace) -> int:
    """List them with their words."""
    answer = ask_gate(options.state, "phone.waiting")
    if options.json:
        print(json.dumps(answer))
        return 0
    rows = [(row.get("pairing"), row.get("name"), _words(row)) for row in rows_of(answer, "waiting")]
    print_table(("PAIRING", "NAME", "WORDS"), rows)
    return 0


def admit(options: argparse.Namespace) -> int:
    """Let it in."""
    answer = ask_gate(
        options.state, "phone.admit", pairing=options.pairing, role=options.role, name=options.name
    )
    print(json.dumps(answer) if options.json else f"Paired as {options.role}.")
    return 0


def refuse(options: argparse.Namespace) -> int:
    """Let it not in."""
    answer = ask_gate(options.state, "phone.refuse", pairing=options.pairing)
    print(json.dumps(answer) if options.json else _ENDED["refused"])
    return 0


def paired(options: argparse.Namespace) -> int:
    """List them."""
    answer = ask_gate(options.state, "phone.paired")
    if options.json:
        print(json.dumps(answer))
        return 0
    rows = [
        (row.get("key"), row.get("name"), row.get("role") or "-", "yes" if row.get("connected") else "no")
        for row in rows_of(answer, "phones")
    ]
    print_table(("KEY", "NAME", "ROLE", "CONNECTED"), rows)
    return 0


def revoke(options: argparse.Namespace) -> int:
    """Remove it."""
    if len(options.key) != 64:
        raise CommandFailed(f"key = {options.key!r}: allowed is a key of homebase phone paired", EXIT_USAGE)
    answer = ask_gate(options.state, "phone.revoke", key=options.key)
    print(json.dumps(answer) if options.json else "Removed. Its session ended.")
    return 0


def _words(row: Mapping[str, object]) -> str:
    words = row.get("words")
    return " ".join(printable(word) for word in words) if isinstance(words, list) else ""


VERBS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "code": code,
    "waiting": waiting,
    "admit": admit,
    "refuse": refuse,
    "paired": paired,
    "revoke": revoke,
}
