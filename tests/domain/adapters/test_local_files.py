"""Files appear whole or not at all, and never outside the folder."""

import errno
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.adapters.local_files import LocalFiles
from domain.core.files import FilesUnavailable, FileTooLarge


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def left_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_a_file_is_saved_read_and_deleted(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path / "files")
    assert await files.save("imports/1.xlsx", chunks(b"ab", b"", b"c"), limit=3) == 3
    assert files.path("imports/1.xlsx").read_bytes() == b"abc"
    assert b"".join([part async for part in files.read("imports/1.xlsx")]) == b"abc"
    await files.delete("imports/1.xlsx")
    await files.delete("imports/1.xlsx")
    assert left_in(tmp_path) == []


async def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    with pytest.raises(FileTooLarge):
        await files.save("big", chunks(b"abc", b"d"), limit=3)
    assert left_in(tmp_path) == []


async def test_an_upload_that_breaks_off_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    await files.save("name", chunks(b"old"), limit=3)

    async def broken() -> AsyncIterator[bytes]:
        yield b"n"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.save("name", broken(), limit=3)
    assert left_in(tmp_path) == [b"old"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", ""])
def test_a_name_that_leaves_the_folder_is_a_mistake(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="stay in the folder"):
        LocalFiles(tmp_path).path(name)


async def test_a_full_disk_is_told_and_leaves_no_half_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    made = Path.open

    def open_full(self: Path, *given: str, **more: str) -> io.BytesIO:
        made(self, *given, **more).close()  # type: ignore[call-overload]  # as it was called
        return FullDisk()

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(FilesUnavailable, match="disk is full"):
        await LocalFiles(tmp_path).save("lists/1", chunks(b"some bytes"), limit=100)

    monkeypatch.undo()
    assert left_in(tmp_path) == []
