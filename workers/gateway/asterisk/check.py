"""What is missing on an Asterisk, in words: the ground of `outdial pbx check`.

It looks, and it tries: a channel inside Asterisk goes through our dialplan, plays one of our sounds
and is recorded. Nobody is called.
"""

import asyncio
import re
from dataclasses import dataclass
from uuid import uuid4

from domain.telephony.errors import SwitchUnavailable
from workers.gateway.asterisk.config import MODULES
from workers.gateway.asterisk.mapping import name_of, step_of, version_of
from workers.gateway.asterisk.session import AmiRefused, AmiSession, Headers
from workers.gateway.asterisk.settings import AsteriskSettings
from workers.gateway.asterisk.sounds import OUR_TONES

CONTEXTS = (
    "outdial-leg",
    "outdial-room",
    "outdial-whisper",
    "outdial-early",
    "outdial-hold",
    "outdial-player",
    "outdial-inbound",
    "outdial-nobody",
)
PROFILES = (
    "outdial_room",
    "outdial_agent",
    "outdial_barge",
    "outdial_customer",
    "outdial_listen",
    "outdial_muted",
    "outdial_normal",
    "outdial_player",
)
# Each action with the privilege class that allows it.
ACTIONS = {
    "AGI": "agi",
    "ConfbridgeList": "reporting",
    "ConfbridgeMute": "call",
    "ConfbridgeStartRecord": "system",
    "CoreShowChannels": "system",
    "Hangup": "call",
    "MixMonitor": "system",
    "Originate": "originate",
    "PlayDTMF": "call",
    "Redirect": "call",
    "Setvar": "call",
}
# Each event that the trial must bring, with the privilege class that lets us hear it.
EVENTS = {"Newchannel": "call", "DTMFEnd": "dtmf", "AsyncAGIStart": "agi", "UserEvent": "user"}
OLDEST, NEWEST = 20, 22
OPTIONAL = {"res_timing_timerfd": "res_timing_dahdi or res_timing_kqueue may stand in for it"}
# Without them nobody's browser is a telephone, which is all that is missing then.
BROWSERS = ("res_http_websocket", "res_pjsip_transport_websocket", "res_srtp")
SOUNDS = ("none", *OUR_TONES)
PAST_THE_END = 10**9  # samples: a sound that is played from there is over at once
TRIAL_S = 1.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `text` says what is so, or what is wrong and what to do."""

    ok: bool
    text: str


async def check_pbx(settings: AsteriskSettings) -> list[Finding]:
    """Look at a PBX and say what was found; with any `ok` False, calls will not work fully."""
    heard: list[Headers] = []

    async def ready() -> None:
        return None

    session = AmiSession(settings, on_event=heard.append, on_up=ready, on_down=lambda: None)
    try:
        await session.start()
    except SwitchUnavailable as exc:
        return [Finding(False, f"{exc} The user's `read` also needs the class `system`.")]
    checker = _Checker(settings, session, heard)
    try:
        await checker.run()
    except SwitchUnavailable as exc:
        checker.say(False, f"The link broke during the check: {exc}")
    finally:
        await session.stop()
    return checker.findings


class _Checker:
    def __init__(
        self, settings: AsteriskSettings, session: AmiSession, heard: list[Headers]
    ) -> None:
        self.findings: list[Finding] = []
        self._settings = settings
        self._session = session
        self._heard = heard

    def say(self, ok: bool, text: str) -> None:
        self.findings.append(Finding(ok, text))

    async def run(self) -> None:
        await self._version()
        await self._permissions()
        await self._modules()
        await self._dialplan()
        await self._profiles()
        await self._trunks()
        await self._trial()

    async def _can(self, action: dict[str, str]) -> bool:
        try:
            await self._session.request(action)
        except AmiRefused:
            return False
        return True

    async def _version(self) -> None:
        settings = (await self._session.request({"Action": "CoreSettings"})).headers
        version = version_of(settings)
        found = re.match(r"(?:certified/)?(\d+)", version)
        if found and OLDEST <= int(found[1]) <= NEWEST:
            self.say(True, f"Asterisk {version}, node {self._settings.node}.")
        else:
            self.say(
                False,
                f"Asterisk {version or 'of an unknown version'} is not one of {OLDEST} to "
                f"{NEWEST}, for which Outdial was made. Calls may work; outcomes may be vaguer.",
            )

    async def _permissions(self) -> None:
        allowed = (await self._session.request({"Action": "ListCommands"})).headers
        missing = {need for action, need in ACTIONS.items() if action not in allowed}
        for need in sorted(missing):
            self.say(False, f"The AMI user may not do enough: add `{need}` to its `write`.")
        if not missing:
            self.say(True, "The AMI user may do all that is needed.")

    async def _modules(self) -> None:
        missing = [
            name
            for name in MODULES
            if not await self._can({"Action": "ModuleCheck", "Module": name})
        ]
        for name in missing:
            hint = OPTIONAL.get(name)
            note = f" ({hint})" if hint else ""
            self.say(
                bool(hint),
                f"Module {name} is not loaded{note}. Add `load = {name}.so` to "
                "modules.conf. app_amd also wants a file amd.conf, which may be empty.",
            )
        if not missing:
            self.say(True, f"All {len(MODULES)} modules are loaded.")
        lacking = [
            name
            for name in BROWSERS
            if not await self._can({"Action": "ModuleCheck", "Module": name})
        ]
        if lacking:
            self.say(
                True,
                f"Browsers can't be agents' phones: {', '.join(lacking)} not loaded. Add them to "
                "modules.conf if some are to be; docs/asterisk says what else they need.",
            )
        else:
            self.say(True, "The modules for phones in browsers are loaded.")

    async def _dialplan(self) -> None:
        missing = [
            name
            for name in CONTEXTS
            if not await self._can({"Action": "ShowDialPlan", "Context": name})
        ]
        if missing:
            self.say(
                False,
                f"The dialplan lacks {', '.join(missing)}. Install extensions.conf from "
                '`outdial pbx config`, #include it, and do "dialplan reload".',
            )
        else:
            self.say(True, "The dialplan has all contexts.")

    async def _profiles(self) -> None:
        missing = [
            name
            for name in PROFILES
            if not await self._can(
                {"Action": "GetConfig", "Filename": "confbridge.conf", "Category": name}
            )
        ]
        if missing:
            self.say(
                False,
                f"confbridge.conf lacks {', '.join(missing)}. Install the file from "
                '`outdial pbx config`, #include it, and do "module reload app_confbridge".',
            )
        else:
            self.say(True, "confbridge.conf has all profiles.")

    async def _trunks(self) -> None:
        for trunk in self._settings.trunks:
            if not trunk.dial.startswith("PJSIP/"):
                continue
            if await self._can({"Action": "PJSIPShowEndpoint", "Endpoint": trunk.name}):
                self.say(True, f"Trunk {trunk.name} is an endpoint.")
            else:
                self.say(False, f"Trunk {trunk.name} is no endpoint in pjsip.conf.")

    async def _trial(self) -> None:
        """Send a channel through the dialplan: it answers itself, so nothing leaves the machine."""
        near, far = f"check-{uuid4().hex}", f"check-{uuid4().hex}"
        trial = self._settings.recordings / f"{near}.wav"
        there = self._settings.recordings_there or self._settings.recordings
        started = await self._can(
            {
                "Action": "Originate",
                "ChannelId": near,
                "OtherChannelId": far,
                "Channel": "Local/idle@outdial-leg/n",
                "Application": "Wait",
                "Data": "5",
                "Async": "true",
            }
        )
        if not started:
            self.say(False, "A trial channel could not be started; see the findings above.")
            return
        await asyncio.sleep(0.3)
        await self._can({"Action": "AGI", "Channel": far, "Command": "ANSWER", "CommandID": near})
        for name in SOUNDS:
            command = f'STREAM FILE {self._settings.sounds}/{name} "" {PAST_THE_END}'
            await self._can(
                {"Action": "AGI", "Channel": far, "Command": command, "CommandID": f"{far}/{name}"}
            )
        await self._can({"Action": "MixMonitor", "Channel": far, "File": str(there / trial.name)})
        await self._can({"Action": "PlayDTMF", "Channel": far, "Digit": "5", "Receive": "true"})
        await self._can({"Action": "UserEvent", "UserEvent": "OutdialCheck"})
        await asyncio.sleep(TRIAL_S)
        await self._can({"Action": "Hangup", "Channel": near})
        await asyncio.sleep(0.3)
        self._judge(far)
        if trial.exists():
            trial.unlink()
            self.say(True, "Recordings reach the gateway.")
        else:
            self.say(
                False,
                f"A trial recording did not appear in {self._settings.recordings}. Let Asterisk's "
                "user write there, and if it runs elsewhere, mount the folder and name it in "
                "the address: `?recordings=`.",
            )

    def _judge(self, far: str) -> None:
        names = {name_of(event) for event in self._heard}
        for name, need in EVENTS.items():
            if name not in names:
                self.say(False, f"No {name} event was heard: add `{need}` to the user's `read`.")
        if names >= EVENTS.keys():
            self.say(True, "The AMI user hears all that is needed.")
        steps = [step_of(event) for event in self._heard]
        played = {step.command for step in steps if step is not None and step.result != -1}
        missing = [name for name in SOUNDS if f"{far}/{name}" not in played]
        if not missing:
            self.say(True, "Our sounds are there.")
        else:
            self.say(
                False,
                f"Of our sounds these were not found as {self._settings.sounds}/...: "
                f"{', '.join(missing)}. Copy the folder `sounds` from `outdial pbx config` among "
                "Asterisk's sounds, under that name.",
            )
