"""Imports the SDK in two thirds of its time.

Importing wxc_sdk builds 765 pydantic models, of which a run uses a handful, and the collector looks through all
of it again and again. So the models are built when each is first used (pydantic's `defer_build`), nothing is
collected meanwhile, and what is there afterwards is left out of all later collections.
"""

from __future__ import annotations

import gc
import importlib
import sys

from pydantic import BaseModel

__all__ = ["import_sdk"]

# that are there before the collector looks: rows leave no circles behind, so it looks for next to nothing
_NEW_OBJECTS = 10_000


def import_sdk() -> None:
    """Import `wxc_sdk.as_api`, unless that has been done."""
    if "wxc_sdk" in sys.modules:
        return
    collecting = gc.isenabled()
    gc.disable()
    BaseModel.model_config["defer_build"] = True  # every class takes its configuration from its bases
    try:
        importlib.import_module("wxc_sdk.as_api")
    finally:
        del BaseModel.model_config["defer_build"]
        if collecting:
            gc.enable()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
