"""Operations on the radio's keys, for the owner alone. What is secret stands in bodies only."""

from hub import contract
from hub.contract import CheckKeySheet, GetKeySheet, ListKeys, SetSystemKey
from hub.home.errors import Refused

from .house import House
from .operation import Caller
from .radio_messages import CheckSheet, DeviceKey, Keys, KeySheet, OneRadio, SetKey, SheetCheck


async def list_keys(house: House, caller: Caller, asked: OneRadio) -> Keys:
    """Which key each device holds."""
    return _keys_message(await house.dispatcher.ask(ListKeys(interface=asked.interface), caller.cause))


async def read_sheet(house: House, caller: Caller, asked: OneRadio) -> KeySheet:
    """The system key, to print."""
    sheet = await house.dispatcher.ask(GetKeySheet(interface=asked.interface), caller.cause)
    return KeySheet(
        address=sheet.address, index=sheet.index, words=sheet.words, code=sheet.code, qr=_qr(sheet.code)
    )


async def check_sheet(house: House, caller: Caller, asked: CheckSheet) -> SheetCheck:
    """Check what was typed from the printed sheet."""
    query = CheckKeySheet(interface=asked.interface, text=asked.text)
    return SheetCheck(right=await house.dispatcher.ask(query, caller.cause))


async def set_key(house: House, caller: Caller, asked: SetKey) -> Keys:
    """Choose the system key; devices get it one by one, when they listen."""
    if asked.passphrase and asked.sheet:
        raise Refused("unknown_field", field="sheet")
    query = SetSystemKey(interface=asked.interface, passphrase=asked.passphrase, sheet=asked.sheet)
    return _keys_message(await house.dispatcher.ask(query, caller.cause))


def _qr(code: str) -> tuple[str, ...]:
    """The rows of a QR code, 1 is dark; without the quiet zone around it."""
    import segno  # noqa: PLC0415 - used once in the life of a home

    return tuple("".join(map(str, row)) for row in segno.make_qr(code, error="m").matrix)


def _keys_message(report: contract.KeyReport) -> Keys:
    devices = tuple(
        DeviceKey(device=str(one.device), state=one.state.value, index=one.index) for one in report.devices
    )
    return Keys(index=report.index, sheet_checked=report.sheet_checked, devices=devices)
