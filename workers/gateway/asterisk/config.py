"""The Asterisk side as files: what `outdial pbx config` writes and a person installs.

`docs/asterisk/` holds the same files with the default values; a test compares them.
"""

import io
import math
import secrets
import struct
import wave
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from domain.telephony.port import RINGING_TONE_S

FILES = (
    "confbridge.conf",
    "extensions.conf",
    "logger.conf",
    "manager.conf",
    "modules.conf",
    "pjsip.conf",
)

MODULES = (
    "app_amd",
    "app_chanspy",
    "app_confbridge",
    "app_exec",
    "app_mixmonitor",
    "app_playback",
    "app_senddtmf",
    "app_userevent",
    "app_waitforsilence",
    "bridge_builtin_features",
    "bridge_simple",
    "bridge_softmix",
    "chan_bridge_media",
    "chan_pjsip",
    "codec_alaw",
    "codec_resample",
    "codec_ulaw",
    "format_pcm",
    "format_wav",
    "func_callerid",
    "func_channel",
    "func_cut",
    "func_logic",
    "func_timeout",
    "pbx_config",
    "res_agi",
    "res_musiconhold",
    "res_pjsip",
    "res_pjsip_session",
    "res_rtp_asterisk",
    "res_speech",
    "res_timing_timerfd",
    "res_tonedetect",
)

RATE = 8000  # samples a second; Asterisk plays a .wav at this rate without converting


@dataclass(frozen=True, slots=True)
class PbxFiles:
    """What may differ between installations. Seconds throughout."""

    username: str = "outdial"
    secret: str = "change-me"
    permit: str = "127.0.0.1/255.255.255.255"  # who may log in to AMI
    sounds: str = "outdial"  # below Asterisk's sounds folder, or an absolute path
    apology: str = "please-try-call-later"  # heard by a leg that nobody takes
    unclaimed_s: int = 20  # an arriving leg that nobody answers hears the apology after this
    patience_s: int = 60  # an answered leg that nobody directs hears it after this

    @staticmethod
    def new_secret() -> str:
        """A secret nobody can guess, for an installation of one's own."""
        return secrets.token_urlsafe(24)


def render(choice: PbxFiles) -> dict[str, str]:
    """The text of each file by its name, to be put into a folder `outdial` beside the others."""
    words = {
        "USERNAME": choice.username,
        "SECRET": choice.secret,
        "PERMIT": choice.permit,
        "SOUNDS": choice.sounds,
        "APOLOGY": choice.apology,
        "UNCLAIMED": str(choice.unclaimed_s),
        "PATIENCE": str(choice.patience_s),
        "MODULES": "\n".join(f"load = {module}.so" for module in MODULES),
    }
    rendered = {}
    for name in FILES:
        text = (files(__package__) / "conf" / name).read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        rendered[name] = text
    return rendered


def write_config(folder: Path, choice: PbxFiles) -> list[Path]:
    """Write the files and our sounds below `folder` and return their paths, replacing old ones.

    Layout: `outdial/*.conf` for Asterisk's configuration folder, `sounds/*.wav` for
    the folder `outdial` among Asterisk's sounds.
    """
    written = []
    (folder / "outdial").mkdir(parents=True, exist_ok=True)
    (folder / "sounds").mkdir(parents=True, exist_ok=True)
    for name, text in render(choice).items():
        path = folder / "outdial" / name
        if name == "manager.conf":
            # The AMI secret goes inside, and nobody else may read it, not even for a moment.
            path.touch()
            path.chmod(0o640)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    for name, content in sounds().items():
        path = folder / "sounds" / f"{name}.wav"
        path.write_bytes(content)
        written.append(path)
    return written


def sounds() -> dict[str, bytes]:
    """Our tones as WAV files by name. `zip` is short, since an agent hears it over a live voice."""
    return {
        "none": _wav([(0.02, ())]),
        "zip": _wav([(0.15, (1400,))]),
        "beep": _wav([(0.4, (1000,))]),
        # Three seconds of the tones of ITU-T E.180 as the United States use them.
        "busy": _wav([(0.5, (480, 620)), (0.5, ())] * 3),
        "congestion": _wav([(0.25, (480, 620)), (0.25, ())] * 6),
        "ringing": _wav([(2.0, (440, 480)), (RINGING_TONE_S - 2.0, ())]),
    }


def _wav(parts: list[tuple[float, tuple[int, ...]]]) -> bytes:
    """A mono WAV of (seconds, frequencies in Hz) one after the other, a quarter of full scale."""
    samples: list[int] = []
    for seconds, frequencies in parts:
        for n in range(round(seconds * RATE)):
            level = sum(math.sin(2 * math.pi * f * n / RATE) for f in frequencies)
            samples.append(round(8000 * level / max(1, len(frequencies))))
    memory = io.BytesIO()
    with wave.open(memory, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return memory.getvalue()
