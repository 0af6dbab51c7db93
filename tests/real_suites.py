#!/usr/bin/env python3
"""Runs published test suites under `cargo test`, `cargo nextest run` and `testkit run`, and compares what each found.

    tests/real_suites.py                 all suites, ten timed rounds each
    tests/real_suites.py semver itoa     only these
    tests/real_suites.py --rounds 0      tests and verdicts only

Fails if any side has other tests or other verdicts than cargo test. The sources come from the registry by
`cargo vendor`, with the versions pinned below; the table goes into bench/RESULTS.md.

TESTKIT=path takes another testkit command than the one built here; SUITES_DIR=path keeps sources and builds there.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import results  # noqa: E402

# Published packages that ship their tests. Newer versions are welcome; check that `tests/` is still among the files.
SUITES = {
    "semver": "1.0.28",
    "itoa": "1.0.19",
    "smallvec": "1.16.6",
    "indexmap": "2.14.2",
    "hashbrown": "0.17.1",
    "regex-syntax": "0.8.12",
    "httparse": "1.10.1",
    "humantime": "2.4.0",
    "unicode-segmentation": "1.13.3",
    "fixedbitset": "0.5.9",
}

# Limits on testkit's run phase: not above nextest's; at most this much above cargo test's.
CARGO_FACTOR, CARGO_SECONDS = 1.10, 0.020

Verdicts = dict[str, str]  # test id → passed, failed or ignored


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with both streams in one text, in the order of writing."""
    environment = {**os.environ, "CARGO_TERM_COLOR": "never", **more}
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def fetch(folder: Path, names: list[str]) -> dict[str, Path]:
    """Unpacks the sources of the suites, each made a workspace of its own."""
    dependencies = "".join(f'{name} = "={SUITES[name]}"\n' for name in names)
    scratch = folder / "scratch"
    (scratch / "src").mkdir(parents=True, exist_ok=True)
    (scratch / "src/lib.rs").write_text("")
    (scratch / "Cargo.toml").write_text(
        f'[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n{dependencies}\n[workspace]\n'
    )
    done = run(["cargo", "vendor", "--quiet", "--versioned-dirs", "vendor"], scratch)
    if done.returncode != 0:
        sys.exit(f"cannot fetch the sources:\n{done.stdout}")
    sources = {}
    for name in names:
        target = folder / name
        if not target.exists():
            shutil.copytree(scratch / "vendor" / f"{name}-{SUITES[name]}", target)
            with (target / "Cargo.toml").open("a") as manifest:
                manifest.write("\n[workspace]\n")
        sources[name] = target
    return sources


def build(folder: Path) -> dict[str, str]:
    """Builds the tests as cargo's default selection has them; binary ids by the path of the executable."""
    command = ["cargo", "test", "--no-run", "--quiet", "--message-format", "json"]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"the build failed:\n{done.stderr[-3000:]}")
    binaries = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message["profile"]["test"] and message["executable"]:
            package = json_package_name(message["package_id"])
            target = message["target"]
            kind, name = target["kind"][0], target["name"]
            binaries[message["executable"]] = {"test": f"{package}::{name}"}.get(
                kind, f"{package}::{kind}/{name}" if kind in ("bin", "example", "bench") else package
            )
    return binaries


def json_package_name(package_id: str) -> str:
    """`path+file:///x/semver#1.0.28` or `…#semver@1.0.28`: the name is given only where it is not the folder's."""
    location, fragment = package_id.rsplit("#", 1)
    return fragment.split("@")[0] if "@" in fragment else location.rsplit("/", 1)[1]


def under_cargo(folder: Path, binaries: dict[str, str]) -> Verdicts:
    """Verdicts by cargo test's text. Tests whose output breaks their line are an error here, not a wrong verdict."""
    done = run(["cargo", "test", "--tests", "--no-fail-fast"], folder)
    verdicts: Verdicts = {}
    binary, expected = None, 0
    for line in done.stdout.splitlines():
        if found := re.match(r"\s+Running .*\((.*)\)$", line):
            binary = binaries[str((folder / found.group(1)).resolve())]
        elif found := re.match(r"running (\d+) tests?$", line):
            expected += int(found.group(1))
        elif found := re.match(r"test (.*?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:, .*)?$", line):
            word = {"ok": "passed", "FAILED": "failed", "ignored": "ignored"}[found.group(2)]
            verdicts[f"{binary}::{found.group(1)}"] = word
    if len(verdicts) != expected:
        raise RuntimeError(f"cargo test announced {expected} tests and {len(verdicts)} verdicts could be read")
    return verdicts


def under_nextest(folder: Path) -> Verdicts:
    """Verdicts by nextest's libtest-json messages; binary ids and ignored tests by its list."""
    listing = subprocess.run(
        ["cargo", "nextest", "list", "--message-format", "json", "--run-ignored", "all"], cwd=folder, text=True, capture_output=True
    )
    suites = json.loads(listing.stdout)["rust-suites"]
    # In the messages a test is `package::target$name`, whatever the kind of its target.
    ids = {f"{suite['package-name']}::{suite['binary-name']}": binary for binary, suite in suites.items()}
    if len(ids) != len(suites):
        raise RuntimeError("two targets of one name: nextest's messages do not tell them apart")
    verdicts: Verdicts = {
        f"{binary}::{name}": "ignored"
        for binary, suite in suites.items()
        for name, case in suite["testcases"].items()
        if case["ignored"]
    }
    command = ["cargo", "nextest", "run", "--no-fail-fast", "--no-tests", "pass", "--message-format", "libtest-json"]
    done = run(command, folder, NEXTEST_EXPERIMENTAL_LIBTEST_JSON="1")
    for line in done.stdout.splitlines():
        if line.startswith('{"type":"test"'):
            message = json.loads(line)
            target, name = message["name"].split("$", 1)
            if message["event"] in ("ok", "failed"):
                verdicts[f"{ids[target]}::{name}"] = {"ok": "passed"}.get(message["event"], "failed")
    return verdicts


def under_testkit(folder: Path, testkit: str) -> Verdicts:
    """Verdicts by testkit's event stream."""
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary) / "events.jsonl"
        done = run([testkit, "run", "--report", f"jsonl={report}"], folder)
        if done.returncode not in (0, 1) or not report.exists():
            raise RuntimeError(f"testkit left with exit code {done.returncode}:\n{done.stdout[-3000:]}")
        events = [json.loads(line)["kind"] for line in report.read_text().splitlines()]
    words = {"passed": "passed", "flaky": "passed", "skipped": "ignored"}
    finished = [event["test_finished"] for event in events if "test_finished" in event]
    verdicts = {event["test"]: words.get(event["verdict"], "failed") for event in finished}
    if len(verdicts) != len(finished):
        raise RuntimeError("testkit gave a test more than one verdict")
    return verdicts


def differences(name: str, side: str, got: Verdicts, want: Verdicts) -> list[str]:
    lines = []
    for test in sorted(got.keys() | want.keys()):
        if got.get(test) != want.get(test):
            lines.append(f"{name}: {test}: {side} says {got.get(test, 'nothing')}, cargo test {want.get(test, 'nothing')}")
    shown = 20
    return lines[:shown] + ([f"{name}: … and {len(lines) - shown} more"] if len(lines) > shown else [])


def medians(folder: Path, sides: dict[str, list[str]], rounds: int) -> dict[str, float]:
    """Median times in seconds. The sides take turns, so that a busy moment of the machine meets all of them."""
    times: dict[str, list[float]] = {side: [] for side in sides}
    environment = {**os.environ, "CARGO_TERM_COLOR": "never"}
    for turn in range(rounds + 1):
        for side, command in sides.items():
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if turn > 0:  # the first turn warms caches
                times[side].append(time.perf_counter() - start)
    return {side: statistics.median(taken) for side, taken in times.items()}


@dataclass
class Outcome:
    """What came of one suite."""

    row: list[str]
    problems: list[str] = field(default_factory=list)


def compare(name: str, folder: Path, testkit: str | None, rounds: int) -> Outcome:
    say(f"{name} {SUITES[name]}")
    try:
        binaries = build(folder)
        cargo = under_cargo(folder, binaries)
        problems = differences(name, "nextest", under_nextest(folder), cargo)
        if testkit:
            problems += differences(name, "testkit", under_testkit(folder, testkit), cargo)
    except RuntimeError as error:
        return Outcome([f"{name} {SUITES[name]}", "", "", "", "", "", "", f"**{str(error).splitlines()[0]}**"], [f"{name}: {error}"])
    counts = [sum(verdict == word for verdict in cargo.values()) for word in ("passed", "failed", "ignored")]
    tests = f"{counts[0]} passed, {counts[1]} failed, {counts[2]} ignored"
    same = "no" if problems else "yes"
    row = [f"{name} {SUITES[name]}", str(len(binaries)), tests, same if testkit else f"{same} (without testkit)"]
    if rounds == 0:
        return Outcome([*row, "", "", "", "not timed"], problems)
    sides = {
        "nothing": ["cargo", "test", "--tests", "--no-run"],
        "cargo": ["cargo", "test", "--tests", "--no-fail-fast"],
        "nextest": ["cargo", "nextest", "run", "--no-fail-fast"],
    }
    if testkit:
        sides["testkit"] = [testkit, "run"]
    whole = medians(folder, sides, rounds)
    phase = {side: max(taken - whole["nothing"], 0.0) for side, taken in whole.items()}
    reached = None
    if testkit:
        reached = phase["testkit"] <= phase["nextest"] and phase["testkit"] <= phase["cargo"] * CARGO_FACTOR + CARGO_SECONDS
        if not reached:
            took = ", ".join(f"{side} {results.seconds(phase[side])}" for side in ("testkit", "cargo", "nextest"))
            problems.append(f"{name}: testkit's run phase is too long: {took}")
    row += [results.seconds(phase["cargo"]), results.seconds(phase["nextest"]), results.seconds(phase.get("testkit"))]
    return Outcome([*row, results.verdict(reached)], problems)


def built_testkit() -> str | None:
    """The command of this repository, or the one that TESTKIT names."""
    command = os.environ.get("TESTKIT")
    if not command:
        manifest = ["--manifest-path", str(ROOT / "Cargo.toml")]
        subprocess.run(["cargo", "build", "--quiet", "--release", "-p", "testkit-cli", "--bin", "testkit", *manifest], check=True)
        metadata = results.output("cargo", "metadata", "--no-deps", "--format-version", "1", *manifest)
        command = json.loads(metadata)["target_directory"] + "/release/testkit"
    if results.output(command, "--version").startswith("testkit"):
        return command
    say("testkit cannot be run: its side is left out")
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"{', '.join(SUITES)} [default: all]")
    parser.add_argument("--rounds", type=int, default=10, help="timed rounds; 0 compares tests and verdicts only")
    parser.add_argument("--dry-run", action="store_true", help="print the table, but do not write it into bench/RESULTS.md")
    chosen = parser.parse_args()
    names = chosen.suites or list(SUITES)
    for unknown in [name for name in names if name not in SUITES]:
        parser.error(f"no suite `{unknown}`; there are: {', '.join(SUITES)}")
    if not results.output("cargo", "nextest", "--version"):
        sys.exit("needs cargo-nextest: cargo install --locked cargo-nextest, or https://nexte.st/docs/installation")
    testkit = built_testkit()
    if testkit:
        testkit = str(Path(testkit).resolve())

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("SUITES_DIR", temporary)).resolve()
        os.environ["CARGO_TARGET_DIR"] = str(folder / "target")
        # As by default on all sides: with it, each process that sees a panic reads the whole binary's debug information.
        os.environ.pop("RUST_BACKTRACE", None)
        sources = fetch(folder, names)
        outcomes = [compare(name, sources[name], testkit, chosen.rounds) for name in names]

    head = ["suite", "binaries", "tests", "same on all sides", "cargo test", "nextest", "testkit", "goal"]
    rounds = f"medians of {chosen.rounds} rounds in which the sides take turns" if chosen.rounds else "not timed"
    text = (
        "## Real suites\n\nPublished packages under `cargo test --tests`, `cargo nextest run` and `testkit run`: the same tests and "
        f"verdicts are asked for, and a run phase (the whole less `{' '.join(['cargo', 'test', '--tests', '--no-run'])}`; {rounds}) not above "
        f"nextest's and at most 10 % + 20 ms above cargo test's. `RUST_BACKTRACE` is not set.\n\n{results.table(head, [outcome.row for outcome in outcomes])}\n\n"
        f"{results.stamp(testkit)}"
    )
    print(text)
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    for problem in problems:
        say(problem)
    if not chosen.dry_run and not chosen.suites and chosen.rounds:
        results.store("real suites", text)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
