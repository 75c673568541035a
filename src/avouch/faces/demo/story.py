"""What `avouch demo` tells, step by step, on a real home that stays behind to be explored."""

from __future__ import annotations

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from rich.markup import escape
from rich.rule import Rule

from avouch.faces.cli.app import out
from avouch.faces.cli.ask import show
from avouch.faces.cli.ingest import show as show_ingest
from avouch.faces.cli.vouchers import show_report
from avouch.ingest.discover import Options
from avouch.ledger.verify import verify
from avouch.records import Answer, Classification
from avouch.stack import audit, people, vouchers
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

PEOPLE = (
    ("nurse", {"clinical"}, Classification.INTERNAL),
    ("pharmacist", {"clinical", "pharmacy"}, Classification.CONFIDENTIAL),
    ("finance", {"board", "hr"}, Classification.RESTRICTED),
)
SEPSIS = "How soon must the first antibiotic dose be given in suspected sepsis?"
ROBOT = "What is the payback period of the pharmacy robot?"


def step(text: str, command: str = "") -> None:
    out.print()
    out.print(Rule(f"[bold]{text}[/]", align="left", style="cyan"))
    if command:
        out.print(f"[dim]$ {escape(command)}[/]", soft_wrap=True)


def library(folder: Path, year: str) -> None:
    """Lay out the hospital's files as they stood in a year: what is in every year, and that year's own."""
    with as_file(files("avouch.faces.demo") / "library") as source:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source / "base", folder)
        shutil.copytree(source / year, folder, dirs_exist_ok=True)


def tell(home: Path) -> None:
    """Run the story in a new home at ``home`` (an earlier demonstration there is replaced)."""
    if (home / "demo").exists():
        shutil.rmtree(home)
    docs = home / "demo" / "library"
    with Stack.create(home) as stack:
        step(
            "1  A hospital's library is taken in: first as it was in 2025, then as it is",
            "avouch ingest library",
        )
        for year in ("2025", "2026"):
            library(docs, year)
            show_ingest(ingest(stack, stack.owner, docs, Options()))
        for name, groups, clearance in PEOPLE:
            people.add(stack, name, frozenset(groups), clearance, frozenset({"reader"}))
            told = ", ".join(sorted(groups))
            out.print(f"  [bold]{name:<11}[/] groups {told}; clearance {clearance.name.lower()}")
        answer = asked(stack, "2  A nurse asks, and every sentence is cited", "nurse", SEPSIS)
        asked(
            stack,
            "3  The same question as of last year: the version that held then",
            "nurse",
            SEPSIS,
            "2025-06-01",
        )
        asked(stack, "4  Finance asks about a board paper …", "finance", ROBOT)
        asked(stack, "5  … which does not exist for the nurse", "nurse", ROBOT)
        anchor = home / "demo" / "checkpoint.txt"
        anchor.write_text(audit.anchor(stack, stack.owner))
        voucher = home / "demo" / "voucher.json"
        voucher.write_text(json.dumps(vouchers.export(stack, answer.voucher_id)[0], ensure_ascii=False, indent=1))
        key = str(stack.signer.key)
    prove(voucher, anchor, key)
    further(home, answer)


def asked(stack: Stack, title: str, name: str, question: str, as_of: str | None = None) -> Answer:
    when = f" --as-of {as_of}" if as_of else ""
    step(title, f'avouch ask "{question}" --as {name}{when}')
    answer = ask(stack, people.find(stack, name), question, as_of)
    show(answer)
    return answer


def prove(voucher: Path, anchor: Path, key: str) -> None:
    """Verify the voucher, then flip one byte of what it quotes."""
    step(
        "6  The nurse's voucher, checked offline by a verifier that knows nothing of this home",
        "avouch verify voucher.json",
    )
    show_report(verify(voucher.read_bytes(), key, anchor.read_text()))
    step(
        "7  One byte of the quotation is changed",
        "sed -i 's/1 hour/2 hour/' voucher.json; avouch verify voucher.json",
    )
    forged = voucher.with_name("forged.json")
    text = voucher.read_text()
    at = text.index("hour") - 2
    forged.write_text(text[:at] + chr(ord(text[at]) ^ 3) + text[at + 1 :])
    show_report(verify(forged.read_bytes(), key, anchor.read_text()))


def further(home: Path, answer: Answer) -> None:
    step("Where to look next")
    out.print(f"  export AVOUCH_HOME={home}", soft_wrap=True)
    for command, why in (
        (f"avouch replay {answer.voucher_id}", "make the answer again from what was recorded"),
        (f"avouch voucher show {answer.voucher_id}", "what it rests on"),
        ('avouch ask "…" --as pharmacist --explain', "ranks, scores, and why each passage was visible"),
        ("avouch documents list", "withdraw or erase one, then replay"),
        ("avouch ledger verify", "the log of every act"),
    ):
        out.print(f"  [bold]{escape(command)}[/]  [dim]{why}[/]", soft_wrap=True)
