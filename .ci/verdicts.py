"""Compares the verdicts of an event stream with the expected ones: `verdicts.py EXPECTED EVENTS`."""

import json
import sys
from pathlib import Path


def main() -> int:
    expected_path, events_path = sys.argv[1:]
    lines = [line for line in Path(expected_path).read_text().splitlines() if line and not line.startswith("#")]
    expected = dict(line.rsplit(" ", 1) for line in lines)
    events = [json.loads(line)["kind"] for line in Path(events_path).read_text().splitlines()]
    finished = [event["test_finished"] for event in events if "test_finished" in event]
    got = {event["test"]: event["verdict"] for event in finished}
    problems = [f"{test}: more than one verdict" for test in got if sum(event["test"] == test for event in finished) > 1]
    for test in sorted(expected.keys() | got.keys()):
        if expected.get(test) != got.get(test):
            problems.append(f"{test}: expected {expected.get(test, 'no such test')}, got {got.get(test, 'no verdict')}")
    print("\n".join(problems) or f"{len(got)} verdicts as expected")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
