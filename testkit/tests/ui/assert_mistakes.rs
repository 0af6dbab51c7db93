fn main() {
    testkit::assert!();
    testkit::assert!(1 + 1);
}
