#[testkit::tests]
mod tests {
    #[skip_if(is_offline(), "needs the network")]
    fn test_upload() {}
}

fn main() {}
