from pathlib import Path

import pytest

from domain.core.settings import Settings, SettingsInvalid, without_secret


def test_nothing_set_means_embedded_and_simulated() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert (settings.database_url, settings.redis_url, settings.pbx) == (None, None, "simulated")
    assert settings.files == Path(".outdial/files")


def test_the_environment_sets_each_field() -> None:
    settings = Settings.from_environment(
        {
            "OUTDIAL_DATABASE": "postgres://ana:s3cret@db:5432/outdial",
            "OUTDIAL_REDIS": "redis://:s3cret@cache:6379/2",
            "OUTDIAL_PBX": "asterisk://out:s3cret@pbx1:5038/north",
            "OUTDIAL_PORT": "9000",
            "OUTDIAL_SIM_SPEED": "2.5",
            "OUTDIAL_LOG_LEVEL": "debug",
            "OUTDIAL_NODE": "",
            "OUTDIAL_FILES_DIR": "/srv/files",
        }
    )
    assert (settings.port, settings.sim_speed, settings.log_level) == (9000, 2.5, "DEBUG")
    assert settings.node == "main"
    assert settings.files == Path("/srv/files")


def test_a_child_process_gets_the_same_settings() -> None:
    settings = Settings(database_url="postgres://db/outdial", port=9000, sim_seed=7)
    assert Settings.from_environment(settings.to_environment()) == settings


def test_what_is_shown_holds_no_secret() -> None:
    settings = Settings(
        database_url="postgres://ana:s3cret@db/outdial?password=s3cret",
        redis_url="redis://:s3cret@cache:6379/2",
        pbx="asterisk://out:s3cret@pbx1:5038/north",
    )
    shown = "\n".join(settings.shown())
    assert "s3cret" not in shown
    assert "redis://:***@cache:6379/2" in shown
    assert "asterisk://out:***@pbx1:5038/north" in shown


def test_what_is_not_given_is_shown_as_what_happens_then() -> None:
    shown = Settings(sim_callers=0.0).shown()
    assert "      database  embedded" in shown
    assert "     files_dir  .outdial/files" in shown
    assert "   sim_callers  0.0" in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("simulated", "simulated"),
        ("postgres://postgres@/outdial?host=/run/pg", "postgres://postgres@/outdial?host=/run/pg"),
        ("postgres://a:b@c:d@host/x", "postgres://a:***@host/x"),
        ("unix:///run/valkey.sock?db=0&password=x", "unix:///run/valkey.sock?db=0&password=***"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_secret(url) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTDIAL_DATABASE", "mysql://root:s3cret@db/x"),
        ("OUTDIAL_DATABASE", "postgres://db:s3cret/x"),
        ("OUTDIAL_REDIS", "s3cret"),
        ("OUTDIAL_PBX", "freeswitch://s3cret"),
        ("OUTDIAL_PORT", "s3cret"),
        ("OUTDIAL_PORT", "70000"),
        ("OUTDIAL_DATABASE_POOL", "0"),
        ("OUTDIAL_SIM_SPEED", "1000"),
        ("OUTDIAL_LOG_LEVEL", "s3cret"),
        ("OUTDIAL_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_never_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"Nothing was started: {name} must be") as refused:
        Settings.from_environment({name: value})
    assert "s3cret" not in str(refused.value)
