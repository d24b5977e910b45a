"""Offers of SRTP beside plain sound: taken, from the trunk and from phones, and the sound is really there."""

import asyncio
from base64 import b64decode, b64encode
from secrets import token_hex

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from lab import udp
from lab.dialog import Dialog
from lab.lab import Lab
from lab.phone import Phone
from lab.sip import Request, Response, cseq
from tests.real.line import RunningLine

pytestmark = pytest.mark.real

KEY = b64encode(bytes(range(30))).decode()
CRYPTO = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"
EVENTS = ("a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16")
OFFERS = {
    "secret first": (("RTP/SAVP", CRYPTO), ("RTP/AVP", "")),
    "plain first": (("RTP/AVP", ""), ("RTP/SAVP", CRYPTO)),
    "secret alone": (("RTP/SAVP", CRYPTO),),
    "plain with a key": (("RTP/AVP", CRYPTO),),
    "with feedback": (("RTP/SAVPF", CRYPTO), ("RTP/AVPF", ""), ("RTP/AVP", "")),
    "feedback, plain": (("RTP/AVPF", ""),),
    "plain": (("RTP/AVP", ""),),
}


def offer(host: str, port: int, streams: tuple[tuple[str, str], ...]) -> bytes:
    """A session description with these audio streams, all of them at one port."""
    lines = ["v=0", f"o=lab 1 1 IN IP4 {host}", "s=lab", f"c=IN IP4 {host}", "t=0 0"]
    for profile, key in streams:
        lines += [f"m=audio {port} {profile} 8 101", "a=rtpmap:8 PCMA/8000", *EVENTS]
        lines += [key] if key else []
    return "\r\n".join([*lines, ""]).encode()


async def invited(phone: Phone, uri: str, body: bytes) -> tuple[Response, Dialog]:
    """The final answer to an INVITE with this body, acknowledged."""
    who = f"<sip:{phone.user}@{phone.here[0]}>"
    here = f"<sip:x@{phone.here[0]}:{phone.here[1]}>"
    dialog = Dialog(phone.here, here, token_hex(8), f"{who};tag=1", f"<{uri}>", uri)
    request: Request = dialog.request("INVITE", (("Content-Type", "application/sdp"),), body)
    while True:
        done: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def take(response: Response | None, done: asyncio.Future[Response] = done) -> None:
            if response is not None and response.status >= 200 and not done.done():
                done.set_result(response)

        phone.wire.transactions.start(request, phone.server, take)
        response = await asyncio.wait_for(done, 5)
        again = phone.wire.authorised(request, response)
        if again is None:
            dialog.cseq = cseq(request)
            break
        request = again
    if response.status == 200:
        dialog.learn(response)
        phone.wire.send(dialog.request("ACK", cseq=cseq(response)), phone.server)
    return response, dialog


def plain(packet: bytes, key: str) -> bytes:
    """The sound of an SRTP packet (RFC 3711, AES-CM, 80 bits to prove it), of the first 65,536."""
    master = b64decode(key)
    salt = int.from_bytes(master[16:], "big")

    def derived(label: int, length: int) -> bytes:
        start = ((salt ^ (label << 48)) << 16).to_bytes(16, "big")
        return Cipher(algorithms.AES(master[:16]), modes.CTR(start)).encryptor().update(bytes(length))

    source, number = int.from_bytes(packet[8:12], "big"), int.from_bytes(packet[2:4], "big")
    start = (int.from_bytes(derived(2, 14), "big") << 16) ^ (source << 64) ^ (number << 16)
    cipher = Cipher(algorithms.AES(derived(0, 16)), modes.CTR(start.to_bytes(16, "big")))
    return cipher.encryptor().update(packet[12:-10])


@pytest.mark.parametrize("streams", OFFERS.values(), ids=OFFERS)
@pytest.mark.parametrize("who", ["trunk", "phone"])
async def test_an_offer_with_secret_sound_is_answered_and_sound_comes(
    line: RunningLine, lab: Lab, who: str, streams: tuple[tuple[str, str], ...]
) -> None:
    phone = lab.trunk_phone() if who == "trunk" else lab.consultant("c102").phone
    number = "111" if who == "trunk" else lab.facts.feature_codes.pause
    ear = udp.open_socket(phone.here[0])
    host, port = ear.getsockname()
    uri = f"sip:{number}@{lab.facts.sip.address}:{lab.facts.sip.port}"
    response, dialog = await invited(phone, uri, offer(host, port, streams))
    assert 200 == response.status
    text = response.body.decode()
    answered = [row.split() for row in text.splitlines() if row.startswith("m=audio")]
    assert [profile for profile, _ in streams] == [words[2] for words in answered]
    assert [True] + [False] * (len(streams) - 1) == [words[1] != "0" for words in answered]
    keys = [row.partition("inline:")[2][:40] for row in text.splitlines() if row.startswith("a=crypto")]
    assert bool(streams[0][1]) == bool(keys)
    packets: list[bytes] = []
    for _ in range(100):
        await asyncio.sleep(0.05)
        while got := udp.receive(ear):
            packets.append(got[0])
        if len(packets) > 40:
            break
    sound = b"".join(plain(one, keys[0]) if keys else one[12:] for one in packets if one[1] & 127 == 8)
    ear.close()
    assert len(sound) > 30 * 160
    loud = sum((byte ^ 0x55) & 0x7F >= 112 for byte in sound) / len(sound)
    assert loud < 0.06  # of what is not deciphered it is an eighth
    assert max((byte ^ 0x55) & 0x7F for byte in sound) > 40  # and it is no silence
    await phone.wire.ask(dialog.request("BYE"), phone.server)
