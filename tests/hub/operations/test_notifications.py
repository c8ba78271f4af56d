"""Notifications as they are asked for: a stream tells what waits, and whoever lives there acknowledges it."""

from hub.contract import DeviceUnreachable
from hub.home.household import Person
from hub.home.roles import Role
from tests.clock import START
from tests.hub.api.test_events import _next, following
from tests.hub.home_in_a_box import Home
from tests.hub.lamp import LAMP


async def test_what_waits_is_told_at_once_and_goes_when_somebody_knows(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream, home.browser(token) as browser:
        assert (await _next(stream))["notifications"] == []
        home.lamp.context.publish(DeviceUnreachable(device=LAMP, at=START, reason="silent"))
        while "notifications" not in (message := await _next(stream)):
            pass
        (one,) = message["notifications"]
        assert (one["kind"], one["urgency"], one["subject"]) == ("unreachable", "device", str(LAMP))
        path = f"/api/v1/notifications/{one['id']}/acknowledgement"
        async with browser.post(path, json={}) as answer:
            assert (await answer.json())["acknowledged_by"] == "Owner"
        while "notifications" not in (message := await _next(stream)):
            pass
        assert message["notifications"] == []
        async with browser.get("/api/v1/notifications") as answer:
            (kept,) = (await answer.json())["notifications"]
        assert (kept["id"], kept["waiting"], kept["ended_at"]) == (one["id"], False, None)
        async with browser.post("/api/v1/notifications/4711/acknowledgement", json={}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, "unknown_notification")


async def test_a_guest_sees_them_and_acknowledges_none(home: Home) -> None:
    token = await home.claim()
    guest = Person(id=1, name="Bob", role=Role.GUEST, password_hash="")
    theirs, _ = await home.house.access.sessions.start(guest)
    async with following(home, token) as stream:
        await _next(stream)
        home.lamp.context.publish(DeviceUnreachable(device=LAMP, at=START, reason="silent"))
        while "notifications" not in (message := await _next(stream)):
            pass
    number = message["notifications"][0]["id"]
    async with home.browser(theirs) as browser:
        async with browser.get("/api/v1/notifications") as answer:
            assert len((await answer.json())["notifications"]) == 1
        async with browser.post(f"/api/v1/notifications/{number}/acknowledgement", json={}) as answer:
            assert answer.status == 403
