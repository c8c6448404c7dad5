"""Which language the command line speaks, and what it says in it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from odt_async.cli import cli
from odt_async.language import language
from tests.cli.command_line import ACTION, INPUT, edit_users, odt, only, spoil_extension, write_samples

COMMANDS = cli.list_commands(click.Context(cli))
ENGLISH = "odt: there is no action 'nope' (`odt actions` lists them)\n"
SPANISH = "odt: no existe la acción 'nope' (`odt actions` las enumera)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lang", "es", "actions", "nope"),
        ("--lang=es", "actions", "nope"),
        ("actions", "nope", "--lang", "es"),
        ("actions", "--lang=es", "nope"),
        ("--lang", "en", "actions", "nope", "--lang", "es"),
    ],
)
def test_the_option_may_stand_anywhere_and_the_last_one_counts(arguments: tuple[str, ...]) -> None:
    result = odt(*arguments)
    assert (result.exit_code, result.stderr) == (2, SPANISH)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LC_ALL": "es_ES.UTF-8"}, SPANISH),
        ({"LC_ALL": "", "LC_MESSAGES": "es_MX", "LANG": "en_GB.UTF-8"}, SPANISH),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "es"}, SPANISH),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "es_ES.UTF-8"}, ENGLISH),
        ({"LC_ALL": "fr_FR.UTF-8"}, ENGLISH),
        ({"LC_ALL": "C.UTF-8"}, ENGLISH),
        ({"LC_ALL": "es_ES.UTF-8", "ODT_LANG": "en"}, ENGLISH),
        ({"LC_ALL": "C", "ODT_LANG": "es"}, SPANISH),
    ],
)
def test_the_setting_comes_before_the_locale(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert odt("actions", "nope").stderr == said


@pytest.mark.parametrize(("text", "said"), [("ODT_LANG=es\n", SPANISH), ("ODT_RATE=5\n", ENGLISH)])
def test_the_setting_may_stand_in_the_file(text: str, said: str) -> None:
    Path(".env").write_text(text)
    assert odt("actions", "nope").stderr == said


def test_the_environment_comes_before_the_file_and_the_option_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("ODT_LANG=es\n")
    monkeypatch.setenv("ODT_LANG", "en")
    assert odt("actions", "nope").stderr == ENGLISH
    assert odt("actions", "nope", "--lang", "es").stderr == SPANISH


def test_a_language_that_is_not_spoken_is_one_line_and_2(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = odt("actions", "--lang", "fr")
    monkeypatch.setenv("ODT_LANG", "de")
    set_wrong = odt("actions")
    assert (wrong.exit_code, wrong.stderr) == (2, "odt: --lang fr: write es or en\n")
    assert (set_wrong.exit_code, set_wrong.stderr) == (2, "odt: ODT_LANG de: write es or en\n")


def test_an_option_without_its_value_is_for_click_to_refuse() -> None:
    result = odt("actions", "--lang")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "Error: Option '--lang' requires an argument.",
    )


def test_a_language_lasts_as_long_as_the_call() -> None:
    odt("actions", "--lang", "es")
    assert language() == "en"
    assert odt("actions", "nope").stderr == ENGLISH


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_option_once_and_its_help_in_spanish(name: str) -> None:
    result = odt(name, "--help", "--lang", "es")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Uso: odt {name} ")
    assert "Muestra este mensaje y acaba." in result.stdout
    assert result.stdout.count("  --lang ") == 1


def test_help_that_was_asked_for_in_english_is_no_bar_to_spanish() -> None:
    english = odt("actions", "--help").stdout
    spanish = odt("actions", "--help", "--lang", "es").stdout
    assert ("Show this message and exit." in english, "Muestra este mensaje y acaba." in spanish) == (
        True,
        True,
    )


def test_the_help_of_all_is_in_spanish_too() -> None:
    said = odt("--lang", "es", "--help").stdout
    assert said.startswith("Uso: odt ")
    assert {"Opciones:", "Órdenes:", "  Códigos de salida"} <= set(said.splitlines())


def test_a_wrong_call_is_refused_in_spanish() -> None:
    said = odt("--lang", "es", "bulk").stderr.splitlines()
    assert (said[0][:8], said[-1]) == ("Uso: odt", "Error: Falta el argumento 'ACTION'.")


def test_a_run_speaks_spanish_and_its_files_stay_english() -> None:
    write_samples(3)
    edit_users(spoil_extension)
    result = odt("bulk", ACTION, "--sandbox", "--lang", "es")
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert told[0].startswith(
        "usuarios.csv línea 2, columna extension: una hoja de cálculo abrevió el número a '8,03E+07'"
    )
    assert "1 de 3 filas no se puede usar y se rechazará; las demás siguen" in told
    assert any(line.endswith("2 aplicadas, 0 sin cambios, 1 falló") for line in told)
    assert any(line.startswith("informe: ") for line in told)
    record = json.loads(only("*_error.jsonl").read_text())
    assert record["error"].startswith(
        "usuarios.csv line 2, column extension: a spreadsheet shortened the number"
    )


def test_what_a_program_reads_stays_english() -> None:
    write_samples(2)
    edit_users(spoil_extension)
    spanish, english = (
        odt("check", ACTION, "--input-dir", str(INPUT), "--json", "--lang", lang).stdout
        for lang in ("es", "en")
    )
    assert json.loads(spanish) == json.loads(english)
    assert json.loads(spanish)["findings"][0]["where"] == "usuarios.csv line 2"
