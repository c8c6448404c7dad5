"""Rows that failed for the same reason, as one record: for the status, the report and the closing words."""

from __future__ import annotations

from typing import Any

from odt_async.runner.tally import OTHERS, Tally

__all__ = ["failure_groups"]


def failure_groups(tally: Tally, most: int | None = None) -> list[dict[str, Any]]:
    """Return the groups, the largest first, *most* of them at most.

    text: that of the last row in the group. cause, hint: English sentences, None where the error says all; as is
    everything but `text` of those that have no group of their own (type `others`).
    """
    found = []
    for group, count in tally.error_groups.most_common(most):
        row_index, failure = tally.last_failures[group]
        is_one_cause = group != OTHERS
        found.append(
            {
                "type": failure.type if is_one_cause else OTHERS,
                "cause": failure.cause if is_one_cause else None,
                "text": failure.text,
                "hint": failure.hint if is_one_cause else None,
                "count": count,
                "last_row_index": row_index,
            }
        )
    return found
