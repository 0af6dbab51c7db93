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
