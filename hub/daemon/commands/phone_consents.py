"""``homebase phone consents | grant | withdraw``: a paired phone agrees and takes back, by its signature."""

import argparse
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from privacy.system import SystemClock, random_bytes

from ..command_line import printable
from ..gate_console import print_table
from ..speech import as_word, phrase

if TYPE_CHECKING:
    from ..phone.agreeing import Agreeing, Told
    from ..phone.connection import Connection
    from ..phone.keys import PhoneKeys

Add = Callable[[str, str], argparse.ArgumentParser]
Session = Callable[..., Awaitable[None]]


def configure(add: Add) -> None:
    """The verbs with their options."""
    add("consents", "as a phone: what holds, by the gate's signed word")
    grant = add("grant", "as an owner's phone: agree, signed by its key")
    grant.add_argument("activity", help="homebase notice names them")
    grant.add_argument("--recipient", required=True, help="who gets it")
    grant.add_argument(
        "--group", action="append", default=[], help="this group of data; again for more; else all"
    )
    grant.add_argument("--ticket", default="", help="number of the ticket, where the activity needs one")
    grant.add_argument("--days", type=float, help="how long; without it for good, where that is allowed")
    withdraw = add("withdraw", "as a phone: take back all consents of an activity")
    withdraw.add_argument("activity", help="homebase phone consents names those that hold")


async def consents(options: argparse.Namespace, phone: "Agreeing") -> None:
    """Print what holds."""
    told = await phone.standing()
    if options.json:
        print(json.dumps(told))
        return
    rows = [
        (
            one["activity"],
            one["recipient"],
            ",".join(one["groups"]),
            one["until"] or as_word(one["form"]),
            one["mark"],
        )
        for one in told["grants"]
    ]
    print_table(("ACTIVITY", "RECIPIENT", "GROUPS", "UNTIL", "MARK"), rows)


async def grant(options: argparse.Namespace, phone: "Agreeing") -> None:
    """Agree."""
    from ..phone.agreeing import Wanted  # noqa: PLC0415 - its imports cost, and only here

    told = await phone.grant(
        Wanted(
            activity=options.activity,
            recipient=options.recipient,
            groups=options.group,
            ticket=options.ticket,
            days=options.days,
        )
    )
    _print(
        options,
        told,
        phrase(
            "Agreed, until {until}; the gate signed that.",
            until=told.get("until") or phrase("it is taken back"),
        ),
    )


async def withdraw(options: argparse.Namespace, phone: "Agreeing") -> None:
    """Take back."""
    told = await phone.withdraw(options.activity)
    _print(options, told, phrase("Taken back: {grants}; the gate signed that.", grants=told.get("grants")))


def as_phone(
    verb: Callable[[argparse.Namespace, "Agreeing"], Awaitable[None]],
    options: argparse.Namespace,
    keys: "PhoneKeys",
) -> Callable[["Connection"], Coroutine[None, None, None]]:
    """What is done in a session."""

    async def use(home: "Connection") -> None:
        from ..phone.agreeing import Agreeing  # noqa: PLC0415 - see grant

        await verb(options, Agreeing(home=home, keys=keys, clock=SystemClock(), random_bytes=random_bytes))

    return use


def _print(options: argparse.Namespace, told: "Told", line: str) -> None:
    print(json.dumps(told) if options.json else printable(line))


VERBS: Mapping[str, Callable[[argparse.Namespace, Any], Awaitable[None]]] = {
    "consents": consents,
    "grant": grant,
    "withdraw": withdraw,
}
