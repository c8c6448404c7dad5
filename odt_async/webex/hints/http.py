"""Hints for the status of an answer, where Webex gives no number or one that has no hint: RFC 9110, and what the
descriptions of Webex say of each.
"""

from __future__ import annotations

from odt_async.language import written
from odt_async.webex.hints.entry import Entry

__all__ = ["HTTP"]

HTTP = (
    Entry(
        written("something redirects the request, which Webex never does; redirects are not followed"),
        written(
            "see what stands between here and Webex (a proxy that wants a sign-in?), and check --base-url: the token "
            "goes to no other host"
        ),
        statuses=range(300, 400),
    ),
    Entry(
        written("Webex refuses the values"),
        written("compare `params` with the answer's text"),
        statuses={400},
    ),
    Entry(
        written("Webex does not accept the token: it has expired, was revoked, or belongs to somebody else"),
        written("get a new token, put it in place of the old one, and run again with --resume"),
        statuses={401},
    ),
    Entry(
        written("the token lacks a scope or an administrator role"),
        written("`odt actions NAME` lists the scopes that the action needs"),
        statuses={403},
    ),
    Entry(
        written("the id is of nobody in this organisation, or the target is not a calling user"),
        written("look the id up again with `odt export`, and see whether the target has a calling licence"),
        statuses={404},
    ),
    Entry(
        written("this target does not have the setting"),
        written("check its licence"),
        statuses={405},
    ),
    Entry(
        written("a proxy between here and Webex wants a sign-in"),
        written("let the machine through to https://webexapis.com without one"),
        statuses={407},
    ),
    Entry(
        written("somebody else is changing the same thing, or it exists already"),
        written("run the row again"),
        statuses={409},
    ),
    Entry(
        written("what the row is about has been deleted for good"),
        written("take the row out, or create it anew"),
        statuses={410},
    ),
    Entry(
        written("it has been changed since it was read"),
        written("run the row again: it is read anew"),
        statuses={412},
    ),
    Entry(
        written("the request is too large for Webex or for a gateway before it"),
        written("run the row again with --no-batch"),
        statuses={413},
    ),
    Entry(
        written("Webex, or a gateway before it, does not take this kind of request"),
        written(
            "check --base-url; if it is right, the program is at fault: report it with the line of error.jsonl"
        ),
        statuses={406, 415},
    ),
    Entry(
        written("Webex has the target locked for a while"),
        written("run the row again later, with --resume"),
        statuses={408, 423, 425},
    ),
    Entry(
        written("Webex throttled the request every time that it was sent"),
        written(
            "run the row again, with --resume; if other tools work on the organisation too, leave them a part with "
            "--share"
        ),
        statuses={429},
    ),
    Entry(
        written("a rule of law or of the region forbids it, or a gateway on the way says so"),
        written("ask who runs the gateway, or Cisco support with the tracking id"),
        statuses={451},
    ),
    Entry(
        written("Webex refuses the request"),
        written("compare `params` with the answer's text; Cisco support can find it by the tracking id"),
        statuses=range(400, 500),
    ),
    Entry(
        written("this server cannot do what was asked"),
        written("check --base-url: is it Webex that answers there?"),
        statuses={501, 505},
    ),
    Entry(
        written("the network wants a sign-in before it lets anybody out"),
        written("let the machine through to https://webexapis.com without one"),
        statuses={511},
    ),
    Entry(
        written("Webex was out of order, or too busy"),
        written("run the row again, with --resume; https://status.webex.com tells of incidents"),
        statuses=range(500, 600),
    ),
)
