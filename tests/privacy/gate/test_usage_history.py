"""The next message of a history: made once a day, forgotten without a consent, of the chosen series alone."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from privacy import recipients, usage_history
from privacy.closed_schema import FieldRefused
from privacy.conversation import ConversationLost, Declined
from privacy.gate.asked import Asked, Asking
from privacy.gate.backups.backups import Backups
from privacy.gate.console import history_verbs, tunnel_consents
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.exchange import Request
from privacy.gate.outbox import cargo
from privacy.gate.outbox.sending import Running
from privacy.gate.phones import phone_front
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import deletions, histories, records
from privacy.gate.storage.attempt import Outcome, Result
from privacy.gate.storage.histories import Kept
from privacy.gate.storage.records import Outgoing, Sent
from privacy.gate.storage.store import Transaction
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.usage_history import MOST_SERIES, Series
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened

DISPLAY, STATISTICS = "history.cloud.display", "history.cloud.statistics"
WHO = {
    "name": "shelf",
    "role": "processor",
    "host": "history.example.org",
    "country": "DE",
    "activities": [DISPLAY, STATISTICS],
    "keys": [house.SUPPORT_KEY],
}
OTHER_KEY = "age1zesy4ym6dskn83zrvu5mls3yth0226ed26k449r6zy8njahpye9q0qz2u7"
WARM = "bidcos:JEQ0000001:4.ACTUAL_TEMPERATURE"


@asynccontextmanager
async def at_home(folder: Path, clock: ManualClock, *names: str) -> AsyncIterator[Door]:
    known, mistakes = recipients.read(
        [{**WHO, "name": name} for name in names or ("shelf",)], house.register()
    )
    assert not mistakes
    async with opened(folder, clock, rules=(house.register(), known)) as door:

        async def a_day(activity: str, groups: list[str]) -> Mapping[str, Any]:
            at = door.desk.time.instant().at
            begins_ms = round((usage_history.day_ends(at) - timedelta(days=2)).timestamp() * 1000)
            values = [[begins_ms, 20.5, 20.0, 21.0]]
            day = usage_history.day_before(at)
            return {"groups": {name: {"day": day, "unit": None, "values": values} for name in groups}}

        door.history._collect = a_day
        await door.desk.confirm_clock()
        await ask(door, "history.choose", activity=DISPLAY, add=[WARM])
        yield door


async def ask(door: Door, verb: str, **fields: object) -> dict[str, Any]:
    answer = await {**history_verbs.table(door), **tunnel_consents.table(door)}[verb](fields)
    assert isinstance(answer, Mapping)
    return dict(answer)


def app(door: Door) -> Asked:
    """What the app is answered; nobody asks here for backups, updates or the hub."""

    async def no_hub(*_: object, **__: object) -> dict[str, object]:
        raise ConversationLost("no hub")

    asking = Asking(
        door=door,
        ask_hub=no_hub,
        origins=tuple,
        link="",
        named_home="",
        status={},
        forget_log=lambda: None,
        backups=cast("Backups", None),
        updates=cast("Any", None),
    )
    return Asked(asking)


async def by_app(
    door: Door, method: str, path: str = "", query: str = "lang=en", **body: object
) -> tuple[int, Any]:
    path = f"/gate/v1/histories{path}"
    asked = Request(
        method=method, path=path, query=query, headers=(), peer="", body=json.dumps(body).encode()
    )
    answer = await app(door).own()[method, path].answer(asked, "owner")
    return answer.status, json.loads(answer.body)


async def waiting(door: Door) -> list[Outgoing]:
    return await door.desk.store.read(records.outgoing)


async def kept(door: Door) -> list[Kept]:
    return await door.desk.store.read(histories.every)


async def test_what_was_shown_without_a_yes_is_forgotten_after_half_an_hour(tmp_path: Path) -> None:
    clock = ManualClock()
    async with at_home(tmp_path, clock) as door:
        await ask(door, "history.show", activity=DISPLAY)
        clock.passed_s += 29 * 60
        await door.history.once()
        assert len(await kept(door)) == 1
        clock.passed_s += 60
        await door.history.once()
        assert await kept(door) == []


async def test_a_message_of_other_series_is_made_anew_under_the_same_pseudonyms(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock()) as door:
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        (before,) = await kept(door)
        other = "bidcos:JEQ0000002:1.POWER"
        assert (await ask(door, "history.choose", activity=DISPLAY, add=[other]))["series"] == (WARM, other)
        await door.history.once()
        (after,) = await kept(door)
        names = [{row["series"] for row in json.loads(one.body)["series"]} for one in (before, after)]
        assert names[0] < names[1]
        await ask(door, "history.choose", activity=DISPLAY, leave_out=[WARM, other])
        await door.history.once()
        assert [row.body for row in await kept(door)] == [b""]  # nothing is chosen, so nothing leaves


async def test_a_device_that_is_gone_keeps_no_other_series_from_leaving(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock()) as door:
        gone, collect = "bidcos:JEQ0000002:1.POWER", door.history._collect
        await ask(door, "history.choose", activity=DISPLAY, add=[gone])

        async def without_it(activity: str, groups: list[str]) -> Mapping[str, Any]:
            if gone in groups:
                raise Declined("unknown_datapoint", gone)
            return await collect(activity, groups)

        door.history._collect = without_it
        (purpose,) = (await ask(door, "history.show", activity=DISPLAY))["purposes"]
        (following,) = purpose["next"]
        assert [one["datapoint"] for one in following["inside"]] == [WARM]
        assert len(json.loads(following["text"])["series"]) == 1


@pytest.mark.obligation("Q6.10")
async def test_two_recipients_and_two_purposes_have_no_pseudonym_in_common(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock(), "shelf", "other") as door:
        await ask(door, "history.choose", activity=STATISTICS, add=[WARM])
        told = (await ask(door, "history.show"))["purposes"]
        texts = [one["text"] for row in told for one in row["next"]]
        names = [row["series"] for text in texts for row in json.loads(text)["series"]]
        assert len(set(names)) == len(names) == 4
        # the control: under one key, and without what it is for, all four are one
        again = {usage_history.pseudonym(bytes(32), "", "", WARM) for _ in names}
        assert len(again) == 1


@pytest.mark.obligation("Q6.10")
def test_what_a_series_is_called_depends_on_purpose_and_recipient() -> None:
    of = [(DISPLAY, "shelf"), (STATISTICS, "shelf"), (DISPLAY, "other")]
    assert len({usage_history.pseudonym(bytes(32), *one, WARM) for one in of}) == 3


@pytest.mark.obligation("Q6.10")
async def test_an_objection_destroys_the_key_within_a_round(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock()) as door:
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        assert [row.agreed for row in await kept(door)] == [True]
        await RightsDesk(door, GateHolder(door.desk)).object_to(DISPLAY, "", "console")
        await door.history.once()
        assert await kept(door) == []


async def test_a_recipient_that_is_no_longer_entered_gets_nothing_and_ends_nothing(tmp_path: Path) -> None:
    clock = ManualClock()
    async with at_home(tmp_path, clock, "shelf", "other") as door:
        for name in ("shelf", "other"):
            await ask(door, "consent.allow", activity=DISPLAY, recipient=name)
        await door.history.once()
        transfers = {row.recipient: row.transfer for row in await kept(door)}
    async with at_home(tmp_path, clock, "other") as door:
        clock.passed_s += 86_400
        await door.history.once()
        assert [item.transfer for item in await waiting(door)] == [transfers["other"]]
        assert {grant.recipient for grant in door.desk.standing.live()} == {"shelf", "other"}


@pytest.mark.obligation("Q6.10")
async def test_a_restriction_or_an_unknown_file_keeps_all_here_and_destroys_nothing(tmp_path: Path) -> None:
    clock = ManualClock()
    async with at_home(tmp_path, clock) as door:
        desk, rights = door.desk, RightsDesk(door, GateHolder(door.desk))
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        (before,) = await kept(door)
        (category, *_) = desk.register.activities[DISPLAY].categories
        await rights.restrict(category, "console")
        await door.history.once()
        desk.standing.unrestrict(category)
        desk.standing.shut = Reason.UNKNOWN_FILE  # what a hub can bring about by a name alone
        clock.passed_s += 86_400
        await door.history.once()
        assert await kept(door) == [before]
        assert await waiting(door) == []
        desk.standing.shut = None
        desk.standing.deregistered = True  # the control: this is as a withdrawal
        await door.history.once()
        assert await kept(door) == []


@pytest.mark.obligation("Q6.10")
async def test_a_phone_that_withdraws_one_recipient_destroys_that_ones_key_alone(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock(), "shelf", "other") as door:
        for name in ("shelf", "other"):
            await ask(door, "consent.allow", activity=DISPLAY, recipient=name)
        await door.history.once()
        marks = {grant.recipient: grant.mark for grant in door.desk.standing.live()}
        await door.withdrawing.withdraw(DISPLAY, via="browser", marks=frozenset({marks["shelf"]}))
        assert [row.recipient for row in await kept(door)] == ["other"]
        await door.withdrawing.withdraw(DISPLAY)  # the control: the whole purpose
        assert await kept(door) == []


@pytest.mark.obligation("Q6.10")
async def test_a_series_that_is_left_out_leaves_the_message_that_waits_for_a_retry_too(
    tmp_path: Path,
) -> None:
    clock, other = ManualClock(), "bidcos:JEQ0000002:1.POWER"
    async with at_home(tmp_path, clock) as door:
        await ask(door, "history.choose", activity=DISPLAY, add=[other])
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        (before,) = await kept(door)
        clock.passed_s += (before.at - door.desk.time.instant().at).total_seconds() + 1
        await door.history.once()
        (item,) = await waiting(door)
        (purpose,) = (await ask(door, "history.show", activity=DISPLAY))["purposes"]
        assert [(one["recipient"], one["text"]) for one in purpose["waiting"]] == [
            ("shelf", item.body.decode())
        ]
        (grant,) = door.desk.standing.live()
        await ask(door, "history.choose", activity=DISPLAY, add=["bidcos:JEQ0000003:1.STATE"])
        assert await waiting(door) == [item]  # the control: one more takes nothing back
        runs = Running(item=item, grant=grant, cargo=cargo.of_bytes(item.body, None), task=None)
        door.deliveries._running[item.transfer] = runs
        await ask(door, "history.choose", activity=DISPLAY, leave_out=[WARM])
        assert await waiting(door) == []
        assert door.deliveries.running() == ()
        await door.history.once()
        (after,) = await kept(door)
        assert after.day == before.day
        assert (after.transfer == before.transfer, WARM in after.inside.decode()) == (False, False)


async def test_an_old_message_is_made_anew_and_a_yes_to_other_keys_has_its_half_hour(tmp_path: Path) -> None:
    clock = ManualClock()
    async with at_home(tmp_path, clock) as door:
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        other = {**WHO, "keys": [OTHER_KEY]}
        known, _ = recipients.read([other], house.register())
        door.desk.recipients = known
        (shown,) = (await ask(door, "history.show", activity=DISPLAY))["purposes"][0]["next"]
        for _ in range(3):
            clock.passed_s += 7 * 86_400
            await door.history.once()  # under the old consent nothing is made for the new key
        assert [row.agreed for row in await kept(door)] == [False]
        assert await waiting(door) == []
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        (row,) = await kept(door)
        at = door.desk.time.instant().at
        assert (row.day, row.agreed) == (usage_history.day_before(at), True)
        assert row.at - at >= timedelta(minutes=30)
        assert row.day != shown["day"]
        assert await waiting(door) == []
        clock.passed_s += 7 * 86_400  # off, or restricted, for a week
        await door.history.once()
        assert await waiting(door) == []
        (late,) = await kept(door)
        assert late.day > row.day
        clock.passed_s += 86_400  # the control: a day is not too long
        await door.history.once()
        assert [item.transfer for item in await waiting(door)] == [late.transfer]


async def test_a_purpose_has_no_more_series_than_people_were_told(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock()) as door:
        many = [f"bidcos:JEQ{number:07}:1.STATE" for number in range(MOST_SERIES)]
        for language, word in (("de", "höchstens 16"), ("en", "16 series at most")):
            with pytest.raises(Declined, match=word) as declined:
                await ask(door, "history.choose", activity=DISPLAY, add=many, language=language)
            assert declined.value.code == "too_many_series"
        assert (await ask(door, "history.choose", activity=DISPLAY))["series"] == (WARM,)
        for wrong in ("who lives here", "bidcos:JEQ0000001"):
            with pytest.raises(Declined, match="no such datapoint"):
                await ask(door, "history.choose", activity=DISPLAY, add=[wrong])
        with pytest.raises(Declined, match="statistics"):
            await ask(door, "history.show", activity="history.cloud.advertising")


@pytest.mark.obligation("Q6.10")
async def test_the_app_shows_the_very_bytes_that_leave_and_asks_one_day_back(tmp_path: Path) -> None:
    clock = ManualClock()
    async with at_home(tmp_path, clock) as door:
        status, shown = await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="shelf")
        assert (status, shown["state"]) == (200, "ready")
        assert [one["datapoint"] for one in shown["next"]["inside"]] == [WARM]
        assert shown["next"]["until"] == timestamp(door.desk.time.instant().at + timedelta(minutes=30))
        await ask(door, "consent.allow", activity=DISPLAY)
        await door.history.once()
        _, agreed = await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="shelf")
        assert agreed["next"] == {**shown["next"], "until": None}
        (next_one,) = await kept(door)
        clock.passed_s += (next_one.at - door.desk.time.instant().at).total_seconds() + 1
        await door.history.once()
        (item,) = await waiting(door)
        assert item.body.decode() == shown["next"]["text"]
        assert item.sha256 == shown["next"]["sha256"]
        ways = {"activity": DISPLAY, "transfer": item.transfer}
        told = (await by_app(door, "GET"))[1]["purposes"][0]
        assert [(one["fate"], one["day"]) for one in told["transfers"]] == [("waiting", shown["day"])]
        assert (told["recipients"], told["series"]) == (["shelf"], [WARM])
        # what is on its way can't be asked back; what left can, and our copy goes with it
        await door.desk.store.write(lambda tx: _leaves(tx, item))
        status, refused = await by_app(door, "POST", "/deletions", **ways)
        assert (status, refused["code"]) == (404, "not_there")
        await door.desk.store.write(lambda tx: records.drop_outgoing(tx, item.transfer))
        (row,) = (await by_app(door, "GET"))[1]["purposes"][0]["transfers"]
        assert (row["fate"], row["deletion"]["state"], row["bytes"]) == (
            "delivered",
            "waiting",
            len(item.body),
        )
        status, copy = await by_app(door, "GET", "/copies", f"transfer={item.transfer}")
        assert (status, copy["text"]) == (200, item.body.decode())
        status, refused = await by_app(door, "POST", "/deletions", **{**ways, "activity": STATISTICS})
        assert (status, refused["code"]) == (404, "not_there")  # it left for the other purpose
        at = door.desk.time.instant().at
        assert await door.desk.store.read(lambda tx: deletions.due(tx, at)) == []
        assert await by_app(door, "POST", "/deletions", **ways) == (200, {"deletions": 1})
        assert [one.transfer for one in await door.desk.store.read(lambda tx: deletions.due(tx, at))] == [
            item.transfer
        ]
        assert (await by_app(door, "GET", "/copies", f"transfer={item.transfer}"))[0] == 404
        (row,) = (await by_app(door, "GET"))[1]["purposes"][0]["transfers"]
        assert (row["fate"], row["deletion"]["state"]) == ("", "waiting")


def _leaves(tx: Transaction, item: Outgoing) -> None:
    """As an attempt does that arrives."""
    sent = Sent(
        transfer=item.transfer,
        activity=DISPLAY,
        recipient="shelf",
        ticket="",
        sha256=item.sha256,
        body=item.body,
        at=item.first,
        delete_by=item.delete_by,
        running_by_s=1e9,
        result="begun",
        receipt=None,
    )
    records.keep_sent(tx, sent)
    deletions.expect(tx, item.transfer, "shelf", DISPLAY, item.delete_by, DISPLAY)
    records.end_sent(tx, item.transfer, Outcome(result=Result.DELIVERED, what="", receipt="R-1"))


async def test_the_app_chooses_by_the_commands_rules_and_is_told_its_own_way_out(tmp_path: Path) -> None:
    other = "bidcos:JEQ0000002:1.POWER"
    async with at_home(tmp_path, ManualClock()) as door:
        assert await by_app(door, "POST", activity=DISPLAY, add=[other]) == (200, {"series": [WARM, other]})
        assert await by_app(door, "POST", activity=DISPLAY, leave_out=[other]) == (200, {"series": [WARM]})
        for body, status, code in (
            ({"activity": DISPLAY, "add": ["who lives here"]}, 422, "history_unknown_datapoint"),
            (
                {"activity": DISPLAY, "add": [f"bidcos:JEQ{n:07}:1.STATE" for n in range(MOST_SERIES)]},
                422,
                "history_too_many_series",
            ),
            ({"activity": "history.cloud.advertising"}, 404, "unknown_purpose"),
            ({"activity": DISPLAY, "name": "Ada"}, 400, "bad_body"),
        ):
            answered, told = await by_app(door, "POST", **body)
            assert (answered, told["code"]) == (status, code)
            assert "homebase" not in told["way_out"]
        status, told = await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="other")
        assert (status, told["code"]) == (404, "unknown_purpose")

        async def away(*_: object) -> Mapping[str, Any]:
            raise ConversationLost("hub")

        door.history._collect = away
        status, told = await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="shelf")
        assert (status, told["code"], told["way_out"]) == (503, "hub_away", "is it running? homebase doctor")


async def test_a_day_of_which_nothing_is_known_is_looked_at_anew_with_another_series(tmp_path: Path) -> None:
    async with at_home(tmp_path, ManualClock()) as door:
        collect, other = door.history._collect, "bidcos:JEQ0000002:1.POWER"

        async def only_power(activity: str, groups: list[str]) -> Mapping[str, Any]:
            said = await collect(activity, groups)
            return {
                "groups": {
                    name: {**day, "values": day["values"] if name == other else []}
                    for name, day in cast("Mapping[str, Any]", said["groups"]).items()
                }
            }

        door.history._collect = only_power
        shown = (await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="shelf"))[1]
        assert (shown["state"], shown["next"]) == ("nothing_known", None)
        await by_app(door, "POST", activity=DISPLAY, add=[other])
        shown = (await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="shelf"))[1]
        assert [one["datapoint"] for one in shown["next"]["inside"]] == [other]
        await by_app(door, "POST", activity=DISPLAY, leave_out=[WARM, other])
        shown = (await by_app(door, "POST", "/previews", activity=DISPLAY, recipient="shelf"))[1]
        assert shown["next"] is None


@pytest.mark.parametrize("role", ["resident", "guest", "carer"])
async def test_nobody_but_the_owner_sees_or_chooses_series_in_the_app(tmp_path: Path, role: str) -> None:
    async with at_home(tmp_path, ManualClock()) as door:
        own = app(door).own()

        async def by_phone(role: str, method: str, path: str) -> tuple[int, str]:
            body = json.dumps({"activity": DISPLAY, "leave_out": [WARM]})
            question = {"method": method, "path": path, "query": "", "body": body}
            more = {"role": role, "language": "en", "at_home": True}
            answer = await phone_front.table(own)["front.ask"]({**question, **more})
            assert isinstance(answer, Mapping)
            return int(str(answer["status"])), str(answer["content"])

        places = [place for place in own if place[1].startswith("/gate/v1/histories")]
        assert len(places) == 5
        for place in places:
            status, told = await by_phone(role, *place)
            assert (status, WARM in told) == (403, False)
        # control: the owner's phone sees it, and what nobody else could leave out is still chosen
        status, told = await by_phone("owner", "GET", "/gate/v1/histories")
        assert (status, WARM in told) == (200, True)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {"day": "2026-02-27", "unit": None, "values": []},
        {"day": "2026-02-28", "unit": None, "values": [[0, 1.0, 1.0, 1.0]]},
        {"day": "2026-02-28", "unit": None, "values": [], "name": "Ada"},
        {"day": "2026-02-28", "unit": "x" * 17, "values": []},
        {"day": "2026-02-28", "unit": None, "values": [[1772236800000, "Ada", 1.0, 1.0]]},
    ],
)
def test_nothing_that_the_hub_says_besides_a_day_is_taken(said: object) -> None:
    with pytest.raises(FieldRefused):
        usage_history.read(WARM, said, "2026-02-28")
    right = {"day": "2026-02-28", "unit": None, "values": [[1772236800000, 1, 1.0, 1.0]]}
    assert usage_history.read(WARM, right, "2026-02-28").values == ((1772236800000, 1.0, 1.0, 1.0),)


def test_a_message_with_something_in_the_clear_is_refused() -> None:
    sealed = usage_history.inside(Series(datapoint=WARM, unit=None, values=()))
    body = usage_history.encode("ab" * 8, "2026-02-28", {"cd" * 16: sealed}, house.SUPPORT_KEY)
    usage_history.check(body)
    plain = json.loads(body)
    for wrong in (
        {**plain, "name": "Ada"},
        {**plain, "day": "yesterday"},
        {**plain, "series": []},
        {**plain, "series": [{**plain["series"][0], "values": "QWRh"}]},  # in base64, but not sealed
        {**plain, "series": plain["series"] * 2},
    ):
        with pytest.raises(FieldRefused):
            usage_history.check(json.dumps(wrong, separators=(",", ":"), sort_keys=True).encode())
