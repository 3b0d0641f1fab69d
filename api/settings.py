"""Every setting of the program: the only place that reads the environment."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from api.secret_files import SecretFiles

PREFIX = "CUNZHAO_"


def _user_data_folder() -> Path:
    """The folder the operating system gives programs for their data."""
    return platformdirs.user_data_path("cunzhao", appauthor=False)


class Settings(BaseSettings):
    """What can be configured. Each field is read from the environment variable `CUNZHAO_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    database_url: SecretStr | None = Field(
        None,
        description="Address of a Postgres 15 or newer to use, in place of the embedded one; "
        "`CUNZHAO_DATABASE_URL_FILE` names a file that it stands in.",
    )
    read_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Addresses of hot standbys of that Postgres to read from, with spaces between them; "
        "`CUNZHAO_READ_URLS_FILE` names a file that they stand in.",
        json_schema_extra={"shown_default": "none"},
    )
    read_lag_seconds: float = Field(
        30.0,
        gt=0,
        description="Longest time a standby may lack the newest revision before the latest one is read elsewhere, "
        "in seconds.",
    )
    data_folder: Path = Field(
        default_factory=_user_data_folder,
        description="Folder of the embedded Postgres and its files.",
        json_schema_extra={"shown_default": "the user's data folder"},
    )
    releases_folder: Path = Field(
        default_factory=lambda data: data["data_folder"] / "releases",
        description="Folder of the files of releases, each release in a folder of its name.",
        json_schema_extra={"shown_default": "`releases` in the data folder"},
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="TCP port the server listens on; 0 takes a free one.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Address the service is reached at from outside, for links in answers; "
        "when empty, links hold the path only.",
    )
    pool_size: int = Field(8, ge=1, le=1000, description="Connections to Postgres held for reading.")
    statement_timeout_seconds: float = Field(
        10.0, gt=0, description="Longest time one question may take in Postgres, in seconds."
    )
    store_patience_seconds: float = Field(
        5.0,
        gt=0,
        description="Longest time a request waits for a connection to Postgres, or for a server that went away, "
        "in seconds; then it is answered 503.",
    )
    requests_at_once: int = Field(
        100, ge=1, description="Most requests that wait for their answers at once; what comes beyond is answered 503."
    )
    body_limit_bytes: int = Field(262_144, ge=1, description="Longest body of a request, in bytes.")
    rate_limit_requests: int = Field(
        120_000, ge=0, description="Requests that an address may send at once without a key; 0 sets no limit."
    )
    rate_limit_seconds: int = Field(
        60, ge=1, le=86_400, description="Time within which it may send as many again, in seconds."
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Networks of the proxies before the server, separated by commas; "
        "what others say about where a request comes from is not believed.",
    )
    proxy_header: Literal["x-forwarded-for", "forwarded"] = Field(
        "x-forwarded-for", description="The header in which those proxies add where a request comes from."
    )
    url_limit_bytes: int = Field(16_384, ge=256, description="Longest path and query of a request, in bytes.")
    head_limit_bytes: int = Field(
        65_536, ge=8_192, description="Longest head of a request, all its headers together, in bytes."
    )
    client_timeout_seconds: float = Field(
        30.0, gt=0, description="Time a client gets to send a request whole, and to take what waits for it, in seconds."
    )
    fetch_private_addresses: bool = Field(
        False, description="Whether `cunzhao ingest` and `extract` may fetch addresses in private networks."
    )
    download_from: str = Field(
        "http://127.0.0.1:8000/v1/releases",
        pattern=r"^https?://[^\s?#]+$",
        description="Address of the releases that `cunzhao download` fetches: of a service, "
        "or of any server that has their folders.",
    )
    log_format: Literal["console", "json"] = Field("console", description="Shape of the log lines.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least important kind of log line that is written."
    )
    graphql_depth: int = Field(
        12, ge=1, description="Deepest nesting of fields in a GraphQL query, introspection apart."
    )
    graphql_aliases: int = Field(30, ge=0, description="Most aliases in a GraphQL query.")
    graphql_tokens: int = Field(2_000, ge=1, description="Longest GraphQL query, in tokens.")
    graphql_cost: int = Field(
        200_000, ge=1, description="Highest cost of a GraphQL query, in about as many values as it may return."
    )
    shutdown_grace_seconds: int = Field(
        10, ge=0, description="Time that requests under way get when the server is told to stop, in seconds."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, else the environment, else the files that it names for secrets."""
        return init_settings, env_settings, SecretFiles(settings_cls, PREFIX)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("read_urls", mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("read_urls")
    @classmethod
    def _standbys(cls, value: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if value and not info.data.get("database_url"):
            raise ValueError(f"it needs {PREFIX}DATABASE_URL, the server that these are standbys of")
        for url in value:
            parts = urlsplit(url.get_secret_value())
            if parts.scheme not in ("postgres", "postgresql") or "," in parts.netloc.rpartition("@")[2]:
                raise ValueError("each is postgresql://… and names one server; spaces stand between them")
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        return value.rstrip("/")


def settings_table() -> str:
    """The settings as a Markdown table: variable, default, meaning."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_shown_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


def _shown_default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "shown_default" in extra:
        return str(extra["shown_default"])
    return f"`{field.default}`" if field.default not in (None, "", ()) else "none"
