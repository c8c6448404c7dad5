"""`perfiles/*.json` beside the CSV files: permissions of outgoing calls that rows refer to by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from odt_async.errors import InputError
from odt_async.language import written

if TYPE_CHECKING:
    from pydantic import ValidationError

    from odt_async.columns.call_permissions import CallProfile

__all__ = ["load_profiles"]

_FOLDER = "perfiles"


def load_profiles(input_dir: Path) -> dict[str, CallProfile]:
    """Return the profiles of *input_dir* by file name, lower case and without `.json`; none without a folder.

    Raises InputError for a file that is no profile, naming it, and for two whose names differ only in case.
    """
    files = sorted(
        path
        for folder in input_dir.iterdir()
        if folder.name.lower() == _FOLDER and folder.is_dir()
        for path in folder.iterdir()
        if path.suffix.lower() == ".json" and path.is_file()
    )
    profiles: dict[str, CallProfile] = {}
    for path in files:
        name = path.stem.casefold()
        if name in profiles:
            raise InputError(
                "{path}: another profile is called so, but for letter case: rename one", path=path
            )
        profiles[name] = _load(path)
    return profiles


def _load(path: Path) -> CallProfile:
    # pydantic and the columns are imported for those who have profiles
    import orjson  # noqa: PLC0415
    from pydantic import ValidationError  # noqa: PLC0415

    from odt_async.columns.call_permissions import CallProfile  # noqa: PLC0415

    try:
        content = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        return CallProfile.model_validate(content)
    except OSError as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error.strerror) from error
    except ValidationError as error:  # before ValueError, whose child it is
        raise InputError("{path} is not a profile: {error}", path=path, error=_first_problem(error)) from None
    except ValueError as error:
        raise InputError("{path} is not JSON: {error}", path=path, error=error) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    path = first["loc"]
    inside_a_list = len(path) > 1
    places = [
        written("entry {part}", part=part + 1) if isinstance(part, int) else part
        for part in path[inside_a_list:]
    ]
    where = ", ".join(places)
    return f"{where}: {first['msg']}" if where else first["msg"]
