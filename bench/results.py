"""Tables of bench/RESULTS.md. Each part of the file stands between markers of its own, so that one part can be measured anew."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
HEAD = """# Results

Written by `bench/run` and `tests/real_suites.py`; each part says when and where it was measured. Times are medians of
whole commands with everything built beforehand, unless said otherwise. "Share" is a command's time less that of
`cargo test --no-run` with nothing to do: what is left is the harness's and runner's own.
"""


def seconds(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def ratio(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:.0f}×" if value >= 20 else f"{value:.2f}×"


def verdict(passed: bool | None) -> str:
    return {True: "reached", False: "**missed**", None: "not measured"}[passed]


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine() -> str:
    """Processor, memory and system, in one line."""
    processor = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{cores} cores of {processor}, {memory:.0f} GiB, {platform.system()} {kernel}"


def versions(testkit: str | None) -> str:
    """The tools that took part."""
    found = [
        output("rustc", "--version"),
        output("cargo", "--version"),
        output("cargo", "nextest", "--version").split("\n")[0],
        output("hyperfine", "--version"),
        output(testkit, "--version") if testkit else "testkit not available",
    ]
    return ", ".join(re.sub(r" \([0-9a-f]+ ?", " (", text).replace(" ()", "") for text in found if text)


def stamp(testkit: str | None) -> str:
    return f"Measured {datetime.date.today()} on {machine()}; {versions(testkit)}."


def store(part: str, text: str) -> None:
    """Replaces one part of the results, or appends it."""
    begin, end = f"<!-- begin {part} -->", f"<!-- end {part} -->"
    whole = RESULTS.read_text() if RESULTS.exists() else HEAD
    block = f"{begin}\n{text.strip()}\n{end}"
    if begin in whole:
        before, rest = whole.split(begin, 1)
        whole = before + block + rest.split(end, 1)[1]
    else:
        whole = whole.rstrip() + f"\n\n{block}\n"
    RESULTS.write_text(whole)
