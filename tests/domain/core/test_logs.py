import logging

import orjson

from domain.core.logs import JsonLines, PlainLines


def record(**extra: object) -> logging.LogRecord:
    found = logging.makeLogRecord({"name": "floor", "msg": "call %s ended", "args": ("c1",)})
    found.__dict__.update({"levelname": "INFO", "levelno": logging.INFO, "created": 0.0}, **extra)
    return found


def test_a_json_line_has_the_ids() -> None:
    line = orjson.loads(JsonLines("worker").format(record(call_id="c1")))
    assert line == {
        "at": "1970-01-01T00:00:00.000+00:00",
        "level": "INFO",
        "process": "worker",
        "logger": "floor",
        "message": "call c1 ended",
        "call_id": "c1",
    }


def test_a_plain_line_is_for_people() -> None:
    assert PlainLines().format(record(call_id=7)) == "00:00:00.000 call c1 ended call_id=7"


def test_personal_data_is_never_written() -> None:
    secret = record(number_pii="+12025550103", pii_name="Ana")
    for lines in (JsonLines("worker"), PlainLines()):
        assert "+12025550103" not in lines.format(secret)
        assert "Ana" not in lines.format(secret)
