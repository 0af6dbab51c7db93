"""Measures each part of the comparison; see bench/run, which checks for the tools and starts this."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import projects
import results
from results import ratio, seconds, table, verdict

BENCH = Path(os.environ["BENCH_DIR"]) if "BENCH_DIR" in os.environ else Path(tempfile.gettempdir())
CARGO_NOTHING = "cargo test --tests --no-run"


def working_testkit() -> str | None:
    """The command, if it is one: a run without it still measures the other sides."""
    command = os.environ.get("TESTKIT")
    if command and results.output(command, "--version").startswith("testkit"):
        return command
    print("testkit cannot be run: its side is left out", file=sys.stderr)
    return None


TESTKIT = working_testkit()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "CARGO_TERM_COLOR": "never", **more}


def build(folder: Path, *arguments: str) -> None:
    """Builds a project's tests; their warnings are of no interest."""
    say(f"  building {folder.name}")
    command = ["cargo", "test", "--quiet", "--tests", "--no-run", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"cannot build {folder.name}:\n{done.stderr[-3000:]}")


def median(folder: Path, command: str, runs: int, *, warmup: int = 1, prepare: str | None = None, **more: str) -> float:
    """The median time of a command in seconds, by hyperfine."""
    say(f"  {command}  ({runs} runs)")
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        call = ["hyperfine", "--shell=none", "--style=none", f"--runs={runs}", f"--warmup={warmup}", "--export-json", out.name]
        if prepare:
            call += ["--prepare", prepare]
        done = subprocess.run([*call, command], cwd=folder, env=environment(**more), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"`{command}` failed in {folder}:\n{done.stderr[-3000:]}")
        return json.loads(Path(out.name).read_text())["results"][0]["median"]


def three_sides(folder: Path, *, runs: int, nextest_runs: int, nextest_goal: float | None = None,
                cargo_goal: float | None = None, share: bool = False) -> str:
    """Runs a project under all three; a table with the ratios to testkit and whether the goals are reached, if there are any."""
    nothing = median(folder, CARGO_NOTHING, runs)
    nextest_list = median(folder, "cargo nextest list", min(runs, 5))
    times = {
        "testkit run": median(folder, f"{TESTKIT} run", runs) if TESTKIT else None,
        "cargo test --tests": median(folder, "cargo test --tests", runs),
        "cargo nextest run": median(folder, "cargo nextest run", nextest_runs, warmup=0),
    }
    counts = {"testkit run": runs, "cargo test --tests": runs, "cargo nextest run": nextest_runs}
    ours = times["testkit run"]
    our_share = max(ours - nothing, 0.001) if ours else None
    rows = []
    for name, taken in times.items():
        whole_ratio = taken / ours if taken and ours else None
        share_ratio = (taken - nothing) / our_share if taken and our_share else None
        goal, reached = "", ""
        if name == "cargo nextest run" and nextest_goal:
            goal, reached = f"whole ≥ {nextest_goal:g}×", verdict(whole_ratio >= nextest_goal if whole_ratio else None)
        elif name == "cargo test --tests" and cargo_goal:
            judged = share_ratio if share else whole_ratio
            goal = f"{'share' if share else 'whole'} ≥ {cargo_goal:g}×"
            reached = verdict(judged >= cargo_goal if judged else None)
        rows.append([f"`{name}`", str(counts[name]), seconds(taken), seconds(taken - nothing if taken else None),
                     ratio(whole_ratio), ratio(share_ratio), goal, reached])
    head = ["", "runs", "whole", "share", "whole ÷ testkit's", "share ÷ testkit's", "goal", ""]
    start = f"Start-up with nothing to do: `{CARGO_NOTHING}` {seconds(nothing)}, `cargo nextest list` {seconds(nextest_list)}."
    return f"{table(head, rows)}\n\n{start}"


def measure_collected() -> str:
    """5,000 trivial collected tests in one binary."""
    folder = projects.collected(BENCH / "collected", 5000)
    build(folder)
    return three_sides(folder, runs=10, nextest_runs=2, nextest_goal=150, cargo_goal=3, share=True)


def measure_plain() -> str:
    """5,000 trivial plain tests in one binary."""
    folder = projects.plain(BENCH / "plain", 5000)
    build(folder)
    return three_sides(folder, runs=10, nextest_runs=2, nextest_goal=50, cargo_goal=1)


def measure_binaries() -> str:
    """20 binaries with 50 plain tests each."""
    folder = projects.many_binaries(BENCH / "binaries", 20, 50)
    build(folder)
    return three_sides(folder, runs=10, nextest_runs=3, nextest_goal=10, cargo_goal=1)


def measure_seven_thousand() -> str:
    """7,000 plain tests in one binary."""
    folder = projects.plain(BENCH / "seven-thousand", 7000)
    build(folder)
    return three_sides(folder, runs=10, nextest_runs=2, nextest_goal=50, cargo_goal=1)


def measure_loud() -> str:
    """One plain test that writes 119 MB to standard error and passes."""
    folder = projects.loud(BENCH / "loud", 119)
    build(folder)
    return three_sides(folder, runs=5, nextest_runs=2, nextest_goal=1)


def measure_list() -> str:
    """Listing 10,000 collected tests."""
    folder = projects.collected(BENCH / "list", 10_000)
    build(folder)
    nothing = median(folder, CARGO_NOTHING, 20)
    ours = median(folder, f"{TESTKIT} list --format ids", 20) if TESTKIT else None
    theirs = median(folder, "cargo nextest list", 5)
    over = ours - nothing if ours else None
    rows = [
        [f"`{CARGO_NOTHING}`", seconds(nothing), "", "", ""],
        ["`testkit list`", seconds(ours), seconds(over), "≤ 30 ms over cargo", verdict(over <= 0.030 if ours else None)],
        ["`cargo nextest list`", seconds(theirs), seconds(theirs - nothing), "", ""],
    ]
    text = table(["", "whole", "over cargo", "goal", ""], rows)
    return f"{text}\n\n{processes_of_list(folder)}"


def processes_of_list(folder: Path) -> str:
    """Which programs an unchanged `testkit list` starts."""
    if not TESTKIT:
        return "Processes started by an unchanged `testkit list`: not measured."
    if not shutil.which("strace"):
        say("  strace is not there: the processes of `testkit list` are not counted (apt-get install strace)")
        return "Processes started by an unchanged `testkit list`: not counted, since strace was not there."
    with tempfile.NamedTemporaryFile(suffix=".strace") as out:
        call = ["strace", "-f", "-qq", "-e", "trace=execve", "-o", out.name, TESTKIT, "list"]
        subprocess.run(call, cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)
        lines = Path(out.name).read_text().splitlines()
    programs = [re.search(r'execve\("([^"]+)"', line) for line in lines if line.rstrip().endswith("= 0")]
    names = [Path(found.group(1)).name for found in programs if found][1:]
    foreign = sorted({name for name in names if name not in {"cargo", "rustc", "rustup"}})
    listed = ", ".join(f"{name} ×{names.count(name)}" for name in sorted(set(names))) or "none"
    return (
        f"Programs executed by an unchanged `testkit list`, its own left out (strace; a rustup proxy counts as one more): "
        f"{listed}. Goal: none but cargo's — {verdict(not foreign)}."
    )


def measure_memory() -> str:
    """Peak memory of the command itself, without cargo and workers."""
    folder = projects.collected_binaries(BENCH / "memory", 10, 5000)
    build(folder)
    rows, peaks = [], {}
    for binaries in (2, 5, 10):
        selection = [argument for number in range(binaries) for argument in ("--test", f"t{number:02}")]
        peaks[binaries] = max(peak_memory([TESTKIT, "run", *selection], folder) for _ in range(3)) if TESTKIT else None
        goal = ("≤ 150 MB", verdict(peaks[binaries] <= 150e6 if TESTKIT else None)) if binaries == 10 else ("", "")
        rows.append([f"{binaries * 5000:,}", f"{peaks[binaries] / 1e6:.1f} MB" if TESTKIT else "not measured", *goal])
    text = table(["tests", "peak memory", "goal", ""], rows)
    if TESTKIT:
        first = (peaks[5] - peaks[2]) / 15_000
        second = (peaks[10] - peaks[5]) / 25_000
        linear = second <= 1.25 * max(first, 1)
        text += (
            f"\n\nGrowth: {first:.0f} bytes a test from 10,000 to 25,000, {second:.0f} from there to 50,000. "
            f"Goal: linear (no more than a quarter above) — {verdict(linear)}."
        )
    return text


def peak_memory(command: list[str], folder: Path) -> int:
    """Highest resident memory of a process in bytes, its children left out: what the system noted when last seen alive."""
    say(f"  {' '.join(command)}")
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        peak = max(peak, int(found.group(1)) * 1024 if found else 0)
        time.sleep(0.001)
    if process.returncode != 0:
        raise RuntimeError(f"{command} left with exit code {process.returncode}")
    return peak


def measure_compile() -> str:
    """Compile time of 2,000 tests, collected against plain: `cargo test --no-run` after a change, not incremental."""
    count = 2000
    pairs = [
        ("`#[testkit::tests]` on an inline module", "src/lib.rs", projects.plain(BENCH / "compile-plain", count),
         projects.collected(BENCH / "compile-inline", count)),
        ("`testkit::discover!()` in a file", "tests/test_many.rs",
         projects.file_of_tests(BENCH / "compile-plain-file", count, collected=False),
         projects.file_of_tests(BENCH / "compile-discover", count, collected=True)),
    ]
    rows = []
    for name, source, plain, collected in pairs:
        times = []
        for folder in (plain, collected):
            if folder is collected and not TESTKIT:
                times.append(None)
                continue
            build(folder)
            times.append(median(folder, CARGO_NOTHING, 7, prepare=f"touch {source}", CARGO_INCREMENTAL="0"))
        factor = times[1] / times[0] if times[1] else None
        rows.append([name, seconds(times[0]), seconds(times[1]), ratio(factor), "≤ 1.15×", verdict(factor <= 1.15 if factor else None)])
    return table(["2,000 tests", "plain", "collected", "ratio", "goal", ""], rows)


def measure_dependencies() -> str:
    """`cargo build` of an empty package with one dependency, from nothing."""
    # testkit is a path here, which Cargo builds incrementally, unlike what comes from a registry: users do not get that.
    sides = {
        "testkit": projects.TESTKIT,
        "rstest": 'rstest = "*"',
        "assert2": 'assert2 = "*"',
        "syn": 'syn = { version = "2", features = ["full"] }',
    }
    times, named = {}, {}
    for name, dependency in sides.items():
        folder = projects.dependent(BENCH / f"dependency-{name}", dependency)
        subprocess.run(["cargo", "fetch", "--quiet"], cwd=folder, env=environment(), check=True)
        found = re.search(rf'name = "{name}"\nversion = "([^"]+)"', (folder / "Cargo.lock").read_text())
        named[name] = f"{name} {found.group(1)}" if found else name
        times[name] = median(
            folder, "cargo build --offline", 5, warmup=0, prepare="cargo clean --quiet", CARGO_INCREMENTAL="0"
        )
    rows = []
    for name, taken in times.items():
        goal = ("≤ half of rstest's", verdict(taken <= times["rstest"] / 2)) if name == "testkit" else ("", "")
        rows.append([named[name] + (" with `full`" if name == "syn" else ""), seconds(taken), ratio(taken / times["rstest"]), *goal])
    return table(["dependency", "`cargo build`", "of rstest's", "goal", ""], rows)


def compile_times(folder: Path, sides: Iterable[str]) -> dict[str, float]:
    """Seconds that each test target of a package takes to be built after a change, by its name."""
    build(folder)
    return {
        side: median(folder, f"{CARGO_NOTHING} --test {side}", 7, prepare=f"touch tests/{side}.rs", CARGO_INCREMENTAL="0")
        for side in sides
    }


def measure_assertion_compile() -> str:
    """Compile time of 1,000 tests with one comparison each: `cargo test --no-run` after a change, not incremental."""
    folder = projects.asserting_functions(BENCH / "asserting", 1000)
    times = compile_times(folder, projects.ASSERTIONS)
    rows = []
    for side, taken in times.items():
        factor = taken / times["std"]
        goal = ("≤ 1.6×", verdict(factor <= 1.6)) if side == "testkit" else ("", "")
        rows.append([side, seconds(taken), ratio(factor), *goal])
    return table(["1,000 tests with", "time", "ratio", "goal", ""], rows)


def measure_fixtures() -> str:
    """Compile time of tests with fixtures and cases: `cargo test --no-run` after a change, not incremental."""
    folder = projects.with_fixtures(BENCH / "with-fixtures", 1000)
    times = compile_times(folder, projects.WITH_FIXTURES)
    limits = {"fixture": 1.2, "cases": 1.0}
    rows = []
    for side, taken in times.items():
        factor = taken / times["plain"]
        limit = limits.get(side)
        goal = (f"≤ {limit:g}×", verdict(factor <= limit)) if limit else ("", "")
        rows.append([projects.WITH_FIXTURES[side][0], seconds(taken), ratio(factor), *goal])
    return table(["", "time", "ratio", "goal", ""], rows)


def measure_fixture_time() -> str:
    """What a fixture costs when a test runs: 5,000 tests in one worker, built in release"""
    count = 5000
    folder = projects.timed_fixtures(BENCH / "timed-fixtures", count)
    build(folder, "--release")
    times = {
        target: median(folder, f"{TESTKIT} run --release --workers 1 --test {target}", 20) for target in projects.TIMED_FIXTURES
    }
    first = (times["with_one"] - times["without"]) / count
    other = (times["with_eleven"] - times["with_one"]) / (10 * count)
    rows = [
        ["without a fixture", seconds(times["without"]), "", "", ""],
        ["with one", seconds(times["with_one"]), f"{first * 1e6:.2f} µs", "", ""],
        ["with eleven", seconds(times["with_eleven"]), f"{other * 1e6:.2f} µs each more", "< 1 µs", verdict(other < 1e-6)],
    ]
    note = (
        "The first fixture of these tests has a look at the process in it, for what the test has left behind: tests that are over "
        "sooner than any system call are spared that, and a test with a fixture is not."
    )
    return table(["5,000 tests", "whole run", "a fixture", "goal", ""], rows) + "\n\n" + note


def measure_assertions() -> str:
    """What an assertion costs that holds, and one that fails (with its report and the unwinding, without printing it)"""
    folder = projects.timed_assertions(BENCH / "timed")
    parts = []
    # Optimised, all of them are within a nanosecond: what two rounds of one side differ by here is no difference.
    goals = {"dev": ("≤ 1.5×", lambda ours, std: ours <= 1.5 * std), "release": ("≤ 0.5 ns more", lambda ours, std: ours <= std + 0.5)}
    for profile, (goal, reaches) in goals.items():
        command = ["cargo", "run", "--quiet", *(["--release"] if profile == "release" else [])]
        done = subprocess.run(command, cwd=folder, env=environment(RUST_BACKTRACE="0"), check=True, capture_output=True, text=True)
        figures = {(side, int(number)): (float(holds), float(fails))
                   for side, number, holds, fails in (line.split() for line in done.stdout.splitlines())}
        rows = []
        for index, condition in enumerate(projects.CONDITIONS):
            cells = []
            for side in projects.ASSERTIONS:
                holds, fails = figures[side, index]
                cells.append(f"{holds:.1f} ns / {fails / 1000:.0f} µs")
            ours, std = figures["testkit", index][0], figures["std", index][0]
            rows.append([condition, *cells, ratio(ours / std), goal, verdict(reaches(ours, std))])
        head = ["condition", *projects.ASSERTIONS, "testkit ÷ std, holding", "goal", ""]
        parts.append(f"Profile `{profile}`, holding / failing:\n\n{table(head, rows)}")
    return "\n\n".join(parts)


PARTS = {
    "collected": measure_collected,
    "plain": measure_plain,
    "binaries": measure_binaries,
    "seven-thousand": measure_seven_thousand,
    "loud": measure_loud,
    "list": measure_list,
    "memory": measure_memory,
    "compile": measure_compile,
    "assertions": measure_assertions,
    "assertion-compile": measure_assertion_compile,
    "fixtures": measure_fixtures,
    "fixture-time": measure_fixture_time,
    "dependencies": measure_dependencies,
}


def main() -> int:
    names = "\n".join(f"  {name:16} {(measure.__doc__ or '').rstrip('.')}" for name, measure in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="bench/run", epilog=f"parts:\n{names}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure [default: everything]")
    parser.add_argument("--dry-run", action="store_true", help="print the tables, but do not write them into RESULTS.md")
    chosen = parser.parse_args()
    for unknown in [part for part in chosen.parts if part not in PARTS]:
        parser.error(f"no part `{unknown}`; there are: {', '.join(PARTS)}")
    missed = False
    for part in chosen.parts or PARTS:
        say(part)
        try:
            text = PARTS[part]()
        except RuntimeError as error:
            say(f"{part} could not be measured: {error}")
            missed = True
            continue
        text = f"## {(PARTS[part].__doc__ or part).rstrip('.')}\n\n{text}\n\n{results.stamp(TESTKIT)}"
        print(f"{text}\n", flush=True)
        missed |= "**missed**" in text
        if not chosen.dry_run:
            results.store(part, text)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
