import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from redis import Redis as PlainRedis

from tests.conftest import FAST
from workers.launch import processes
from workers.launch.embedded import EmbeddedServers, data_folder
from workers.launch.errors import LaunchRefused
from workers.launch.postgres import EmbeddedPostgres
from workers.launch.sockets import LONGEST, socket_folder
from workers.launch.valkey import EmbeddedValkey


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one PostgreSQL cluster, stopped. Making one takes a second, so all share it."""
    folder = tmp_path_factory.mktemp("pg")
    server = EmbeddedPostgres(folder, options=FAST)
    server.start()
    execute(server.url, "CREATE TABLE kept (word text)")
    server.stop()
    return folder


@pytest.fixture
def postgres(cluster: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(cluster, options=FAST)
    yield server
    server.stop()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path)
    yield server
    server.stop()


def execute(url: str, statement: str) -> list[asyncpg.Record]:
    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement)
            return rows
        finally:
            await connection.close()

    return asyncio.run(run())


def left_over(folder: Path) -> None:
    """Servers in the folder whose starter was killed, but which it did not take along."""
    starter = (
        "import sys, workers.launch.processes as p\n"
        "spawn = p.setpriv\n"
        "p.setpriv = lambda user, sign=None, **more: spawn(user, None, **more)\n"
        "from pathlib import Path\n"
        "from workers.launch.embedded import EmbeddedServers\n"
        "EmbeddedServers(Path(sys.argv[1])).start()\n"
        "import os; os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", starter, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_stopped_server_keeps_its_rows(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    execute(postgres.url, "INSERT INTO kept VALUES ('stopped')")
    postgres.stop()
    assert not postgres.is_running()
    postgres.start()
    assert not postgres.adopted
    assert execute(postgres.url, "SELECT FROM kept WHERE word = 'stopped'") != []


def test_a_killed_server_keeps_its_committed_rows(cluster: Path) -> None:
    postgres = EmbeddedPostgres(cluster)  # as `outdial up` runs it, not as fast as tests may
    postgres.start()
    execute(postgres.url, "INSERT INTO kept VALUES ('killed')")
    processes.end(pid_of(postgres), "postgres", first=signal.SIGKILL)
    postgres.start()
    assert execute(postgres.url, "SELECT FROM kept WHERE word = 'killed'") != []
    postgres.stop()


def test_names_in_any_script_are_lowered(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert execute(postgres.url, "SELECT lower('ЖÄ')")[0][0] == "жä"


def test_servers_that_a_killed_run_left_behind_are_adopted(
    cluster: Path, postgres: EmbeddedPostgres
) -> None:
    left_over(cluster)
    pid = pid_of(postgres)
    servers = EmbeddedServers(cluster)
    servers.start()
    try:
        assert servers.postgres is not None
        assert servers.valkey is not None
        assert (servers.postgres.adopted, servers.valkey.adopted) == (True, True)
        assert pid_of(servers.postgres) == pid
        execute(servers.postgres.url, "INSERT INTO kept VALUES ('adopted')")
    finally:
        servers.stop()
    assert not processes.runs(pid, "postgres")


def test_a_left_over_server_that_does_not_answer_is_ended(
    cluster: Path, postgres: EmbeddedPostgres
) -> None:
    left_over(cluster)
    stuck = pid_of(postgres)
    (postgres.sockets / ".s.PGSQL.5432").unlink()
    postgres.start()
    assert not postgres.adopted
    assert not processes.runs(stuck, "postgres")
    execute(postgres.url, "SELECT 1")
    EmbeddedValkey(cluster).stop()


def test_a_pid_file_that_names_a_stranger_is_not_believed(postgres: EmbeddedPostgres) -> None:
    pid_file = postgres.cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{postgres.cluster}\n1\n5432\n\n\n\nready\n")
    postgres.start()
    assert not postgres.adopted
    assert pid_of(postgres) != os.getpid()


def test_servers_end_with_a_killed_starter(cluster: Path, postgres: EmbeddedPostgres) -> None:
    starter = (
        "import sys, os\nfrom pathlib import Path\n"
        "from workers.launch.embedded import EmbeddedServers\n"
        "EmbeddedServers(Path(sys.argv[1])).start()\nos.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", starter, str(cluster)], check=False)
    valkey = EmbeddedValkey(cluster)
    if processes.setpriv(None, signal.SIGINT):  # elsewhere they stay, to be adopted
        wait_until(lambda: not postgres.is_running() and not valkey.is_running())
    postgres.start()
    assert execute(postgres.url, "SELECT 1") != []


def test_data_of_another_postgresql_is_refused_and_not_touched(tmp_path: Path) -> None:
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(LaunchRefused, match="was written by PostgreSQL 12"):
        EmbeddedPostgres(tmp_path).start()
    assert [file.name for file in cluster.iterdir()] == ["PG_VERSION"]


def test_a_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(tmp_path, options=FAST)
    server.start()
    server.stop()
    assert not half.exists()


def test_a_valkey_that_a_killed_run_left_behind_is_adopted_with_what_it_holds(
    valkey: EmbeddedValkey,
) -> None:
    valkey.start()
    with PlainRedis.from_url(valkey.url) as client:
        client.set("word", "kept")
    again = EmbeddedValkey(valkey.folder)
    again.start()
    assert again.adopted
    with PlainRedis.from_url(again.url) as client:
        assert client.get("word") == b"kept"


def test_a_valkey_that_does_not_answer_is_ended(valkey: EmbeddedValkey) -> None:
    valkey.start()
    stuck = int(valkey.pid_file.read_text())
    valkey.socket.unlink()
    again = EmbeddedValkey(valkey.folder)
    again.start()
    assert not again.adopted
    assert not processes.is_alive(stuck)


def test_a_long_path_gets_a_short_place_for_its_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    server = EmbeddedValkey(folder)
    assert len(str(server.socket)) <= LONGEST
    assert socket_folder(folder, "valkey.sock") == server.socket.parent
    server.start()
    server.stop()
    server.socket.parent.rmdir()


def test_one_folder_serves_one_outdial(tmp_path: Path) -> None:
    with (
        data_folder(tmp_path / "data") as folder,
        pytest.raises(LaunchRefused, match="Another outdial uses"),
        data_folder(folder),
    ):
        raise AssertionError("both have it")
    with data_folder(folder):
        assert folder.is_dir()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaunchRefused, match="can't be written"), data_folder(tmp_path / "file/x"):
        raise AssertionError("it was made")


def pid_of(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().splitlines()[0])


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
