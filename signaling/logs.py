"""The log, on standard error: lines for people on a terminal, JSON elsewhere. No secrets, names or meeting codes."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def configure(level: str) -> None:
    """Set the log up for the whole process, what libraries log included (from ``warning`` on)."""
    number = logging.getLevelNamesMapping()[level.upper()]
    to_terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor
    if to_terminal:
        # Without the local variables that structlog would show: secrets and names are among them.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if number > logging.DEBUG:
            shared.append(_name_the_fault)
    else:
        renderer = structlog.processors.JSONRenderer()
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _name_the_fault(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Whoever watches a terminal gets the fault in one line; its stack is told at level ``debug`` and in JSON."""
    info = event.pop("exc_info", None)
    fault = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else sys.exc_info()[1]
    if info and fault is not None:
        event["fault"] = f"{type(fault).__name__}: {fault}".splitlines()[0]
    return event
