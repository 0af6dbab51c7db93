#[testkit::tests]
mod tests {
    unsafe fn test_unsafe() {}
}

fn main() {}
