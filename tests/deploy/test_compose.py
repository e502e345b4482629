"""The hosting files: valid by the Compose specification's schema, and of one mind with the code's settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from signaling.config import OPTIONS, environment_name

ROOT = Path(__file__).resolve().parents[2]


def compose() -> dict[str, Any]:
    """docker-compose.yml."""
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
    return loaded


def test_the_compose_file_is_valid_by_its_schema() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    result = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_it_sets_only_settings_that_there_are() -> None:
    known = {environment_name(option) for option in OPTIONS}
    assert set(compose()["services"]["balai"]["environment"]) <= known
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"BALAI_[A-Z_]+", dockerfile)) <= known


def test_the_ports_are_the_ones_that_the_server_opens() -> None:
    balai = compose()["services"]["balai"]
    media, pages = OPTIONS["media_port"].default, OPTIONS["port"].default
    assert balai["ports"] == [f"{media}:{media}/udp"]
    assert balai["expose"] == [str(pages)]
    assert f"EXPOSE {pages}/tcp {media}/udp" in (ROOT / "Dockerfile").read_text()
    assert f"reverse_proxy balai:{pages}" in (ROOT / "deploy" / "Caddyfile").read_text()


def test_it_is_not_killed_while_it_still_drains() -> None:
    grace = str(compose()["services"]["balai"]["stop_grace_period"])
    assert int(grace.removesuffix("s")) >= int(str(OPTIONS["drain_seconds"].default)) + 10


def test_everything_that_must_be_set_is_in_the_example() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert wanted == given
