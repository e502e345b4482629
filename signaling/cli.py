"""The command line: ``balai``."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib.metadata import version
from typing import Annotated

import structlog
import typer
from typer.exceptions import TyperException

from signaling import logs
from signaling.config import OPTIONS, ConfigError, environment_name, flag, load

app = typer.Typer(
    name="balai",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="A self-hosted video teleconference server.",
    epilog="Begin with [bold]balai serve[/bold], then open the address that it prints.",
)

_EXAMPLES = """Examples:

  balai serve
      On this machine: https://localhost:8443, data in ./data.

  balai serve --public-ip 203.0.113.7
      Behind NAT: browsers send media to this address, UDP port 8444.

  balai serve --tls off --host 127.0.0.1 --config /etc/balai.toml
      Behind a proxy, with the other settings in a TOML file (port = 8443, media_port = 8444, …).
"""


def _option(name: str) -> typer.models.OptionInfo:
    option = OPTIONS[name]
    default = "" if option.default is None else f"; default {option.default}"
    info = typer.Option(
        flag(name),
        help=f"{option.help} [dim]({environment_name(name)}{default})[/dim]",
        show_default=False,
        metavar=name.rsplit("_", 1)[-1].upper(),
    )
    assert isinstance(info, typer.models.OptionInfo)
    return info


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"balai {version('balai')}")
        raise typer.Exit


@app.callback()
def balai(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """A self-hosted video teleconference server."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("serve", epilog=_EXAMPLES.replace("\n  ", "\n\n  "))
def serve_command(
    host: Annotated[str | None, _option("host")] = None,
    port: Annotated[str | None, _option("port")] = None,
    media_port: Annotated[str | None, _option("media_port")] = None,
    public_ip: Annotated[str | None, _option("public_ip")] = None,
    data_dir: Annotated[str | None, _option("data_dir")] = None,
    database: Annotated[str | None, _option("database")] = None,
    time_zone: Annotated[str | None, _option("time_zone")] = None,
    file_mb: Annotated[str | None, _option("file_mb")] = None,
    file_days: Annotated[str | None, _option("file_days")] = None,
    video_slots: Annotated[str | None, _option("video_slots")] = None,
    video_codecs: Annotated[str | None, _option("video_codecs")] = None,
    workers: Annotated[str | None, _option("workers")] = None,
    drain_seconds: Annotated[str | None, _option("drain_seconds")] = None,
    tls: Annotated[str | None, _option("tls")] = None,
    sip: Annotated[str | None, _option("sip")] = None,
    phone_numbers: Annotated[str | None, _option("phone_numbers")] = None,
    phone_ports: Annotated[str | None, _option("phone_ports")] = None,
    phone_language: Annotated[str | None, _option("phone_language")] = None,
    phone_names: Annotated[str | None, _option("phone_names")] = None,
    log_level: Annotated[str | None, _option("log_level")] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            help="TOML file with any of these settings, named as the options are but with _ for -. "
            "[dim](BALAI_CONFIG)[/dim]",
            show_default=False,
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Serve meetings until it is stopped (Ctrl+C or SIGTERM; twice: at once).

    Every option can also be set in the environment or in a TOML file; the command line comes before the environment,
    the environment before the file.
    """
    given = {
        "host": host,
        "port": port,
        "media_port": media_port,
        "public_ip": public_ip,
        "data_dir": data_dir,
        "database": database,
        "time_zone": time_zone,
        "file_mb": file_mb,
        "file_days": file_days,
        "video_slots": video_slots,
        "video_codecs": video_codecs,
        "workers": workers,
        "drain_seconds": drain_seconds,
        "tls": tls,
        "sip": sip,
        "phone_numbers": phone_numbers,
        "phone_ports": phone_ports,
        "phone_language": phone_language,
        "phone_names": phone_names,
        "log_level": log_level,
    }
    settings = load(given, os.environ, config)
    logs.configure(settings.log_level)
    from signaling.serve import serve  # it loads all of WebRTC: neither help nor a refusal should wait for that

    asyncio.run(serve(settings))


@app.command("feedback")
def feedback_command(
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How many days back.")] = 30,
    words: Annotated[bool, typer.Option("--words", help="Show what people wrote besides, too.")] = False,
    data_dir: Annotated[str | None, _option("data_dir")] = None,
    database: Annotated[str | None, _option("database")] = None,
    time_zone: Annotated[str | None, _option("time_zone")] = None,
    config: Annotated[
        str | None,
        typer.Option("--config", help="The server's TOML file. [dim](BALAI_CONFIG)[/dim]", metavar="FILE"),
    ] = None,
) -> None:
    """Show what people said of sound and pictures after their meetings, and what their browsers measured.

    A line for each day of each meeting: how many answered, and how many of them found it good. The server may run.
    """
    settings = load({"data_dir": data_dir, "database": database, "time_zone": time_zone}, os.environ, config)
    from rich.console import Console

    from signaling.feedback_report import report

    asyncio.run(report(settings, days, words=words, console=Console()))


@app.command(
    "loadtest",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def loadtest_command(context: typer.Context) -> None:
    """Put a meeting of real WebRTC participants on a server: will it hold on this machine?

    See [bold]balai loadtest --help[/bold].
    """
    from signaling.load_test import command

    raise typer.Exit(command.run(context.args))


def main() -> None:
    """The entry point: trouble is one line on standard error, and exit code 2."""
    logs.configure("info")
    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        code = _trouble(f"{' '.join(error.format_message().split())} See: balai --help, balai serve --help")
    except ConfigError as error:
        code = _trouble(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except Exception as error:
        structlog.get_logger().exception("the server failed")
        code = _trouble(f"the server failed ({type(error).__name__}); its log says where", code=1)
    sys.exit(code if isinstance(code, int) else 0)


def _trouble(line: str, code: int = 2) -> int:
    print(f"balai: {line}", file=sys.stderr)
    return code
