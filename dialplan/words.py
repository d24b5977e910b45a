"""The words Asterisk and the engine share, each written once."""

from typing import Final

# Channel variables on the caller's channel. They carry a call from one engine to the next,
# and into survival; the engine learns of each as an AMI VarSet event.
PREFIX: Final = "ENGINE_"
CALL: Final = "ENGINE_CALL"  # call id: node, arrival in ms, number from Asterisk's unique id
ARRIVED: Final = "ENGINE_ARRIVED"  # t0, epoch milliseconds
STAGE: Final = "ENGINE_STAGE"  # welcome | wait | talk | after
LANGUAGE: Final = "ENGINE_LANGUAGE"  # kk | ru, set once chosen (A2)
QUEUED: Final = "ENGINE_QUEUED"  # t2, epoch ms of first entering the queue: keeps the caller's place
NEXT: Final = "ENGINE_NEXT"  # the engine's last word: "hangup"; anything else means survival
WISH: Final = "ENGINE_WISH"  # "1414", set by the consultant's feature code
WISH_LOST: Final = "lost"  # in its place: the consultant's phone had died, the engine ended its leg
CONSULTANT: Final = "ENGINE_CONSULTANT"  # who serves or served last
CONNECTION: Final = "ENGINE_CONNECTION"  # number of the last connection of this call, from 1
RECORDING: Final = "ENGINE_RECORDING"  # file stem of the running recording, without folder
ENDED_BY: Final = "ENGINE_ENDED_BY"  # caller | consultant | engine
NOTICE: Final = "ENGINE_NOTICE"  # epoch ms when the 1414 notice had been played (A14, C4)
UCC: Final = "ENGINE_1414"  # ivr/ucc_result.py
RING: Final = "ENGINE_RING"  # why the last ring served nobody, by its leg's end: forwards | drops
DUTY: Final = "ENGINE_DUTY"  # ringing | answered | failed
DIVERTED: Final = (
    "ENGINE_DIVERTED"  # epoch ms when a supervisor's diversion last sent the caller to the duty phone
)
RATING_ASKED: Final = "ENGINE_RATING_ASKED"  # "1": never ask twice (C5)
RATING: Final = "ENGINE_RATING"  # 1..5
ADVISED: Final = "ENGINE_ADVISED"  # "1": the advice which numbers to dial was played

# Contexts.
FROM_TRUNK: Final = "111-from-trunk"
FROM_TEST_CALLER: Final = "111-from-test-caller"
FROM_CONSULTANT: Final = "111-from-consultant"
ARRIVE: Final = "111-arrive"
NOT_OURS: Final = "111-not-ours"  # a trunk's call to a number that is not ours
ENGINE: Final = "111-engine"  # the engine's entry; AMI Redirect brings calls here
SURVIVAL: Final = "111-survival"

# PJSIP endpoints that are not people.
TRUNK: Final = "trunk"
TRUNK_NAT: Final = "trunk-nat"  # the trunk's addresses whose Contact cannot be reached
SPY: Final = "111-spy"  # a supervisor's phone on its way to a conversation
SPY_SECONDS: Final = 15  # it rings
SPY_REFUSED: Final = "111-spy-refused"  # the user event when that phone would not
REPLACES: Final = "111-replaces"  # whoever wants to step into somebody else's dialog (RFC 3891): refused
TRUNK_UNCLEAN: Final = "trunk-unclean"  # the trunk too, when the caller's number holds control characters
UCC_ENDPOINT: Final = "1414"
DUTY_ENDPOINT: Final = "duty"
TEST_CALLER: Final = "test-caller"
TRUNK_WATCH: Final = "trunk-watch"  # asked by OPTIONS whether the operator still answers; no calls

SURVIVAL_QUEUE: Final = "111-survival"
MUSIC: Final = "111"  # music on hold class

NUMBER_REFUSED: Final = "NumberRefused"  # the manager's user event: a trunk dialled a number that is not ours

# CEL user events written by the dialplan.
CEL_SET: Final = "ENGINE_SET"  # survival: one fact at its own time
CEL_END: Final = "ENGINE_END"  # at the caller's hang-up: all ENGINE_ variables of the call

OPERATOR: Final = "ENGINE_OPERATOR"  # the address the call came from: the operator, as the trunk knows it
# Who calls, where Asterisk cannot read it: every P-Asserted-Identity in base64 (live/caller_identity.py).
IDENTITY: Final = "ENGINE_IDENTITY"
PRIVATE: Final = "ENGINE_PRIVATE"  # "1": nobody is to see the number, the journal keeps it (A5)

SURVIVED: Final = "ENGINE_SURVIVED"  # "1": Asterisk alone served at least a part of the call
DIALSTATUS: Final = "DIALSTATUS"  # Asterisk's own; the engine empties it before each Dial

# All that is known of a call, joined as NAME=value|NAME=value: the argument of every AGI() entry, so that
# a new engine continues without asking, and the text of the CEL event at hang-up.
FACTS: Final = (
    CALL,
    ARRIVED,
    STAGE,
    LANGUAGE,
    QUEUED,
    CONSULTANT,
    CONNECTION,
    WISH,
    ENDED_BY,
    NOTICE,
    UCC,
    RING,
    DUTY,
    DIVERTED,
    RATING_ASKED,
    RATING,
    ADVISED,
    PRIVATE,
    SURVIVED,
    DIALSTATUS,
)
