"""Service of the register of appeals: one door for console, commands and rooms above; edge (A6, A11, A12)."""

from appeals.register.drafting import Drafting
from appeals.register.reading import Reading
from appeals.register.stepping import Stepping


class Register(Drafting, Stepping, Reading):
    """`Register(RegisterParts(...))`: all methods take plain values and return frozen ones.

    Refusals: AppealRefused (FieldsMissing), FieldRefused, WrongStep, WrongNumber, NoSuchAppeal,
    StepForbidden, NotAPhoneNumber, ReasonMissing, ReasonRefused;
    SQLAlchemyError or OSError where nothing was done.
    """
