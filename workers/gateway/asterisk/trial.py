"""The part of `outdial pbx check` that tries: a channel goes through our dialplan."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from workers.gateway.asterisk.mapping import name_of, step_of
from workers.gateway.asterisk.recordings import folder_of
from workers.gateway.asterisk.session import AmiRefused, AmiSession, Headers
from workers.gateway.asterisk.settings import AsteriskSettings
from workers.gateway.asterisk.sounds import OUR_TONES

# Each event that the trial must bring, by what we do for it, with the privilege class that lets us
# hear it.
EVENTS = {
    "Newchannel": ("Originate", "call"),
    "DTMFEnd": ("PlayDTMF", "dtmf"),
    "AsyncAGIStart": ("AGI", "agi"),
    "UserEvent": ("UserEvent", "user"),
}
SOUNDS = ("none", *OUR_TONES)
PAST_THE_END = 10**9  # samples: a sound that is played from there is over at once
TRIAL_S = 1.5
FILE_S = 2.0  # how long a file may take to appear, for instance over a network
SHARED = (
    "Put Asterisk's user and this one into one group, or if Asterisk runs elsewhere, mount the "
    "folder there and name it in the address: `?recordings=`."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `text` says what is so, or what is wrong and what to do."""

    ok: bool
    text: str


class Trial:
    """One channel that answers itself, so that nothing leaves the machine."""

    def __init__(
        self,
        settings: AsteriskSettings,
        session: AmiSession,
        heard: list[Headers],
        allowed: Headers,
    ) -> None:
        self._settings = settings
        self._session = session
        self._heard = heard
        self._allowed = allowed  # what this Asterisk knows and lets us do
        self._near, self._far = f"check-{uuid4().hex}", f"check-{uuid4().hex}"

    async def run(self) -> list[Finding]:
        """What was found. Raises SwitchUnavailable."""
        account = uuid4()  # of nobody: its folder is one as those of accounts are
        try:
            folder = folder_of(self._settings.recordings, account)
        except OSError as exc:
            folder, why = None, exc.strerror
        refused = await self._refused(
            {
                "Action": "Originate",
                "ChannelId": self._near,
                "OtherChannelId": self._far,
                "Channel": "Local/idle@outdial-leg/n",
                "Application": "Wait",
                "Data": "5",
                "Async": "true",
            }
        )
        findings: list[Finding] = []
        if refused:
            text = f'A trial channel was not started: Asterisk says "{refused}". See above.'
            findings.append(Finding(False, text))
        else:
            await self._use(str(account))
            findings += self._heard_all()
            if "AGI" in self._allowed:
                findings.append(self._found_sounds())
        if folder is None:
            text = f"No folder of recordings can be made in {self._settings.recordings}: {why}."
            return [*findings, Finding(False, f"{text} Let this user write there.")]
        try:
            if not refused and "MixMonitor" in self._allowed:
                findings.append(await self._recorded(folder))
            return findings
        finally:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()

    async def _refused(self, action: dict[str, str]) -> str:
        """Asterisk's reason not to do it; empty when it was done."""
        try:
            await self._session.request(action)
        except AmiRefused as exc:
            return exc.reason
        return ""

    async def _use(self, account: str) -> None:
        there = self._settings.recordings_there or self._settings.recordings
        await asyncio.sleep(0.3)
        far = {"Channel": self._far}
        agi = {"Action": "AGI", **far}
        await self._refused(agi | {"Command": "ANSWER", "CommandID": self._near})
        for name in SOUNDS:
            command = f'STREAM FILE {self._settings.sounds}/{name} "" {PAST_THE_END}'
            await self._refused(agi | {"Command": command, "CommandID": f"{self._far}/{name}"})
        file = there / account / "trial.wav"
        await self._refused({"Action": "MixMonitor", **far, "File": str(file)})
        await self._refused({"Action": "PlayDTMF", **far, "Digit": "5", "Receive": "true"})
        await self._refused({"Action": "UserEvent", "UserEvent": "OutdialCheck"})
        await asyncio.sleep(TRIAL_S)
        await self._refused({"Action": "Hangup", "Channel": self._near})
        await asyncio.sleep(0.3)

    def _heard_all(self) -> list[Finding]:
        names = {name_of(event) for event in self._heard}
        lacking = [
            need
            for name, (action, need) in EVENTS.items()
            if name not in names and action in self._allowed
        ]
        if not lacking:
            return [Finding(True, "The AMI user hears all that is needed.")]
        return [
            Finding(
                False,
                f"The AMI user does not hear all: add `{need}` to its `read` in manager.conf, and "
                'do "manager reload".',
            )
            for need in lacking
        ]

    def _found_sounds(self) -> Finding:
        steps = [step_of(event) for event in self._heard]
        played = {step.command for step in steps if step is not None and step.result != -1}
        missing = [name for name in SOUNDS if f"{self._far}/{name}" not in played]
        if not missing:
            return Finding(True, "Our sounds are there.")
        return Finding(
            False,
            f"Of our sounds these were not found as {self._settings.sounds}/...: "
            f"{', '.join(missing)}. Copy the folder `sounds` from `outdial pbx config` among "
            "Asterisk's sounds, under that name.",
        )

    async def _recorded(self, folder: Path) -> Finding:
        trial = folder / "trial.wav"
        for _ in range(round(FILE_S / 0.1)):
            if trial.exists():
                break
            await asyncio.sleep(0.1)
        try:
            trial.read_bytes()
        except FileNotFoundError:
            return Finding(
                False,
                f"A trial recording did not appear in {self._settings.recordings}: Asterisk can't "
                f"write there. {SHARED}",
            )
        except OSError as exc:
            return Finding(
                False, f"A trial recording can't be read by this user: {exc.strerror}. {SHARED}"
            )
        return Finding(True, "Recordings reach the gateway.")
