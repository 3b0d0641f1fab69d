"""The settings: read from the environment, frozen, documented by construction."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

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
