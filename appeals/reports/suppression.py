"""Suppression of small counts in a table with totals, so that none can be reckoned back; pure (A24).

A table with its totals is a network: rows and columns are nodes, cells are edges, and every row and column
sums up. A hidden cell is safe when its count could as well be `smallest` or more: when that much can be moved
along hidden cells from its column back to its row, no hidden count falling below zero. Where it cannot, the
shown cells of the cheapest such way are hidden besides (decision 0129).
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Final

Table = Sequence[Sequence[int]]
Place = tuple[int, int]
Node = tuple[str, int]
_WHOLE: Final = 10**9


def suppressed(table: Table, smallest: int) -> frozenset[Place] | None:
    """Places that are kept back, of `table` with its totals: last column and last row, the corner last.

    The corner (the total of all) is always shown. None: nothing of this table can be shown.
    """
    rows, columns = len(table), len(table[0])
    corner = (rows - 1, columns - 1)
    small = [
        (r, c) for r in range(rows) for c in range(columns) if table[r][c] < smallest and (r, c) != corner
    ]
    hidden = set(small)
    for place in sorted(small, key=lambda at: table[at[0]][at[1]]):
        needed = smallest - table[place[0]][place[1]]
        way = _way(table, hidden, place, needed, corner)
        if way is None:
            return None
        hidden.update(way)
    return frozenset(hidden)


def suppressed_list(counts: Sequence[int], smallest: int) -> frozenset[int]:
    """Places that are kept back of counts whose total is shown; the total is at least `smallest`."""
    hidden = {place for place, count in enumerate(counts) if count < smallest}
    shown = sorted((count, place) for place, count in enumerate(counts) if place not in hidden)
    while hidden and shown and sum(counts[place] for place in hidden) < smallest:
        hidden.add(shown.pop(0)[1])
    return frozenset(hidden)


def _way(
    table: Table, hidden: set[Place], place: Place, needed: int, corner: Place
) -> frozenset[Place] | None:
    """Cells of the cheapest way by which `needed` more in `place` are made up for; None: there is none."""
    goal, start = _ends(place, corner)
    best: dict[Node, int] = {start: 0}
    came: dict[Node, tuple[Node, Place]] = {}
    waiting: list[tuple[int, Node]] = [(0, start)]
    while waiting:
        cost, node = heappop(waiting)
        if node == goal:
            return _walked(came, start, goal)
        if cost > best[node]:
            continue
        for at, other in _steps(table, node, needed, corner):
            price = cost + (0 if at in hidden else 1 + table[at[0]][at[1]])
            if at != place and price < best.get(other, _WHOLE):
                best[other] = price
                came[other] = (node, at)
                heappush(waiting, (price, other))
    return None


def _steps(table: Table, node: Node, needed: int, corner: Place) -> Iterator[tuple[Place, Node]]:
    """Cells that can change by `needed`, and the node behind: along an edge one gains, against it loses."""
    side, number = node
    others = range(len(table[0]) if side == "row" else len(table))
    for other in others:
        at = (number, other) if side == "row" else (other, number)
        if at == corner:
            continue
        tail, head = _ends(at, corner)
        if node == tail:
            yield at, head
        elif table[at[0]][at[1]] >= needed:
            yield at, tail


def _ends(at: Place, corner: Place) -> tuple[Node, Node]:
    """Where a cell's edge begins and ends: counts flow from rows to columns, totals back."""
    row, column = ("row", at[0]), ("column", at[1])
    total = (at[0] == corner[0]) != (at[1] == corner[1])
    return (column, row) if total else (row, column)


def _walked(came: dict[Node, tuple[Node, Place]], start: Node, goal: Node) -> frozenset[Place]:
    cells = set()
    node = goal
    while node != start:
        node, at = came[node]
        cells.add(at)
    return frozenset(cells)
