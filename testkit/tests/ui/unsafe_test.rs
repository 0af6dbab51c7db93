#[testkit::tests]
mod tests {
    unsafe fn test_unsafe() {}

    async unsafe fn test_async() {}

    unsafe extern "C" fn test_extern<T>() {}
}

fn main() {}
