"""The processes of the bed: Asterisk and SIPp, unpacked by install.sh, on loopback only."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO
from uuid import UUID

from tests.pbx.bed import scenarios, sound
from tests.pbx.bed.certificate import write_certificate
from workers.gateway.asterisk.config import PbxFiles, write_config
from workers.gateway.asterisk.settings import AsteriskSettings, Trunk

HERE = Path(__file__).parent
ACCOUNT = UUID("0f0e0d0c-0b0a-4908-8706-050403020100")
AGENT_PHONES = 25
HEARING_PHONES = 4
SEAT_PHONES = 6
SECRET = "only-on-loopback"


def install() -> Path:
    """The folder of the unpacked packages. Takes 15 s the first time; raises if that fails."""
    done = subprocess.run([HERE / "install.sh"], stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip())


class Unpacked:
    """Programs of the unpacked tree, run through its own loader: the host's libc may be older."""

    def __init__(self, root: Path) -> None:
        self.root = root
        triplets = [p.name for p in (root / "usr/lib").glob("*-linux-gnu*")]
        self.libraries = root / "usr/lib" / triplets[0]
        # bullseye keeps libasteriskpj and the modules outside the folder of the architecture
        self.modules = next(
            p
            for p in (self.libraries / "asterisk/modules", root / "usr/lib/asterisk/modules")
            if p.is_dir()
        )
        self._paths = f"{self.libraries}:{root / 'lib' / triplets[0]}:{root / 'usr/lib'}"
        folders = (root / "lib64", root / "usr/lib64", self.libraries, root / "lib" / triplets[0])
        found = (path for f in folders if f.is_dir() for path in f.glob("ld-linux*.so*"))
        # In lib64 of bullseye it is a link from the root of the system, which is not ours.
        self._loader = next(path for path in found if path.exists())

    def command(self, program: str, *arguments: str) -> list[str]:
        return [
            str(self._loader),
            "--library-path",
            self._paths,
            str(self.root / program),
            *arguments,
        ]


@dataclass
class Bed:
    """A PBX with customers and phones around it. `run` must be shorter than 80 characters, since
    Asterisk's control socket lies inside. `net`: the first three numbers of a loopback network.
    """

    root: Path
    run: Path
    net: str = field(default_factory=lambda: os.environ.get("OUTDIAL_BED_NET", "127.77.0"))
    account: UUID = ACCOUNT  # to which the phones belong
    trunks: Sequence[str] = ("carrier", "wire", "dead")
    files: Path | None = None  # what `outdial pbx config` wrote; None: written here
    _tree: Unpacked = field(init=False)
    _asterisk: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _sipps: list[subprocess.Popen[bytes]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._tree = Unpacked(self.root)

    @property
    def url(self) -> str:
        """What to give a gateway as its PBX."""
        return self.url_at(f"{self.net}.1:5038")

    def url_at(self, address: str) -> str:
        """The same where AMI is reached at another address."""
        trunks = "&".join(f"trunk={name}" for name in self.trunks)
        return f"asterisk://outdial:{SECRET}@{address}?{trunks}"

    @property
    def address(self) -> tuple[str, int]:
        """Where the PBX takes SIP."""
        return (f"{self.net}.1", 5060)

    def settings(self, **changes: object) -> AsteriskSettings:
        """How a gateway reaches this PBX."""
        values: dict[str, object] = {
            "node": "bed",
            "host": f"{self.net}.1",
            "username": "outdial",
            "secret": SECRET,
            "recordings": self.run / "recordings",
            "trunks": tuple(Trunk(name) for name in self.trunks),
            "reconnect_s": 0.2,
            "ping_s": 1.0,
        }
        return AsteriskSettings(**(values | changes))  # type: ignore[arg-type]  # a test's words

    def start(self) -> None:
        """Write the configuration, start Asterisk and both SIPps, wait until they answer."""
        with socket.socket() as probe:
            if probe.connect_ex((f"{self.net}.1", 5038)) == 0:
                raise RuntimeError(f"Another bed runs on {self.net}. End it, or use another net.")
        self._write_files()
        self.start_asterisk()
        self._start_sipps()

    def stop(self) -> None:
        self._kill_sipps()
        if self._asterisk is not None:
            self.resume_asterisk()
            self._asterisk.terminate()
            try:
                self._asterisk.wait(5)
            except subprocess.TimeoutExpired:
                self.kill_asterisk()
            self._asterisk = None

    def start_asterisk(self) -> None:
        command = self._tree.command(
            "usr/sbin/asterisk", "-C", str(self.run / "etc/asterisk.conf"), "-f"
        )
        with self._log("console") as log:
            self._asterisk = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment()
            )
        self._await("Asterisk did not boot", lambda: "fully booted" in self._waited())

    def kill_asterisk(self) -> None:
        """Like a power cut. SIPp's telephones, which nobody tells, are replaced: they would hum on
        at ports that belong to other calls when Asterisk is back, and take those calls' sound.
        """
        if self._asterisk is not None:
            self._asterisk.kill()
            self._asterisk.wait()
            self._asterisk = None
        if self._sipps:
            self._kill_sipps()
            self._start_sipps()

    def suspend_asterisk(self) -> None:
        """Connections stay open and nobody answers: what a half-open link looks like."""
        if self._asterisk is not None:
            self._asterisk.send_signal(signal.SIGSTOP)

    def resume_asterisk(self) -> None:
        if self._asterisk is not None:
            self._asterisk.send_signal(signal.SIGCONT)

    def cli(self, command: str) -> str:
        """What Asterisk's console says to a command."""
        full = self._tree.command(
            "usr/sbin/asterisk", "-C", str(self.run / "etc/asterisk.conf"), "-rx", command
        )
        done = subprocess.run(
            full, capture_output=True, text=True, env=self._environment(), check=False, timeout=10
        )
        return done.stdout

    def rooms(self) -> str:
        """Who is up, and in which room, in Asterisk's own words."""
        told = self.cli("confbridge list")
        names = [line.split()[0] for line in told.splitlines()[2:] if line.strip()]
        lists = [self.cli(f"confbridge list {name}") for name in names]
        return "\n".join([self.cli("core show channels concise"), *lists])

    @cached_property
    def version(self) -> int:
        """The first number of Asterisk's version: 22 from sid, 16 from bullseye."""
        return int(self.cli("core show version").split()[1].partition(".")[0])

    def _waited(self) -> str:
        return self.cli("core waitfullybooted")

    def _environment(self) -> dict[str, str]:
        return dict(os.environ, LC_ALL="C")

    def _log(self, name: str) -> IO[bytes]:
        return (self.run / f"log/{name}.log").open("ab")

    def _write_files(self) -> None:
        shutil.rmtree(self.run, ignore_errors=True)
        for folder in (
            "cache",
            "etc",
            "lib/keys",
            "log",
            "media",
            "music",
            "recordings",
            "run",
            "spool",
        ):
            (self.run / folder).mkdir(parents=True)
        if self.files is None:
            choice = PbxFiles(
                secret=SECRET,
                permit="127.0.0.0/255.0.0.0",
                unclaimed_s=4,
                patience_s=20,
            )
            write_config(self.run, choice)
        else:
            shutil.copytree(self.files, self.run, dirs_exist_ok=True)
        (self.run / "outdial").rename(self.run / "etc/outdial")
        self._link_data()
        names = [f"agent-{n}" for n in range(1, AGENT_PHONES + 1)]
        phones = [(name, f"sip:{name}@{self.net}.3:5080") for name in names]
        names = [f"ear-{n}" for n in range(1, HEARING_PHONES + 1)]
        phones += [(name, f"sip:{name}@{self.net}.6:5070") for name in names]
        names = [f"seat-{n}" for n in range(1, SEAT_PHONES + 1)]
        seats = [(name, f"sip:{name}@{self.net}.7:5070") for name in names]
        words = {
            "ROOT": str(self.root),
            "RUN": str(self.run),
            "MODULES": str(self._tree.modules),
            "NET": self.net,
            "PHONES": "\n".join(
                f"[{name}](bed-phone)\naors = {name}\naccountcode = {self.account}\n"
                f"[{name}](bed-aor)\ncontact = {contact}"
                for name, contact in phones
            ),
            "SEATS": "\n".join(
                f"[{name}](bed-phone)\naors = {name}\n[{name}](bed-aor)\ncontact = {contact}"
                for name, contact in seats
            ),
        }
        for template in (HERE / "etc").glob("*.conf"):
            text = template.read_text()
            for word, value in words.items():
                text = text.replace(f"@{word}@", value)
            (self.run / "etc" / template.name).write_text(text)
        # Files Asterisk warns about when they are missing, and with nothing to say.
        for name in ("ccss", "cdr", "cel", "codecs", "features", "udptl"):
            (self.run / f"etc/{name}.conf").write_text("[general]\n")
        for name in ("acl", "pjproject", "stasis"):
            (self.run / f"etc/{name}.conf").write_text("")
        write_certificate(self.run / "etc/https", f"{self.net}.1")
        (self.run / "music/tune.ulaw").write_bytes(sound.to_ulaw(sound.tone(350, 4.0)))
        media = self.run / "media"
        # Silence after the words: AMD counts frames, and a pause without frames is not silence.
        sound.write_ulaw(
            media / "hello.ul", sound.silence(0.4) + sound.speech(0.5) + sound.silence(20)
        )
        greeting = sound.silence(0.3) + sound.speech(4.0) + sound.silence(0.4)
        sound.write_ulaw(media / "machine.ul", greeting + sound.tone(1000, 0.5) + sound.silence(20))
        sound.write_ulaw(media / "agent.ul", sound.tone(700, 1.0, 1000))

    def _link_data(self) -> None:
        """Asterisk's data folder, with our sounds among its own, as a person installs them."""
        given = self.root / "usr/share/asterisk"
        (self.run / "data/sounds").mkdir(parents=True)
        for path in (*given.iterdir(), *(given / "sounds").iterdir()):
            if path.name != "sounds":
                (self.run / "data" / path.relative_to(given)).symlink_to(path)
        (self.run / "data/sounds/outdial").symlink_to(self.run / "sounds")

    def _start_sipps(self) -> None:
        self._start_sipp("customers", scenarios.customers(), f"{self.net}.2", 5070)
        self._start_sipp("agents", scenarios.agents(), f"{self.net}.3", 5080)
        self._await_ports([(f"{self.net}.2", 5070), (f"{self.net}.3", 5080)])

    def _kill_sipps(self) -> None:
        for process in self._sipps:
            process.kill()
            process.wait()
        self._sipps.clear()

    def _start_sipp(self, name: str, scenario: str, host: str, port: int) -> None:
        path = self.run / f"media/{name}.xml"
        path.write_text(scenario)
        command = self._tree.command("usr/bin/sipp", "-i", host, "-mi", host, "-p", str(port))
        command += ["-sf", str(path), "-nostdin", "-trace_err"]
        command += ["-error_file", str(self.run / f"log/sipp-{name}.err")]
        with self._log(f"sipp-{name}") as log:
            self._sipps.append(
                subprocess.Popen(
                    command,
                    cwd=self.run / "media",  # rtp_stream's file names are relative to this
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self._environment() | {"TERM": "dumb"},
                )
            )

    def _await_ports(self, ports: list[tuple[str, int]]) -> None:
        wanted = {
            f"{''.join(f'{int(n):02X}' for n in reversed(host.split('.')))}:{port:04X}"
            for host, port in ports
        }

        def bound() -> bool:
            lines = Path("/proc/net/udp").read_text().splitlines()[1:]
            return wanted <= {line.split()[1] for line in lines}

        self._await(f"SIPp did not start, see {self.run}/log", bound)

    def _await(self, complaint: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(complaint)
            time.sleep(0.1)
