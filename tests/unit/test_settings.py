"""The settings: read from the environment, frozen, documented by construction."""

from __future__ import annotations

from pathlib import Path

import pytest
from click import UsageError
from pydantic import ValidationError

from api.cli.stores import load_settings
from api.settings import Settings, settings_table
from schema.graphql import Limits


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNZHAO_PORT", "8123")
    monkeypatch.setenv("CUNZHAO_PUBLIC_URL", "https://record.example/cunzhao/")
    monkeypatch.setenv("CUNZHAO_LOG_FORMAT", "")
    settings = Settings()
    assert (settings.port, settings.public_url) == (8123, "https://record.example/cunzhao")
    assert settings.log_format == "console"


def test_a_wrong_value_names_its_setting() -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(public_url="record.example")


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNZHAO_DATABASE_URL", "postgresql://user:hunter2@store/db")
    assert "hunter2" not in repr(Settings())


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("postgresql://user:hunter2@store/db\n", encoding="utf-8")
    monkeypatch.setenv("CUNZHAO_DATABASE_URL_FILE", str(file))
    found = Settings().database_url
    assert found
    assert found.get_secret_value() == "postgresql://user:hunter2@store/db"


@pytest.mark.parametrize(
    ("content", "environment", "words"),
    [("", "", "is empty"), (None, "", "cannot be read"), ("hunter2", "hunter2", "are both set"),
     (b"\xffhunter2", "", "cannot be read")],
)  # fmt: skip
def test_a_file_that_holds_no_secret_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | bytes | None, environment: str, words: str
) -> None:
    file = tmp_path / "address"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("CUNZHAO_DATABASE_URL_FILE", str(file))
    monkeypatch.setenv("CUNZHAO_DATABASE_URL", environment)
    with pytest.raises(UsageError, match=f"CUNZHAO_DATABASE_URL_FILE.* {words}") as wrong:
        load_settings()
    assert "hunter2" not in str(wrong.value)


def test_networks_are_read_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNZHAO_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::/32")
    assert [str(network) for network in Settings().trusted_proxies] == ["10.0.0.0/8", "2001:db8::/32"]
    monkeypatch.setenv("CUNZHAO_TRUSTED_PROXIES", "10.0.0.1/8")
    with pytest.raises(UsageError, match="CUNZHAO_TRUSTED_PROXIES"):
        load_settings()


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_graphql_limits_are_those_of_the_engine() -> None:
    settings, limits = Settings(), Limits()
    chosen = (settings.graphql_depth, settings.graphql_aliases, settings.graphql_tokens, settings.graphql_cost)
    assert chosen == (limits.depth, limits.aliases, limits.tokens, limits.cost)


def test_the_table_has_a_row_for_each_setting() -> None:
    rows = settings_table().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields)
    assert "| `CUNZHAO_PORT` | `8000` |" in settings_table()
