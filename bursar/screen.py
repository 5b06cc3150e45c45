"""What `bursar up` shows: one line for each program while it starts, afterwards a line for each thing that happens."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

_COLOURS = {"running": "green", "stopped": "dim", "starting": "yellow"}


class Screen:
    """On a terminal the lines of all programs change in place until `settle`; elsewhere each change is a line."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}
        self._live = _live_table() if sys.stdout.isatty() else None

    def report(self, name: str, state: str) -> None:
        """Show the new state of one program."""
        if self._states.get(name) == state:
            return
        self._states[name] = state
        if self._live is not None:
            self._live.update(self._table(), refresh=True)
        else:
            self.say(f"{name:<20} {state}")

    def settle(self) -> None:
        """Leave the table where it stands; what comes later is printed below it, line by line."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def say(self, line: str = "") -> None:
        """Print one line for a person (or a program that waits for `Ready:`)."""
        print(line, flush=True)

    def _table(self) -> "Table":
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for name, state in self._states.items():
            table.add_row(name, Text(state, style=_COLOURS.get(state, "red")))
        return table


def _live_table() -> "Live":
    from rich.live import Live

    live = Live(auto_refresh=False)
    live.start()
    return live
