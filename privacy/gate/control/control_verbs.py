"""What the hub may ask about consents on control.sock: whether one stands, and to end it. Never to give one.

Closing needs no key and no proof: a hub that closes too much does no harm that lasts.
"""

from collections.abc import Mapping

from privacy.conversation import Declined, Handler
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.payload import timestamp

Fields = Mapping[str, object]


def table(door: Door) -> Mapping[str, Handler]:
    """The questions ``standing`` and ``withdraw``, each about one activity, and ``clock``."""

    async def clock(question: Fields) -> Fields:
        door.timezone = question.get("timezone")
        now = door.desk.time.instant()
        return {
            "held": door.desk.time.held,
            "at": timestamp(now.at),
            "running_s": now.running_s,
            "sure": now.sure,
        }

    async def standing(question: Fields) -> Fields:
        name, at = _activity(door, question), door.desk.time.instant()
        states = [spelling.state(grant, at) for grant in door.desk.standing.live() if grant.activity == name]
        return {"activity": name, "active": "active" in states}

    async def withdraw(question: Fields) -> Fields:
        name = _activity(door, question)
        if not door.withdrawing.has_to_close(name):
            # each withdrawal is an entry that stays for years: a hub makes no more of them than consents are
            raise Declined("no_consent", "no consent of this activity is there to withdraw")
        return spelling.withdrawn(await door.withdrawing.withdraw(name, via="hub"))

    return {"standing": standing, "withdraw": withdraw, "clock": clock}


def _activity(door: Door, question: Fields) -> str:
    name = question.get("activity")
    if not isinstance(name, str) or door.desk.register.get(name) is None:
        raise Declined("unknown_activity", "activity: not in the register")
    return name
