"""What can be set from outside: every setting, its default and its check.

Values come from ``GOLDLINE_*`` environment variables, then a ``.env`` file in the working directory, then
files in the folder that ``GOLDLINE_SECRETS_DIR`` names (one per setting), then the defaults here; an empty
value counts as not set. ``settings_origin`` finds out where a value came from, ``settings_display`` shows it
to people. How a *source* is laid out is not a setting but a contract (``assets/<source>/contract.yaml``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from goldline.errors import SettingsError
from goldline.settings_display import masked
from goldline.settings_origin import PREFIX, origins, secrets_folder, unknown_variables

Security = Literal["none", "starttls", "tls"]
MailAddress = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Settings(BaseSettings):
    """All settings, validated. Build it with :func:`load_settings` to get readable errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(Path("var"), description="Folder that holds everything Goldline writes.")
    warehouse: str = Field("", description="SQLAlchemy URL of the warehouse; empty: a DuckDB file in the home.")
    landing: str = Field(
        "", description="fsspec URL where deliveries land (folder, sftp://, s3://); empty: in the home."
    )
    settle_seconds: float = Field(10, ge=0, description="A file unchanged for so many seconds is complete.")
    move_taken: bool = Field(True, description="Move files that were taken in to <source>/taken/.")
    timezone: str = Field("Europe/Paris", description="IANA time zone of the business and of the schedule.")
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="Reporting currency (ISO 4217).")
    night_at: time = Field(time(3, 0), description="Local time of the nightly run.")
    report_at: time = Field(
        time(7, 30), description="Local time by which the daily report is expected; held back then, people are told."
    )
    deadline: time = Field(time(7, 0), description="Local time from which yesterday's delivery is late.")
    first_day: date | None = Field(None, description="First delivery day; empty: the oldest one known.")
    ui_url: str = Field(
        "http://127.0.0.1:3000",
        pattern=r"^https?://\S+$",
        description="Address of the Dagster UI, for mails.",
    )
    keep_versions: int = Field(14, ge=1, description="How many published versions are kept.")
    memory: str = Field(
        "2500MB", pattern=r"^[0-9]+(MB|GB)$", description="Memory limit of DuckDB; a usual night takes 1 GB."
    )
    threads: int = Field(2, ge=1, description="Threads of the DuckDB engine.")
    placeholder_hashes: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Pseudonyms of placeholders (HMAC of '', 'x@x.fr'...); comma separated."
    )
    smtp_host: str | None = Field(None, description="Mail server; empty: mails stay in the outbox as .eml files.")
    smtp_port: int = Field(25, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Security = Field("none", description="none, starttls or tls (certificates are verified).")
    smtp_ca_file: Path | None = Field(None, description="The mail server's private certificate authority.")
    smtp_user: str | None = Field(None, description="Login at the mail server, if it wants one.")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server.")
    mail_from: MailAddress = Field("goldline@localhost", description="Sender of every mail.")
    mail_to: Annotated[tuple[MailAddress, ...], NoDecode] = Field(
        (), description="Who gets every alert; comma separated."
    )
    mail_groups: Annotated[dict[str, list[MailAddress]], NoDecode] = Field(
        default_factory=dict, description='Who else per group, as JSON: {"magento": ["web@example.org"]}.'
    )
    mails_per_hour: int = Field(20, ge=1, description="Most alert mails in an hour; the rest is summed up.")
    watch_disk_gb: float = Field(2, ge=0, description="The watchdog warns of a disk with fewer gigabytes free.")
    watch_mail_minutes: int = Field(120, ge=1, description="The watchdog warns of alerts unsent for so many minutes.")
    watch_published_days: int = Field(
        3, ge=1, description="The watchdog warns when the newest published delivery is older than so many days."
    )

    confirm_restatements: bool = Field(
        False, description="Hold a version that would change a figure of a closed month until a person confirms it."
    )
    metrics_off: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Metrics that nobody here wants to see; comma separated."
    )
    log_format: Literal["json", "text"] = Field("json", description="How a line of the log is written: json or text.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged: debug, info, warning or error."
    )
    keep_log_days: int = Field(90, ge=1, description="How many days log files are kept.")
    keep_runs_days: int = Field(90, ge=1, description="How many days Dagster's record of a run is kept in full.")
    keep_ticks_days: int = Field(7, ge=1, description="How many days the looks of sensors and schedules are kept.")
    keep_outbox_days: int = Field(365, ge=1, description="How many days incidents that are over, and mails, are kept.")
    keep_quarantine_days: int = Field(
        365, ge=1, description="How many days reports on files that were corrected since are kept."
    )
    keep_taken_days: int = Field(30, ge=1, description="How many days files stay in taken/ of a local landing zone.")
    keep_clear_days: int = Field(
        7, ge=1, description="How many days those refused for personal data in clear stay there."
    )

    boards_url: str = Field(
        "http://127.0.0.1:8050",
        pattern=r"^https?://[^\s/?#@]+$",
        description="Address under which people reach the boards, for logins and mails; https:// for others.",
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further host names under which the boards answer; comma separated."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses of proxies whose word on the reader's address is believed; comma separated."
    )
    session_idle_minutes: int = Field(60, ge=1, description="A login that was not used for so many minutes is over.")
    session_hours: int = Field(12, ge=1, description="Every login is over after so many hours.")
    oidc_issuer: str | None = Field(
        None, description="OpenID provider to log in with (its issuer address); empty: local accounts only."
    )
    oidc_client_id: str | None = Field(None, description="What the OpenID provider calls Goldline.")
    oidc_client_secret: SecretStr | None = Field(None, description="Goldline's secret at the OpenID provider, if any.")
    oidc_scopes: str = Field("openid profile", description="What the OpenID provider is asked for.")
    oidc_label: str = Field("OpenID", description="Name of the OpenID provider on the login page.")
    oidc_name_claim: str = Field("sub", description="Claim that names the account; one that nobody can choose.")
    oidc_groups_claim: str = Field("groups", description="Claim that lists a person's groups.")
    oidc_groups: Annotated[dict[str, dict[str, Any]], NoDecode] = Field(
        default_factory=dict, description='Rights by group, as JSON: {"paris": {"roles": [...], "shops": [...]}}.'
    )
    oidc_ca_file: Path | None = Field(None, description="The OpenID provider's private certificate authority.")

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("metrics_off", "placeholder_hashes", "mail_to", "trusted_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("mail_groups", "oidc_groups", mode="before")
    @classmethod
    def _parse_json(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            where = f"character {error.pos + 1}"
            raise ValueError(f'not valid JSON ({where}); write {{"group": ["address"]}}') from None

    @field_validator("first_day", "smtp_host", "smtp_user", "smtp_password", "smtp_ca_file", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone {value!r}; use an IANA name such as Europe/Paris")
        return value

    @field_validator("warehouse")
    @classmethod
    def _supported_engine(cls, value: str) -> str:
        if value and not value.startswith(("duckdb:///", "postgresql+psycopg2://")):
            raise ValueError("use duckdb:///<path to a file> or postgresql+psycopg2://<user>@<server>/<database>")
        return value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="after")
    def _whole_login(self) -> Settings:
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("GOLDLINE_SMTP_USER and GOLDLINE_SMTP_PASSWORD belong together; set both")
        return self

    @cached_property
    def warehouse_url(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.warehouse or f"duckdb:///{self.home / 'warehouse.duckdb'}"

    @cached_property
    def landing_url(self) -> str:
        """The fsspec URL in use."""
        return self.landing or str(self.home / "landing")

    @property
    def archive_dir(self) -> Path:
        """Content-addressed copies of every file taken in."""
        return self.home / "archive"

    @property
    def ledger_dir(self) -> Path:
        """The append-only record of what came when."""
        return self.home / "ledger"

    @property
    def quarantine_dir(self) -> Path:
        """Reports on rows and files that were refused."""
        return self.home / "quarantine"

    @property
    def published_dir(self) -> Path:
        """Published versions and the pointer to the current one."""
        return self.home / "published"

    @property
    def outbox_dir(self) -> Path:
        """Incidents and the mails they cause."""
        return self.home / "outbox"

    @property
    def cache_dir(self) -> Path:
        """What can be found anew at any time."""
        return self.home / "cache"

    @property
    def log_dir(self) -> Path:
        """The log, one file a day."""
        return self.home / "log"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown: secret settings, and passwords inside URLs."""
        given = [getattr(self, name) for name in type(self).model_fields]
        known = [value.get_secret_value() for value in given if isinstance(value, SecretStr)]
        passwords = (urlsplit(url).password for url in given if isinstance(url, str) and "://" in url)
        return tuple(known + [unquote(password) for password in passwords if password])

    @property
    def dagster_dir(self) -> Path:
        """Dagster's own home."""
        return self.home / "dagster"

    def origin(self, name: str) -> str:
        """Say where a value came from: argument, environment, .env, secret file or default."""
        return self._origins.get(name, "default")

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Mask passwords inside URLs; pydantic masks the settings that are secrets as a whole."""
        return [(name, masked(value)) for name, value in super().__repr_args__()]


def load_settings(**overrides: Any) -> Settings:
    """Read the settings, or say which one is wrong and why.

    Args:
        **overrides: Values that win over every other source (tests, command-line options).

    Raises:
        SettingsError: A value cannot be used; the message names the variable, never the value of a secret.
    """
    try:
        folder = secrets_folder()
        settings = Settings(_secrets_dir=folder, **overrides)
        if unknown := unknown_variables(Settings):
            raise _refusal("; ".join(f"{name}: there is no such setting" for name in unknown))
    except ValidationError as error:
        raise _refusal("; ".join(_problem(item) for item in error.errors(include_input=False))) from None
    except UnicodeDecodeError:
        raise _refusal("the .env file or a secret file is not UTF-8 text") from None
    except (NotADirectoryError, SourceError) as error:
        raise _refusal(str(error)) from None
    settings._origins.update(origins(Settings, folder, overrides))  # noqa: SLF001 - set once, at birth
    return settings


def _problem(item: Any) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{str(item['loc'][0]).upper()}: {message}" if item["loc"] else message


def _refusal(what: str) -> SettingsError:
    remedy = "correct the variable, then run 'goldline settings' to see them all"
    return SettingsError(what, where="settings", remedy=remedy)
