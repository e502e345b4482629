"""The self-signed certificate: made once, kept, renewed in time."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import stat
from pathlib import Path

import pytest
from cryptography import x509

from signaling import certificate
from signaling.certificate import server_context


def read(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "https.crt").read_bytes())


def test_it_is_for_every_name_of_this_machine_and_its_key_is_for_nobody_else(tmp_path: Path) -> None:
    server_context(tmp_path, ["203.0.113.7"])
    names = read(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", socket.gethostname()} <= set(names.get_values_for_type(x509.DNSName))
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "::1", "203.0.113.7"}
    assert stat.S_IMODE((tmp_path / "https.key").stat().st_mode) == 0o600


def test_it_is_kept_from_start_to_start(tmp_path: Path) -> None:
    server_context(tmp_path, [])
    first = read(tmp_path)
    server_context(tmp_path, [])
    assert read(tmp_path) == first


def test_it_is_renewed_near_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "LIFETIME", certificate.RENEW_BEFORE - datetime.timedelta(hours=1))
    server_context(tmp_path, [])
    first = read(tmp_path)
    monkeypatch.undo()
    server_context(tmp_path, [])
    assert read(tmp_path).not_valid_after_utc > first.not_valid_after_utc


def test_it_is_made_anew_for_another_public_address(tmp_path: Path) -> None:
    server_context(tmp_path, [])
    server_context(tmp_path, ["2001:db8::7"])
    names = read(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.ip_address("2001:db8::7") in names.get_values_for_type(x509.IPAddress)


def test_what_is_broken_is_made_anew(tmp_path: Path) -> None:
    server_context(tmp_path / "other", [])
    server_context(tmp_path, [])
    for name in ("https.crt", "https.key"):
        (tmp_path / name).write_text("garbage")
        server_context(tmp_path, [])
    (tmp_path / "https.key").write_bytes((tmp_path / "other" / "https.key").read_bytes())
    server_context(tmp_path, [])  # it would raise, were the key not the certificate's
