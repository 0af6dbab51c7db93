"""Generates the packages that are measured. Every file is written only if its text changes, so that kept folders stay built."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTKIT = f'testkit = {{ path = "{ROOT / "testkit"}" }}'

# A body that does nothing and is not optimised away; no assertion, so that only registration is measured.
BODY = "std::hint::black_box(1);"


def write(path: Path, text: str) -> None:
    """Writes a file unless it has this text already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def package(folder: Path, name: str, *, dependencies: str = "", dev_dependencies: str = "") -> Path:
    """Writes the manifest of a package that is a workspace of its own."""
    write(
        folder / "Cargo.toml",
        f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\npublish = false\n\n[lib]\ndoctest = false\n\n'
        f"[dependencies]\n{dependencies}\n\n[dev-dependencies]\n{dev_dependencies}\n\n[workspace]\n",
    )
    write(folder / "src/lib.rs", "")
    return folder


def plain_functions(count: int) -> str:
    return "".join(f"#[test]\nfn test_{number:05}() {{ {BODY} }}\n" for number in range(count))


def collected_functions(count: int) -> str:
    return "".join(f"fn test_{number:05}() {{ {BODY} }}\n" for number in range(count))


def inline_module(count: int, *, collected: bool) -> str:
    attribute = "#[testkit::tests]\n" if collected else ""
    functions = collected_functions(count) if collected else plain_functions(count)
    return f"#[cfg(test)]\n{attribute}mod tests {{\n{functions}}}\n"


def collected(folder: Path, count: int) -> Path:
    """One library whose inline module has `count` collected tests."""
    package(folder, "collected", dev_dependencies=TESTKIT)
    write(folder / "src/lib.rs", inline_module(count, collected=True))
    return folder


def plain(folder: Path, count: int) -> Path:
    """One library whose inline module has `count` plain tests."""
    package(folder, "plain")
    write(folder / "src/lib.rs", inline_module(count, collected=False))
    return folder


def many_binaries(folder: Path, binaries: int, tests: int) -> Path:
    """`binaries` integration test targets with `tests` plain tests each."""
    package(folder, "binaries")
    for binary in range(binaries):
        write(folder / f"tests/t{binary:02}.rs", plain_functions(tests))
    return folder


def collected_binaries(folder: Path, binaries: int, tests: int) -> Path:
    """`binaries` integration test targets with `tests` collected tests each."""
    package(folder, "large", dev_dependencies=TESTKIT)
    for binary in range(binaries):
        write(folder / f"tests/t{binary:02}.rs", "testkit::discover!();\n" + collected_functions(tests))
    return folder


def file_of_tests(folder: Path, count: int, *, collected: bool) -> Path:
    """One integration test file, collected by `discover!()` or plain."""
    package(folder, "discovered" if collected else "undiscovered", dev_dependencies=TESTKIT if collected else "")
    functions = "testkit::discover!();\n" + collected_functions(count) if collected else plain_functions(count)
    write(folder / "tests/test_many.rs", functions)
    return folder


def loud(folder: Path, megabytes: int) -> Path:
    """One plain test that writes lines of 100 bytes to standard error and passes. A line has several parts, as lines do
    that programs format; standard error is not buffered, so each part is a write of its own."""
    package(folder, "loud")
    lines = megabytes * 1_000_000 // 100
    text = "x" * (100 - len(f"line {lines // 2} of {lines}: \n"))
    write(
        folder / "src/lib.rs",
        "#[cfg(test)]\nmod tests {\n#[test]\nfn test_loud() {\n"
        f'let (count, text) = std::hint::black_box(({lines}, "{text}"));\n'
        'for number in 0..count {\neprintln!("line {number} of {count}: {text}");\n}\n}\n}\n',
    )
    return folder


def dependent(folder: Path, dependency: str) -> Path:
    """An empty package with one dependency."""
    return package(folder, f"with-{folder.name}", dependencies=dependency)


# The sides of the assertion parts: what each library is called, what it takes to have it, and its `assert!`.
ASSERTIONS = {
    "std": ("", ""),
    "testkit": (TESTKIT, "use testkit::{assert, assert_eq};"),
    "assert2": ('assert2 = "0.4"', "use assert2::assert;"),
    "pretty_assertions": ('pretty_assertions = "1"', "use pretty_assertions::assert_eq;"),
}


def asserting_functions(folder: Path, count: int) -> Path:
    """A package with one test target a library: `count` plain tests with one comparison each."""
    lines = "\n".join(dependency for dependency, _ in ASSERTIONS.values() if dependency)
    package(folder, "asserting", dev_dependencies=lines)
    write(folder / "src/lib.rs", "pub fn next(number: u32) -> u32 { number + 1 }\n")
    for side, (_, imports) in ASSERTIONS.items():
        form = "assert_eq!(next({n}), {n} + 1);" if side == "pretty_assertions" else "assert!(next({n}) == {n} + 1);"
        tests = "".join(f"#[test]\nfn test_{n:04}() {{ {form.format(n=n)} }}\n" for n in range(count))
        write(folder / f"tests/{side}.rs", f"use asserting::next;\n{imports}\n{tests}")
    return folder


# Conditions that hold, and their opposites.
CONDITIONS = {
    "`a + b == c`": ("a + b == c", "a + b == b"),
    "`v.len() == m && s.starts_with(\"x\")`": ('v.len() == m && s.starts_with("x")', 'v.len() == m && s.starts_with("y")'),
    "`vec == vec`": ("v == w", "v == u"),
    "`big.len() < n`": ("big.len() < n", "big.len() > n"),
}


def timed_assertions(folder: Path) -> Path:
    """A program that prints a line for each side and condition: nanoseconds of an assertion that holds, and of one that does not."""
    lines = "\n".join(dependency for dependency, _ in ASSERTIONS.values() if dependency)
    package(folder, "timed", dependencies=lines)
    modules = []
    for side, (_, imports) in ASSERTIONS.items():
        functions = []
        for index, (holds, fails) in enumerate(CONDITIONS.values()):
            for name, condition in (("holds", holds), ("fails", fails)):
                # pretty_assertions has no `assert!`: it is timed where there are two sides to compare.
                form = f"assert!({condition})"
                if side == "pretty_assertions" and " == " in condition and "&&" not in condition:
                    form = "assert_eq!({}, {})".format(*condition.split(" == "))
                functions.append(
                    f"#[inline(never)] pub fn {name}_{index}(values: &Values) {{ let Values {{ a, b, c, m, n, s, v, w, u, big }} "
                    f"= values; let (a, b, c, m, n) = (*a, *b, *c, *m, *n); let _ = (a, b, c, m, n, s, v, w, u, big); {form}; }}"
                )
        modules.append(f"mod {side}_side {{ use super::Values; {imports}\n" + "\n".join(functions) + "\n}\n")
    calls = "".join(
        f'time("{side}", {index}, {side}_side::holds_{index}, {side}_side::fails_{index});\n'
        for side in ASSERTIONS for index in range(len(CONDITIONS))
    )
    write(
        folder / "src/main.rs",
        """#![allow(unused)]
use std::hint::black_box;
use std::time::Instant;

pub struct Values { a: u64, b: u64, c: u64, m: usize, n: usize, s: String, v: Vec<u32>, w: Vec<u32>, u: Vec<u32>, big: Vec<u32> }

"""
        + "\n".join(modules)
        + """
/// The least of five rounds, in nanoseconds a call.
fn least(calls: u32, call: impl Fn()) -> f64 {
    let round = |_| { let started = Instant::now(); for _ in 0..calls { call(); } started.elapsed().as_nanos() as f64 / f64::from(calls) };
    (0..5).map(round).fold(f64::INFINITY, f64::min)
}

fn time(side: &str, condition: usize, holds: fn(&Values), fails: fn(&Values)) {
    let values = black_box(Values { a: 2, b: 3, c: 5, m: 3, n: 20_000, s: "xyz".into(), v: vec![1, 2, 3], w: vec![1, 2, 3], u: vec![1, 2, 4], big: vec![1; 10_000] });
    let holding = least(1_000_000, || black_box(holds)(black_box(&values)));
    let failing = least(200, || drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fails(black_box(&values))))));
    println!("{side} {condition} {holding} {failing}");
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
"""
        + calls
        + "}\n",
    )
    return folder


# The sides of the part `fixtures`: what each is called, its dependency, and the source of its test target, made from the
# number of tests. Bodies have no assertions.
def plain_with_value(count: int) -> str:
    functions = "".join(f"#[test]\nfn test_{n:04}() {{ std::hint::black_box(value()); }}\n" for n in range(count))
    return f"fn value() -> u32 {{ 1 }}\n{functions}"


def collected_with_fixture(count: int) -> str:
    return collected_with_fixtures(count, 1)


def rstest_with_fixture(count: int) -> str:
    functions = "".join(f"#[rstest]\nfn test_{n:04}(value: u32) {{ std::hint::black_box(value); }}\n" for n in range(count))
    return f"use rstest::*;\n#[fixture]\nfn value() -> u32 {{ 1 }}\n{functions}"


def collected_with_cases(count: int) -> str:
    cases = ", ".join(str(n) for n in range(10))
    functions = "".join(
        f"#[parametrize(value, [{cases}])]\nfn test_{n:04}(value: u32) {{ std::hint::black_box(value); }}\n"
        for n in range(count // 10)
    )
    return f"#[testkit::tests]\nmod tests {{\n{functions}}}\n"


def rstest_with_cases(count: int) -> str:
    cases = "".join(f"#[case({n})]\n" for n in range(10))
    functions = "".join(
        f"#[rstest]\n{cases}fn test_{n:04}(#[case] value: u32) {{ std::hint::black_box(value); }}\n" for n in range(count // 10)
    )
    return f"use rstest::*;\n{functions}"


def collected_with_rows(_: int) -> str:
    return (
        "#[testkit::tests]\nmod tests {\n#[parametrize(value, from = 0..10_000_u32)]\n"
        "fn test_many(value: u32) { std::hint::black_box(value); }\n}\n"
    )


WITH_FIXTURES = {
    "plain": ("1,000 plain `#[test]`s", plain_with_value),
    "fixture": ("testkit: 1,000 tests with one fixture each", collected_with_fixture),
    "rstest_fixture": ("rstest: 1,000 tests with one fixture each", rstest_with_fixture),
    "cases": ("testkit: 100 functions of 10 cases", collected_with_cases),
    "rstest_cases": ("rstest: 100 functions of 10 cases", rstest_with_cases),
    "rows": ("testkit: one function of 10,000 run-time cases", collected_with_rows),
}


def with_fixtures(folder: Path, count: int) -> Path:
    """A package with one test target a side."""
    package(folder, "with-fixtures", dev_dependencies=f'{TESTKIT}\nrstest = "*"')
    for side, (_, source) in WITH_FIXTURES.items():
        write(folder / f"tests/{side}.rs", source(count))
    return folder


def collected_with_fixtures(count: int, fixtures: int) -> str:
    """`count` collected tests that ask for so many fixtures each."""
    names = [f"value_{n}" for n in range(fixtures)]
    made = "".join(f"#[fixture]\nfn {name}() -> u32 {{ 1 }}\n" for name in names)
    arguments = ", ".join(f"{name}: &u32" for name in names)
    used = " ".join(f"std::hint::black_box(*{name});" for name in names)
    tests = "".join(f"fn test_{n:04}({arguments}) {{ {used} }}\n" for n in range(count))
    return f"#[testkit::tests]\nmod tests {{\n{made}{tests}}}\n"


TIMED_FIXTURES = {"without": 0, "with_one": 1, "with_eleven": 11}


def timed_fixtures(folder: Path, count: int) -> Path:
    """A package with a test target of `count` tests for each number of fixtures."""
    package(folder, "timed-fixtures", dev_dependencies=TESTKIT)
    for target, fixtures in TIMED_FIXTURES.items():
        write(folder / f"tests/{target}.rs", collected_with_fixtures(count, fixtures))
    return folder
