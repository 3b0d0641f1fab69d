"""Secrets that stand in files: `CUNZHAO_<NAME>_FILE` names the file of a setting that must not be seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

SUFFIX = "_FILE"


class SecretFileError(Exception):
    """A secret cannot be had from the file that was named for it. The message names the variable, never the secret."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the secret settings whose files the environment names.

    Raises `SecretFileError` where a file cannot be read or is empty, and where the secret stands in the environment
    as well.
    """

    def __init__(self, settings: type[BaseSettings], prefix: str) -> None:
        super().__init__(settings)
        self._prefix = prefix

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file of one setting, if it is a secret and the environment names one."""
        variable = f"{self._prefix}{field_name.upper()}"
        file = os.environ.get(variable + SUFFIX)
        if not file or not is_secret(field):
            return None, field_name, False
        if os.environ.get(variable):
            raise SecretFileError(f"{variable} and {variable}{SUFFIX} are both set")
        try:
            secret = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SecretFileError(f"the file that {variable}{SUFFIX} names cannot be read") from None
        if not secret:
            raise SecretFileError(f"the file that {variable}{SUFFIX} names is empty")
        return secret, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All secrets that stand in files."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, name)
            if value is not None:
                found[name] = value
        return found


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting must not be seen."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)
