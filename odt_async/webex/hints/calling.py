"""Hints for the calling features: forwarding, permissions, numbers, extensions, locations.

Numbers 4003, 4008 and 25409 are known from operators; the others from Webex's descriptions: the move of users
(webex-openapi-specs, `moveLocation`), which tells the calling platform's own numbers, and "Audit Events API
Response Error Codes Reference" (developer.webex.com), which lists them as `WXC-4202`.
"""

from __future__ import annotations

from odt_async.language import written
from odt_async.webex.hints.entry import Entry

__all__ = ["CALLING"]

CALLING = (
    Entry(
        written("the token may not change the 'busy' forwarding of this target"),
        written(
            "check the token's scopes, the calling administrator role, and whether the feature is on for the "
            "organisation"
        ),
        codes={4003},
        words="usercallforwardingbusy",
    ),
    Entry(
        written("nobody in this organisation has this id"),
        written("look the id up again with `odt export`; it may be of another organisation, or deleted"),
        codes={4003},
        words="not found",
    ),
    Entry(
        written("the token may not see or change the calling features of this target"),
        written(
            "check the token's scopes and administrator role, and that the target belongs to this organisation and "
            "has a calling licence; a few settings take only the person's own token"
        ),
        codes={4003},
    ),
    Entry(
        written("nobody in this organisation has this id"),
        written("look the id up again with `odt export`; it may be of another organisation, or deleted"),
        codes={4007, 2150012},
    ),
    Entry(
        written("the person or workspace has no Webex Calling licence"),
        written("assign one first, then run the row again"),
        codes={4008, 1026010},
    ),
    Entry(
        written("only a workspace with a Professional licence has this setting"),
        written("give the workspace a Professional licence, or take its row out"),
        codes={25409},
    ),
    Entry(
        written("Webex does not know the location, or it is not enabled for Webex Calling"),
        written("look the location's id up again with `odt export`, and enable it for Webex Calling first"),
        codes={4152, 5620},
    ),
    Entry(
        written("the request lacks a field, or has one that Webex does not take here"),
        written(
            "fill in the columns that the answer names; where there is no such column, the program is at fault: "
            "report it with the line of error.jsonl"
        ),
        codes={25008},
    ),
    Entry(
        written("the phone number is in use already"),
        written("take it away from its owner in Control Hub, or give the row another number"),
        codes={4201},
    ),
    Entry(
        written("the extension is in use already, in this location or in the organisation"),
        written("give the row another extension, or take this one away from its owner"),
        codes={4202},
    ),
    Entry(
        written("the extension has a length or characters that Webex does not allow"),
        written("use digits alone, as many as the extension length in Control Hub's calling settings allows"),
        codes={4909, 4910, 25058},
    ),
    Entry(
        written("the extension is an emergency number"),
        written("give the row another extension"),
        codes={4911},
    ),
    Entry(
        written("a value is shorter or longer than Webex allows"),
        written("shorten or complete the cell of the field that the answer names"),
        codes={25110},
    ),
    Entry(
        written("the phone number is not one that Webex understands"),
        written("write it in E.164: a plus sign, the country's code and the number, nothing else"),
        codes={4410, 1026017},
    ),
    Entry(
        written("the e-mail address is not one that Webex takes"),
        written("correct the address: one @, no accents or spaces, at most 161 characters"),
        codes={4801, 4802, 4803, 4900, 4901},
    ),
    Entry(
        written("a number that is not active cannot be moved"),
        written("activate the number first, or give the person one of the other location"),
        codes={1017021},
    ),
)
