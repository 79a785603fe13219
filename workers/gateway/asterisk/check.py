"""What is missing on an Asterisk, in words: the ground of `outdial pbx check`.

It looks, and it tries: a channel inside Asterisk goes through our dialplan, plays one of our sounds
and is recorded. Nobody is called.
"""

import re

from domain.telephony.errors import SwitchUnavailable
from workers.gateway.asterisk.config import MODULES
from workers.gateway.asterisk.mapping import section_of, version_of
from workers.gateway.asterisk.session import AmiRefused, AmiSession, Headers
from workers.gateway.asterisk.settings import AsteriskSettings
from workers.gateway.asterisk.trial import Finding, Trial

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
    "CoreSettings": "reporting",
    "CoreShowChannels": "system",
    "CoreStatus": "reporting",
    "GetConfig": "config",
    "Getvar": "call",
    "Hangup": "call",
    "MixMonitor": "system",
    "ModuleCheck": "system",
    "Originate": "originate",
    "PJSIPShowEndpoint": "system",
    "PlayDTMF": "call",
    "Redirect": "call",
    "Setvar": "call",
    "ShowDialPlan": "config",
    "UserEvent": "user",
}
MADE_BY = {
    "AGI": "res_agi",
    "ConfbridgeList": "app_confbridge",
    "ConfbridgeMute": "app_confbridge",
    "ConfbridgeStartRecord": "app_confbridge",
    "MixMonitor": "app_mixmonitor",
    "PJSIPShowEndpoint": "res_pjsip",
    "PlayDTMF": "app_senddtmf",
}
OLDEST, NEWEST = 20, 22
OPTIONAL = {"res_timing_timerfd": "res_timing_dahdi or res_timing_kqueue may stand in for it"}
# Without them nobody's browser is a telephone, which is all that is missing then.
BROWSERS = ("res_http_websocket", "res_pjsip_transport_websocket", "res_srtp")
WANTS = {"app_amd": " It wants a file amd.conf, which may be empty."}


async def check_pbx(settings: AsteriskSettings) -> list[Finding]:
    """Look at a PBX and say what was found; with any `ok` False, calls will not work fully."""
    heard: list[Headers] = []

    async def ready() -> None:
        return None

    session = AmiSession(settings, on_event=heard.append, on_up=ready, on_down=lambda: None)
    try:
        await session.start()
    except SwitchUnavailable as exc:
        return [Finding(False, str(exc))]
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
        self._allowed: Headers = {}
        self._unloaded: list[str] = []

    def say(self, ok: bool, text: str) -> None:
        self.findings.append(Finding(ok, text))

    async def run(self) -> None:
        self._allowed = (await self._session.request({"Action": "ListCommands"})).headers
        looks = {
            "CoreSettings": self._version,
            "ModuleCheck": self._modules,
            "ShowDialPlan": self._dialplan,
            "GetConfig": self._files,
            "PJSIPShowEndpoint": self._trunks,
        }
        for action, look in looks.items():
            if action in self._allowed:
                await look()
        if self._may_all():
            trial = Trial(self._settings, self._session, self._heard, self._allowed)
            self.findings += await trial.run()

    async def _can(self, action: dict[str, str]) -> bool:
        try:
            await self._session.request(action)
        except AmiRefused:
            return False
        return True

    def _may_all(self) -> bool:
        """Say what the user may not do. A look that needs it was left out, the trial will be."""
        missing = {
            need
            for action, need in ACTIONS.items()
            # An action is unknown, too, while its module is not loaded, which was said above.
            if action not in self._allowed and MADE_BY.get(action) not in self._unloaded
        }
        if not missing:
            self.say(True, "The AMI user may do all that is needed.")
            return True
        classes = ", ".join(f"`{need}`" for need in sorted(missing))
        self.say(
            False,
            f"The AMI user may not do enough: add {classes} to its `write` in manager.conf, do "
            '"manager reload", and check again, since not all could be looked at.',
        )
        return False

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
                f"{NEWEST}, for which Outdial was made. Install one of these. Until then calls "
                "may work; outcomes may be vaguer.",
            )

    async def _modules(self) -> None:
        self._unloaded = missing = [
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
                f'modules.conf, and do "module load {name}.so".{WANTS.get(name, "")}',
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

    async def _files(self) -> None:
        missing = [name for name in PROFILES if not await self._has("confbridge.conf", name)]
        if missing:
            self.say(
                False,
                f"confbridge.conf lacks {', '.join(missing)}. Install the file from "
                '`outdial pbx config`, #include it, and do "module reload app_confbridge".',
            )
        else:
            self.say(True, "confbridge.conf has all profiles.")
        if not await self._has("musiconhold.conf", "default"):
            self.say(
                True,
                "musiconhold.conf has no class `default`: unless it comes from elsewhere, waiting "
                "agents and customers on hold hear silence.",
            )

    async def _has(self, file: str, section: str) -> bool:
        action = {"Action": "GetConfig", "Filename": file, "Category": section}
        try:
            return section_of((await self._session.request(action)).headers) == section
        except AmiRefused:  # there is no such file
            return False

    async def _trunks(self) -> None:
        if not self._settings.trunks:
            self.say(
                True,
                "The address names no trunk (`?trunk=`): accounts without trunks of their own "
                "can't call numbers.",
            )
        for trunk in self._settings.trunks:
            if not trunk.dial.startswith("PJSIP/"):
                continue
            if await self._can({"Action": "PJSIPShowEndpoint", "Endpoint": trunk.name}):
                self.say(True, f"Trunk {trunk.name} is an endpoint.")
            else:
                self.say(
                    False,
                    f"Trunk {trunk.name} is no endpoint in pjsip.conf. Add one of that name from "
                    "the template outdial-trunk, as the example at the end of our file, and do "
                    '"pjsip reload"; or correct `trunk=` in the address.',
                )
