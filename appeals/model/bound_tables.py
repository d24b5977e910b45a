"""Bound tables of all rooms of appeals; each room's tables stand in a file of their own beside this one."""

from typing import Final

from appeals.model import (
    bodies_tables,
    calendar_tables,
    hand_over_tables,
    intake_tables,
    receipt_tables,
    register_tables,
)

BOUND: Final = (
    *calendar_tables.BOUND,
    *bodies_tables.BOUND,
    *register_tables.BOUND,
    *hand_over_tables.BOUND,
    *receipt_tables.BOUND,
    *intake_tables.BOUND,
)
