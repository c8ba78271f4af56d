"""Operations on people's rights over the hub's data (Art. 15 to 20), for the owner; the gate has its half."""

from collections.abc import Container, Iterable

from hub.home import account, installation
from hub.home.errors import Refused
from privacy.ports import Holding
from privacy.rights import Effect, Scope
from privacy.vocabulary import DataCategory

from . import rights_messages as messages
from .house import House
from .messages import Nothing
from .operation import Caller

_DETAILS = {"hub.account": account.FIELDS, "hub.installation": installation.FIELDS}


async def list_holdings(house: House, _: Caller, __: Nothing) -> messages.Holdings:
    """Every place where the hub keeps data: what for, how long, how much."""
    counts = await house.rights.count()
    hidden = [
        messages.HiddenField(holding=one.holding, field=one.field, why=one.why)
        for one in house.rights.hidden()
    ]
    return messages.Holdings(
        holdings=tuple(_told(house.rights.holdings(), counts.get, house.rights.shown())),
        hidden=tuple(hidden),
        restricted=tuple(sorted(category.value for category in house.rights.restricted)),
    )


async def read_records(house: House, _: Caller, asked: messages.ReadRecords) -> messages.Records:
    """A page of one holding, oldest first; secrets are left out."""
    page = await house.rights.export(asked.holding, asked.after, asked.limit)
    return messages.Records(columns=page.columns, rows=page.rows, after=page.after)


async def correct_record(house: House, _: Caller, asked: messages.CorrectRecord) -> None:
    """Put a name right that somebody gave, or a detail of the account."""
    if asked.field == "value" and asked.holding in _DETAILS:
        await _correct_detail(house, asked)
        return
    await house.rights.correct(asked.holding, asked.record, asked.field, asked.value)


async def erase_data(house: House, _: Caller, asked: messages.EraseData) -> messages.Effects:
    """Erase one person, one category, or everything, for good; the answer names what stays and why."""
    if (asked.person is not None) + (asked.category is not None) + asked.everything != 1:
        raise Refused("one_of_three", field="category")
    category = None if asked.category is None else _category("category", asked.category)
    return _effects(await house.rights.erase(Scope(person=asked.person, category=category)))


async def restrict_data(house: House, _: Caller, asked: messages.RestrictData) -> messages.Restricted:
    """Have categories kept and used for nothing; those that are not named are free again."""
    wanted = frozenset(_category("categories", name) for name in asked.categories)
    await house.rights.restrict(wanted)
    return messages.Restricted(categories=tuple(sorted(category.value for category in wanted)))


async def deregister(house: House, _: Caller, asked: messages.Deregister) -> messages.Effects:
    """Deregister the home: first every authorisation, in a second step the data."""
    if asked.step == "authorisations":
        return _effects(await house.rights.end_authorisations())
    return _effects(await house.rights.erase(Scope()))


async def _correct_detail(house: House, asked: messages.CorrectRecord) -> None:
    if asked.record not in _DETAILS[asked.holding]:
        raise Refused("not_correctable", field="record", value=f"{asked.holding}.{asked.record}")
    part = house.account if asked.holding == "hub.account" else house.installation
    await part.change({asked.record: asked.value})


def _category(field: str, name: str) -> DataCategory:
    try:
        return DataCategory(name)
    except ValueError as error:
        allowed = ", ".join(category.value for category in DataCategory)
        raise Refused("unknown_category", field=field, value=name, allowed=allowed) from error


def _told(
    held: Iterable[Holding], count: messages.Count, shown: Container[str]
) -> Iterable[messages.HoldingInfo]:
    """One line per place: a place of several categories is told once."""
    places: dict[str, list[Holding]] = {}
    for holding in held:
        places.setdefault(holding.name, []).append(holding)
    for name, rows in places.items():
        first = rows[0]
        yield messages.HoldingInfo(
            name=name,
            where=first.where.value,
            categories=tuple(row.category.value for row in rows),
            purpose=first.purpose,
            retention_days=None if first.retention is None else first.retention.total_seconds() / 86_400,
            reason=first.reason,
            stays=tuple(dict.fromkeys(row.stays for row in rows if row.stays)),
            records=count(name),
            shown=name in shown,
        )


def _effects(effects: Iterable[Effect]) -> messages.Effects:
    return messages.Effects(
        effects=tuple(
            messages.EffectInfo(holding=one.holding, erased=one.erased, stays=one.stays, why=one.why)
            for one in effects
        )
    )
