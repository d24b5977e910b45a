"""What is cited can be read here: duties, decisions; no number of an issue, no paper from elsewhere."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = {".py", ".md", ".html", ".js", ".css", ".po", ".conf", ".toml", ".txt", ".sh", ""}
# `[w]`: so that this file itself holds no path of a workplace.
OUTSIDE = re.compile(
    r"\bissues? (?:no\. ?|№ ?|#)?[0-9]+|\bissue \"|(?<![\w/])(?:architecture|limits-and-faults|recipes|parts|"
    r"field|appeals|glossary|house-moves)\.(?:md|txt)\b|(?<!docs/)(?<!\]\()\bduties\.md\b|\.\./shared/|/[w]ork/|"
    r"(?<![\w/])shared/(?:cases|law|[a-z-]+\.md)|(?<![\w/])law/[a-z]",
    re.IGNORECASE,
)
DECISION = re.compile(r"decisions?/?\W{0,3}(0[0-9]{3})\b")
HERE = Path(__file__).resolve()


def texts() -> list[tuple[Path, str]]:
    """All that is kept in the repository and read by people."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    files = [ROOT / name for name in listed if name] or [
        one for one in ROOT.rglob("*") if not {".venv", ".setup", ".git"} & set(one.relative_to(ROOT).parts)
    ]
    return [
        (one, one.read_text(encoding="utf-8", errors="replace"))
        for one in files
        if one.suffix in READ and one.is_file() and one.resolve() != HERE
    ]


def test_nothing_cites_an_issue_or_a_paper_outside_the_repository():
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if OUTSIDE.search(line)
    ]
    assert [] == found


def test_every_decision_that_is_cited_is_there():
    there = {one.name[:4] for one in (ROOT / "docs" / "decisions").glob("0*.md")}
    cited = {number for _, text in texts() for number in DECISION.findall(text)}
    assert set() == cited - there


def test_every_duty_has_its_row_with_its_clause():
    rows = re.findall(
        r"^\| ([ABC][0-9]+) \| ([^|]+) \|", (ROOT / "docs" / "duties.md").read_text(), re.MULTILINE
    )
    assert [f"A{n}" for n in range(1, 25)] + [f"B{n}" for n in range(1, 8)] + [
        f"C{n}" for n in range(1, 9)
    ] == [name for name, _ in rows]
    assert all(re.search("[0-9]", clause) for _, clause in rows)
