"""People who call in, through the API on the real PBX: greeted, kept with music, connected."""

import time

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import GO_AVAILABLE, HANG_UP
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import AGENT_HZ, BEEP_HZ, CUSTOMER_HZ, MUSIC_HZ, assert_silent, hears
from tests.pbx.system import agents_of, dial_in, number

SALES = "+12025559700"


async def test_a_caller_is_greeted_waits_with_music_and_meets_an_agent(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones
) -> None:
    (code,) = await agents_of(centre, 1, phone="seat")
    await number(centre, SALES, "TEAM", name="Sales", teamId=centre.team, greeting="outdial/beep")
    desk = await centre.desk(code)
    desk.listen()

    caller = await dial_in(phones, bed, SALES)
    await hears(caller, BEEP_HZ, 0.0)
    await hears(caller, MUSIC_HZ, 0.0)
    await desk.do(GO_AVAILABLE)
    await desk.until_state("TALKING")
    (phone,) = handsets.calls_of("seat-1")
    since = time.monotonic()
    phone.say(sound.tone(AGENT_HZ, 2))
    caller.say(sound.tone(CUSTOMER_HZ, 2))
    await hears(caller, AGENT_HZ, since)
    await hears(phone, CUSTOMER_HZ, since)
    assert_silent(caller, MUSIC_HZ, since)

    (pop,) = desk.events("ScreenPop", stage="CONNECTED")
    assert (pop["direction"], pop["number"]) == ("INBOUND", "+12025550123")
    await desk.do(HANG_UP)

    async def gone() -> bool:
        return caller.ended.is_set()

    await until(gone)
    assert not phone.ended.is_set()
    await desk.cut_off()
