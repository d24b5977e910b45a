"""Each alert a supervisor must act on, brought about on a real line and seen on the page; HTTPS as well."""

import asyncio
import os
import signal

import pytest

from tests.browser import PASSWORD, add_account, chromium, signed_in
from tests.real.line import RunningLine
from tests.real.talking import dial

pytestmark = pytest.mark.real
OPERATOR = ("127.0.0.6", 5070)


class Operator(asyncio.DatagramProtocol):
    """The operator's end of the trunk: answers OPTIONS."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        head = data.decode().split("\r\n\r\n")[0].split("\r\n")
        kept = [line for line in head[1:] if line.split(":")[0].lower() in (
            "via", "from", "to", "call-id", "cseq"
        )]  # fmt: skip
        kept = [f"{line};tag=1" if line.lower().startswith("to:") else line for line in kept]
        answer = "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""])
        self.transport.sendto(answer.encode(), address)


@pytest.fixture(scope="module")
def line():
    running = RunningLine(
        IVR111_TRUNK_WATCH=f"sip:{OPERATOR[0]}:{OPERATOR[1]}",
        IVR111_WAIT_WARNING_SECONDS="4",
        IVR111_WAIT_CRITICAL_SECONDS="8",
        IVR111_DUTY_RING_SECONDS="3",
    ).start()
    add_account(running, "sara", "supervisor", "--phone", "s201", "--language", "ru")
    yield running
    assert running.stop() == 0


async def alert(page, text: str, *, there: bool = True, within: float = 30.0) -> None:
    found = page.locator(".alerts li", has_text=text)
    await found.first.wait_for(state="visible" if there else "detached", timeout=within * 1000)


async def test_the_trunk_is_told_to_be_down_and_up_again(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        await alert(page, "Канал оператора связи не отвечает")
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Operator, local_addr=OPERATOR)
        await alert(page, "Канал оператора связи", there=False)
        transport.close()


async def test_nobody_on_shift_and_a_wait_that_grows(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        await alert(page, "На смене никого нет: 111 на казахском")
        consultant = await lab.consultant("c101").start()
        await alert(page, "На смене никого нет", there=False)
        busy = await dial(lab, 410)
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=20_000)
        waits = await dial(lab, 420)
        await alert(page, "Позвонивший долго ждёт")
        await alert(page, "Позвонивший ждёт слишком долго")
        assert await page.locator(".alerts li.critical", has_text="слишком долго").count() == 1
        assert "critical" in await page.locator("tr.longest time").get_attribute("class")
        for call in (waits, busy):
            await call.hang_up()
        await alert(page, "слишком долго", there=False)
        await consultant.stop()


async def test_the_last_consultant_who_does_not_answer_is_named(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        consultant = await lab.consultant("c101", answer_after=60.0).start()
        caller = await dial(lab, 430)
        await alert(page, "не ответил на вызов: Айгүл Сынақ")
        await caller.hang_up()
        await consultant.stop()


async def test_1414_that_cannot_be_reached_is_told(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        consultant = await lab.consultant("c101").start()
        caller = await dial(lab, 440)
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=20_000)
        line.ask("desk.transfer_1414", id="c101")  # nobody is there in this lab
        await page.locator(".elsewhere .state", has_text="идёт вызов 1414").wait_for(timeout=20_000)
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=40_000)  # back with them
        await caller.hang_up()
        await alert(page, "Не удалось дозвониться до 1414")
        await consultant.stop()


async def test_a_recorder_in_trouble_is_told(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        socket = line.settings.evidence_socket
        hidden = socket.with_suffix(".hidden")
        socket.rename(hidden)  # as if the evidence process had died and nobody had begun another
        try:
            await alert(page, "Сбой записи разговоров: процесс")
        finally:
            hidden.rename(socket)
        await alert(page, "Сбой записи разговоров", there=False)


async def test_over_https_the_same_page_lives_with_cookies_bound_to_the_host(line, lab):
    async with chromium() as browser:
        context = await browser.new_context(ignore_https_errors=True)  # its certificate is its own
        page = await context.new_page()
        secure = f"https://127.0.0.1:{line.settings.console_port}"
        await page.goto(f"{secure}/sign-in")
        await page.fill("input[name=login]", "sara")
        await page.fill("input[name=password]", PASSWORD)
        await page.click("button.main")
        await page.wait_for_selector("#stale", state="hidden", timeout=20_000)
        consultant = await lab.consultant("c104").start()
        await page.wait_for_selector("#seat-c104[data-state=available]", timeout=20_000)
        cookies = {one["name"]: one for one in await context.cookies()}
        session = cookies["__Host-session"]
        assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Strict")
        await consultant.stop()


async def test_a_person_signed_out_elsewhere_sees_the_door_at_once(line, lab):
    async with chromium() as browser:
        first = await signed_in(line, await browser.new_context(), "sara")
        second = await signed_in(line, await browser.new_context(), "sara")
        await second.goto(second.url + "account")
        await second.locator('form[action="/account/end-session"] button.danger').click()
        await first.wait_for_selector("input[name=password]", timeout=10_000)


async def test_the_console_killed_comes_back_and_everybody_is_still_signed_in(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        os.kill(line.pid("console"), signal.SIGKILL)
        await page.wait_for_selector("#stale:not([hidden])", timeout=10_000)
        await page.wait_for_selector("#stale", state="hidden", timeout=30_000)
        await page.reload()
        await page.wait_for_selector("#board .cards")
