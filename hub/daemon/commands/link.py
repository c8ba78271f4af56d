"""``homebase link``: direct links between devices, which work without this home."""

import argparse

from ..command_line import printable
from ..gate_console import part_of, print_table, rows_of
from ..speech import phrase
from .verbs import Answer, Verbs, ask, print_json, run_verb, written_words

run = run_verb


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    listing = verbs.add("list", "the direct links of a device", _list)
    listing.add_argument("device", help="for example bidcos:JEQ0123456")
    listing.add_argument("--refresh", action="store_true", help="read them from the device anew")
    partners = verbs.add("partners", "what a channel can be linked with", _partners)
    partners.add_argument("channel", help="for example bidcos:JEQ0123456:1")
    _add_pair(verbs.add("profiles", "presets for a link", _profiles))
    add = verbs.add("add", "link a sensor directly with an actuator", _add)
    _add_pair(add)
    add.add_argument("--profile", default="", metavar="NAME", help="a preset; default: as from the factory")
    _add_pair(verbs.add("remove", "take a direct link away", _remove))


def _add_pair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sender", help="the sensor's or button's channel: bidcos:JEQ0123456:1")
    parser.add_argument("receiver", help="the actuator's channel: bidcos:KEQ0654321:1")


def _list(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "devices", options.device, "peerings", refresh=options.refresh)
    if options.json:
        return print_json(answer)
    rows = [(row.get("sender"), row.get("receiver"), _state(row)) for row in rows_of(answer, "peerings")]
    if not rows:
        print(phrase("none; homebase link partners CHANNEL says what a channel can be linked with"))
        return 0
    print_table(("SENDER", "RECEIVER", "STATE"), rows)
    return 0


def _state(row: Answer) -> str:
    match row.get("sender_knows"), row.get("receiver_knows"):
        case _ if row.get("pending"):
            return phrase("pending: waits until the device that sleeps wakes, or its button is pressed")
        case True, True:
            return phrase("sound")
        case True, _:
            return phrase("half: the receiver does not know it; add it again")
        case _, True:
            return phrase("half: the sender does not know it; add it again")
        case _:
            return phrase("unknown")


def _partners(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "channels", options.channel, "partners")
    if options.json:
        return print_json(answer)
    partners = answer.get("partners")
    if not partners:
        print(phrase("none: nothing here can be linked with this channel"))
    for partner in partners if isinstance(partners, list) else []:
        print(printable(partner))
    return 0


def _profiles(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "peerings", "profiles", sender=options.sender, receiver=options.receiver)
    if options.json:
        return print_json(answer)
    rows = [
        (row.get("name"), part_of(row, "names").get("en"), part_of(row, "names").get("de"))
        for row in rows_of(answer, "profiles")
    ]
    print_table(("NAME", "ENGLISH", "DEUTSCH"), rows)
    return 0


def _add(options: argparse.Namespace) -> int:
    body = {"sender": options.sender, "receiver": options.receiver, "profile": options.profile}
    return _tell(options, ask(options, "POST", "peerings", body=body))


def _remove(options: argparse.Namespace) -> int:
    answer = ask(options, "DELETE", "peerings", sender=options.sender, receiver=options.receiver)
    return _tell(options, answer)


def _tell(options: argparse.Namespace, answer: Answer) -> int:
    if options.json:
        return print_json(answer)
    print(written_words(answer.get("written")))
    return 0
