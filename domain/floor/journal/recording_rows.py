"""The SQL of recordings: a row as soon as one begins, its file when it is finished."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.floor.journal.group import Group

_INSERT_RECORDINGS = """
INSERT INTO recording (id, account_id, call_id, campaign_id, agent_id, node, started_at, kind)
SELECT u.id, $1, u.call_id, u.campaign_id, u.agent_id, u.node, u.started_at, 'call'
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[])
    AS u(id, call_id, campaign_id, agent_id, node, started_at)
ON CONFLICT (id) DO NOTHING
"""

_RECORD_ANALYSES = """
INSERT INTO recording (id, account_id, call_id, campaign_id, node, started_at, kind)
SELECT u.id, $1, u.id, u.campaign_id, u.node, u.started_at, 'analysis'
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
    AS u(id, campaign_id, node, started_at)
ON CONFLICT (id) DO NOTHING
"""

# An owner who took over before the answer does not know that the analysis is recorded. What has
# an attempt's id is of its analysis.
_FINISH_RECORDINGS = """
WITH file AS (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::float8[], $6::timestamptz[])
        AS u(id, path, size, seconds, finished_at)
), finished AS (
    UPDATE recording SET path = file.path, size = file.size, seconds = file.seconds,
        finished_at = file.finished_at
    FROM file WHERE recording.id = file.id AND recording.account_id = $1
    RETURNING recording.id
)
INSERT INTO recording (id, account_id, call_id, campaign_id, node, started_at, kind, finished_at,
    path, size, seconds)
SELECT file.id, $1, attempt.id, attempt.campaign_id, attempt.node,
    coalesce(attempt.answered_at, file.finished_at - file.seconds * interval '1 second'),
    'analysis', file.finished_at, file.path, file.size, file.seconds
FROM file JOIN attempt ON attempt.id = file.id AND attempt.account_id = $1
WHERE file.id NOT IN (SELECT id FROM finished)
ON CONFLICT (id) DO NOTHING
"""


def statements_of_recordings(group: Group, account_id: UUID) -> list[tuple[str, list[Any]]]:
    """The statements that write what was begun and finished in a group, in that order."""
    found: list[tuple[str, list[Any]]] = []
    if group.recordings:
        found.append((_INSERT_RECORDINGS, [account_id, *_recording_values(group)]))
    if lines := list(group.analyses.values()):
        found.append(
            (
                _RECORD_ANALYSES,
                [
                    account_id,
                    [line.id for line in lines],
                    [line.campaign_id for line in lines],
                    [line.node for line in lines],
                    [line.answered_at for line in lines],
                ],
            )
        )
    if files := list(group.files.values()):
        found.append(
            (
                _FINISH_RECORDINGS,
                [
                    account_id,
                    [file.recording for file in files],
                    [file.path for file in files],
                    [file.size for file in files],
                    [file.seconds for file in files],
                    [datetime.fromtimestamp(file.at, UTC) for file in files],
                ],
            )
        )
    return found


def _recording_values(group: Group) -> list[Any]:
    rows = group.recordings
    lines = [line for line, _ in rows.values()]
    return [
        list(rows),
        [line.id for line in lines],
        [None if line.is_inbound else line.campaign_id for line in lines],
        [line.agent_id for line in lines],
        [line.node for line in lines],
        [at for _, at in rows.values()],
    ]
