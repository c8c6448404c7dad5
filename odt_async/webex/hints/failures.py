"""Hints for what is no answer of Webex: connections that fail, and the errors of our own.

A class counts for those that are derived from it, aiohttp's and Python's, but not our own.
"""

from __future__ import annotations

from odt_async.language import written
from odt_async.webex.hints.entry import Entry

__all__ = ["FAILURES"]

FAILURES = (
    Entry(
        written("the name of the server cannot be resolved"),
        written("check DNS and --base-url, then run again with --resume"),
        errors={"ClientConnectorDNSError", "gaierror"},
    ),
    Entry(
        written("the server's certificate is not one that this machine trusts"),
        written(
            "if a proxy inspects TLS, add its certificate authority to the machine's store, or name it in "
            "SSL_CERT_FILE; check the machine's clock"
        ),
        errors={"ClientSSLError", "SSLError", "ServerFingerprintMismatch"},
    ),
    Entry(
        written("no connection to Webex came about"),
        written("check the network, the firewall and --base-url, then run again with --resume"),
        errors={"ClientConnectorError", "ConnectionRefusedError"},
    ),
    Entry(
        written("Webex did not answer in time"),
        written("run the row again, with --resume; raise --request-timeout if it is always the same call"),
        errors={"ServerTimeoutError", "TimeoutError"},
    ),
    Entry(
        written("the address leads somewhere else than to Webex; the token goes to no other host"),
        written("check --base-url, and what stands between here and Webex"),
        errors={"InvalidURL", "TooManyRedirects"},
    ),
    Entry(
        written("what answered does not speak HTTP as Webex does"),
        written("check --base-url, and what stands between here and Webex, then run again with --resume"),
        errors={"ClientResponseError"},
    ),
    Entry(
        written("the connection to Webex was lost while the answer was awaited"),
        written("run the row again, with --resume: it is read first, and nothing is applied twice"),
        errors={"ClientError", "OSError"},
    ),
    Entry(
        written("Webex, or the way to it, was out of order"),
        written("run the row again, with --resume"),
        errors={"RetriesExhausted", "RowDeadlineExceeded"},
    ),
    Entry(
        written("the write was sent, and no answer told what became of it"),
        written("run the row again, with --resume: it is read first, and nothing is applied twice"),
        errors={"OutcomeUnknown"},
    ),
    Entry(
        written("a name stands in the row that nobody, or more than one, has in Webex"),
        written("correct the name, or fill in the id"),
        errors={"Unresolved"},
    ),
    Entry(
        written("Webex did a part of what the row asks for"),
        written("the error says what is missing: mend that, then run the row again"),
        errors={"PartlyApplied"},
    ),
    Entry(
        written("it was written, and Webex shows something else"),
        written("look at it in Control Hub; somebody else may be changing it, or Webex shows it late"),
        errors={"VerificationFailed"},
    ),
    Entry(
        written("it is no longer as it was when the plan was made"),
        written("make a new plan with `odt plan`, and look at it"),
        errors={"PlanDrifted"},
    ),
    Entry(
        written("somebody has changed it since the run that is to be undone"),
        written("look at it in Control Hub, and decide there"),
        errors={"ChangedSince"},
    ),
    Entry(
        written("an answer of Webex has another form than the SDK describes, or the program is at fault"),
        written("the traceback in error.jsonl shows where: report it with that line"),
        errors={"Exception"},
    ),
)
