"""Settings: where values come from, what is refused, what is never shown."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from goldline.errors import SettingsError
from goldline.settings import Settings, load_settings
from goldline.settings_display import MASK, display, masked

SECRET = "hunter2-very-secret"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, so that no developer's .env is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(**overrides: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(**overrides)
    assert caught.value.remedy
    return str(caught.value)


def test_without_any_variable_everything_stays_in_var_below_the_working_directory(folder: Path) -> None:
    settings = load_settings()
    assert settings.home == folder / "var"
    assert settings.warehouse_url == f"duckdb:///{folder}/var/warehouse.duckdb"
    assert settings.landing_url == f"{folder}/var/landing"
    assert {
        settings.archive_dir,
        settings.ledger_dir,
        settings.quarantine_dir,
        settings.published_dir,
        settings.outbox_dir,
        settings.dagster_dir,
    } == {folder / "var" / n for n in ("archive", "ledger", "quarantine", "published", "outbox", "dagster")}


def test_defaults_send_no_mail_and_bind_to_the_loopback() -> None:
    settings = load_settings()
    assert settings.smtp_host is None
    assert settings.mail_to == ()
    assert settings.ui_url == "http://127.0.0.1:3000"


def test_environment_values_are_read_in_their_types(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "NIGHT_AT": "04:30",
        "FIRST_DAY": "2024-02-29",
        "MOVE_TAKEN": "false",
        "MAIL_TO": "ann@example.org, bob@example.org",
        "MAIL_GROUPS": '{"magento": ["web@example.org"]}',
        "PLACEHOLDER_HASHES": "aa,bb,",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"GOLDLINE_{name}", value)
    settings = load_settings()
    assert settings.night_at == time(4, 30)
    assert settings.first_day == date(2024, 2, 29)
    assert settings.move_taken is False
    assert settings.mail_to == ("ann@example.org", "bob@example.org")
    assert settings.mail_groups == {"magento": ["web@example.org"]}
    assert settings.placeholder_hashes == {"aa", "bb"}


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SMTP_HOST", "SMTP_PORT", "FIRST_DAY", "MAIL_GROUPS", "HOME"):
        monkeypatch.setenv(f"GOLDLINE_{name}", "")
    settings = load_settings()
    assert (settings.smtp_host, settings.smtp_port, settings.first_day, settings.mail_groups) == (
        None,
        25,
        None,
        {},
    )
    assert settings.origin("smtp_port") == "default"


def test_arguments_win_over_environment_over_dotenv_over_secret_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = folder / "secrets"
    secrets.mkdir()
    for name in ("currency", "threads", "keep_versions", "smtp_host"):
        (secrets / f"goldline_{name}").write_text("USD" if name == "currency" else "9")
    (folder / ".env").write_text("GOLDLINE_THREADS=8\nGOLDLINE_KEEP_VERSIONS=8\nGOLDLINE_CURRENCY=CHF\n")
    monkeypatch.setenv("GOLDLINE_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("GOLDLINE_KEEP_VERSIONS", "7")
    monkeypatch.setenv("GOLDLINE_CURRENCY", "GBP")
    settings = load_settings(currency="SEK")
    assert (settings.currency, settings.keep_versions, settings.threads, settings.smtp_host) == (
        "SEK",
        7,
        8,
        "9",
    )
    names = ("currency", "keep_versions", "threads", "smtp_host", "timezone")
    assert [settings.origin(n) for n in names] == [
        "argument",
        "environment",
        ".env",
        "secret file",
        "default",
    ]


def test_the_origin_is_that_of_the_moment_of_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    monkeypatch.setenv("GOLDLINE_THREADS", "4")
    assert settings.origin("threads") == "default"


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("THREADS", "many", "valid integer"),
        ("THREADS", "0", "greater than or equal to 1"),
        ("SMTP_PORT", "70000", "less than or equal to 65535"),
        ("SMTP_SECURITY", "ssl", "'starttls'"),
        ("TIMEZONE", "Paris", "Europe/Paris"),
        ("CURRENCY", "euro", "[A-Z]{3}"),
        ("NIGHT_AT", "25:00", "hour"),
        ("FIRST_DAY", "2023-02-29", "day"),
        ("WAREHOUSE", "oracle://somewhere/else", "duckdb:///"),
        ("MEMORY", "2 gigs", "(MB|GB)"),
        ("UI_URL", "localhost:3000", "https?"),
        ("MAIL_TO", "ann@example.org,bob", "@"),
        ("MAIL_FROM", "a@b.org\nBcc: c@d.org", "@"),
        ("MAIL_GROUPS", '{"magento": ["web@example.org"', "not valid JSON"),
        ("MAIL_GROUPS", '["web@example.org"]', "dictionary"),
        ("MAIL_GROUPS", '{"magento": ["nobody"]}', "@"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_variable(
    name: str, value: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GOLDLINE_{name}", value)
    message = refusal()
    assert f"GOLDLINE_{name}: " in message
    assert hint in message


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDLINE_THREADS", "many")
    monkeypatch.setenv("GOLDLINE_CURRENCY", "euro")
    message = refusal()
    assert "GOLDLINE_THREADS" in message
    assert "GOLDLINE_CURRENCY" in message


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_misspelt_variable_is_refused_instead_of_leaving_the_default(
    place: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "environment":
        monkeypatch.setenv("GOLDLINE_WARHOUSE", SECRET)
    else:
        (folder / ".env").write_text(f"GOLDLINE_WARHOUSE={SECRET}\nSOMETHING_ELSE=1\n")
    message = refusal()
    assert "GOLDLINE_WARHOUSE: there is no such setting" in message
    assert SECRET not in message


def test_a_secrets_folder_that_is_missing_is_refused_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDLINE_SECRETS_DIR", "/nowhere/at/all")
    assert "GOLDLINE_SECRETS_DIR: /nowhere/at/all is not a folder" in refusal()


def test_an_unreadable_dotenv_file_is_a_settings_error(folder: Path) -> None:
    (folder / ".env").write_bytes("GOLDLINE_MAIL_FROM=é@example.org".encode("cp1252"))
    assert "not UTF-8" in refusal()


@pytest.mark.parametrize("half", ["smtp_user", "smtp_password"])
def test_half_a_login_is_refused_without_showing_it(half: str) -> None:
    message = refusal(**{half: SECRET})
    assert "GOLDLINE_SMTP_USER and GOLDLINE_SMTP_PASSWORD" in message
    assert SECRET not in message


def test_a_refused_value_never_appears_when_it_holds_a_password() -> None:
    assert SECRET not in refusal(warehouse=f"postgresql://goldline:{SECRET}@db/goldline", mail_groups=f"{{{SECRET}")


@pytest.fixture
def secretive() -> Settings:
    return load_settings(
        warehouse=f"duckdb:///md:sales?motherduck_token={SECRET}",
        landing=f"sftp://shop:{SECRET}@inbox.example.org/out",
        smtp_user="goldline",
        smtp_password=SECRET,
        mail_groups={"magento": ["web@example.org"]},
        mail_to="b@example.org,a@example.org",
    )


def test_the_password_of_a_warehouse_on_a_server_is_masked_wherever_it_is_shown() -> None:
    settings = load_settings(warehouse=f"postgresql+psycopg2://goldline:{SECRET}@db/goldline?sslmode=require")
    shown = {row.variable: row.value for row in display(settings)}["GOLDLINE_WAREHOUSE"]
    assert shown == f"postgresql+psycopg2://goldline:{MASK}@db/goldline?sslmode=require"
    assert SECRET not in repr(settings)


def test_no_secret_is_in_repr_or_str(secretive: Settings) -> None:
    assert SECRET not in repr(secretive)
    assert SECRET not in str(secretive)
    assert "inbox.example.org" in repr(secretive)


def test_display_shows_every_setting_once_and_no_secret(secretive: Settings) -> None:
    rows = display(secretive)
    assert [row.variable for row in rows] == [f"GOLDLINE_{name.upper()}" for name in Settings.model_fields]
    assert SECRET not in str(rows)


def test_display_shows_values_as_they_would_be_written(secretive: Settings) -> None:
    shown = {row.variable.removeprefix("GOLDLINE_"): row for row in display(secretive)}
    assert shown["LANDING"].value == f"sftp://shop:{MASK}@inbox.example.org/out"
    assert shown["WAREHOUSE"].value == f"duckdb:///md:sales?motherduck_token={MASK}"
    assert shown["SMTP_PASSWORD"].value == MASK
    assert shown["SMTP_HOST"].value == ""
    assert shown["MAIL_TO"].value == "b@example.org,a@example.org"
    assert shown["MAIL_GROUPS"].value == '{"magento": ["web@example.org"]}'
    assert (shown["MAIL_TO"].origin, shown["SMTP_PORT"].origin) == ("argument", "default")


def test_display_shows_the_urls_in_use_where_none_was_set(folder: Path) -> None:
    shown = {row.variable: row.value for row in display(load_settings())}
    assert shown["GOLDLINE_WAREHOUSE"] == f"duckdb:///{folder}/var/warehouse.duckdb"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg2://goldline:{SECRET}@db.example.org:5432/goldline",
        f"sftp://shop:{SECRET}/with@slash@inbox.example.org/out",
        f"sftp://:{SECRET}@inbox.example.org/out",
        f"s3://bucket/landing?key=1&secret={SECRET}",
    ],
)
def test_a_password_inside_a_url_is_masked_and_the_rest_stays(url: str) -> None:
    assert SECRET not in masked(url)
    assert MASK in masked(url)
    assert masked(url).startswith(url.split(":")[0])


@pytest.mark.parametrize("harmless", ["/srv/landing", "s3://bucket/landing", "duckdb:////srv/a@b.duckdb", 3, None])
def test_what_holds_no_password_is_shown_as_it_is(harmless: object) -> None:
    assert masked(harmless) == harmless
