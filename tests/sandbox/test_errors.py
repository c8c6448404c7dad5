from __future__ import annotations

import orjson
import pytest

from odt_async.sandbox.errors import ErrorShape, Refused, error_body


@pytest.mark.parametrize(
    ("refused", "shape", "body"),
    [
        (
            Refused(404, "Gone.", code=4008),
            ErrorShape.CALLING,
            {
                "error": [{"key": "404", "message": [{"code": 4008, "description": "Gone."}]}],
                "trackingId": "T",
            },
        ),
        (
            Refused(503),
            ErrorShape.CALLING,
            {
                "error": [
                    {
                        "key": "503",
                        "message": [
                            {
                                "code": 503,
                                "description": "Server is overloaded with requests. Try again later.",
                            }
                        ],
                    }
                ],
                "trackingId": "T",
            },
        ),
        (
            Refused(404, "Gone."),
            ErrorShape.PLATFORM,
            {
                "message": "The requested resource could not be found.",
                "errors": [{"description": "Gone."}],
                "trackingId": "T",
            },
        ),
        (
            Refused(409, "Taken.", code=400411),
            ErrorShape.PLATFORM,
            {
                "message": "Taken.",
                "errors": [{"description": "Taken.", "errorCode": 400411}],
                "trackingId": "T",
            },
        ),
    ],
)
def test_the_two_shapes_of_an_error(refused: Refused, shape: ErrorShape, body: object) -> None:
    assert orjson.loads(error_body(refused, shape, "T")) == body
