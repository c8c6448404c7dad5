"""The live screen: reads the files of the runs once a second, and passes keys on as orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from anyio import to_thread
from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from odt_async.errors import InputError
from odt_async.language import retold, tr
from odt_async.screen.folder import Folder
from odt_async.screen.layout import flow, line
from odt_async.screen.listing import listing
from odt_async.screen.orders import STOP, answer_in_words, concurrency_order, pause_order, send
from odt_async.screen.page import page
from odt_async.screen.record import RunStatus
from odt_async.screen.standing import PAUSED_BY_OPERATOR

__all__ = ["MOST_RUNS", "WatchApp"]

MOST_RUNS = 50  # in the list
_SAID_FOR_S = 6.0  # an answer stays to be read
_LEAST_WIDTH = 20  # columns of a terminal that nothing sensible fits into


class WatchApp(App[None]):
    """Shows one run, or the list of the latest.

    run: the one to begin with; None: the list.
    interval_s: how often the files are looked at, in seconds; a run writes its own no oftener than once in one.
    """

    ENABLE_COMMAND_PALETTE = False
    INLINE_PADDING = 0
    CSS = """
    Screen { background: ansi_default; color: ansi_default; overflow: hidden; }
    #shown { height: 1fr; width: 100%; background: ansi_default; color: ansi_default; }
    #below { height: auto; width: 100%; background: ansi_default; color: ansi_default; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, show=False, priority=True)  # textual has uses of its own for some of them
        for keys, action in (
            ("q,ctrl+c,ctrl+q", "quit"),
            ("p", "pause"),
            ("plus,equals_sign", "concurrency(1)"),
            ("minus", "concurrency(-1)"),
            ("s", "stop"),
            ("y", "answer(True)"),
            ("n,escape", "answer(False)"),
            ("down,tab", "move(1)"),
            ("up,shift+tab", "move(-1)"),
            ("enter", "open"),
            ("l", "list"),
        )
    ]

    def __init__(self, folder: Folder, run: str | None, *, interval_s: float = 1.0) -> None:
        super().__init__(ansi_color=True)
        self._interval_s = interval_s
        self._folder = folder
        self._run = run  # the one that is shown, or chosen in the list
        self._listed = run is None
        self._runs: list[RunStatus] = []
        self._status: RunStatus | None = None
        self._asked: str | None = None  # the run that is to be stopped, if that is confirmed
        self._said = line()
        self._is_stale = self._is_looking = False
        self._shown, self._below = Static(id="shown"), Static(id="below")

    def compose(self) -> ComposeResult:
        """Yield what is shown, and a line below it for answers and keys."""
        yield self._shown
        yield self._below

    def on_mount(self) -> None:
        """Look at the runs now, and then again and again."""
        self.set_interval(self._interval_s, self._look_again)
        self._look_again()

    def on_resize(self) -> None:
        """Draw what is known in the new size."""
        self._draw()

    def _look_again(self) -> None:
        """Look now, or once more when the look that is under way has ended: a slow disk is asked once at a time."""
        self._is_stale = True
        if not self._is_looking:
            self._is_looking = True
            self._look()

    @work(group="looks")
    async def _look(self) -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                try:
                    await self._read()
                except InputError as error:
                    self._say(line((retold(str(error)), "bold red")))
                self._draw()
        finally:
            self._is_looking = False

    async def _read(self) -> None:
        """Read the files, in a thread: a slow disk must not keep the keys from working."""
        if self._listed or not self._runs:
            self._runs = await to_thread.run_sync(self._folder.latest, MOST_RUNS)
        if self._run is None and self._runs:
            self._run = self._runs[0].run
        if self._run is not None and not self._listed:
            self._status = await to_thread.run_sync(self._folder.status, self._run)

    def _draw(self) -> None:
        width, height = self.size
        if width < _LEAST_WIDTH:
            return
        below = (
            [*flow([self._said], width), *flow(self._keys(), width)]
            if self._said
            else flow(self._keys(), width)
        )
        room = height - len(below)
        lines = self._lines(width, room)
        self._shown.update(Text("\n").join(lines))
        self._below.update(Text("\n").join(below))

    def _lines(self, width: int, height: int) -> list[Text]:
        if self._listed:
            return listing(self._runs, self._chosen(), self._folder.logs_dir, width, height)
        if self._status is None:
            return [line(tr("{run}: its files are gone", run=self._run))]
        return page(self._status, width, height)

    def _keys(self) -> list[Text]:
        """Return what the keys do just now."""
        if self._asked is not None:
            question = tr("Stop {run}? Rows in progress are finished, no other is taken.", run=self._asked)
            return [line((question, "bold")), _key("y", tr("yes")), _key("n", tr("no"))]
        keys = []
        if (status := self._live()) is not None:
            paused = status.state == PAUSED_BY_OPERATOR
            keys.append(_key("p", tr("resume") if paused else tr("pause")))
            keys += [_key("+ -", tr("concurrency")), _key("s", tr("stop"))]
        if self._listed:
            keys += [_key("↑ ↓", tr("choose")), _key("enter", tr("show"))]
        else:
            keys += [_key("tab", tr("next run")), _key("l", tr("list"))]
        return [*keys, _key("q", tr("quit"))]

    def _chosen(self) -> int | None:
        """Return where the chosen run is in the list."""
        return next((number for number, run in enumerate(self._runs) if run.run == self._run), None)

    def _live(self) -> RunStatus | None:
        """Return the run that orders go to; None when it has ended."""
        number = self._chosen()
        status = self._status if not self._listed else None if number is None else self._runs[number]
        return None if status is None or status.has_ended else status

    def action_move(self, step: int) -> None:
        """Go to the next run, or the one before."""
        if self._runs:
            number = self._chosen()
            self._run = self._runs[0 if number is None else (number + step) % len(self._runs)].run
            self._asked = None
            self._look_again()

    def action_open(self) -> None:
        """Show the chosen run."""
        if self._run is not None and self._listed:
            self._listed, self._status = False, None
            self._look_again()

    def action_list(self) -> None:
        """Show the list."""
        self._listed, self._asked = True, None
        self._look_again()

    def action_pause(self) -> None:
        """Pause the run, or let it go on."""
        if (status := self._live()) is not None:
            self._order(status.run, pause_order(status))

    def action_concurrency(self, direction: int) -> None:
        """Let more requests be in flight, or fewer."""
        if (status := self._live()) is not None:
            order = concurrency_order(status, direction)
            if order is not None:
                self._order(status.run, order)

    def action_stop(self) -> None:
        """Ask whether the run is to be stopped."""
        if (status := self._live()) is not None:
            self._asked = status.run
            self._draw()

    def action_answer(self, yes: bool) -> None:
        """Stop the run if that was asked and the answer is yes."""
        run, self._asked = self._asked, None
        if run is not None and yes:
            self._order(run, STOP)
        self._draw()

    @work(group="orders")
    async def _order(self, run: str, order: Mapping[str, Any]) -> None:
        """Give an order, in a thread, and show what came of it."""
        try:
            answer = await to_thread.run_sync(send, self._folder.logs_dir, run, order)
        except InputError as error:
            self._say(line((retold(str(error)), "bold red")))
        else:
            self._say(line((answer_in_words(order, answer), "bold")))
        self._look_again()

    def _say(self, said: Text) -> None:
        self._said = said
        self.set_timer(_SAID_FOR_S, lambda: self._unsay(said))
        self._draw()

    def _unsay(self, said: Text) -> None:
        if self._said is said:
            self._said = line()
            self._draw()


def _key(key: str, does: str) -> Text:
    return line((f" {key} ", "reverse"), f" {does}")
