"""The console's certificate: the site's own, else a local one made here; edge."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OURS: Final = "111 console"
GOOD_FOR: Final = timedelta(days=825)
RENEWED: Final = timedelta(days=30)  # before its end


def certificate(folder: Path, names: Sequence[str], now: datetime) -> tuple[Path, Path]:
    """The local certificate and its key, made when there is none for these names or it ends soon.

    A site's own: put console.crt and console.key there under another name; they are left alone.
    """
    crt, key = folder / "console.crt", folder / "console.key"
    if crt.exists() and key.exists() and not _due(crt, names, now):
        return crt, key
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OURS)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + GOOD_FOR)
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    key.touch(0o600)
    key.chmod(0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return crt, key


def _due(crt: Path, names: Sequence[str], now: datetime) -> bool:
    found = x509.load_pem_x509_certificate(crt.read_bytes())
    if found.issuer != found.subject or found.subject.rfc4514_string() != f"CN={OURS}":
        return False  # the site's own
    try:
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return True
    return found.not_valid_after_utc - RENEWED < now or set(held) != {_general(one) for one in names}


def names_in(crt: Path) -> list[str]:
    """The names a certificate is good for: a site's own may have others than the settings."""
    try:
        found = x509.load_pem_x509_certificate(crt.read_bytes()).extensions
        held = found.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, OSError, x509.ExtensionNotFound):
        return []
    named = held.get_values_for_type(x509.DNSName)
    return [*named, *(str(one) for one in held.get_values_for_type(x509.IPAddress))]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
