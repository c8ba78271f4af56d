"""What people ask: the console's verbs, all under /gate/v1/, and what the hub asks of phones and messages.

Loaded at the first such question: a home at rest is asked none, and these rooms are a tenth of its memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privacy.conversation import Handler
from privacy.gate.account import account_answers, account_verbs, letter_verbs, timezone_answers
from privacy.gate.account.account import Account
from privacy.gate.account.letters import Letters
from privacy.gate.account.timezone import Lookup
from privacy.gate.answers import answers, backup_answers, figure_answers, history_answers
from privacy.gate.answers.api import ROLES
from privacy.gate.answers.vouched import vouched
from privacy.gate.backups import backup_verbs, far_verbs
from privacy.gate.backups.backups import Backups
from privacy.gate.console import console_verbs, figure_verbs, history_verbs, tunnel_consents
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.messages import message_answers, message_verbs
from privacy.gate.messages.messages import Messages
from privacy.gate.phones import pairing_verbs, phone_answers, phone_verbs, relay_verbs
from privacy.gate.phones.pairing_verbs import Origins
from privacy.gate.phones.phone_front import Place, Sheltered
from privacy.gate.phones.phones import Phones
from privacy.gate.phones.relay_verbs import AskHub
from privacy.gate.rights import centre, disclosures, rights_answers, rights_verbs, tickets
from privacy.gate.rights.erasing import Erasing
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.rights.tickets import Tickets
from privacy.gate.updates import update_verbs
from privacy.gate.updates.update_verbs import Of

OWNERS = frozenset({"owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the rooms need of the rest.

    origins: of the app, where phones at home find it; link: where a mail's link leads; named_home: as
    wiring.Start's; status: what the gate says of itself; forget_log: drops access lines that wait in memory.
    """

    door: Door
    ask_hub: AskHub
    origins: Origins
    link: str
    named_home: str
    status: Mapping[str, object]
    forget_log: Callable[[], None]
    backups: Backups
    updates: Of


class Asked:
    """The rooms, introduced to each other; their letters are the deliveries' from here on."""

    def __init__(self, asking: Asking) -> None:
        self._asking, door = asking, asking.door
        self._account = Account(door, asking.link)
        self._lookup = Lookup(door)
        self._letters = Letters(door)
        self._messages = Messages(door)
        self._rights = RightsDesk(door, GateHolder(door.desk, asking.forget_log))
        self._tickets = Tickets(door, self._rights)
        self._erasing = Erasing(self._rights, asking.ask_hub)
        self._phones = Phones(door, self._erasing)
        self._relays = relay_verbs.known(door.desk.recipients)

    def console(self) -> Mapping[str, Handler]:
        """The verbs of console.sock."""
        asking, door, desk = self._asking, self._asking.door, self._asking.door.desk
        return {
            **console_verbs.table(door),
            **tunnel_consents.table(door),
            **figure_verbs.table(door),
            **history_verbs.table(door),
            **rights_verbs.table(self._rights, desk),
            **tickets.table(self._tickets),
            **rights_verbs.of_one_person(self._erasing),
            **phone_verbs.table(self._phones),
            **pairing_verbs.table(self._phones, asking.ask_hub, asking.origins, self._relays),
            **relay_verbs.table(desk.recipients, asking.ask_hub),
            **account_verbs.table(self._account, desk),
            **letter_verbs.table(self._letters),
            **message_verbs.for_console(self._messages),
            **disclosures.table(desk),
            **backup_verbs.table(asking.backups),
            **update_verbs.table(asking.updates),
            **far_verbs.table(desk, door.far.door),
        }

    def hub(self) -> Mapping[str, Handler]:
        """What the hub asks about phones and messages."""
        return {
            **pairing_verbs.hub_table(self._phones, self._asking.origins, self._relays),
            **message_verbs.for_hub(self._messages),
        }

    def own(self) -> Mapping[Place, Sheltered]:
        """Everything under /gate/v1/ with the roles that it is for."""
        door, desk, named_home = self._asking.door, self._asking.door.desk, self._asking.named_home
        for_household = {
            **answers.table(door, named_home),
            **rights_answers.looking(self._rights, desk),
            **centre.looking(door),
            **phone_answers.table(door, self._phones),
            **account_answers.households(self._account, door),
            **update_verbs.looking(self._asking.updates, door, named_home),
        }
        for_owners = {
            **rights_answers.closing(self._rights, desk),
            **centre.owning(door, self._rights),
            **tickets.owners(self._tickets, door),
            **account_answers.owners(self._account, door, named_home),
            **timezone_answers.owners(self._lookup, door, named_home),
            **letter_verbs.owners(self._letters, door, named_home),
            **update_verbs.owning(self._asking.updates, door),
            **message_answers.owners(self._messages, named_home),
            **backup_answers.table(door, self._asking.backups),
            **history_answers.table(door),
            **figure_answers.table(door),
        }
        return {
            ("GET", "/gate/v1/status"): Sheltered(
                roles=ROLES, answer=answers.status(door, self._asking.status)
            ),
            **{
                place: Sheltered(roles=roles, answer=vouched(endpoint, desk.seed))
                for roles, places in ((answers.HOUSEHOLD, for_household), (OWNERS, for_owners))
                for place, endpoint in places.items()
            },
        }
