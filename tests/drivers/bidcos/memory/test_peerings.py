"""Direct links between simulated devices, on both sides; they work without us afterwards."""

import pytest

from drivers.bidcos.memory.registers import ListId, Peer
from drivers.simulator.devices import memory
from hub.contract import (
    AddPeering,
    ChannelAddress,
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    GetParamset,
    ListLinkProfiles,
    ListPeerings,
    Peering,
    PeeringPartners,
    PutParamset,
    RemovePeering,
    Unpair,
    Written,
)

from ..home import Home, home

REMOTE, PLUG = "HM-RC-4-3", "HM-LC-Sw1-Pl-2"


def _peers(place: Home, number: int, channel: int) -> list[bytes]:
    return place.device(number).memory.peers.get(channel, [])


def _peer(place: Home, number: int, channel: int) -> bytes:
    return place.device(number).address + bytes((channel,))


async def _wake(place: Home, number: int) -> None:
    """Press its button; what waits for it goes over."""
    place.device(number).teach_in()
    await place.wait(8.0)


async def test_a_link_is_written_into_both_ends_and_works_without_us() -> None:
    async with home(REMOTE, PLUG) as place:
        key, plug = place.name(1).channel(2), place.name(2).channel(1)

        written = await place.ask(AddPeering(sender=key, receiver=plug))

        assert written is Written.PENDING  # the remote sleeps
        assert _peers(place, 2, 1) == [_peer(place, 1, 2)]
        for number in (1, 2):
            (link,) = await place.ask(ListPeerings(device=place.name(number)))
            assert link.pending
        await _wake(place, 1)
        assert _peer(place, 2, 1) in _peers(place, 1, 2)
        states = [event.state for event in place.events if isinstance(event, ConfigurationChanged)]
        assert states[-1] is ConfigurationState.VERIFIED
        (link,) = await place.ask(ListPeerings(device=place.name(2)))
        assert link == Peering(sender=key, receiver=plug, sender_knows=True, receiver_knows=True)
        assert await place.ask(ListPeerings(device=place.name(1))) == (link,)

        place.device(1).act("press@2")
        await place.wait(2.0)
        assert place.device(2).state()["on"] == [True]


async def test_a_second_link_of_a_key_that_waits_is_said_to_wait_until_it_is_there_too() -> None:
    async with home(REMOTE, PLUG, PLUG) as place:
        key = place.name(1).channel(1)
        for number in (2, 3):
            receiver = place.name(number).channel(1)
            assert await place.ask(AddPeering(sender=key, receiver=receiver)) is Written.PENDING
        await _wake(place, 1)

        told = [
            event.state
            for event in place.events
            if isinstance(event, ConfigurationChanged)
            and (event.device, event.what) == (place.name(1), "PEERING")
        ]
        pending, verified = ConfigurationState.PENDING, ConfigurationState.VERIFIED
        assert told == [pending, pending, verified, pending, verified]


async def test_nobody_goes_on_telling_a_device_that_has_left() -> None:
    async with home("HM-RC-2-PBU-FM", "HM-LC-Sw1PBU-FM") as place:
        key, switch = place.name(1).channel(1), place.name(2).channel(1)
        await place.ask(AddPeering(sender=key, receiver=switch))

        await place.wait_for(place.driver.execute(Unpair(device=place.name(2))))
        await place.wait(5.0)

        assert _peer(place, 2, 1) not in _peers(place, 1, 1)
        assert await place.ask(ListPeerings(device=place.name(1))) == ()


async def test_a_team_of_smoke_detectors_outlives_its_first() -> None:
    async with home("HM-Sec-SD", "HM-Sec-SD", "HM-Sec-SD") as place:
        for number in (2, 3):
            query = AddPeering(sender=place.name(1).channel(1), receiver=place.name(number).channel(1))
            await place.ask(query)
        await place.wait_for(place.driver.execute(Unpair(device=place.name(1), forget_only=True)))
        await place.wait(5.0)
        assert _peers(place, 2, 1) == _peers(place, 3, 1) == [_peer(place, 1, 1)]


async def test_link_parameters_are_read_and_changed_like_others() -> None:
    async with home(REMOTE, PLUG) as place:
        key, plug = place.name(1).channel(1), place.name(2).channel(1)
        await place.ask(AddPeering(sender=key, receiver=plug))
        await place.wait(3.0)

        link = await place.ask(GetParamset(channel=plug, paramset="LINK", peer=key))
        assert link.read_at is not None
        change = await place.ask(
            PutParamset(channel=plug, paramset="LINK", peer=key, values={"SHORT_ON_TIME": 120.0})
        )

        assert change.written is Written.VERIFIED
        after = await place.ask(GetParamset(channel=plug, paramset="LINK", peer=key, refresh=True))
        assert after.values == {**link.values, "SHORT_ON_TIME": 120.0}


async def test_who_fits_whom_is_known_before_anything_is_sent() -> None:
    async with home(REMOTE, PLUG, "HM-CC-RT-DN", "HM-Sec-SCo") as place:
        plug, radiator, contact = place.name(2), place.name(3), place.name(4)
        sent = len(place.sent)

        partners = await place.ask(PeeringPartners(channel=contact.channel(1)))
        assert set(partners) == {plug.channel(1), radiator.channel(3)}
        with pytest.raises(CommandRefused, match="not_linkable"):
            await place.ask(AddPeering(sender=place.name(1).channel(1), receiver=radiator.channel(3)))
        with pytest.raises(CommandRefused, match="unknown_channel"):
            await place.ask(AddPeering(sender=place.name(1).channel(9), receiver=plug.channel(1)))

        assert len(place.sent) == sent


async def test_a_full_table_is_told_and_the_first_end_forgets_its_half() -> None:
    async with home(REMOTE, PLUG) as place:
        key, plug = place.name(1).channel(1), place.name(2).channel(1)
        table = place.device(1).memory.peers[1]
        table += [bytes((0x40, 0, number, 1)) for number in range(6 - len(table))]

        assert await place.ask(AddPeering(sender=key, receiver=plug)) is Written.PENDING
        await _wake(place, 1)
        await place.wait(5.0)

        failed = [event for event in place.events if isinstance(event, ConfigurationChanged)]
        assert ("PEERING", ConfigurationState.FAILED, "peers_full") in [
            (event.what, event.state, event.reason) for event in failed
        ]
        assert _peers(place, 2, 1) == []

        place.device(2).memory.peers[1] = [bytes((0x41, 0, number, 1)) for number in range(6)]
        with pytest.raises(CommandRefused, match="peers_full"):
            await place.ask(AddPeering(sender=key, receiver=plug))


async def test_a_link_is_taken_away_at_both_ends_and_one_that_is_not_there_is_named() -> None:
    async with home("HM-LC-Sw1PBU-FM", "HM-RC-2-PBU-FM") as place:
        key, switch = place.name(2).channel(1), place.name(1).channel(1)
        assert await place.ask(AddPeering(sender=key, receiver=switch)) is Written.VERIFIED

        assert await place.ask(RemovePeering(sender=key, receiver=switch)) is Written.VERIFIED

        assert _peers(place, 1, 1) == []
        assert _peer(place, 1, 1) not in _peers(place, 2, 1)
        with pytest.raises(CommandRefused, match="unknown_peer"):
            await place.ask(RemovePeering(sender=key, receiver=switch))


async def test_a_link_that_nobody_lists_is_not_waited_for() -> None:
    async with home(REMOTE, PLUG) as place:
        # given a remote that never told its links, and a plug that told it has none
        key, plug = place.name(1).channel(2), place.name(2).channel(1)
        await place.ask(ListPeerings(device=place.name(2), refresh=True))

        # when the link of both is to be removed
        with pytest.raises(CommandRefused, match="unknown_peer"):
            await place.ask(RemovePeering(sender=key, receiver=plug))

        # then nothing waits for the remote; one that waits to be made can be taken back
        assert await place.ask(ListPeerings(device=place.name(1))) == ()
        await place.ask(AddPeering(sender=key, receiver=plug))
        await place.ask(RemovePeering(sender=key, receiver=plug))
        await _wake(place, 1)
        assert _peer(place, 2, 1) not in _peers(place, 1, 2)
        assert _peers(place, 2, 1) == []


async def test_a_link_that_only_one_side_knows_is_shown_as_such_and_can_be_taken_away() -> None:
    async with home("HM-LC-Sw1PBU-FM", "HM-RC-2-PBU-FM") as place:
        key, switch = place.name(2).channel(1), place.name(1).channel(1)
        place.device(1).memory.add_peer(1, _peer(place, 2, 1))
        place.device(1).memory.add_peer(1, bytes.fromhex("2A3B4C05"))

        links = await place.ask(ListPeerings(device=place.name(1), refresh=True))

        stranger = ChannelAddress.parse("bidcos:2A3B4C:5")
        assert links == (
            Peering(sender=stranger, receiver=switch, sender_knows=True, receiver_knows=True, foreign=True),
            Peering(sender=key, receiver=switch, sender_knows=False, receiver_knows=True),
        )
        for link in links:
            assert (
                await place.ask(RemovePeering(sender=link.sender, receiver=link.receiver)) is Written.VERIFIED
            )
        assert _peers(place, 1, 1) == []


async def test_the_sender_learns_by_itself_that_its_receiver_is_woken_by_a_burst() -> None:
    async with home("HM-RC-2-PBU-FM", "HM-LC-Sw1-Ba-PCB") as place:
        key, battery = place.name(1).channel(1), place.name(2).channel(1)

        assert await place.ask(AddPeering(sender=key, receiver=battery)) is Written.VERIFIED

        link = ListId(1, 4, Peer(place.device(2).address, 1))
        assert place.register(1, link, 1) == 0x01


async def test_a_pair_of_keys_is_linked_at_once_the_upper_one_first() -> None:
    async with home("HM-RC-2-PBU-FM", "HM-LC-Sw1PBU-FM") as place:
        key, switch = place.name(1).channel(1), place.name(2).channel(1)

        assert await place.ask(AddPeering(sender=key, receiver=switch, profile="pair")) is Written.VERIFIED

        assert _peers(place, 2, 1) == [_peer(place, 1, 2), _peer(place, 1, 1)]
        assert _peer(place, 2, 1) in _peers(place, 1, 1)
        assert _peer(place, 2, 1) in _peers(place, 1, 2)


async def test_a_link_is_made_to_do_what_its_profile_says() -> None:
    async with home("HM-RC-2-PBU-FM", "HM-LC-Sw1PBU-FM") as place:
        key, switch = place.name(1).channel(1), place.name(2).channel(1)
        offered = await place.ask(ListLinkProfiles(sender=key, receiver=switch))
        assert [profile.name for profile in offered] == ["pair", "on", "off", "toggle", "staircase"]
        assert all(profile.names.keys() == {"de", "en"} for profile in offered)

        added = await place.ask(AddPeering(sender=key, receiver=switch, profile="staircase"))

        assert added is Written.VERIFIED
        values = (
            await place.ask(GetParamset(channel=switch, paramset="LINK", peer=key, refresh=True))
        ).values
        assert (values["SHORT_ON_TIME"], values["LONG_ON_TIME"]) == (300.0, 300.0)
        assert values["SHORT_JT_OFF"] == 1  # ONDELAY


async def test_a_profile_that_does_not_fit_is_refused_before_anything_is_sent() -> None:
    async with home("HM-RC-2-PBU-FM", "HM-LC-Sw1PBU-FM") as place:
        key, switch = place.name(1).channel(1), place.name(2).channel(1)

        with pytest.raises(CommandRefused) as refused:
            await place.ask(AddPeering(sender=key, receiver=switch, profile="motion"))

        assert (refused.value.code, refused.value.value) == ("unknown_profile", "motion")
        assert refused.value.allowed == "pair, on, off, toggle, staircase"
        assert _peers(place, 2, 1) == []


async def test_smoke_detectors_make_a_team_of_which_the_first_is_the_name() -> None:
    async with home("HM-Sec-SD", "HM-Sec-SD") as place:
        first, second = place.name(1).channel(1), place.name(2).channel(1)

        assert await place.ask(AddPeering(sender=first, receiver=second)) is Written.VERIFIED

        assert _peers(place, 1, 1) == _peers(place, 2, 1) == [_peer(place, 1, 1)]
        (link,) = await place.ask(ListPeerings(device=place.name(2)))
        assert (link.sender, link.receiver, link.sender_knows) == (first, second, True)
        assert await place.ask(RemovePeering(sender=first, receiver=second)) is Written.VERIFIED
        assert _peers(place, 2, 1) == []


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [
        (("HM-Sec-SCo", 1), ("HM-CC-RT-DN", 3)),
        (("HM-TC-IT-WM-W-EU", 2), ("HM-CC-RT-DN", 2)),
        (("HM-CC-RT-DN", 4), ("HM-CC-RT-DN", 5)),
    ],
)
async def test_windows_and_thermostats_are_linked_when_both_have_woken(
    sender: tuple[str, int], receiver: tuple[str, int]
) -> None:
    async with home(sender[0], receiver[0]) as place:
        one, two = place.name(1).channel(sender[1]), place.name(2).channel(receiver[1])

        await place.ask(AddPeering(sender=one, receiver=two))
        await _wake(place, 2)
        await _wake(place, 1)

        assert _peer(place, 1, sender[1]) in _peers(place, 2, receiver[1])
        assert _peer(place, 2, receiver[1]) in _peers(place, 1, sender[1])
        (link,) = await place.ask(ListPeerings(device=place.name(1)))
        assert (link.sender, link.receiver, link.sender_knows, link.receiver_knows) == (one, two, True, True)


async def test_a_sender_does_not_expect_a_signature_where_nobody_asks_for_one() -> None:
    async with home("HM-RC-2-PBU-FM", "HM-LC-Sw1PBU-FM") as place:
        key, switch = place.name(1).channel(1), place.name(2).channel(1)
        await place.ask(AddPeering(sender=key, receiver=switch))
        expects = PutParamset(channel=key, paramset="LINK", peer=switch, values={"EXPECT_AES": True})

        with pytest.raises(CommandRefused, match="peer_does_not_sign"):
            await place.ask(expects)

        place.device(2).memory.write(memory.ListId(channel=1, number=1), {0x08: 0x01})
        await place.ask(GetParamset(channel=switch, paramset="MASTER", refresh=True))
        assert (await place.ask(expects)).written is Written.VERIFIED
