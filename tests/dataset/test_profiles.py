from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.columns.call_permissions import CallProfile
from odt_async.dataset import open_dataset
from odt_async.dataset.profiles import load_profiles
from odt_async.errors import InputError

BLOCK = {"callType": "NATIONAL", "action": "BLOCK", "transferEnabled": False}
SAMPLES = Path(__file__).parents[2] / "input_data"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "perfiles" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_without_profiles_has_none(tmp_path: Path) -> None:
    (tmp_path / "perfiles").write_text("a file, not a folder")
    assert load_profiles(tmp_path) == {}


def test_names_are_file_names_in_lower_case_and_other_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "Nacional.JSON", '\ufeff[{"callType": "NATIONAL", "action": "BLOCK"}]')
    write(tmp_path, "README.txt", "none of ours")
    expected = CallProfile.model_validate([{"callType": "NATIONAL", "action": "BLOCK"}])
    assert load_profiles(tmp_path) == {"nacional": expected}


def test_the_rows_of_a_dataset_share_its_profiles(tmp_path: Path) -> None:
    (tmp_path / "ubicaciones.csv").write_text("name\nA\n")
    write(tmp_path, "uno.json", '{"callingPermissions": [{"callType": "INTERNAL", "action": "ALLOW"}]}')
    dataset = open_dataset(tmp_path, "ubicaciones", {}, global_optional=True)
    assert [row.layers.profiles for row in dataset.rows()] == [load_profiles(tmp_path)]


def test_the_shipped_profiles_load() -> None:
    assert load_profiles(SAMPLES).keys() == {"nacional", "bloqueo_premium", "solo_internas"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "is not JSON: "),
        ("3", "is not a profile: Input should be a valid dictionary"),
        ("[]", "is not a profile: no call type is named"),
        (
            '[{"callType": "TOLL", "action": "ALLOW"}]',
            "entry 1, callType: 'TOLL' is not a call type of Webex",
        ),
        ('[{"callType": "NATIONAL", "action": "MAYBE"}]', "entry 1, action: 'MAYBE' is not an action"),
        ('[{"callType": 3, "action": "ALLOW"}]', "entry 1, callType: Input should be 'INTERNAL_CALL'"),
        ('[{"callType": "NATIONAL", "action": 3}]', "entry 1, action: Input should be 'ALLOW'"),
        ("[3]", "entry 1: Input should be a valid dictionary"),
        ('[{"callType": "NATIONAL"}]', "entry 1: nothing is said of NATIONAL"),
        ('[{"callType": "NATIONAL", "transferEnable": true}]', "entry 1, transferEnable: Extra inputs"),
        ('{"callingPermission": []}', "callingPermissions: Field required"),
        (
            '[{"callType": "INTERNAL", "action": "ALLOW"}, {"callType": "INTERNAL_CALL", "action": "BLOCK"}]',
            "INTERNAL_CALL stands there twice",
        ),
        (
            '{"useCustomEnabled": false, "callingPermissions": [{"callType": "NATIONAL", "action": "BLOCK"}]}',
            "useCustomEnabled: Input should be True",
        ),
    ],
)
def test_a_file_that_is_no_profile_is_named_with_its_problem(tmp_path: Path, text: str, problem: str) -> None:
    path = write(tmp_path, "roto.json", text)
    with pytest.raises(InputError) as caught:
        load_profiles(tmp_path)
    message = str(caught.value)
    assert (message.startswith(f"{path} "), problem in message) == (True, True), message


def test_two_names_that_differ_in_case_are_one_too_many(tmp_path: Path) -> None:
    for name in ("A.json", "a.json"):
        write(tmp_path, name, '[{"callType": "NATIONAL", "action": "BLOCK"}]')
    with pytest.raises(InputError, match=r"a\.json: another profile is called so"):
        load_profiles(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, "a.json", "[]")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"a\.json cannot be read: Permission denied"):
        load_profiles(tmp_path)
