"""Service of hand-overs, whole; edge (A9, A10, A15-A18, B2-B6).

`plan` shows who would be told and what, `confirm` writes it down to leave, `received` and `answered` take
what came back, `receipt_code` is told by telephone, `withdraw` and `send_again` are a person's; `of_appeal`,
`get`, `events` and `without_receipt` look.
Nothing leaves here: `sending` does that, also after a crash.
"""

from appeals.handing_over.answering import Answering
from appeals.handing_over.confirming import Confirming
from appeals.handing_over.looking import Looking
from appeals.handing_over.receipt_codes import ReceiptCodes


class HandOvers(Confirming, Answering, Looking, ReceiptCodes):
    """Every method that changes something takes who does it."""
