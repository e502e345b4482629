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
    if not _is_good(key, certificate, public_ips):
        _make(key, certificate, public_ips)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _is_good(key: Path, certificate: Path, public_ips: Sequence[str]) -> bool:
    """Whether what is kept can go on being used. Not for another host name: people have accepted this certificate."""
    try:
        kept = x509.load_pem_x509_certificate(certificate.read_bytes())
        kept_key = serialization.load_pem_private_key(key.read_bytes(), None)
        names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    missing = {ipaddress.ip_address(address) for address in public_ips} - set(names.get_values_for_type(x509.IPAddress))
    in_time = datetime.datetime.now(datetime.UTC) < kept.not_valid_after_utc - RENEW_BEFORE
    return in_time and not missing and kept_key.public_key() == kept.public_key()


def _make(key_path: Path, certificate_path: Path, public_ips: Sequence[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    hostname = socket.gethostname() if socket.gethostname().isascii() else "localhost"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hostname[:64] or "balai")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = dict.fromkeys(["127.0.0.1", "::1", *public_ips])
    names: list[x509.GeneralName] = [x509.DNSName(dns) for dns in dict.fromkeys(["localhost", hostname])]
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
