//! A small library with something to compare, something to mock and something that holds for all numbers.

/// A point in the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// To the right.
    pub x: i32,
    /// Up.
    pub y: i32,
}

/// Something that knows prices.
pub trait Prices {
    /// The price of an article, in cents.
    fn of(&self, article: &str) -> u32;
}

/// The sum of the prices of some articles, in cents.
pub fn total(prices: &dyn Prices, articles: &[&str]) -> u32 {
    articles.iter().map(|article| prices.of(article)).sum()
}

/// The digits of a number in the opposite order; zeros at the end are lost.
pub fn reversed(mut number: u64) -> u64 {
    let mut reversed = 0;
    while number > 0 {
        reversed = reversed * 10 + number % 10;
        number /= 10;
    }
    reversed
}
