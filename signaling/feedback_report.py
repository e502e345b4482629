"""``balai feedback``: what people said of sound and pictures, as a table for the operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.clock import utc_now
from server.feedback_summary import Summary, summarise
from server.records import DatabaseError, feedback_since, reading
from signaling.config import Config, ConfigError, shown_database

_FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {
    "round_trip": ("Round trip", lambda ms: f"{ms:.0f} ms"),
    "lost_up": ("Lost up", lambda share: f"{share:.1%}"),
    "lost_down": ("Lost down", lambda share: f"{share:.1%}"),
    "made_up": ("Sound made up", lambda share: f"{share:.1%}"),
    "weak": ("Weak", lambda share: f"{share:.0%}"),
}
"""What is shown of ``SessionFigures``: under which heading, and how."""


async def report(config: Config, days: int, *, words: bool, console: Console) -> None:
    """Print what was said in the last ``days``, with what was written besides if that is wanted. Raises ConfigError."""
    try:
        async with reading(config.data_dir, config.database) as database:
            answers = await feedback_since(database, utc_now() - timedelta(days=days))
    except DatabaseError as error:
        where = f"data folder {config.data_dir}" if config.database is None else shown_database(config.database)
        raise ConfigError(f"there is no feedback to read in the {where} ({error}): give another") from error
    lines = summarise(answers, ZoneInfo(config.time_zone))
    if not lines:
        console.print(f"Nobody said anything in the last {days} days.")
        return
    console.print(_table(lines))
    if words:
        for line in lines:
            for said in line.words:
                # As text: what people wrote is no markup.
                console.print(Text(f"{line.day} {line.meeting}: {said}"))


def _table(lines: Sequence[Summary]) -> Table:
    table = Table(title="Sound and pictures, as people said (figures: medians)")
    table.add_column("Day", no_wrap=True)
    table.add_column("Meeting")
    for heading in ("Answers", "Good", *(heading for heading, _ in _FIGURES.values())):
        table.add_column(heading, justify="right")
    for line in lines:
        figures = [show(line.figures[name]) if name in line.figures else "" for name, (_, show) in _FIGURES.items()]
        table.add_row(str(line.day), Text(line.meeting), str(line.answers), f"{line.good:.0%}", *figures)
    return table
