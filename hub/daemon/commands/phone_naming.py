"""``homebase phone offer | name``: a later phone's key, offered there and named by an owner's phone.

The owner types the words that the later phone shows: whoever does not look can't name.
"""

import argparse
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..command_line import EXIT_IO, CommandFailed
from ..speech import phrase

if TYPE_CHECKING:
    from ..phone.agreeing import Agreeing

Add = Callable[[str, str], argparse.ArgumentParser]


def configure(add: Add) -> None:
    """The verbs with their options."""
    add("offer", "as a later phone: offer its key by six words, wait until an owner's phone names it")
    name = add("name", "as an owner's phone: let the phone that shows these six words agree for this home")
    name.add_argument("words", nargs="+", metavar="WORD", help="the six that homebase phone offer shows")
    name.add_argument("--withdraws", action="store_true", help="it may take back, and agree to nothing")


async def offer(options: argparse.Namespace, phone: "Agreeing") -> None:
    """Offer, and wait."""
    if not await phone.may_agree():
        offered = await phone.offer()
        line = phrase("On an owner's phone:   homebase phone name {words}", words=" ".join(offered.words))
        print(json.dumps({"words": offered.words}) if options.json else line, flush=True)
        if not await phone.named_within(offered.expires_in_s):
            raise CommandFailed(
                phrase("no owner's phone named it; homebase phone offer begins anew"), EXIT_IO
            )
    told = {"may_agree": True}
    print(json.dumps(told) if options.json else phrase("It may agree for this home: homebase phone grant."))


async def name(options: argparse.Namespace, phone: "Agreeing") -> None:
    """Name it."""
    words = " ".join(options.words).lower().split()
    told = await phone.name(words, may_grant=not options.withdraws)
    what = phrase("take back, and agree to nothing") if options.withdraws else phrase("agree for this home")
    print(
        json.dumps(told)
        if options.json
        else phrase("Phone {phone} may {what}; the gate signed that.", phone=told["phone"], what=what)
    )


VERBS: Mapping[str, Callable[[argparse.Namespace, Any], Awaitable[None]]] = {"offer": offer, "name": name}
