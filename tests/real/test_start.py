"""What keeps a line from starting is said in the doctor's words, at once, before anything is begun."""

import os
import socket
import subprocess
import time

import pytest

from tests.real.line import REPOSITORY

pytestmark = pytest.mark.real


def run(tmp_path, **settings: str) -> tuple[int, str, float]:
    environment = {**os.environ, "IVR111_HOME": str(tmp_path / "home"), **settings}
    began = time.monotonic()
    done = subprocess.run(
        [REPOSITORY / ".venv/bin/ivr111", "run"],
        env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr, time.monotonic() - began


@pytest.mark.parametrize(
    ("setting", "kind"),
    [("SIP_PORT", socket.SOCK_DGRAM), ("AMI_PORT", socket.SOCK_STREAM), ("AGI_PORT", socket.SOCK_STREAM)],
)
def test_a_taken_port_is_named_with_its_holder_and_its_setting(tmp_path, setting, kind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        code, said, _ = run(tmp_path, **{f"IVR111_{setting}": str(port)})
    assert (1, True, True) == (code, f"port {port}/" in said, f"(process {os.getpid()})" in said), said
    assert (True, False) == (f"IVR111_{setting}" in said, "Traceback" in said)
    assert "asterisk: starting" not in said
    assert not (tmp_path / "home").exists()


def test_an_address_that_is_not_of_this_machine_is_named(tmp_path) -> None:
    code, said, _ = run(tmp_path, IVR111_SIP_ADDRESS="192.0.2.7")
    assert (1, True) == (code, "no address 192.0.2.7 -> set IVR111_SIP_ADDRESS" in said), said


def test_half_of_the_sound_ports_held_by_another_is_a_failure(tmp_path) -> None:
    held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
    for number, one in enumerate(held):
        one.bind(("127.0.0.1", 21000 + number))
    code, said, _ = run(tmp_path, IVR111_RTP_FIRST="21000", IVR111_RTP_LAST="21009")
    for one in held:
        one.close()
    assert (1, True, True) == (code, "ports 21000-21009/udp: 8 of them held" in said, "RTP_FIRST" in said), (
        said
    )
