"""What a decision costs with a full house: 200 waiting callers x 400 busy consultants (R5, R6)."""

import gc
import statistics
import time

from bench.table import Row, bound
from routing.dispatch.decisions import Assign, Decision
from routing.dispatch.dispatcher import Consultant, Dispatcher, Rules, Waiting


def full_house(waiting: int, consultants: int) -> tuple[Dispatcher, list[tuple[str, str]]]:
    """Everybody talks, a third of them bilingual, and callers of both languages wait."""
    dispatcher = Dispatcher(Rules(wrap_up_seconds=0))
    spoken = (("kk",), ("ru",), ("ru", "kk"))
    talking = []
    for number in range(consultants):
        name = f"c{number}"
        dispatcher.consultant_known(Consultant(name, spoken[number % 3]), 0)  # type: ignore[arg-type]
        dispatcher.reachable(name, 0)
        for made in dispatcher.caller_waits(Waiting(f"t{number}", spoken[number % 3][0], number), 0):  # type: ignore[arg-type]
            assert isinstance(made, Assign)
            dispatcher.answered(made.call, made.consultant, 0)
            talking.append((made.call, made.consultant))
    for number in range(waiting):
        dispatcher.caller_waits(Waiting(f"w{number}", "kk" if number % 2 else "ru", 1000 + number), 1)
    return dispatcher, talking


def measure(waiting: int, consultants: int, decisions: int) -> tuple[float, list[float]]:
    """(decisions a second over the whole cycle, microseconds from a free consultant to its Assign)."""
    dispatcher, talking = full_house(waiting, consultants)
    freed: list[float] = []
    now, arrival = 10.0, 2000.0
    gc.collect()
    began = time.perf_counter()
    for number in range(decisions):
        now += 0.01
        call, consultant = talking[number % len(talking)]
        start = time.perf_counter()
        out: list[Decision] = dispatcher.conversation_ended(call, consultant, now)
        freed.append((time.perf_counter() - start) * 1e6)
        assign = out[0]
        assert isinstance(assign, Assign)
        dispatcher.answered(assign.call, assign.consultant, now)
        talking[number % len(talking)] = (assign.call, assign.consultant)
        # One in, one out: the queue keeps its length, in the language that was served.
        language = "kk" if int(assign.call[1:]) % 2 else "ru"
        arrival += 1
        name = f"w{int(arrival) * 2 + (language == 'kk')}"
        dispatcher.caller_waits(Waiting(name, language, arrival), now)  # type: ignore[arg-type]
        dispatcher.next_due()
    return decisions / (time.perf_counter() - began), freed


def run(decisions: int = 5000) -> list[Row]:
    """A few seconds."""
    rows = []
    for waiting, consultants in ((200, 400), (2000, 4000)):
        rate, freed = measure(waiting, consultants, decisions)
        house = f"{waiting} waiting x {consultants} busy"
        p99 = statistics.quantiles(freed, n=100)[98] / 1000
        rows.append(bound(f"dispatcher alone, {house}: free -> decided, p99", "ms", p99, most=1))
        rows.append(bound(f"dispatcher alone, {house}: served", "1/s", rate))
    return rows
