"""Runs one server: opens everything in order, says when it is ready, and closes everything in order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import ssl
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web

from server.files import FileRules
from server.media import MediaEdge
from server.records import DatabaseError, Records
from signaling.app import create_app, drain
from signaling.certificate import server_context
from signaling.config import Config, ConfigError, shown_database
from signaling.http.keys import DIRECTORY
from signaling.load_test_token import keep_token
from signaling.sip.opening import TelephoneSettings, open_gateway

log = structlog.get_logger()


class StartError(ConfigError):
    """The settings are well-formed, but this machine can't give what they ask for."""


async def serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT; then let meetings go on for a moment, or until another. Raises StartError."""
    async with contextlib.AsyncExitStack() as opened:
        listening = opened.enter_context(_listen(config))
        records = await _open_records(config)
        opened.push_async_callback(records.close)
        tls = await asyncio.to_thread(_tls, config)
        token = await asyncio.to_thread(_load_test_token, config)
        edge = await _open_media(config)
        opened.push_async_callback(edge.close)
        telephone = await asyncio.to_thread(TelephoneSettings, config) if config.sip else None
        app = create_app(
            edge,
            records,
            config.data_dir / "files",
            behind_proxy=config.tls == "off",
            load_test_token=token,
            file_rules=FileRules(config.file_mb * 1024 * 1024, timedelta(days=config.file_days)),
            time_zone=config.time_zone,
            video_codecs=config.video_codecs,
            telephone=telephone.telephone if telephone else None,
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
        opened.push_async_callback(runner.cleanup)
        await runner.setup()
        if telephone is not None:
            await open_gateway(opened, config, telephone, edge, app[DIRECTORY], records)
        await web.SockSite(runner, listening, ssl_context=tls).start()
        signals = _stop_signals()
        host, port = listening.getsockname()[:2]
        log.info("serving", host=host, port=port, media_port=edge.port)
        print(f"Balai is ready: {'https' if tls else 'http'}://{_shown_host(host)}:{port}", flush=True)
        await signals.acquire()
        await _first(drain(app, config.drain_seconds), signals.acquire())
        log.info("stopping")


async def _first(*these: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of these; the others are cancelled."""
    tasks = [asyncio.ensure_future(each) for each in these]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


def _shown_host(host: str) -> str:
    if host in ("::", "0.0.0.0", "127.0.0.1", "::1"):  # noqa: S104
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _listen(config: Config) -> socket.socket:
    try:
        if config.host == "::" and not socket.has_dualstack_ipv6():
            return socket.create_server(("0.0.0.0", config.port))  # noqa: S104
        if ":" in config.host:
            dual = config.host == "::"
            return socket.create_server((config.host, config.port), family=socket.AF_INET6, dualstack_ipv6=dual)
        return socket.create_server((config.host, config.port))
    except OSError as error:
        raise StartError(_port_trouble("TCP", config.port, "--port", config.host, error)) from error


async def _open_records(config: Config) -> Records:
    try:
        if config.database is None:
            return await Records.open(config.data_dir)
        return await Records.connect(config.database)
    except DatabaseError as error:
        what, option = f"data folder {config.data_dir}", "--data-dir"
        if config.database is not None:
            what, option = f"database {shown_database(config.database)}", "--database"
        raise StartError(f"the {what} can't be used ({error}): mend it, or give another with {option}") from error


async def _open_media(config: Config) -> MediaEdge:
    host = "0.0.0.0" if config.host == "::" and not socket.has_dualstack_ipv6() else config.host  # noqa: S104
    try:
        return await MediaEdge.start(
            host=host,
            port=config.media_port,
            public_ips=config.public_ip,
            video_slots=config.video_slots,
            workers=config.workers,
        )
    except OSError as error:
        raise StartError(_port_trouble("UDP", config.media_port, "--media-port", host, error)) from error


def _port_trouble(protocol: str, port: int, flag: str, host: str, error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno == errno.EADDRNOTAVAIL:
        mend = "no such address on this machine; give one of its own, or :: for all, with --host"
    elif error.errno == errno.EACCES:
        mend = f"ports below 1024 are the system's; give a higher one with {flag}"
    else:
        mend = f"stop what uses it, or give another with {flag}"
    return f"{protocol} port {port} on {host} can't be opened ({reason}): {mend}"


def _tls(config: Config) -> ssl.SSLContext | None:
    if config.tls == "off":
        return None
    try:
        return server_context(config.data_dir, config.public_ip)
    except (OSError, ValueError) as error:
        raise StartError(
            f"the certificate in {config.data_dir} can't be made or read ({error}): mend the folder, or give another "
            "with --data-dir"
        ) from error


def _load_test_token(config: Config) -> str:
    try:
        return keep_token(config.data_dir)
    except OSError as error:
        raise StartError(
            f"the load-test token in {config.data_dir} can't be made or read ({error}): mend the folder, or give "
            "another with --data-dir"
        ) from error


def _stop_signals() -> asyncio.Semaphore:
    """Acquired once for each SIGTERM or SIGINT."""
    signals = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.release)
    return signals
