"""Jobs that move people to another location: starting one, and telling what has become of it.

A job's status does not tell whom it moves (webex-openapi-specs, Get Move Users Job Status), and its number is
told only when it starts. So the run remembers the number for its people; where the number is lost, with an answer
or with the run that was told it, every unfinished job that was there then may be the one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from odt_async.actions._organisation import organisation_query
from odt_async.actions._run_memory import run_memory_of
from odt_async.columns import same_id
from odt_async.errors import AmbiguousWrite, Refusal, RowError
from odt_async.language import written

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["MOST_USERS", "follow", "jobs_of", "look", "start"]

MOST_USERS = 100  # of one job; published
_PATH = "telephony/config/jobs/person/moveLocation"
_LOOK_AGAIN_S = 2.0  # a job takes seconds at least, and each look costs two calls
_UNFINISHED = frozenset({"STARTING", "STARTED"})
_MOST_JOBS = "200"  # newest first; an unfinished one further back is not of this night
_Job = dict[str, Any]


@dataclass(slots=True)
class _Known:
    """The jobs that the run knows of."""

    started: dict[str, tuple[str, str]] = field(default_factory=dict)  # person -> target, number of the job
    earlier: list[str] | None = None  # unfinished when the run first looked; None: it has not looked yet
    # person -> unfinished jobs that may be theirs, as an answer was lost; None: they are to be listed
    lost: dict[str, list[str] | None] = field(default_factory=dict)


async def jobs_of(
    api: AsWebexSimpleApi, moves: Mapping[str, str], org_id: str | None
) -> dict[str, _Job | None]:
    """Return person -> the job that moves them, or may well do so; None when there is none.

    moves: person -> target location.  Finished jobs count only where this run has started them.
    """
    known = _known(api)
    statuses: dict[str, _Job] = {}
    found: dict[str, _Job | None] = {}
    for person, location in moves.items():
        target, number = known.started.get(person, ("", ""))
        if target == location:
            if number not in statuses:
                statuses[number] = await _status(api, number, org_id)
            found[person] = statuses[number]
    others = [person for person in moves if person not in found]
    if any(known.lost.get(person, known.earlier) != [] for person in others):
        unfinished = await _unfinished(api, org_id)
        return found | {person: _suspect(known, person, unfinished) for person in others}
    return found | dict.fromkeys(others)


async def start(api: AsWebexSimpleApi, org_id: str | None, moves: Sequence[_Job]) -> _Job:
    """Start one job that does *moves* (items of `usersList`) and return it; remember its number.

    Raises AmbiguousWrite where only reading the people tells: the answer names no job, or there is one already.
    """
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415 - the SDK takes a second to import

    targets = {user["userId"]: move["locationId"] for move in moves for user in move["users"]}
    known = _known(api)
    known.lost.update(dict.fromkeys(targets))  # until there is an answer
    url, query = api.session.ep(_PATH), organisation_query(org_id)
    try:
        answer: Any = await api.session.rest_post(url=url, params=query, json={"usersList": _merged(moves)})
    except AsRestError as error:
        if error.status != HTTPStatus.CONFLICT:
            _forget(known.lost, targets)
            raise
        raise AmbiguousWrite(written("another move is in progress"), retry_after_s=_LOOK_AGAIN_S) from error
    job = answer.get("response") if isinstance(answer, Mapping) else None
    if isinstance(job, Mapping):
        job = job.get("jobDetails") or job  # the SDK's documentation has it one level below
    if not isinstance(job, Mapping) or "id" not in job:
        raise AmbiguousWrite(
            written("Webex took the move without naming its job"), retry_after_s=_LOOK_AGAIN_S
        )
    _forget(known.lost, targets)
    known.started |= {person: (target, job["id"]) for person, target in targets.items()}
    return dict(job)


async def follow(api: AsWebexSimpleApi, person_id: str, org_id: str | None, job: _Job) -> NoReturn:
    """Raise AmbiguousWrite while *job* runs or its effect does not show yet; RowError when it has failed."""
    outcomes = await _outcomes(api, org_id, job, [person_id])
    if outcomes is None:
        raise AmbiguousWrite(
            written("the move is still running (job {job})", job=job["id"]), retry_after_s=_LOOK_AGAIN_S
        )
    raise outcomes[person_id] or _not_shown(job)


async def look(
    api: AsWebexSimpleApi, people: Sequence[str], org_id: str | None, number: str
) -> dict[str, Exception | None] | None:
    """Return what the job of that number has done with each of its *people*; None while it runs.

    None for a person who was moved; AmbiguousWrite for one of whom the job does not tell it.
    """
    job = await _status(api, number, org_id)
    outcomes = await _outcomes(api, org_id, job, people)
    if outcomes is None:
        return None
    counts = job.get("counts") or {}
    not_failed = sum(problem is None for problem in outcomes.values())
    if counts.get("moved") == not_failed:
        return outcomes
    return {person: problem or _not_shown(job) for person, problem in outcomes.items()}


async def _outcomes(
    api: AsWebexSimpleApi, org_id: str | None, job: _Job, people: Sequence[str]
) -> dict[str, Exception | None] | None:
    """Return person -> what went wrong, None for nothing known; None for all while the job runs."""
    status = job.get("latestExecutionStatus")
    if status in _UNFINISHED:
        return None
    counts = job.get("counts") or {}
    failed = counts.get("failed") or 0
    exit_code = job.get("latestExecutionExitCode")
    all_well = status == exit_code == "COMPLETED" and not failed
    reasons = {} if all_well else await _errors(api, job["id"], people, org_id)
    all_failed = status != "COMPLETED" or failed >= counts.get("totalMoves", len(people))
    outcomes: dict[str, Exception | None] = {}
    for person in people:
        outcomes[person] = None
        if person in reasons or all_failed:
            _known(api).started.pop(person, None)
            refusals = reasons.get(person, [])
            words = "; ".join(f"code {refusal.code}, {refusal.text}" for refusal in refusals)
            problem = outcomes[person] = RowError(
                "Webex could not move the person (job {job}, {exit_code}): {reason}",
                job=job["id"],
                exit_code=exit_code,
                reason=words or written("it gives no reason"),
            )
            problem.refusal = refusals[0] if refusals else None
    return outcomes


def _known(api: AsWebexSimpleApi) -> _Known:
    known: _Known = run_memory_of(api).setdefault("move jobs", _Known())
    return known


def _suspect(known: _Known, person: str, unfinished: dict[str, _Job]) -> _Job | None:
    """Return the first unfinished job that may be the person's; what has finished is no suspect any more."""
    own = {number for _target, number in known.started.values()}
    others = [number for number in unfinished if number not in own]
    if person in known.lost:
        suspects = known.lost[person]
        left = others if suspects is None else [number for number in suspects if number in others]
        known.lost[person] = left
        if not left:
            del known.lost[person]
    else:
        left = others if known.earlier is None else [number for number in known.earlier if number in others]
        known.earlier = left
    return unfinished[left[0]] if left else None


def _merged(moves: Sequence[_Job]) -> list[_Job]:
    """Return *moves* with the people of one location under it."""
    merged: dict[str, _Job] = {}
    for move in moves:
        there = merged.setdefault(move["locationId"], {**move, "users": []})
        there["users"] += move["users"]
    return list(merged.values())


def _forget(lost: dict[str, list[str] | None], people: Iterable[str]) -> None:
    for person in people:
        lost.pop(person, None)


def _not_shown(job: _Job) -> AmbiguousWrite:
    return AmbiguousWrite(
        written("the move is done (job {job}) but does not show yet", job=job["id"]),
        retry_after_s=_LOOK_AGAIN_S,
    )


async def _status(api: AsWebexSimpleApi, number: str, org_id: str | None) -> _Job:
    url = api.session.ep(f"{_PATH}/{number}")
    job: Any = await api.session.rest_get(url=url, params=organisation_query(org_id))
    return {"id": number, **job}


async def _unfinished(api: AsWebexSimpleApi, org_id: str | None) -> dict[str, _Job]:
    """Return number -> job of all unfinished jobs as large as ours may be; newest first."""
    query = {"max": _MOST_JOBS, **organisation_query(org_id)}
    answer: Any = await api.session.rest_get(url=api.session.ep(_PATH), params=query)
    return {
        job["id"]: job
        for job in answer.get("items") or ()
        if job.get("latestExecutionStatus") in _UNFINISHED
        and (job.get("counts") or {}).get("totalMoves", 1) <= MOST_USERS
    }


async def _errors(
    api: AsWebexSimpleApi, number: str, people: Sequence[str], org_id: str | None
) -> dict[str, list[Refusal]]:
    """Return person -> what the job says went wrong with them; who is not named is not in it."""
    url = api.session.ep(f"{_PATH}/{number}/errors")
    answer: Any = await api.session.rest_get(url=url, params=organisation_query(org_id))
    reasons: dict[str, list[Refusal]] = {}
    for item in answer.get("items") or ():
        error = item.get("error") or {}
        refusals = [
            Refusal(_number(error.get("key")), _number(message.get("code")), str(message.get("description")))
            for message in error.get("message") or ()
        ]
        for person in people:
            if same_id(item.get("item"), person):
                reasons.setdefault(person, []).extend(refusals)
    return reasons


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None
