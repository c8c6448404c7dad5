from __future__ import annotations

from pathlib import Path

import pytest

from odt_async import actions
from odt_async.dataset import open_dataset
from odt_async.errors import InvalidRow
from odt_async.model import ActionParams
from odt_async.runner.identity import identify, payload_hash, raw_hash
from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.state import Organisation
from tests.runner.building import make_row

ACTION = "usuarios_configurar_desvio_prefijo53"
PEOPLE = Organisation(SandboxSettings(people=10, locations=1, workspaces=1)).people
ANA, LUIS, EVA = (PEOPLE.hydra(index) for index in range(3))
FILE = f"person_id,extension\n{ANA},8001\n{LUIS},8002\n{EVA},8003\n"


class Params(ActionParams):
    person: str
    enabled: bool = True
    destination: str | None = None

    @property
    def entity_id(self) -> str:
        return self.person


def hashes_of(folder: Path, domain: str, *, under: str = "org_id\n", **overrides: str) -> list[str]:
    """Return the payload hashes of the rows of a domain file over a global one and under the command line."""
    (folder / "usuarios.csv").write_text(domain, "utf-8")
    (folder / "global.csv").write_text(under, "utf-8")
    action = actions.load(ACTION)
    return [identify(ACTION, action, row)[1] for row in open_dataset(folder, "usuarios", overrides).rows()]


@pytest.mark.parametrize(
    "other",
    [
        f"extension,person_id\n8001,{ANA}\n8002,{LUIS}\n8003,{EVA}\n",
        f"Person_ID ;EXTENSION\r\n{ANA};8001\r\n{LUIS};8002\r\n{EVA};8003\r\n",
        f"person_id,extension\n  {ANA} , 8001 \n{LUIS},\t8002\n{EVA},8003  \n",
        f"person_id,notes,extension\n{ANA},a,8001\n{LUIS},b,8002\n{EVA},c,8003\n",
        f"person_id,extension,destination\n{ANA},8001,\n{LUIS},8002,  \n{EVA},8003,\n",
        f"\n\nperson_id,extension\n\n{ANA},8001\n{LUIS},8002\n,\n{EVA},8003\n",
    ],
    ids=[
        "columns in another order",
        "header and delimiter as another program writes them",
        "padded cells",
        "columns that the action does not know",
        "a column that is there and blank",
        "blank lines",
    ],
)
def test_rows_that_ask_for_the_same_are_the_same(tmp_path: Path, other: str) -> None:
    assert hashes_of(tmp_path, other) == hashes_of(tmp_path, FILE)


def test_a_row_is_the_same_wherever_it_stands(tmp_path: Path) -> None:
    ana, luis, eva = hashes_of(tmp_path, FILE)
    assert hashes_of(tmp_path, f"person_id,extension\n{EVA},8003\n{LUIS},8002\n{ANA},8001\n") == [
        eva,
        luis,
        ana,
    ]
    assert hashes_of(tmp_path, f"person_id,extension\n{LUIS},8002\n") == [luis]


def test_a_row_is_the_same_wherever_its_values_come_from(tmp_path: Path) -> None:
    whole = hashes_of(tmp_path, f"person_id,extension,destination\n{ANA},8001,900\n")
    from_global = hashes_of(
        tmp_path, f"person_id,extension,destination\n{ANA},8001,\n", under="destination\n900\n"
    )
    from_command_line = hashes_of(tmp_path, f"person_id,extension\n{ANA},8001\n", destination="900")
    assert whole == from_global == from_command_line


@pytest.mark.parametrize("other", [f"{ANA},8002", f"{LUIS},8001"])
def test_a_row_that_asks_for_something_else_is_another(tmp_path: Path, other: str) -> None:
    header = "person_id,extension\n"
    assert hashes_of(tmp_path, f"{header}{other}\n") != hashes_of(tmp_path, f"{header}{ANA},8001\n")


def test_a_row_is_another_for_another_action() -> None:
    params = Params(person="ana")
    assert payload_hash("desvio", params) != payload_hash("permisos", params)


def test_a_default_written_out_is_the_default() -> None:
    assert payload_hash("desvio", Params(person="ana", enabled=True, destination=None)) == payload_hash(
        "desvio", Params(person="ana")
    )


def test_a_column_that_the_action_learns_later_makes_no_new_work() -> None:
    class Later(Params):
        caller_id: str | None = None

    assert payload_hash("desvio", Later(person="ana")) == payload_hash("desvio", Params(person="ana"))


def test_hashes_of_earlier_versions_hold() -> None:
    # resume compares with files that may be a year old: should this fail, all their rows are new work
    assert payload_hash("desvio", Params(person="ana")) == "5785356a9c31bfa099dbaf5c1668b5ab"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (f"{ANA},", "usuarios.csv line 2, column extension: "),
        (f"{ANA},8001,8002", "usuarios.csv line 2: the row has 3 cells and the header 2"),
    ],
)
def test_a_row_without_an_identity_says_why(tmp_path: Path, cells: str, problem: str) -> None:
    with pytest.raises(InvalidRow, match=f"^{problem}"):
        hashes_of(tmp_path, f"person_id,extension\n{cells}\n")


def test_an_invalid_row_is_known_by_its_cells() -> None:
    cells = {"person_id": "nobody", "extension": ""}
    hashes = [
        raw_hash("desvio", make_row(0, cells)),
        raw_hash("desvio", make_row(7, cells)),
        raw_hash("desvio", make_row(0, cells | {"extension": "x"})),
        raw_hash("permisos", make_row(0, cells)),
    ]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
