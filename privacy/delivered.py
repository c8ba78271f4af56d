"""Whether the bytes of a delivery fit the closed schema of their activity: asked right before they may leave.

Pure. Whoever staged them checked too; what stands in the store between is believed no more than the hub.
"""

import json

from privacy import canonical, closed_schema, otlp, payload, usage_history
from privacy.activity import Activity
from privacy.closed_schema import FieldRefused

ADDRESSED = {  # what goes to somebody behind the host: the field that names them
    "account.register": "email",
    "mail.send": "email",
    "sms.send": "number",
    "push.send": "device",
    "mail.product": "email",
}
NUMBERED = frozenset({"support.ticket"})  # whose answer names a ticket, which it stands under from then on
# what arrives in the addressee's own letter box or phone: nobody else keeps it, to be asked for its deletion
LETTERS = frozenset({"account.register", "mail.send", "sms.send", "push.send"})
OTLP = "homebase.otlp/1"  # figures as OpenTelemetry spells them
FILE_SCHEMA = "homebase.file/1"  # a file in parts, which the gate encrypts as it comes; nothing of it is read


def check_body(activity: Activity, body: bytes) -> None:
    """Do nothing for bytes that hold declared fields alone.

    Raises:
        FieldRefused, PayloadRefused: an unknown, missing or wrong field, or no schema to hold it against.
    """
    if activity.schema == payload.SCHEMA:
        payload.check_bundle(body)
        return
    if activity.schema == OTLP:
        otlp.check(activity.metrics, body)
        return
    if activity.schema == usage_history.SCHEMA:
        usage_history.check(body)
        return
    if not activity.fields:
        raise FieldRefused("payload", "has no closed list of fields to be held against")
    try:
        checked = closed_schema.check(activity.fields, json.loads(body))
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, FieldRefused) else FieldRefused("payload", "is no JSON") from error
    if canonical.encode(dict(checked)) != body:  # a member twice would hide its first value
        raise FieldRefused("payload", "is not in canonical form")


def check_addressee(activity: str, body: bytes, addressee: str) -> bool:
    """Whether a payload for somebody names the very one who was agreed to. body: as checked."""
    field = ADDRESSED.get(activity)
    return field is None or (bool(addressee) and json.loads(body).get(field) == addressee)
