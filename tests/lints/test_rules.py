from pathlib import PurePosixPath
from textwrap import dedent

import pytest

from lints.rules import LONGEST_MODULE, check
from lints.source import Module


def found(code: str, path: str = "domain/campaigns/service.py") -> list[str]:
    """The rules that the code breaks, in order."""
    return [each.rule for each in check(Module(PurePosixPath(path), dedent(code)))]


@pytest.mark.parametrize(
    "call",
    [
        "datetime.now(UTC)",
        "datetime.utcnow()",
        "datetime.datetime.now()",
        "date.today()",
        "time.time()",
        "timezone.now()",
    ],
)
def test_reading_the_machines_time_is_found(call: str) -> None:
    assert found(f"opened = {call}") == ["clock"]


def test_a_clock_that_is_handed_in_is_fine() -> None:
    assert found("opened = clock.now(); waited = time.monotonic()") == []


def test_the_clock_itself_may_read_the_time() -> None:
    assert found("now = datetime.now(UTC)", "domain/adapters/system_clock.py") == []


FOREIGN = "from domain.calls.models import Call\n"


@pytest.mark.parametrize(
    "call",
    [
        "Call.get(id=call_id)",
        "Call.get_or_none(pk=call_id)",
    ],
)
@pytest.mark.parametrize(
    "path", ["domain/campaigns/service.py", "schema/calls/queries.py", "workers/imports/job.py"]
)
def test_a_row_of_another_slice_by_id_is_found(call: str, path: str) -> None:
    assert found(FOREIGN + call, path) == ["rows"]


def test_a_filter_by_id_is_found_outside_the_domain() -> None:
    assert found(FOREIGN + "Call.filter(id=call_id)", "schema/calls/queries.py") == ["rows"]
    assert found(FOREIGN + "Call.filter(id=call_id, account_id=a)") == []


def test_a_row_of_ones_own_slice_is_fine() -> None:
    assert found(FOREIGN + "Call.get(id=call_id)", "domain/calls/service.py") == []


def test_rows_of_another_slice_by_something_else_are_fine() -> None:
    assert found(FOREIGN + "Call.filter(account_id=account_id)") == []


def test_a_get_of_something_that_is_no_model_is_fine() -> None:
    assert found("settings.get('x'); {}.get('id')") == []


@pytest.mark.parametrize(
    "call",
    [
        "logger.info('dialing %s', attempt.number)",
        "logger.warning('no such pin %s', pin)",
        "logging.error('agent %s is gone', agent.name)",
        "self.logger.debug('x', extra={'caller': leg.caller_id})",
        "logger.info('dialing ' + number)",
        "logger.info(f'dialing {number}')",
    ],
)
def test_a_person_in_a_log_call_is_found(call: str) -> None:
    assert found(call) == ["people"]


@pytest.mark.parametrize(
    "call",
    [
        "logger.info('dialing %s', attempt.id)",
        "logger.info('%d numbers', len(numbers))",
        "logger.info('child %s', child.name)",
        "logger.info('dialing', extra={'number_pii': attempt.number})",
        "book.info(number)",
    ],
)
def test_an_id_in_a_log_call_is_fine(call: str) -> None:
    assert found(call) == []


def test_a_module_that_is_too_long_is_found() -> None:
    assert found("x = 1\n" * LONGEST_MODULE) == []
    assert found("x = 1\n" * (LONGEST_MODULE + 1)) == ["size"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_advisory_lock(7)",
        "SELECT pg_try_advisory_lock_shared(7)",
        "SELECT set_config('work_mem', '1GB', false)",
        "SET synchronous_commit = off",
        "SELECT 1; LISTEN calls",
    ],
)
def test_sql_that_leaves_something_on_its_connection_is_found(sql: str) -> None:
    assert found(f'await connection.execute("{sql}")') == ["session"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_advisory_xact_lock(7)",
        "SELECT set_config('work_mem', '1GB', true)",
        "SET LOCAL synchronous_commit = off",
        "UPDATE call SET ended_at = now()",
        "Set the number.",
    ],
)
def test_sql_that_ends_with_its_transaction_is_fine(sql: str) -> None:
    assert found(f'await connection.execute("{sql}")') == []


def test_a_reason_excuses_its_line_and_the_next() -> None:
    assert found("x = time.time()  # lint: allow clock, because arq wants it") == []
    assert found("# lint: allow clock, because arq wants it\nx = time.time()") == []
    assert found("x = time.time()  # lint: allow rows, because arq wants it") == ["clock"]


def test_an_escape_without_a_reason_is_found() -> None:
    assert found("x = time.time()  # lint: allow clock") == ["clock", "escape"]
