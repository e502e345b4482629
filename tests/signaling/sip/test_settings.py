"""The settings of telephony: what is read, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from signaling.sip import SipSettings, SipSettingsError, Trunk, read
from signaling.sip.digest import Credentials

TRUNK = '[[trunk]]\nname = "office"\nserver = "pbx.desa.id"\n'


def settings(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> SipSettings:
    file = tmp_path / "sip.toml"
    file.write_text(text)
    return read(file, environment or {})


def test_the_least_that_can_be_said(tmp_path: Path) -> None:
    expected = Trunk(name="office", hosts=("pbx.desa.id",), server="pbx.desa.id")
    assert settings(tmp_path, TRUNK) == SipSettings(trunks=(expected,))


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("s3cret\n")
    for name in ("crt", "key"):
        (tmp_path / name).write_text("")
    found = settings(
        tmp_path,
        f"""
        host = "0.0.0.0"
        port = 5070
        tls_port = 5071
        public_ip = "203.0.113.7"
        domains = ["rapat.desa.id"]
        certificate = "{tmp_path}/crt"
        key = "{tmp_path}/key"
        ring_seconds = 40
        [[trunk]]
        name = "operator"
        server = "198.51.100.1"
        port = 5080
        transport = "tls"
        hosts = ["198.51.100.0/24", "sip.operator.id"]
        domain = "operator.id"
        register = true
        user = "+62361555"
        password_file = "{tmp_path}/pw"
        challenge = true
        expires = 120
        max_calls = 4
        invites_per_second = 2
        prefixes = ["+62", "08"]
        caller = "+62361555"
        keep_alive = 15
        tls_ca = "{tmp_path}/crt"
        """,
    )
    trunk = found.trunk("operator")
    assert (found.port, found.tls_port, found.public_ip, found.ring_seconds) == (5070, 5071, "203.0.113.7", 40)
    assert trunk.credentials == Credentials("+62361555", "s3cret")
    assert (trunk.transport, trunk.port, trunk.uri_domain, trunk.max_calls) == ("tls", 5080, "operator.id", 4)
    assert "s3cret" not in repr(found)


def test_a_password_may_come_from_the_environment(tmp_path: Path) -> None:
    found = settings(tmp_path, TRUNK + 'user = "a"\n', {"BALAI_SIP_PASSWORD_OFFICE": "s3cret"})
    assert found.trunk("office").credentials == Credentials("a", "s3cret")


@pytest.mark.parametrize(
    ("number", "may"),
    [
        *[(number, True) for number in ("+62811", "0811", "+62")],
        *[(number, False) for number in ("+61811", "62811", "+62 811", "+62;x=1", "+6", "", "+٦٢١", "+62\n")],
    ],
)
def test_only_numbers_with_an_allowed_prefix_may_be_called(number: str, may: bool) -> None:
    assert Trunk(name="a", hosts=(), server="b", prefixes=("+62", "08")).may_call(number) is may
    assert not Trunk(name="a", hosts=(), server="b").may_call(number)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no [[trunk]]"),
        ("port = 5060\n", "has no [[trunk]]"),
        ("trunk = 5\n", "has no [[trunk]]"),
        ("port = ", "not TOML"),
        ("port = 70000\n" + TRUNK, "port of"),
        ("prot = 1\n" + TRUNK, "there is no such setting"),
        ('host = "here"\n' + TRUNK, "host of"),
        ('certificate = "/nowhere"\n' + TRUNK, "certificate of"),
        (TRUNK + TRUNK, "two trunks of one name"),
        (TRUNK + 'hosts = ["10.0.0.0/33"]\n', "hosts of [[trunk]] 1"),
        (TRUNK + 'hosts = ["1.2.3"]\n', "hosts of [[trunk]] 1"),
        (TRUNK + 'transport = "sctp"\n', "transport of [[trunk]] 1"),
        (TRUNK + 'prefixes = ["62 "]\n', "prefixes of [[trunk]] 1"),
        (TRUNK + "max_calls = true\n", "max_calls of [[trunk]] 1"),
        (TRUNK + "register = true\n", "give a user and a password"),
        (TRUNK + 'user = "a"\n', "both a user and a password"),
        (TRUNK + 'user = "a\\r\\nb"\npassword = "hunter2"\n', "user of [[trunk]] 1"),
        (TRUNK + 'password = "hunter2"\n', "both a user and a password"),
        (TRUNK + 'user = "a"\npassword = 5\n', "password of [[trunk]] 1"),
        ('[[trunk]]\nname = "Office"\nserver = "b"\n', "name of [[trunk]] 1"),
        ('[[trunk]]\nname = "office"\n', "server of [[trunk]] 1"),
    ],
)
def test_a_bad_file_is_refused_in_one_line_without_a_password(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SipSettingsError) as refused:
        settings(tmp_path, text)
    line = str(refused.value)
    assert words in line
    assert str(tmp_path) in line
    assert "\n" not in line
    assert "hunter2" not in line


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SipSettingsError, match="can't be read"):
        read(tmp_path / "nothing.toml", {})
