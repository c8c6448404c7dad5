"""The hook of mkdocs that fills pages in: the output of commands, and tables from the code.

A block ```` ```console build ```` holds lines such as `$ odt plan NAME  # exit 5, 12 lines`: the output of each
follows it, and one that ends otherwise than said (0, where nothing is said) ends the build. A line
`<!-- build: hints -->` is replaced by the table or the sections of that name in `tables.py`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from tools.docs.output import Command, Shell, commands_of
from tools.docs.tables import TABLES

__all__ = ["filled_in", "on_page_markdown", "on_post_build"]

_BLOCK = re.compile(r"^```console build\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TROUBLED = Command(
    "odt bulk usuarios_configurar_desvio_prefijo53 --sandbox --fault no-calling=3% --fault forwarding-4003=1%"
    " --fault throttle=200/s,burst=20 --fault 5xx=2% --fault latency=20ms~30%",
    1,
    None,
)
_TABLE = re.compile(r"^<!-- build: ([\w ]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, *, page: Any, **_event: Any) -> str:
    """Return the page as it is to be rendered; called by mkdocs.

    A page whose head says `added_action: <path>` has that module among its actions.
    """
    if not (_BLOCK.search(markdown) or _TABLE.search(markdown)):
        return markdown
    with Shell.opened(page.meta.get("added_action")) as shell:
        return filled_in(markdown, shell)


def on_post_build(*, config: Any) -> None:
    """Add the page that `odt report` makes of a run with some trouble; called by mkdocs."""
    with Shell.opened() as shell:
        shell.output(_TROUBLED)
        shell.output(Command("odt report latest --lang en --output report.html", 0, None))
        shutil.copyfile(shell.folder / "report.html", Path(config.site_dir) / "example-report.html")


def filled_in(markdown: str, shell: Shell) -> str:
    """Return *markdown* with all its blocks and tables filled in.

    Raises UnexpectedEnd, ValueError for a block that holds something else than commands, and KeyError for a
    table that there is not.
    """
    told = _BLOCK.sub(lambda match: _called(match[1], shell), markdown)
    return _TABLE.sub(lambda match: "\n".join(TABLES[match[1]](shell)), told)


def _called(block: str, shell: Shell) -> str:
    lines = ["```console"]
    for command in commands_of(block):
        lines += [f"$ {command.words}", shell.output(command)]
    return "\n".join([*(line for line in lines if line), "```"])
