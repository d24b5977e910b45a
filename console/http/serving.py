"""Opens the console's doors: HTTPS on its address, plain HTTP on loopback only; edge."""

import ipaddress
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.settings import Settings
from console.http.connections import Runner, listen, more_files
from console.http.guard import NAMES
from console.http.host_header import names

log = structlog.get_logger()

LOOPBACK: Final = "127.0.0.1"
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


def addresses(settings: Settings) -> tuple[str, ...]:
    """Where the console is to be found, as a person types it."""
    secure = f"https://{settings.console_address}:{settings.console_port}/"
    plain = f"http://{LOOPBACK}:{settings.console_plain_port}/"
    return (*((secure,) if settings.console_port else ()), *((plain,) if settings.console_plain_port else ()))


def ports(settings: Settings) -> list[tuple[str, int]]:
    """What the console listens on."""
    wanted = ((settings.console_address, settings.console_port), (LOOPBACK, settings.console_plain_port))
    return [(address, port) for address, port in wanted if port]


async def open_doors(app: web.Application, settings: Settings, folder: Path) -> AsyncExitStack:
    """Listen; close the result to stop. Raises OSError when a port is taken."""
    more_files()
    context = None
    if settings.console_port:
        wanted = (settings.console_address, LOOPBACK, "localhost", *settings.console_names)
        crt, key = certificate(folder, tuple(dict.fromkeys(wanted)), datetime.now(UTC))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(crt, key)
        app[NAMES] = app[NAMES] | names(_names_in(crt))
    runner = Runner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
    await runner.setup()
    stack = AsyncExitStack()
    stack.push_async_callback(runner.cleanup)
    if context is not None:
        stack.callback((await listen(runner, settings.console_address, settings.console_port, context)).close)
    if settings.console_plain_port:
        stack.callback((await listen(runner, LOOPBACK, settings.console_plain_port)).close)
    return stack


def _due(crt: Path, names: Sequence[str], now: datetime) -> bool:
    found = x509.load_pem_x509_certificate(crt.read_bytes())
    if found.issuer != found.subject or found.subject.rfc4514_string() != f"CN={OURS}":
        return False  # the site's own
    try:
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return True
    return found.not_valid_after_utc - RENEWED < now or set(held) != {_general(one) for one in names}


def _names_in(crt: Path) -> list[str]:
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
