"""Orders to simulated thermostats: alone, in a team, for a party; and when they hear them."""

from hub.contract import AddPeering, DatapointChanged, Origin, PutParamset, SetValue, Value, Written

from .home import Home, home


def _latest(place: Home, parameter: str) -> Value | None:
    told = [
        event.datapoint.value
        for event in place.events
        if isinstance(event, DatapointChanged)
        and event.datapoint.id.parameter == parameter
        and event.datapoint.origin not in {Origin.ASSUMED, Origin.WAITING}
    ]
    return told[-1] if told else None


async def _set(place: Home, parameter: str, value: Value) -> Origin:
    command = SetValue(channel=place.name(1).channel(4), parameter=parameter, value=value)
    return (await place.wait_for(place.driver.execute(command)))[0].origin


async def test_a_burst_is_spent_only_on_a_thermostat_that_hears_it() -> None:
    async with home("HM-CC-RT-DN") as place:
        await place.wait(30.0)
        assert await _set(place, "SET_TEMPERATURE", 22.5) is Origin.CONFIRMED
        assert [line for line in place.sent if line[6:8] == b"B1"]
        assert place.device(1).state()["set"] == 22.5

        put = PutParamset(channel=place.name(1).channel(0), paramset="MASTER", values={"BURST_RX": False})
        assert (await place.ask(put)).written is Written.VERIFIED
        await place.wait(30.0)
        sent = len(place.sent)
        assert await _set(place, "SET_TEMPERATURE", 21.0) is Origin.WAITING
        await place.wait(400.0)
        assert place.device(1).state()["set"] == 21.0
        assert not [line for line in place.sent[sent:] if line[6:8] == b"B1"]


async def test_a_party_is_ordered_held_and_told() -> None:
    async with home("HM-CC-RT-DN") as place:
        await _set(place, "PARTY_MODE_SUBMIT", "12.5,540,1,3,26,1080,8,3,26")
        await place.wait(800.0)
        assert place.device(1).state()["set"] == 12.5
        assert _latest(place, "CONTROL_MODE") == 2
        assert _latest(place, "PARTY_TEMPERATURE") == 12.5
        assert (_latest(place, "PARTY_STOP_DAY"), _latest(place, "PARTY_STOP_TIME")) == (8, 1080)


async def test_what_one_thermostat_of_a_team_is_told_all_are_told() -> None:
    async with home("HM-CC-RT-DN", "HM-CC-RT-DN", "HM-CC-RT-DN") as place:
        first, second = place.name(1), place.name(2)
        for sender, receiver in ((first, second), (second, first)):
            await place.ask(AddPeering(sender=sender.channel(4), receiver=receiver.channel(5)))
        for number in (1, 2):
            place.device(number).teach_in()
            await place.wait(8.0)

        await place.wait_for(
            place.driver.execute(SetValue(channel=first.channel(4), parameter="SET_TEMPERATURE", value=23.5))
        )
        await place.wait(400.0)  # until all have woken

        orders = [line for line in place.sent if line.endswith(b"86042F")]
        assert {line[16:22] for line in orders} == {
            place.device(number).address.hex().upper().encode() for number in (1, 2)
        }
        temperatures = [place.device(number).state()["set"] for number in (1, 2, 3)]
        assert temperatures[:2] == [23.5, 23.5]
        assert temperatures[2] != 23.5
