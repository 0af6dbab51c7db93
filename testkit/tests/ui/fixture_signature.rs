use testkit::fixture;

#[fixture]
fn generic<T: Default>() -> T {
    T::default()
}

#[fixture]
fn bounded() -> u8
where
    u8: Default,
{
    1
}

#[fixture]
unsafe fn unchecked() -> u8 {
    1
}

#[fixture]
async unsafe fn waiting() -> u8 {
    1
}

#[fixture]
fn nameless() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

#[fixture]
fn nameless_inside() -> Result<Box<impl Fn()>, String> {
    Ok(Box::new(|| ()))
}

fn main() {}
