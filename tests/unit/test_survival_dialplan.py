"""The dialplan as rendered, read without Asterisk: what survival stands on, and must never hold (A1, A14)."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from config.settings import Settings
from dialplan import words as w
from dialplan.line_secrets import Secrets
from dialplan.render import render
from dialplan.sip_accounts import LAB, SipAccount
from ivr.prompts.catalogue import CATALOGUE
from ivr.ucc_result import DROPS, FAILURES, FORWARDS, UccResult, prompt, ucc_result

ROOT = Path(__file__).resolve().parents[2]
ENGINE_SOURCE = ("ivr", "dialplan", "routing", "recordings", "agi_handlers", "engine", "config")
MAY_BE_DIALLED = {
    "PJSIP/${SPY_PHONE}",
    "PJSIP/1414",
    "PJSIP/duty",
    "Local/s@111-duty",
    "PJSIP/${ENGINE_CONSULTANT}",
}
FORBIDDEN = ("AGISTATUS", "SHELL", "FILE(", "CURL", "System", "Eval", "TIMEOUT(", "ENV(", "DB(")
Row = tuple[str, str, str]  # context, extension, application with its data


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    secrets = Secrets(*(letter * 24 for letter in "abcd"))
    accounts = [SipAccount(id_, name, languages, "s" * 24) for id_, name, languages in LAB]
    files = render(settings, secrets, accounts, modules_dir="/modules")
    rows = (row.strip() for row in files["extensions.conf"].splitlines())
    return "\n".join(row for row in rows if row and not row.startswith(";"))


class Dialplan:
    """Rows and labels by place."""

    def __init__(self, text: str) -> None:
        self.rows: list[Row] = []
        self.labels: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.contexts: set[str] = set()
        context = extension = ""
        for row in text.splitlines():
            if head := re.fullmatch(r"\[([\w-]+)\]", row):
                context = head[1]
                self.contexts.add(context)
            elif said := re.fullmatch(r"(?:exten|same) => (?:([^,]+),)?(1|n)(?:\((\w+)\))?,(.+)", row):
                extension = said[1] or extension
                self.labels[context, extension] |= {said[3] or "", "1"} if said[2] == "1" else {said[3] or ""}
                self.rows.append((context, extension, said[4]))

    def knows(self, context: str, extension: str, label: str) -> bool:
        """Whether one can go there."""
        return label in self.labels[context, extension]


@pytest.fixture(scope="module")
def plan(text: str) -> Dialplan:
    return Dialplan(text)


def whither(data: str) -> list[str]:
    """The places a Goto, GotoIf or GosubIf may go to."""
    application, _, inside = data.partition("(")
    inside = inside.removesuffix(")")
    if application in {"GotoIf", "GosubIf"}:
        inside = re.split(r"\]\?", inside, maxsplit=1)[1]
        return [place for place in inside.split(":") if place]
    return [inside] if application in {"Goto", "Gosub"} else []


def test_the_rows_were_read(plan: Dialplan):
    assert len(plan.rows) > 100
    assert {w.ARRIVE, w.ENGINE, w.SURVIVAL, w.FROM_TRUNK} <= plan.contexts


def test_every_place_that_is_gone_to_is_there(plan: Dialplan):
    missing = []
    for context, extension, data in plan.rows:
        for place in whither(data):
            parts = place.split(",")
            full = [context, extension, *parts] if len(parts) == 1 else [context, *parts]
            if not plan.knows(*full[-3:]):
                missing.append((context, extension, data))
    assert missing == []


def test_every_prompt_that_is_played_is_in_the_catalogue(plan: Dialplan):
    played = set()
    for _, _, data in plan.rows:
        if data.startswith(("Playback(", "Read(", "Background(")):
            named = re.findall(r"111/(\w+)", data) + re.findall(r"[?:](\w+)(?=[:)}])", data)
            assert named or "Read(ENGINE_DIGIT,," in data, data  # a wait for a digit, without a prompt
            played |= set(named)
    assert played - set(CATALOGUE) == set()
    assert {"welcome_choose", "recorded_notice", "transfer_1414_notice", "rate", "ucc_busy"} <= played


@pytest.mark.parametrize("word", FORBIDDEN)
def test_the_dialplan_never_says(word: str, plan: Dialplan):
    assert [row for row in plan.rows if word in row[2]] == []


def test_what_somebody_dialled_or_is_called_goes_through_a_filter_or_is_only_counted(plan: Dialplan):
    """Else an INVITE to `500&PJSIP/trunk/7...` would dial."""
    loose = []
    for context, extension, data in plan.rows:
        bare = re.sub(r"(?:FILTER\([^,]+,|LEN\()\$\{(?:EXTEN|CALLERID)[^}]*\}\)", "", data)
        if re.search(r"\$\{(?:EXTEN|CALLERID)", bare) and not extension.startswith(("_*", "*")):
            loose.append((context, extension, data))
    assert loose == []


def test_a_feature_code_takes_one_digit_of_what_was_dialled_and_no_more(plan: Dialplan):
    codes = [row for row in plan.rows if row[1].startswith(("_*", "*")) and "${EXTEN" in row[2]]
    assert [(extension, data) for _, extension, data in codes] == [("_*22[1-9]", "Set(REASON=${EXTEN:-1})")]


def test_nobody_is_dialled_who_is_not_on_the_list(plan: Dialplan):
    targets = {
        re.split(r"[,/]n,|,", data.removeprefix("Dial("))[0].removesuffix("/n")
        for _, _, data in plan.rows
        if data.startswith("Dial(")
    }
    assert targets - MAY_BE_DIALLED == set()
    assert "PJSIP/1414" in targets


def test_a_supervisors_phone_alone_is_dialled_to_listen(plan: Dialplan):
    rows = [row for row in plan.rows if row[0] == w.SPY]
    assert {"_sX!"} == {extension for _, extension, _ in rows}
    assert "Set(SPY_PHONE=${FILTER(s0-9,${EXTEN})})" == rows[0][2]
    assert [] == [row for row in plan.rows if re.search(r"(?:Goto\(|@)111-spy,", row[2])]


def test_nothing_else_that_makes_a_call_is_there(plan: Dialplan):
    makers = ("Originate", "Page", "FollowMe", "RetryDial", "Transfer", "BridgeAdd", "SendText")
    assert [row for row in plan.rows if row[2].startswith(makers)] == []


def test_no_limit_ends_a_conversation(plan: Dialplan):
    for _, _, data in plan.rows:
        if data.startswith("Dial("):
            options = data.split(",", 2)[2].removesuffix(")") if data.count(",") >= 2 else ""
            bare = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", options)
            assert not set(bare) & set("LS"), data
    assert not [row for row in plan.rows if "AbsoluteTimeout" in row[2] or "LIMIT_" in row[2]]


def test_every_dial_to_a_person_gives_music_and_keeps_the_caller(plan: Dialplan):
    dials = [row[2] for row in plan.rows if row[0] == w.SURVIVAL and row[2].startswith("Dial(")]
    assert dials
    for data in dials:
        # g: the caller stays when the other side goes; m: never in silence; i: no forward is followed
        assert ",igm(" in data, data


def test_no_dial_and_no_queue_follows_a_forward(plan: Dialplan):
    """Else a phone that answers 302 reaches a feature code, or the world, in the caller's name."""
    for _, _, data in plan.rows:
        if data.startswith(("Dial(", "Queue(")):
            options = data.split(",", 2 if data.startswith("Dial(") else 1)[-1]
            assert "i" in re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", options.split(",")[0]), data


def test_whoever_answers_hears_music_while_the_operator_holds_the_caller(plan: Dialplan):
    dials = [
        row[2]
        for row in plan.rows
        if row[2].startswith(("Dial(PJSIP/", "Queue(")) and row[0] != w.SPY  # no caller is on that leg
    ]
    assert dials
    for data in dials:  # each leg is led by one of these when it is answered
        assert re.search(r"U\(111-(answered|ucc-answered|duty-confirm)\)|,111-connected\)", data), data
    for context in ("111-answered", "111-connected", "111-ucc-answered", "111-duty-confirm"):
        rows = [row[2] for row in plan.rows if row[0] == context]
        assert "Gosub(111-joined,s,1)" in rows, context
    [joined] = [row[2] for row in plan.rows if row[0] == "111-joined" and "ExecIf" in row[2]]
    assert "MASTER_CHANNEL(CHANNEL(rtp,hold))" in joined
    assert "StartMusicOnHold(111)" in joined


def test_1414_is_dialled_only_where_the_notice_was_played(plan: Dialplan):
    """A14, C4: the one way to the Dial leads over a Playback that succeeded."""
    rows = [row[2] for row in plan.rows if row[0] == w.SURVIVAL]
    played = rows.index("Playback(111/transfer_1414_notice)")
    dialled = next(n for n, data in enumerate(rows) if data.startswith("Dial(PJSIP/1414"))
    assert rows[played + 1] == 'GotoIf($["${PLAYBACKSTATUS}"!="SUCCESS"]?no_notice)'
    assert played < dialled
    assert any(data.startswith("Set(ENGINE_NOTICE=$") for data in rows[played:dialled])
    entering = [data for data in rows if re.search(r"[?:(]ucc\)", data)]
    for data in entering:  # what jumps there knows of an earlier notice, or of a Dial that it allowed
        assert "ENGINE_NOTICE" in data or "DIALSTATUS" in data


def test_the_engine_is_asked_only_where_its_last_word_is_emptied_before_and_read_after(plan: Dialplan):
    for n, (context, _, data) in enumerate(plan.rows):
        if data.startswith("AGI("):
            assert plan.rows[n - 1][2] == "Set(ENGINE_NEXT=)", data
            assert plan.rows[n + 1][2] == 'GotoIf($["${ENGINE_NEXT}"="hangup"]?bye)', data
            assert "agi://127.0.0.1:" in data, context


def test_what_the_dialplan_notes_of_1414_is_what_the_engine_understands(text: str):
    noted = set(
        re.findall(r"(?:\?|:)(\w+)(?=[:})])", next(r for r in text.splitlines() if "ENGINE_1414=${IF" in r))
    )
    noted |= set(re.findall(r"Set\(ENGINE_1414=(\w+)\)", text)) - {"dialling", "answered"}
    assert noted - FAILURES == set()


def dialled(expression: str, status: str, cause: str) -> str:
    """What Asterisk makes of nested IFs over these two."""
    told = expression.replace("${DIALSTATUS}", status).replace("${HANGUPCAUSE}", cause)
    while match := re.search(r'\$\{IF\(\$\["([^"]*)"="([^"]*)"\]\?(\w+):(\w+)\)\}', told):
        told = told.replace(match[0], match[3] if match[1] == match[2] else match[4])
    return told


@pytest.mark.parametrize(
    "status", ["BUSY", "NOANSWER", "CONGESTION", "CHANUNAVAIL", "CANCEL", "DONTCALL", ""]
)
@pytest.mark.parametrize("cause", [0, 1, 17, 20, 21, 34])
def test_survival_notes_of_1414_what_the_engine_would(text: str, status: str, cause: int):
    expression = re.search(r"Set\(ENGINE_1414=(\$\{IF.*)\)$", text, re.M)
    assert expression is not None
    assert ucc_result(status, cause) == dialled(expression[1], status, str(cause))


@pytest.mark.parametrize(
    "status", ["BUSY", "NOANSWER", "CONGESTION", "CHANUNAVAIL", "CANCEL", "DONTCALL", ""]
)
def test_survival_says_of_1414_what_the_engine_would(text: str, status: str):
    expression = re.search(r"Playback\(111/(\$\{IF.*ucc_no_answer\)\}+)\)$", text, re.M)
    assert expression is not None
    assert prompt(ucc_result(status, 0)) == dialled(expression[1], status, "0")


@pytest.mark.parametrize(("ring", "label"), [(DROPS, "ucc_dropped"), (FORWARDS, "ucc_forwards")])
def test_survival_notes_and_says_of_a_leg_that_failed_what_the_engine_would(text: str, ring: str, label: str):
    found = re.search(rf"n\({label}\),Set\(ENGINE_1414=(\w+)\)\nsame => n,Playback\(111/(\w+)\)", text)
    assert found is not None
    result = ucc_result("ANSWER", 0, ring)
    assert (result, prompt(result)) == (UccResult(found[1]), found[2])


def test_every_variable_survival_branches_on_is_one_that_is_known_or_its_own(text: str):
    known = {name for name in vars(w).values() if isinstance(name, str) and name.startswith("ENGINE_")}
    own = {"ENGINE_DIGIT", "ENGINE_OFFERED", "ENGINE_FILE", "ENGINE_SLICE", "ENGINE_BACK", "ENGINE_VOLUME"}
    own |= {"ENGINE_DROPS"}
    used = set(re.findall(r"ENGINE_[A-Z0-9_]+", text)) - {
        w.CEL_SET,
        w.CEL_END,
        "ENGINE_PAUSE",
        "ENGINE_RELEASE",
    }
    assert {name for name in used - known - own if not name.startswith("ENGINE_MM")} == set()


@pytest.mark.parametrize(
    "word", ["GET FULL VARIABLE", "TrySystem", "SHELL(", "FILE(", "CURL(", "TIMEOUT(absolute)"]
)
def test_the_engine_never_says(word: str):
    """AGI reaches these, `live_dangerously` or not."""
    said = []
    for folder in ENGINE_SOURCE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            rows = path.read_text(encoding="utf-8").splitlines()
            said += [
                f"{path.name}: {row}" for row in rows if word in row and not row.lstrip().startswith("#")
            ]
    assert said == []


def test_the_engine_runs_no_application_that_could_run_a_program():
    from agi_handlers.protocol import APPLICATIONS, COMMANDS, FUNCTIONS

    assert (
        APPLICATIONS & {"System", "TrySystem", "AGI", "Eval", "ExecIf", "Exec", "Originate", "ReceiveFAX"}
        == set()
    )
    assert COMMANDS & {"GET FULL VARIABLE", "DATABASE PUT", "RECORD FILE", "SEND TEXT"} == set()
    assert {name.partition("(")[0] for name in FUNCTIONS} == {"CALLERID", "CHANNEL"}
