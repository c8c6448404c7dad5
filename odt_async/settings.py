"""The settings of a run: command line > environment > `.env` > defaults, validated once, secrets masked.

Every setting can also be given as `ODT_<NAME>` in the environment or in `.env`; those that say who we are and
where Webex is are `WEBEX_*`.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from odt_async.errors import InputError
from odt_async.window import Window

__all__ = ["Settings", "is_loopback"]


_ORIGIN = re.compile(r"https?://(?:\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?/?", re.ASCII | re.IGNORECASE)
_HIGHEST_PORT = 65_535


def _origin(text: str) -> str:
    match = _ORIGIN.fullmatch(text.strip())
    if match is None or int(match[1] or 0) > _HIGHEST_PORT:
        raise PydanticCustomError(
            "origin", "must be scheme://host:port, such as http://127.0.0.1:8080, with nothing behind it"
        )
    return match[0].removesuffix("/").lower()


def _share(value: Any) -> Any:
    """Return the share of `70%`; anything else as it is."""
    text = str(value).strip()
    return float(text[:-1]) / 100 if re.fullmatch(r"\d+(?:\.\d+)?%", text) else value


def _seconds(value: Any) -> Any:
    """Return the seconds of `90m`; anything else as it is."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", str(value).strip())
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else value


def _error_limit(text: str) -> str:
    limit = text.strip()
    if not re.fullmatch(r"[1-9]\d*|(?!0+(\.0*)?%)\d{1,2}(\.\d+)?%|100%", limit):
        raise PydanticCustomError("limit", "must be a number of rows from 1, or a share of them such as 5%")
    return limit


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _webhooks(urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Return *urls*, each once; none is told in an error, as it is a secret."""
    for url in urls:
        try:
            parts = urlsplit(url.get_secret_value())
            scheme, host, _port = parts.scheme, parts.hostname or "", parts.port
        except ValueError:
            scheme = host = ""
        if not host or scheme not in ({"http", "https"} if is_loopback(host) else {"https"}):
            raise PydanticCustomError("webhook", "must be an https:// URL; http:// is for this machine alone")
    return tuple(dict.fromkeys(urls))


def _prom(path: Path) -> Path:
    if path.suffix != ".prom":
        raise PydanticCustomError("prom", "must end in .prom, or node_exporter does not read it")
    return path


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _webex(name: str) -> Any:
    return Field(default=None, validation_alias=f"WEBEX_{name}")


class Settings(BaseSettings):
    """Times are in the unit of the name; the defaults of the retry limits are the specification's."""

    model_config = SettingsConfigDict(
        env_prefix="ODT_",
        env_file=".env",
        env_file_encoding="utf-8-sig",  # an editor of Windows begins it with a mark
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        populate_by_name=True,
    )

    concurrency: int = Field(default=8, ge=1, le=1000)  # requests in flight
    max_retries_per_call: int = Field(default=12, ge=0)
    max_sleep_seconds: float = Field(default=300, gt=0)  # longest single wait, a Retry-After included
    max_elapsed_per_row: float = Field(default=1800, gt=0)  # seconds; paused and held time does not count
    request_timeout: float = Field(default=60, gt=0)  # seconds, for one request
    min_interval_ms: float = Field(default=0, ge=0)  # between any two requests
    rate: float | None = Field(
        default=None, gt=0
    )  # requests a second, at most; None: as fast as Webex lets us
    batch: bool = True  # rows may share calls where the action declares how
    # of what Webex turns out to bear, 0 to 1 or such as 70%; the rest is left to others
    share: Annotated[float, BeforeValidator(_share)] = Field(default=1.0, gt=0, le=1)
    max_errors: Annotated[str, AfterValidator(_error_limit)] | None = (
        None  # rows that fail before the run ends: 50, or 5% of all; None: any number
    )
    max_same_error: int = Field(default=20, ge=0)  # rows in a row that Webex refuses alike; 0: any number
    # seconds, or such as 90m, that Webex may be out before the run ends; 0: no outage is waited for
    max_outage: Annotated[float, BeforeValidator(_seconds)] = Field(default=7200, ge=0)
    heartbeat_seconds: float = Field(default=60, gt=0)
    window: str | None = None  # the hours in which rows are begun, such as 22:00-06:00; None: at any hour
    tz: str | None = None  # the IANA name of the zone of *window*; None: that of this machine
    # who is told of the run: URLs, which are secrets; in the environment with blanks between them
    notify: Annotated[
        tuple[SecretStr, ...], NoDecode, BeforeValidator(_words), AfterValidator(_webhooks)
    ] = ()
    notify_failures: int = Field(default=10, ge=1)  # rows that fail before that is told
    metrics_file: Annotated[Path, AfterValidator(_prom)] | None = (
        None  # Prometheus text for node_exporter's textfile collector
    )
    metrics_port: int | None = Field(default=None, ge=0, le=_HIGHEST_PORT)  # 0: any that is free
    metrics_address: str = "127.0.0.1"  # where the port listens
    input_dir: Path = Path("input_data")
    logs_dir: Path = Path("logs")

    base_url: Annotated[str, AfterValidator(_origin)] | None = _webex("BASE_URL")
    access_token: SecretStr | None = _webex("ACCESS_TOKEN")
    token_file: Path | None = _webex("TOKEN_FILE")
    refresh_token: SecretStr | None = _webex("REFRESH_TOKEN")
    client_id: str | None = _webex("CLIENT_ID")
    client_secret: SecretStr | None = _webex("CLIENT_SECRET")

    @property
    def hours(self) -> Window | None:
        """The hours in which rows are begun; None: at any. `load` has seen that they can be read."""
        if self.window is not None:
            return Window.parse(self.window, self.tz)
        if self.tz is not None:
            raise InputError("--tz says where the clock of --window is: add --window")
        return None

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Return the settings; *given* are those of the command line, None where it is silent.

        Raises InputError, in one line, for all that will not do.
        """
        try:
            settings = cls(**{name: value for name, value in given.items() if value not in (None, ())})
        except UnicodeDecodeError:
            raise InputError(".env is not UTF-8 text: save it with that encoding") from None
        except OSError as error:
            raise InputError(".env cannot be read: {reason}", reason=error.strerror) from error
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
            raise InputError("; ".join(lines)) from None
        _ = settings.hours
        return settings

    @classmethod
    def dotenv_access_token(cls) -> str | None:
        """Return WEBEX_ACCESS_TOKEN as `.env` has it now; None where it has none, or the environment has one.

        Raises OSError or ValueError when the file cannot be read.
        """
        name = "webex_access_token"
        if name in EnvSettingsSource(cls).env_vars:
            return None  # which is older than any edit, and wins
        return DotEnvSettingsSource(cls).env_vars.get(name)

    def check_credentials(self) -> None:
        """See whether they say who we are; costs nothing.

        Raises InputError when they do not, or name half of a service app.
        """
        if self.refresh_token is not None:
            if self.client_id is None or self.client_secret is None:
                raise InputError(
                    "WEBEX_REFRESH_TOKEN needs WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET beside it"
                )
        elif self.token_file is None and self.access_token is None:
            raise InputError(
                "no token: set WEBEX_ACCESS_TOKEN (or WEBEX_TOKEN_FILE) in the environment or in .env, "
                "or try it on the simulated Webex with --sandbox"
            )
