"""The services under the supervisor: how each is started, known again and probed, with its timeouts; edge."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.home import ignored_settings
from config.settings import Settings
from engine.supervisor.probes import (
    AsteriskProbe,
    ControlProbe,
    EngineProbe,
    SipProbe,
    starved_seconds,
    worked_seconds,
)
from engine.supervisor.watch import ServiceSpec

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PRIVATE: Final = str(REPOSITORY / "asterisk" / "private")
PYTHON: Final = str(REPOSITORY / ".venv" / "bin" / "python")


def asterisk_service(settings: Settings) -> ServiceSpec:
    """Asterisk: asked through its manager, patiently; while it works hard, more patiently still.

    A silent manager ends nobody: SIP and the control socket are asked beside it (decision 0070).
    """
    conf = configuration(settings)
    return ServiceSpec(
        name="asterisk",
        command=(PRIVATE, "asterisk", "-f", "-C", conf),
        # Without TZ: Asterisk's %s breaks a time down by /etc/localtime and puts it together by TZ.
        environment={name: value for name, value in environment(settings).items() if name != "TZ"},
        words=("-f", conf),
        pid_file=settings.run_dir / "asterisk.pid",
        output=settings.home / "log" / "asterisk.out",
        probe=AsteriskProbe(settings.ami_address, settings.ami_port, settings.home / "secrets" / "ami_probe"),
        silence=5.0,
        start_silence=60.0,
        excuse=worked_seconds,
        excused_share=0.75,
        gently=3.0,
        every=settings.probe_seconds,
        witnesses={
            "sip": SipProbe(settings.sip_address, settings.sip_port),
            "control": ControlProbe(settings.asterisk_control),
        },
        deaths=settings.deaths,
    )


def engine_service(settings: Settings) -> ServiceSpec:
    """The call engine: asked on its own loop; only what the processor owes it is excused."""
    return ServiceSpec(
        name="engine",
        command=(PRIVATE, "engine", PYTHON, "-m", "engine.main"),
        environment=environment(settings),
        words=("engine.main", f"IVR111_HOME={settings.home}"),
        pid_file=settings.run_dir / "engine.pid",
        output=settings.home / "log" / "engine.out",
        probe=EngineProbe(settings.control_socket),
        silence=settings.probe_deadline,
        start_silence=20.0,
        excuse=starved_seconds,
        gently=1.5,
        every=settings.probe_seconds,
    )


def evidence_service(settings: Settings) -> ServiceSpec:
    """The evidence process: behind the calls in everything, so patiently asked."""
    gently = ("nice", "-n", "10", "ionice", "-c", "3")
    return ServiceSpec(
        name="evidence",
        command=(PRIVATE, "evidence", *gently, PYTHON, "-m", "engine.evidence.main"),
        environment=environment(settings),
        words=("engine.evidence.main", f"IVR111_HOME={settings.home}"),
        pid_file=settings.run_dir / "evidence.pid",
        output=settings.home / "log" / "evidence.out",
        probe=EngineProbe(settings.evidence_socket),
        silence=30.0,
        start_silence=60.0,
        excuse=starved_seconds,
        gently=3.0,
        every=2.0,
    )


def register_service(settings: Settings) -> ServiceSpec:
    """The register of appeals: behind the calls, before the console's pages, which ask it."""
    return ServiceSpec(
        name="register",
        command=(PRIVATE, "evidence", "nice", "-n", "5", PYTHON, "-m", "engine.register.main"),
        environment=environment(settings),
        words=("engine.register.main", f"IVR111_HOME={settings.home}"),
        pid_file=settings.run_dir / "register.pid",
        output=settings.home / "log" / "register.out",
        probe=EngineProbe(settings.register_socket),
        silence=30.0,
        start_silence=60.0,
        excuse=starved_seconds,
        gently=6.0,  # a message on its way is let arrive: nobody then has to ask whether it did
        every=2.0,
    )


def console_service(settings: Settings) -> ServiceSpec:
    """The console: behind the calls, before the evidence."""
    return ServiceSpec(
        name="console",
        command=(PRIVATE, "console", "nice", "-n", "5", PYTHON, "-m", "engine.console_main"),
        environment=environment(settings),
        words=("engine.console_main", f"IVR111_HOME={settings.home}"),
        pid_file=settings.run_dir / "console.pid",
        output=settings.home / "log" / "console.out",
        probe=EngineProbe(settings.console_socket),
        silence=10.0,
        start_silence=60.0,
        excuse=starved_seconds,
        gently=3.0,
        every=2.0,
    )


def configuration(settings: Settings) -> str:
    """Asterisk's main file; also the word by which a left-over Asterisk of this home is known."""
    return str(settings.home / "asterisk" / "etc" / "asterisk.conf")


def environment(settings: Settings) -> Mapping[str, str]:
    """Ours, with every place resolved: the children's working folder is another."""
    values = {
        **{name: value for name, value in os.environ.items() if name not in ignored_settings(os.environ)},
        "IVR111_HOME": str(settings.home),
        "IVR111_SETUP": str(settings.setup),
        "IVR111_RUN_USER": settings.run_user,
        "IVR111_ASTERISK_USER": settings.asterisk_user,
        "IVR111_CONSOLE_USER": settings.console_user,
        "IVR111_EVIDENCE_USER": settings.evidence_user,
        "IVR111_MENDER_USER": settings.mender_user,
        "IVR111_JOURNAL_GROUP": settings.journal_group,
        "IVR111_LOG_STDERR": "0",
        **({"IVR111_SECOND_AUDIO": str(settings.second_audio)} if settings.second_audio else {}),
        **({"IVR111_KEYS": str(settings.keys)} if settings.keys else {}),
        "TZ": settings.time_zone,
    }
    if "IVR111_SETTINGS" in os.environ:
        values["IVR111_SETTINGS"] = str(Path(os.environ["IVR111_SETTINGS"]).absolute())
    return values
