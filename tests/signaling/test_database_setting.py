"""``--database``: what is refused with which words, and a server over PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession

from signaling.config import ConfigError, load, shown_database
from tests.postgres import PASSWORD, url
from tests.signaling.test_command_line import run, serving


@pytest.mark.parametrize(
    "value",
    [
        "",
        "mysql://user:hunter2@host/db",
        "postgresql+asyncpg://user:hunter2@host/db",
        "user:hunter2@host/db",
        "postgresql://user:hun/ter2@host/db",
        "postgresql://user:12/hunter2@host/db",
        "postgresql://user:12?hunter2@host/db",
        "postgresql://user:12#hunter2@host/db",
        "postgresql://user:hunter2@host:port/db",
        "postgresql://user:hunter2@host/db\n",
        "postgresql://[hunter2",
    ],
)
def test_what_is_no_database_is_refused_without_a_word_of_it(tmp_path: Path, value: str) -> None:
    file = tmp_path / "balai.toml"
    file.write_text(f"database = {value!r}".replace("\\n", "").replace("'", '"') if value else "database = ''")
    if "\n" not in value:
        with pytest.raises(ConfigError) as refused:
            load({}, {}, str(file))
        assert str(refused.value).startswith(
            f"database in {file} can't be what it is: give a URL such as postgresql://"
        )
        assert "ter2" not in str(refused.value)
    with pytest.raises(ConfigError) as refused:
        load({"database": value}, {})
    assert str(refused.value).startswith("--database can't be what it is: give a URL such as postgresql://")
    assert "ter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_of_a_database_that_is_one_its_name_and_host_are_shown() -> None:
    for value, shown in (
        ("postgresql://user:hunter2@db.example/balai", "balai on db.example"),
        ("postgres://user:p%40ss@db.example:5433/balai?sslmode=require", "balai on db.example:5433"),
        ("postgresql:///balai?host=/run/postgresql&password=hunter2", "balai on this machine"),
        ("postgresql://[2001:db8::7]", "of the default name on 2001:db8::7"),
    ):
        config = load({"database": value}, {})
        assert config.database == value
        assert "hunter2" not in repr(config)
        assert shown_database(value) == shown


async def test_a_server_over_postgresql_keeps_its_meetings_there(tmp_path: Path, postgres_url: str) -> None:
    arguments = ("--tls", "off", "--database", postgres_url)
    async with serving(tmp_path, *arguments) as (_, address), ClientSession() as http:
        async with http.get(f"{address}/readyz") as response:
            assert response.status == 200
        async with http.post(f"{address}/api/meetings") as response:
            code = (await response.json())["code"]
    async with (
        serving(tmp_path, *arguments) as (_, address),
        ClientSession() as http,
        http.get(f"{address}/api/meetings/{code}") as response,
    ):
        assert response.status == 200
    assert not (tmp_path / "balai.sqlite3").exists()


async def test_a_database_that_can_not_be_reached_is_one_line_with_exit_code_2(
    tmp_path: Path, postgres_socket: Path
) -> None:
    for wrong, words in (
        (url(postgres_socket, "nowhere"), 'database nowhere on this machine can\'t be used (database "nowhere"'),
        (url(postgres_socket, password="hunter2"), "password authentication failed"),
        ("postgresql://balai:hunter2@127.0.0.1:1/balai", "database balai on 127.0.0.1:1 can't be used"),
        ("postgresql://balai:hunter2@nowhere.invalid/balai", "database balai on nowhere.invalid can't be used"),
        ("postgresql://balai:hunter2@127.0.0.1/balai?sslmode=some", "can't be used"),
    ):
        code, out, err = await run(
            *("serve", "--port", "0", "--media-port", "0", "--data-dir", str(tmp_path)), BALAI_DATABASE=wrong
        )
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert words in err
        assert "give another with --database" in err
        assert "hunter2" not in err
        assert PASSWORD not in err
