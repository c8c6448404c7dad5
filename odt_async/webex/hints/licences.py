"""Hints for licences: the error codes that Webex publishes for PATCH /licenses/users."""

from __future__ import annotations

from odt_async.language import written
from odt_async.webex.hints.entry import Entry

__all__ = ["LICENCES"]

LICENCES = (
    Entry(
        written("Webex does not find the location that the Calling licence is for"),
        written("check location_id, and that the location is enabled for Webex Calling"),
        codes={400},
        words="find location",
    ),
    Entry(
        written("the organisation does not have this licence, or it is not one for people"),
        written("look the licence's id up again with `odt export`"),
        codes={400000},
    ),
    Entry(
        written("Webex does not let a Professional licence be changed into a Standard one"),
        written("leave the person's Professional licence, or change it in Control Hub"),
        codes={400112},
    ),
    Entry(
        written("Messenger licences cannot be managed through the API"),
        written("take the licence out of the row and manage it in Control Hub"),
        codes={400118},
    ),
    Entry(
        written("a meeting site that the licence names is not one of the organisation"),
        written("correct the site, or take the licence out of the row"),
        codes={400216},
    ),
    Entry(
        written("nobody can have a Professional and a Standard Calling licence at once"),
        written("remove the one in the same row that adds the other"),
        codes={400404},
    ),
    Entry(
        written(
            "a Standard Calling licence does not go with Attendant Console or Customer Experience Essentials"
        ),
        written("give the person a Professional licence in place of the Standard one"),
        codes={400406, 400407},
    ),
    Entry(
        written("Attendant Console needs a Professional Calling licence"),
        written("add the Professional licence in the same row, or before"),
        codes={400408},
    ),
    Entry(
        written("Webex does not let Customer Experience Essentials be changed into a Standard licence"),
        written("remove the one licence first, then add the other in a second run"),
        codes={400410},
    ),
    Entry(
        written("a Calling licence needs a location with an extension, or a phone number, of its own"),
        written("fill in location_id and extension, or phone_number"),
        codes={400411},
    ),
    Entry(
        written("the person can have only one of these licences"),
        written("keep one of the licences that the answer names, and take the others out of the row"),
        codes={400413},
    ),
    Entry(
        written("a paid licence for messages or meetings needs the free one below it"),
        written("add the free licence in the same row, or before"),
        codes={700003, 700004, 700005},
    ),
    Entry(
        written("Screen Share comes with other licences and cannot be removed"),
        written("take it out of remove_license_ids"),
        codes={700006},
    ),
)
