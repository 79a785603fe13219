"""The contract of a switch, second part: legs meet in rooms."""

from uuid import uuid4

import pytest

from domain.telephony.events import (
    EndedBy,
    LegEnded,
    LegMuted,
    LegTalking,
    RoomJoined,
    RoomLeft,
)
from domain.telephony.port import (
    CreateRoom,
    EndRoom,
    HangUp,
    Hold,
    Join,
    Leave,
    Role,
    SetRole,
    Tone,
)
from tests.telephony.stage import ACCOUNT, Stage


class RoomsContract:
    async def test_a_joined_leg_is_in_the_room_once(self, stage: Stage) -> None:
        room, leg = uuid4(), await stage.customer()

        await stage.do(Join(leg=leg, room=room, role=Role.CUSTOMER))
        joined = await stage.see(RoomJoined, leg=leg, room=room)
        await stage.do(Join(leg=leg, room=room, role=Role.CUSTOMER))
        await stage.quiet()

        assert joined.account == ACCOUNT
        assert len(stage.seen(RoomJoined)) == 1
        assert not stage.seen(RoomLeft)
        assert await stage.legs_in(room) == {leg}

    async def test_a_customer_joins_the_agent_who_waits(self, stage: Stage) -> None:
        room = uuid4()
        agent = await stage.agent(join=room)
        await stage.see(RoomJoined, leg=agent, room=room)
        customer = await stage.customer()

        await stage.do(Join(leg=customer, room=room, role=Role.CUSTOMER, entry=Tone(name="zip")))
        await stage.see(RoomJoined, leg=customer, room=room)

        assert await stage.legs_in(room) == {agent, customer}

    async def test_a_leg_placed_into_a_room_joins_it_when_answered(self, stage: Stage) -> None:
        room = uuid4()
        leg = await stage.customer(join=room)

        await stage.see(RoomJoined, leg=leg, room=room)

        told = stage.told(leg)
        assert told.index("LegAnswered") < told.index("RoomJoined")

    async def test_a_leg_is_moved_from_room_to_room(self, stage: Stage) -> None:
        first, second = uuid4(), uuid4()
        leg = await stage.customer(join=first)
        await stage.see(RoomJoined, leg=leg, room=first)

        await stage.do(Join(leg=leg, room=second))
        await stage.see(RoomJoined, leg=leg, room=second)

        moves = [
            (type(event), event.room)
            for event in stage.events
            if isinstance(event, RoomJoined | RoomLeft)
        ]
        assert moves == [(RoomJoined, first), (RoomLeft, first), (RoomJoined, second)]
        assert await stage.legs_in(second) == {leg}
        assert await stage.legs_in(first) == set()

    async def test_a_leg_that_leaves_stays_up(self, stage: Stage) -> None:
        room = uuid4()
        leg = await stage.customer(join=room)
        await stage.see(RoomJoined, leg=leg)

        await stage.do(Leave(leg=leg), Leave(leg=leg))
        await stage.see(RoomLeft, leg=leg, room=room)
        await stage.quiet()

        assert len(stage.seen(RoomLeft)) == 1
        assert not stage.seen(LegEnded)
        assert await stage.leg_ids() == {leg}
        assert await stage.legs_in(room) == set()

    @pytest.mark.parametrize("hang_up", [False, True])
    async def test_an_ended_room_parts_its_legs(self, stage: Stage, hang_up: bool) -> None:
        room = uuid4()
        legs = {await stage.agent(join=room), await stage.customer(join=room)}
        await stage.see_all(2, RoomJoined, room=room)

        await stage.do(EndRoom(room=room, hang_up=hang_up))
        left = await stage.see_all(2, RoomLeft, room=room)
        if hang_up:
            ended = await stage.see_all(2, LegEnded)
            assert {event.by for event in ended} == {EndedBy.US}
        await stage.do(EndRoom(room=room, hang_up=hang_up))
        await stage.quiet()

        assert {event.leg for event in left} == legs
        assert len(stage.seen(RoomLeft)) == 2
        assert await stage.leg_ids() == (set() if hang_up else legs)
        assert await stage.legs_in(room) == set()

    async def test_a_leg_that_ends_left_its_room_first(self, stage: Stage) -> None:
        room = uuid4()
        agent, customer = await stage.agent(join=room), await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)

        await stage.do(HangUp(leg=customer))
        await stage.see(LegEnded, leg=customer)

        assert stage.told(customer)[-2:] == ["RoomLeft", "LegEnded"]
        assert await stage.legs_in(room) == {agent}

    async def test_a_room_ends_when_its_last_agent_goes(self, stage: Stage) -> None:
        room = uuid4()
        agent, customer = await stage.agent(join=room), await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)

        await stage.do(HangUp(leg=agent))
        await stage.see(RoomLeft, leg=customer, room=room)
        await stage.quiet()

        assert await stage.leg_ids() == {customer}
        assert await stage.legs_in(room) == set()

    async def test_a_room_goes_on_while_another_agent_is_there(self, stage: Stage) -> None:
        room = uuid4()
        agent = await stage.agent(join=room)
        other = await stage.agent(join=room, other=True)
        customer = await stage.customer(join=room)
        await stage.see_all(3, RoomJoined, room=room)

        await stage.do(HangUp(leg=agent))
        await stage.see(LegEnded, leg=agent)
        await stage.quiet()

        assert await stage.legs_in(room) == {other, customer}

    async def test_a_made_room_can_be_joined(self, stage: Stage) -> None:
        room = uuid4()
        await stage.do(CreateRoom(room=room, account=ACCOUNT, music_while_alone=False))
        leg = await stage.customer(join=room)
        await stage.see(RoomJoined, leg=leg, room=room)

        await stage.do(CreateRoom(room=room, account=ACCOUNT))
        await stage.quiet()

        assert await stage.legs_in(room) == {leg}

    async def test_a_leg_is_muted_and_unmuted_once(self, stage: Stage) -> None:
        room = uuid4()
        leg = await stage.customer(join=room, role=Role.NORMAL)
        await stage.see(RoomJoined, leg=leg)

        mute, unmute = SetRole(leg=leg, role=Role.MUTED), SetRole(leg=leg, role=Role.NORMAL)
        await stage.do(mute, mute)
        await stage.see(LegMuted, leg=leg, room=room, muted=True)
        await stage.do(unmute, unmute)
        await stage.see(LegMuted, leg=leg, room=room, muted=False)
        await stage.quiet()

        assert [event.muted for event in stage.seen(LegMuted)] == [True, False]
        assert await stage.legs_in(room) == {leg}

    @pytest.mark.parametrize("role", [Role.LISTEN, Role.WHISPER, Role.BARGE])
    async def test_a_supervisor_comes_and_goes_without_disturbing(
        self, stage: Stage, role: Role
    ) -> None:
        room = uuid4()
        agent, customer = await stage.agent(join=room), await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)

        supervisor = await stage.agent(other=True, role=Role.NORMAL)
        await stage.do(Join(leg=supervisor, room=room, role=role))
        await stage.see(RoomJoined, leg=supervisor, room=room)
        assert await stage.legs_in(room) == {agent, customer, supervisor}
        await stage.do(HangUp(leg=supervisor))
        await stage.see(LegEnded, leg=supervisor)

        assert await stage.legs_in(room) == {agent, customer}
        assert not stage.seen(RoomLeft, leg=agent)
        assert not stage.seen(RoomLeft, leg=customer)

    async def test_a_supervisor_changes_from_listening_to_speaking(self, stage: Stage) -> None:
        room = uuid4()
        agent, customer = await stage.agent(join=room), await stage.customer(join=room)
        supervisor = await stage.agent(other=True, join=room, role=Role.LISTEN)
        await stage.see_all(3, RoomJoined, room=room)

        await stage.do(SetRole(leg=supervisor, role=Role.WHISPER))
        await stage.do(SetRole(leg=supervisor, role=Role.BARGE))
        await stage.quiet()

        assert await stage.legs_in(room) == {agent, customer, supervisor}
        assert not stage.seen(LegEnded)

    async def test_a_held_leg_stays_up_and_comes_back(self, stage: Stage) -> None:
        room = uuid4()
        agent, customer = await stage.agent(join=room), await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)

        await stage.do(Hold(leg=customer, on=True), Hold(leg=customer, on=True))
        await stage.quiet()
        assert await stage.leg_ids() == {agent, customer}

        await stage.do(Hold(leg=customer, on=False))
        await stage.quiet()

        assert await stage.legs_in(room) == {agent, customer}
        assert not stage.seen(LegEnded)

    async def test_a_held_leg_that_joins_another_room_is_held_no_more(self, stage: Stage) -> None:
        room, other = uuid4(), uuid4()
        agent, customer = await stage.agent(join=room), await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)
        await stage.do(Hold(leg=customer, on=True))

        await stage.do(Join(leg=customer, room=other))
        await stage.see(RoomJoined, leg=customer, room=other)
        await stage.do(Hold(leg=customer, on=False))  # it is on no hold that this could end
        await stage.quiet()

        assert await stage.legs_in(room) == {agent}
        assert await stage.legs_in(other) == {customer}
        assert len(stage.seen(RoomJoined, leg=customer)) == 2

    async def test_who_talks_is_told(self, stage: Stage) -> None:
        if stage.script.talks is None:
            return
        room = uuid4()
        await stage.agent(join=room)
        leg = await stage.reach(stage.place(stage.script.talks, join=room, role=Role.CUSTOMER))

        await stage.see(LegTalking, leg=leg, room=room, talking=False)

        turns = [event.talking for event in stage.seen(LegTalking, leg=leg)]
        assert turns[:2] == [True, False]
