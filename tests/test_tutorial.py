"""The tutorial's code is run as it stands, and the page on verification shows what ``verify`` finds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import verify

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of every code block of a page."""
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


def files_of(page: str, folder: Path) -> list[str]:
    """Write the blocks that begin with a comment naming a file; return the shell blocks."""
    commands = []
    for language, text in blocks(page):
        if language == "sh":
            commands.append(text)
        else:
            name = text.split("\n", 1)[0].removeprefix("# ")
            (folder / name).write_text(text, encoding="utf-8")
    return commands


def shell(command: str, folder: Path) -> str:
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        ["sh", "-ec", command], cwd=folder, env=os.environ | {"PATH": paths},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_tutorials_rule_shows_its_incentives(tmp_path: Path) -> None:
    ask, _ = files_of("write-your-own-regime.md", tmp_path)
    *_, own, pooled, shared = shell(ask, tmp_path).splitlines()
    assert own.split()[-1] == "1.0000"
    assert pooled.startswith("pooled 0.5")
    name, levy, effort, kept = shared.split()
    assert (name, kept) == ("shared_tenth", "0.9250")
    assert float(levy) < float(own.split()[-3])
    assert float(effort) < float(own.split()[-2])


@pytest.mark.slow
def test_the_tutorial_runs_to_its_figure(tmp_path: Path) -> None:
    _, draw = files_of("write-your-own-regime.md", tmp_path)
    printed = shell(draw, tmp_path)
    assert (tmp_path / "tenth.png").read_bytes().startswith(b"\x89PNG")
    moved = dict(re.findall(r"^(\S.*?)\s+(-?[\d.]+)$", printed, re.MULTILINE))
    assert len(moved) == 31
    assert float(moved["Heilongjiang"]) > 0 > float(moved["Guangdong"])
    assert abs(sum(map(float, moved.values()))) < 31 * 0.05 + 1e-9  # rounded to a tenth


def test_the_page_on_verification_shows_what_verify_finds() -> None:
    page = (DOCS / "verification.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-M]) \| `(\w+)` \| ([^|]+) \| ([^|]+) \|", page, re.MULTILINE)
    assert {letter for letter, *_ in rows} == {*verify.CASES}
    shown = {(letter, quantity): float(closed) for letter, quantity, _, closed in rows}
    for letter in "ABCDEFGHIJLM":
        for result in verify.run(letter):
            closed = shown.pop((letter, result.quantity))
            assert closed == pytest.approx(result.closed_form, rel=5e-4, abs=1e-9)
    assert {letter for letter, _ in shown} == {"K"}  # takes seconds; seen in test_verify


def test_the_page_on_verification_names_every_setting() -> None:
    page = (DOCS / "verification.md").read_text(encoding="utf-8")
    for case in verify.CASES.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| {case.letter} | {case.title} |"))
        named = set(re.findall(r"`(\w+)`", row.rsplit("|", 2)[-2]))
        assert named == {*case.defaults}, case.letter
