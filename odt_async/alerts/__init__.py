"""Messages to somebody who is not looking: that a run begins, stands still, goes on, fails, ends."""

from odt_async.alerts.channel import Channel
from odt_async.alerts.message import Alert, body_for
from odt_async.alerts.notifier import Notifier, deliver_all

__all__ = ["Alert", "Channel", "Notifier", "body_for", "deliver_all"]
