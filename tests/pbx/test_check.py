"""`outdial pbx check` on a PBX that has everything, and on ones that lack something."""

from pathlib import Path

from tests.pbx.bed.servers import Bed
from workers.gateway.asterisk.check import check_pbx
from workers.gateway.asterisk.settings import Trunk


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
