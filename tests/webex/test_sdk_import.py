from __future__ import annotations

import json
import subprocess
import sys

import orjson
from wxc_sdk.person_settings.forwarding import PersonForwardingSetting

FORWARDING = {
    "callForwarding": {
        "always": {"enabled": True, "destination": "538001", "ringReminderEnabled": False},
        "busy": {"enabled": False, "destinationVoicemailEnabled": True},
        "noAnswer": {"enabled": True, "numberOfRings": 5, "destination": "+34915550123"},
    },
    "businessContinuity": {"enabled": False},
}
PROBE = """
import gc, sys
from odt_async.webex.sdk_import import import_sdk
import_sdk()
import_sdk()
from pydantic import BaseModel
from wxc_sdk.person_settings.forwarding import PersonForwardingSetting
class Later(BaseModel): pass
forwarding = PersonForwardingSetting.model_validate_json(sys.argv[1])
facts = {
    "dumped": forwarding.model_dump(mode="json"),
    "sent": forwarding.update(),
    "collecting": gc.isenabled(),
    "frozen": gc.get_freeze_count() > 0,
    "later_are_built": Later.__pydantic_complete__,
}
import json
print(json.dumps(facts))
"""


def test_models_built_at_their_first_use_are_the_same_and_nothing_else_is_deferred() -> None:
    command = [sys.executable, "-c", PROBE, json.dumps(FORWARDING)]
    told = orjson.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    here = PersonForwardingSetting.model_validate(FORWARDING)
    assert told == {
        "dumped": here.model_dump(mode="json"),
        "sent": here.update(),
        "collecting": True,
        "frozen": True,
        "later_are_built": True,
    }
