"""`outdial pbx check` on a PBX that has everything, and on ones that lack something."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.core.settings import Settings
from tests.pbx.bed.servers import SECRET, Bed
from workers.gateway.asterisk.check import check_pbx
from workers.gateway.asterisk.settings import Trunk
from workers.gateway.switches import asterisk_settings


async def test_a_complete_pbx_has_no_complaints(bed: Bed) -> None:
    findings = await check_pbx(bed.settings())

    wrong = [finding.text for finding in findings if not finding.ok]
    assert [text for text in wrong if bed.version >= 20 or "not one of" not in text] == []
    assert any(f"Asterisk {bed.version}" in finding.text for finding in findings)
    assert bed.cli("core show channels count").startswith("0 active channels")


async def test_what_is_missing_is_named_with_the_remedy(bed: Bed, tmp_path: Path) -> None:
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")
    bed.cli("module unload app_amd.so")
    bed.cli("dialplan remove context outdial-hold")
    try:
        findings = await check_pbx(
            bed.settings(
                trunks=(Trunk("nowhere"),), sounds="no-such-folder", recordings=not_a_folder
            )
        )
    finally:
        bed.cli("module load app_amd.so")
        bed.cli("dialplan reload")

    wrong = "\n".join(finding.text for finding in findings if not finding.ok)
    for named in ("app_amd", "outdial-hold", "nowhere", "no-such-folder", "recording"):
        assert named in wrong
    assert len(wrong.splitlines()) == (5 if bed.version >= 20 else 6)


async def test_a_wrong_secret_is_said_in_words(bed: Bed) -> None:
    findings = await check_pbx(bed.settings(secret="not-it"))

    assert [finding.ok for finding in findings] == [False]
    assert "manager.conf" in findings[0].text
    assert "not-it" not in findings[0].text


async def test_a_sound_that_is_missing_is_named(bed: Bed) -> None:
    ringing, aside = bed.run / "sounds/ringing.wav", bed.run / "ringing.wav"
    ringing.rename(aside)
    try:
        findings = await check_pbx(bed.settings())
    finally:
        aside.rename(ringing)

    wrong = [finding.text for finding in findings if not finding.ok]
    (sounds,) = [text for text in wrong if "sounds" in text]
    assert "were not found as outdial/...: ringing. " in sounds
    assert "outdial pbx config" in sounds


async def test_whether_browsers_can_be_phones_is_said_and_is_no_complaint(bed: Bed) -> None:
    complete = await check_pbx(bed.settings())
    bed.cli("module unload res_srtp.so")
    try:
        lacking = await check_pbx(bed.settings())
    finally:
        bed.cli("module load res_srtp.so")

    (said,) = [finding for finding in lacking if "rowsers" in finding.text]
    assert said.ok
    assert "res_srtp not loaded" in said.text
    assert any("phones in browsers are loaded" in finding.text for finding in complete)


@contextmanager
def user(bed: Bed, *, read: str, write: str) -> Iterator[str]:
    """The name of an AMI user with these rights."""
    file = bed.run / "etc/manager.conf"
    before = file.read_text()
    rights = f"secret = {SECRET}\nread = {read}\nwrite = {write}\n"
    file.write_text(f"{before}\n[narrow]\n{rights}")
    bed.cli("manager reload")
    try:
        yield "narrow"
    finally:
        file.write_text(before)
        bed.cli("manager reload")


READ, WRITE = "system,call,user,dtmf,agi", "system,call,originate,agi,reporting,config,user"


@pytest.mark.parametrize(
    ("read", "write", "said"),
    [
        (READ.replace(",dtmf", ""), WRITE, ["hear all: add `dtmf` to its `read`"]),
        (READ, WRITE.replace(",reporting", ""), ["add `reporting` to its `write`"]),
        (READ, WRITE.replace(",user", ""), ["add `user` to its `write`"]),
        (READ, "", ["`originate`"]),
        (READ.replace("system,", ""), WRITE, ["Add `system` to the user's `read`"]),
    ],
    ids=["hears too little", "no lists", "no user events", "may nothing", "not told of the boot"],
)
async def test_a_right_that_lacks_is_named_and_nothing_is_blamed_on_what_needs_it(
    bed: Bed, read: str, write: str, said: list[str]
) -> None:
    with user(bed, read=read, write=write) as name:
        findings = await check_pbx(bed.settings(username=name))

    wrong = [
        finding.text for finding in findings if not finding.ok and "not one of" not in finding.text
    ]
    assert len(wrong) == len(said), wrong
    assert all(part in text for part, text in zip(said, wrong, strict=True))


async def test_without_its_module_a_conference_is_no_matter_of_rights(bed: Bed) -> None:
    bed.cli("module unload app_confbridge.so")
    try:
        findings = await check_pbx(bed.settings())
    finally:
        bed.cli("module load app_confbridge.so")

    wrong = [finding.text for finding in findings if not finding.ok]
    assert any("Module app_confbridge is not loaded" in text for text in wrong)
    assert not any("`write`" in text for text in wrong)


async def test_profiles_and_music_that_are_missing_are_named(bed: Bed) -> None:
    rooms, music = bed.run / "etc/outdial/confbridge.conf", bed.run / "etc/musiconhold.conf"
    before = rooms.read_text(), music.read_text()
    rooms.write_text(before[0].replace("[outdial_barge](outdial_part)", ""))
    music.write_text(before[1].replace("[default]", "[other]"))
    try:
        findings = await check_pbx(bed.settings())
    finally:
        rooms.write_text(before[0])
        music.write_text(before[1])

    (profile,) = [finding for finding in findings if "lacks outdial_barge" in finding.text]
    (silence,) = [finding for finding in findings if "hear silence" in finding.text]
    assert (profile.ok, silence.ok) == (False, True)


async def test_recordings_below_a_relative_data_folder_reach_the_gateway(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    findings = await check_pbx(asterisk_settings(Settings(pbx=bed.url, data_dir=Path("data"))))

    (recordings,) = [finding for finding in findings if "ecording" in finding.text]
    assert recordings.ok, recordings
    assert list((tmp_path / "data/files/recordings").iterdir()) == []
