"""Hints for the move of people to another location: the numbers of webex-openapi-specs, `moveLocation`.

They come in the answer to the request that starts the job, and in the job's own list of errors.
"""

from __future__ import annotations

from odt_async.language import written
from odt_async.webex.hints.entry import Entry

__all__ = ["MOVES"]

MOVES = (
    Entry(
        written("this Webex moves one person at a time"),
        written("run the row again with --no-batch"),
        codes={1026005, 1026018},
    ),
    Entry(
        written("the request for the move is not as Webex wants it"),
        written("the program is at fault: report it with the line of error.jsonl"),
        codes={1026006, 1026011, 1026012, 1026020, 1026022, 27960, 27961},
    ),
    Entry(
        written("the person is in that location already"),
        written("nothing is to be done: take the row out"),
        codes={1026013, 25378, 10010001},
    ),
    Entry(
        written("Webex failed while it was moving the person"),
        written("run the row again, with --resume; if it stays so, give Cisco support the tracking id"),
        codes={1026014, 25379, 25383, 8264, 27559, 19611, 19612},
    ),
    Entry(
        written("Webex could not take the person's phone number to the other location"),
        written("give the person a number of the other location, or move them with an extension alone"),
        codes={1026015, 27966},
    ),
    Entry(
        written("the person has neither a phone number nor an extension in the other location"),
        written("fill in extension or phone_number"),
        codes={1026016},
    ),
    Entry(
        written("the person comes more than once in one move"),
        written("leave one row for each person"),
        codes={1026019},
    ),
    Entry(
        written("the move does not say where to"),
        written("fill in location_id"),
        codes={1026021},
    ),
    Entry(
        written("only people with Webex Calling take an extension or a number along"),
        written("take extension and phone_number out of the row, or assign a Calling licence first"),
        codes={1026023},
    ),
    Entry(
        written("this kind of person, workspace or virtual line cannot be moved"),
        written("take the row out; set it up anew in the other location"),
        codes={19600, 19601, 19602, 27962, 27963},
    ),
    Entry(
        written("the other location has as many people as it can hold"),
        written("make room there, or raise the location's limit in Control Hub"),
        codes={19603},
    ),
    Entry(
        written("the person's number has another duty in the location that they leave"),
        written(
            "give that duty to another number first (main number, charge number, emergency callback, the operator of "
            "an auto attendant), then run the row again"
        ),
        codes={19604, 19610, 27965, 27967, 27968, 27975, 10030005},
    ),
    Entry(
        written("the person has services that the other location does not have"),
        written("take the services away that the answer names, or add them to the location"),
        codes={19605, 19613},
    ),
    Entry(
        written("the person is at a shared desk right now"),
        written("end the association (hot desking, hoteling), then run the row again"),
        codes={19606, 27972},
    ),
    Entry(
        written("a device or a trunk group holds the person in their location"),
        written(
            "take the DECT handset, shared or customer-managed device or trunk away that the answer names, then run "
            "the row again"
        ),
        codes={19607, 19608, 19609, 27969, 27970, 27971},
    ),
    Entry(
        written("the settings of call recording do not go along"),
        written("switch the person's call recording off in Control Hub, then run the row again"),
        codes={25381, 25382, 25384, 25385},
    ),
    Entry(
        written("the two locations reach the public network in different ways"),
        written("give the person a number of the other location, or move them with an extension alone"),
        codes={27976, 10050010, *range(10010002, 10010018)},
    ),
    Entry(
        written("the number is not active"),
        written("activate the number first, or give the person one of the other location"),
        codes={10030004},
    ),
    Entry(
        written("the number cannot be moved as it is"),
        written(
            "see in Control Hub whether it has a pending order, belongs to a block or to somebody else; or give the "
            "person a number of the other location"
        ),
        codes={
            10010000,
            *range(10010200, 10010300),
            *range(10030000, 10030004),
            *range(10030006, 10030013),
            *range(10050000, 10050010),
            10099999,
        },
    ),
    Entry(
        written(
            "with the move, the person's extension is taken away: it is too long or short there, or taken"
        ),
        written("give the row an extension of the other location"),
        codes={19713},
    ),
    Entry(
        written("with the move, the voice messages stored so far are no longer available"),
        written("tell the person to save them before the row is run"),
        codes={19716},
    ),
)
