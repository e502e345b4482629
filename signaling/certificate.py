"""The self-signed HTTPS certificate of the embedded default: made on first start, kept, renewed in time."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LIFETIME = datetime.timedelta(days=397)
"""As long as browsers take from anybody."""
RENEW_BEFORE = datetime.timedelta(days=30)


def server_context(folder: Path, public_ips: Sequence[str]) -> ssl.SSLContext:
    """A TLS context with the certificate kept in ``folder``. Blocks; OSError when the folder can't be written."""
    key, certificate = folder / "https.key", folder / "https.crt"
    if not _is_good(key, certificate):
        _make(key, certificate, public_ips)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _is_good(key: Path, certificate: Path) -> bool:
    try:
        kept = x509.load_pem_x509_certificate(certificate.read_bytes())
        serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError):
        return False
    return datetime.datetime.now(datetime.UTC) < kept.not_valid_after_utc - RENEW_BEFORE


def _make(key_path: Path, certificate_path: Path, public_ips: Sequence[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    hostname = socket.gethostname()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hostname[:64] or "balai")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = dict.fromkeys(["127.0.0.1", "::1", *public_ips])
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName(hostname)]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_path.parent.mkdir(parents=True, exist_ok=True)
    key_path.unlink(missing_ok=True)
    with os.fdopen(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
