"""Settings: who wins, what is left alone, and how a wrong one is told of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from odt_async.errors import InputError
from odt_async.settings import Settings

ENV = Path(".env")


def write_env(*lines: str) -> None:
    ENV.write_text("\n".join(lines))


def test_the_command_line_wins_over_the_environment_over_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = [Settings.load().concurrency]
    write_env("ODT_CONCURRENCY=3")
    seen.append(Settings.load().concurrency)
    monkeypatch.setenv("ODT_CONCURRENCY", "5")
    seen.append(Settings.load().concurrency)
    seen.append(Settings.load(concurrency=7).concurrency)
    seen.append(Settings.load(concurrency=None).concurrency)
    assert seen == [8, 3, 5, 7, 5]


def test_the_same_holds_for_what_is_named_after_webex(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env("WEBEX_BASE_URL=http://file:1")
    seen = [Settings.load().base_url]
    monkeypatch.setenv("WEBEX_BASE_URL", "http://environment:2")
    seen.append(Settings.load().base_url)
    seen.append(Settings.load(base_url="http://line:3").base_url)
    assert seen == ["http://file:1", "http://environment:2", "http://line:3"]


def test_every_setting_has_a_name_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "ODT_CONCURRENCY": "16",
        "ODT_MAX_RETRIES_PER_CALL": "0",
        "ODT_MAX_SLEEP_SECONDS": "10",
        "ODT_MAX_ELAPSED_PER_ROW": "60.5",
        "ODT_REQUEST_TIMEOUT": "5",
        "ODT_MIN_INTERVAL_MS": "100",
        "ODT_RATE": "2.5",
        "ODT_BATCH": "False",
        "ODT_MAX_ERRORS": "5%",
        "ODT_MAX_SAME_ERROR": "3",
        "ODT_MAX_OUTAGE": "90m",
        "ODT_HEARTBEAT_SECONDS": "1",
        "ODT_WINDOW": "22:00-06:00",
        "ODT_TZ": "Europe/Madrid",
        "ODT_SHARE": "0.7",
        "ODT_NOTIFY": "https://hook.example/a",
        "ODT_NOTIFY_FAILURES": "3",
        "ODT_METRICS_FILE": "m/odt.prom",
        "ODT_METRICS_PORT": "9100",
        "ODT_METRICS_ADDRESS": "127.0.0.2",
        "ODT_INPUT_DIR": "in",
        "ODT_LOGS_DIR": "out",
        "WEBEX_BASE_URL": "https://h",
        "WEBEX_ACCESS_TOKEN": "a1",
        "WEBEX_TOKEN_FILE": "t.txt",
        "WEBEX_REFRESH_TOKEN": "r1",
        "WEBEX_CLIENT_ID": "C1",
        "WEBEX_CLIENT_SECRET": "s1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    shown = {name: str(value) for name, value in Settings.load().model_dump(mode="json").items()}

    secret = {"access_token", "refresh_token", "client_secret"}
    exact = {name.partition("_")[2].lower(): value for name, value in given.items()}
    masked = {name: "**********" if name in secret else value for name, value in exact.items()}
    masked["notify"] = "['**********']"
    floats = {
        "max_sleep_seconds": "10.0",
        "request_timeout": "5.0",
        "min_interval_ms": "100.0",
        "heartbeat_seconds": "1.0",
        "max_outage": "5400.0",
    }
    assert shown == masked | floats


@pytest.mark.parametrize("name", ["BASE_URL", "ACCESS_TOKEN", "CLIENT_ID", "base_url", "CONCURRENCY", "RATE"])
def test_a_name_without_prefix_belongs_to_somebody_else(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "7")
    from_environment = Settings.load()
    monkeypatch.delenv(name)
    write_env(f"{name}=7")
    assert [from_environment, Settings.load()] == [Settings(), Settings()]
    assert getattr(from_environment, name.lower()) in {None, 8}


def test_what_others_keep_in_the_file_is_left_alone() -> None:
    write_env("DATABASE_URL=x", "ODT_OF_LATER=1", "WEBEX_CLIENT_ID=C1")
    assert Settings.load().client_id == "C1"


@pytest.mark.parametrize("name", ["ODT_RATE", "WEBEX_ACCESS_TOKEN", "WEBEX_BASE_URL", "WEBEX_TOKEN_FILE"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    write_env(f"{name}=")
    assert getattr(Settings.load(), name.partition("_")[2].lower()) is None


def test_a_file_saved_with_a_byte_order_mark_is_read() -> None:
    ENV.write_bytes(b"\xef\xbb\xbfWEBEX_CLIENT_ID=C1\r\n")
    assert Settings.load().client_id == "C1"


@pytest.mark.parametrize("content", [b"\xff\xfeO\x00", b"# configuraci\xf3n\nODT_RATE=1"])
def test_a_file_in_another_encoding_is_an_input_error(content: bytes) -> None:
    ENV.write_bytes(content)
    with pytest.raises(InputError, match=r"^\.env is not UTF-8 text"):
        Settings.load()


def test_a_file_that_cannot_be_read_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env("ODT_RATE=1")

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dotenv.main.open", refuse, raising=False)
    with pytest.raises(InputError, match=r"^\.env cannot be read: Permission denied$"):
        Settings.load()


def test_no_secret_is_shown() -> None:
    settings = Settings.load(access_token="a-token", refresh_token="r-token", client_secret="s-token")
    assert (
        "-token"
        not in f"{settings!r} {settings} {settings.model_dump(mode='json')} {settings.model_dump_json()}"
    )
    assert settings.access_token is not None
    assert settings.access_token.get_secret_value() == "a-token"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"concurrency": "many"},
            "concurrency: Input should be a valid integer, unable to parse string as an integer",
        ),
        ({"concurrency": 0}, "concurrency: Input should be greater than or equal to 1"),
        ({"concurrency": 1001}, "concurrency: Input should be less than or equal to 1000"),
        ({"rate": 0}, "rate: Input should be greater than 0"),
        ({"rate": "nan"}, "rate: Input should be a finite number"),
        ({"min_interval_ms": "inf"}, "min_interval_ms: Input should be a finite number"),
        ({"request_timeout": -1}, "request_timeout: Input should be greater than 0"),
        (
            {"heartbeat_seconds": 0, "max_retries_per_call": -1},
            (
                "max_retries_per_call: Input should be greater than or equal to 0; "
                "heartbeat_seconds: Input should be greater than 0"
            ),
        ),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_option(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as refused:
        Settings.load(**given)
    assert str(refused.value) == message


def test_a_wrong_value_of_the_environment_is_named_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBEX_BASE_URL", "webexapis.com")
    monkeypatch.setenv("ODT_RATE", "fast")
    with pytest.raises(InputError) as refused:
        Settings.load()
    assert str(refused.value) == (
        "rate: Input should be a valid number, unable to parse string as a number; WEBEX_BASE_URL: must be "
        "scheme://host:port, such as http://127.0.0.1:8080, with nothing behind it"
    )


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://webexapis.com", "https://webexapis.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (" http://LocalHost:8080/ ", "http://localhost:8080"),
        ("http://[::1]:65535", "http://[::1]:65535"),
    ],
)
def test_the_base_url_is_scheme_host_and_port(text: str, origin: str) -> None:
    assert Settings.load(base_url=text).base_url == origin


@pytest.mark.parametrize(
    "text",
    [
        "webexapis.com",
        "ftp://webexapis.com",
        "http://",
        "http:///v1",
        "http://h/v1",
        "http://h?a=1",
        "http://h#a",
        "http://h:port",
        "http://h:65536",
        "http://user:secret@h",
        "http://a b",
        "http://h\r\nX: y",
    ],
)
def test_anything_more_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as refused:
        Settings.load(base_url=text)
    assert str(refused.value) == (
        "base_url: must be scheme://host:port, such as http://127.0.0.1:8080, with nothing behind it"
    )


def test_settings_do_not_change_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load().concurrency = 2  # type: ignore[misc]


@pytest.mark.parametrize(("given", "share"), [("70%", 0.7), ("0.7", 0.7), ("100%", 1.0), ("12.5%", 0.125)])
def test_a_share_is_a_percentage_or_a_fraction(given: str, share: float) -> None:
    assert Settings.load(share=given).share == share


@pytest.mark.parametrize("given", ["0%", "101%", "-1", "most", "70 percent"])
def test_a_share_of_nothing_or_of_more_than_all_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="share"):
        Settings.load(share=given)


@pytest.mark.parametrize(
    "url",
    ["https://hook.example/a?b=c", "http://127.0.0.1:9/a", "http://[::1]:9/a", "http://localhost/a"],
)
def test_whom_to_notify_is_a_secret_that_no_dump_shows(url: str) -> None:
    settings = Settings.load(notify=(url, url))
    assert [one.get_secret_value() for one in settings.notify] == [url]
    assert url not in f"{settings!r}{settings.model_dump(mode='json')}"


@pytest.mark.parametrize(
    "url",
    [
        *("http://hook.example/s3cret", "ftp://127.0.0.1/s3cret", "s3cret", "https://", "https:///s3cret"),
        *("http://[s3cret", "https://hook.example:port/s3cret", "http://10.0.0.1/s3cret"),
    ],
)
def test_a_url_that_will_not_do_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InputError, match="must be an https:// URL; http:// is for this machine") as refused:
        Settings.load(notify=("https://hook.example/s3cret", url))
    assert "s3cret" not in str(refused.value)


def test_several_to_notify_stand_in_the_environment_with_blanks_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ODT_NOTIFY", "https://one.example/a https://two.example/b")
    urls = [one.get_secret_value() for one in Settings.load(notify=()).notify]
    assert urls == ["https://one.example/a", "https://two.example/b"]
    urls = [one.get_secret_value() for one in Settings.load(notify=("https://three.example/",)).notify]
    assert urls == ["https://three.example/"]


def test_a_metrics_file_that_no_collector_would_read_is_refused() -> None:
    assert Settings.load(metrics_file=Path("m/odt.prom")).metrics_file == Path("m/odt.prom")
    with pytest.raises(InputError, match=r"must end in \.prom"):
        Settings.load(metrics_file=Path("m/odt.txt"))
