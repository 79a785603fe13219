import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from domain.access.secrets import verify_secret
from domain.core import migrations


def outdial(
    *arguments: str, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """What `outdial` said and how it ended; it is given no variable of ours."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("OUTDIAL_")}
    return subprocess.run(
        [sys.executable, "-m", "workers.launch", *arguments],
        env=clean | {"PYTHONPATH": os.getcwd()} | (environment or {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """The sentence of a refusal, which is all there is on standard error."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("outdial: ")
    return done.stderr.removeprefix("outdial: ").strip()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections, and that nobody else can take meanwhile."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield unheard.getsockname()[1]


def test_a_taken_port_is_refused_before_anything_starts(taken_port: int, tmp_path: Path) -> None:
    done = outdial("up", "--port", str(taken_port), "--data-dir", str(tmp_path / "data"))
    assert refused(done) == (
        f"Nothing was started: 127.0.0.1:{taken_port} can't be listened on (Address already in "
        "use). Stop what uses it, or choose another with --port or --host."
    )
    assert not (tmp_path / "data").exists()


def test_an_unreachable_database_is_named_without_its_password(
    closed_port: int, redis_url: str, tmp_path: Path
) -> None:
    url = f"postgres://ana:s3cret@127.0.0.1:{closed_port}/outdial"
    done = outdial(
        *("up", "--port", "0", "--database", url, "--redis", redis_url),
        *("--data-dir", str(tmp_path)),
    )
    assert refused(done) == (
        f"PostgreSQL at postgres://ana:***@127.0.0.1:{closed_port}/outdial can't be reached "
        "(connection refused). Start it, or correct --database (OUTDIAL_DATABASE)."
    )
    assert "s3cret" not in done.stdout


def test_an_unreachable_redis_is_named_without_its_password(
    closed_port: int, tmp_path: Path
) -> None:
    url = f"redis://:s3cret@127.0.0.1:{closed_port}/0"
    done = outdial("up", "--port", "0", "--redis", url, "--data-dir", str(tmp_path))
    assert refused(done) == (
        f"Valkey or Redis at redis://:***@127.0.0.1:{closed_port}/0 can't be reached "
        "(connection refused). Start it, or correct --redis (OUTDIAL_REDIS)."
    )
    assert "s3cret" not in done.stdout
    assert not (tmp_path / "postgres").exists()


def test_a_missing_database_is_refused(database_server: str, redis_url: str) -> None:
    url = urlunsplit(urlsplit(database_server)._replace(path="/nowhere"))
    done = outdial("check", "--port", "0", "--database", url, "--redis", redis_url)
    assert "there is no such database" in refused(done)


def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = outdial("up", "--port", "0", "--data-dir", str(tmp_path / "file" / "data"))
    assert "can't be written (Not a directory). Choose another with --data-dir." in refused(done)


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
    done = outdial("up", "--port", "0", "--data-dir", str(tmp_path))
    assert "was written by PostgreSQL 12" in refused(done)


def test_a_wrong_variable_is_refused_by_name() -> None:
    done = outdial("up", environment={"OUTDIAL_PBX": "freeswitch"})
    assert refused(done).startswith("Nothing was started: OUTDIAL_PBX must be simulated or")


def test_an_unknown_option_is_refused() -> None:
    done = outdial("up", "--nodes", "3")
    assert done.returncode == 2
    assert "--nodes" in done.stderr


@pytest.mark.parametrize("command", ["api", "worker", "gateway"])
def test_a_single_process_without_servers_is_refused(command: str, tmp_path: Path) -> None:
    assert "no `outdial up` runs in" in refused(outdial(command, "--data-dir", str(tmp_path)))


@pytest.mark.parametrize("command", ["api", "worker", "gateway"])
def test_a_database_without_our_tables_is_refused(
    command: str, empty_database: str, redis_url: str
) -> None:
    done = outdial(command, "--database", empty_database, "--redis", redis_url)
    assert refused(done).endswith("Run: outdial migrate")


async def test_migrate_goes_forward_and_back_and_bears_repetition(empty_database: str) -> None:
    names = migrations.names()
    forward = await asyncio.to_thread(outdial, "migrate", "--database", empty_database)
    again = await asyncio.to_thread(outdial, "migrate", "--database", empty_database)
    back = await asyncio.to_thread(outdial, "migrate", "--database", empty_database, "--to", "zero")
    assert forward.stdout.splitlines()[:-1] == [f"+ {name}" for name in names]
    assert again.stdout == "Nothing to migrate.\n"
    assert back.stdout.splitlines()[:-1] == [f"- {name}" for name in reversed(names)]
    assert await tables(empty_database) == {"tortoise_migrations"}


def test_an_unknown_migration_is_refused(empty_database: str) -> None:
    done = outdial("migrate", "--database", empty_database, "--to", "9999_none")
    assert refused(done).startswith("Nothing was changed: there is no migration 9999_none.")


def test_a_database_of_a_newer_outdial_is_refused(database_url: str, redis_url: str) -> None:
    asyncio.run(
        execute(
            database_url,
            "INSERT INTO tortoise_migrations (app, name, applied_at) "
            "VALUES ('domain', '9999_later', now())",
        )
    )
    try:
        done = outdial("check", "--port", "0", "--database", database_url, "--redis", redis_url)
        assert "was migrated by a newer Outdial (9999_later)" in refused(done)
    finally:
        asyncio.run(
            execute(database_url, "DELETE FROM tortoise_migrations WHERE name = '9999_later'")
        )


def test_check_says_that_everything_answers(database_url: str, redis_url: str) -> None:
    done = outdial("check", "--port", "0", "--database", database_url, "--redis", redis_url)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "Everything that was named answers.",
    )


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_an_account_is_opened_once_and_its_administrator_may_sign_in(
    database_url: str,
) -> None:
    opening = ("account", "create", "--database", database_url, "--name", "Ana & Co")
    done = outdial(*opening, "--slug", "ana", "--email", "Ana@Example.com", "--country", "GB")
    assert done.returncode == 0, done.stderr
    said = dict(line.split() for line in done.stdout.splitlines())
    assert (said["account"], said["e-mail"]) == ("ana", "ana@example.com")
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            'SELECT u.role, u.password_hash, a.country FROM "user" u JOIN account a '
            "ON a.id = u.account_id WHERE a.slug = 'ana'"
        )
        assert [(row["role"], row["country"]) for row in rows] == [("admin", "GB")]
        assert await verify_secret(rows[0]["password_hash"], said["password"])

        again = outdial(*opening, "--slug", "ana", "--email", "bo@example.com")
        assert "another one of this server has the slug ana" in refused(again)
        wrong = outdial(*opening, "--slug", "Ana!", "--email", "bo", "--timezone", "Mars/North")
        assert [word for word in ("slug", "email", "timezone") if f"{word}: must" in refused(wrong)]
        assert await connection.fetchval('SELECT count(*) FROM "user"') == 1
    finally:
        await connection.execute("TRUNCATE account CASCADE")
        await connection.close()
