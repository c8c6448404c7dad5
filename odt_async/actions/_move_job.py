"""Jobs that move people to another location: starting one, and telling what has become of it.

A job's status does not tell whom it moves (webex-openapi-specs, Get Move Users Job Status), and its number is
told only when it starts. So the worker remembers the number for its row; where the number is lost, with an answer
or with the run that was told it, every unfinished job of one user that was there then may be the row's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from odt_async.actions._organisation import organisation_query
from odt_async.actions._worker_memory import memory_of
from odt_async.columns import same_id
from odt_async.errors import AmbiguousWrite, RowError

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["follow", "job_of", "start"]

_PATH = "telephony/config/jobs/person/moveLocation"
_LOOK_AGAIN_S = 2.0  # a job takes seconds at least, and each look costs two calls
_UNFINISHED = frozenset({"STARTING", "STARTED"})
_MOST_JOBS = "200"  # newest first; an unfinished one further back is not of this night
_OWN = "own move job"  # (person, target location, job id) of the last one that this worker started
_SUSPECTS = "unfinished move jobs"  # ids of those that may be a row's own; absent: not known


async def job_of(
    api: AsWebexSimpleApi, person_id: str, location_id: str, org_id: str | None
) -> dict[str, Any] | None:
    """Return the job that moves the person there, or one that may well do so; None when there is none.

    Finished ones count only where this worker has started them.
    """
    memory = memory_of(api)
    *move, own_id = memory.get(_OWN, ("", "", ""))
    if move == [person_id, location_id]:
        return await _status(api, own_id, org_id)
    if memory.get(_SUSPECTS) == []:
        return None
    unfinished = await _unfinished(api, org_id)
    suspects = memory.get(_SUSPECTS, list(unfinished))
    memory[_SUSPECTS] = [job_id for job_id in suspects if job_id in unfinished]
    return next((unfinished[job_id] for job_id in memory[_SUSPECTS]), None)


async def start(
    api: AsWebexSimpleApi, person_id: str, org_id: str | None, move: dict[str, Any]
) -> dict[str, Any]:
    """Start the job that does *move* (one of `usersList`) and return it; remember its number.

    Raises AmbiguousWrite where only reading the person tells: the answer names no job, or there is one already.
    """
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415 - the SDK takes a second to import

    memory = memory_of(api)
    suspects = memory.pop(_SUSPECTS, [])  # should the answer be lost, they are to be listed anew
    url, query = api.session.ep(_PATH), organisation_query(org_id)
    try:
        answer: Any = await api.session.rest_post(url=url, params=query, json={"usersList": [move]})
    except AsRestError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        raise AmbiguousWrite("another move is in progress", retry_after_s=_LOOK_AGAIN_S) from error
    memory[_SUSPECTS] = suspects
    job = answer.get("response") if isinstance(answer, Mapping) else None
    if isinstance(job, Mapping):
        job = job.get("jobDetails") or job  # the SDK's documentation has it one level below
    if not isinstance(job, Mapping) or "id" not in job:
        raise AmbiguousWrite("Webex took the move without naming its job", retry_after_s=_LOOK_AGAIN_S)
    memory[_OWN] = (person_id, move["locationId"], job["id"])
    return dict(job)


async def follow(
    api: AsWebexSimpleApi, person_id: str, org_id: str | None, job: Mapping[str, Any]
) -> NoReturn:
    """Raise AmbiguousWrite while *job* runs or its effect does not show yet; RowError when it has failed."""
    if job.get("latestExecutionStatus") in _UNFINISHED:
        raise AmbiguousWrite(f"the move is still running (job {job['id']})", retry_after_s=_LOOK_AGAIN_S)
    reasons = await _errors(api, job["id"], person_id, org_id)
    failed = reasons or (job.get("counts") or {}).get("failed")
    if failed or job.get("latestExecutionStatus") != "COMPLETED":
        memory_of(api).pop(_OWN, None)
        raise RowError(
            f"Webex could not move the person (job {job['id']}, {job.get('latestExecutionExitCode')}): "
            f"{'; '.join(reasons) or 'it gives no reason'}"
        )
    raise AmbiguousWrite(
        f"the move is done (job {job['id']}) but does not show yet", retry_after_s=_LOOK_AGAIN_S
    )


async def _status(api: AsWebexSimpleApi, job_id: str, org_id: str | None) -> dict[str, Any]:
    url = api.session.ep(f"{_PATH}/{job_id}")
    job: Any = await api.session.rest_get(url=url, params=organisation_query(org_id))
    return {"id": job_id, **job}


async def _unfinished(api: AsWebexSimpleApi, org_id: str | None) -> dict[str, dict[str, Any]]:
    """Return id -> job of all unfinished jobs that move one user, as ours do; newest first."""
    query = {"max": _MOST_JOBS, **organisation_query(org_id)}
    answer: Any = await api.session.rest_get(url=api.session.ep(_PATH), params=query)
    return {
        job["id"]: job
        for job in answer.get("items") or ()
        if job.get("latestExecutionStatus") in _UNFINISHED
        and (job.get("counts") or {}).get("totalMoves", 1) == 1
    }


async def _errors(api: AsWebexSimpleApi, job_id: str, person_id: str, org_id: str | None) -> list[str]:
    """Return what the job says went wrong with the person: number and words."""
    url = api.session.ep(f"{_PATH}/{job_id}/errors")
    answer: Any = await api.session.rest_get(url=url, params=organisation_query(org_id))
    return [
        f"code {message.get('code')}, {message.get('description')}"
        for item in answer.get("items") or ()
        if same_id(item.get("item"), person_id)
        for message in (item.get("error") or {}).get("message") or ()
    ]
