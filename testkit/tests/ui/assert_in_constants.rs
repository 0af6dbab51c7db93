//! Constant code cannot make a report: the message names what can be used there.

const fn half(number: u32) -> u32 {
    testkit::assert!(number % 2 == 0);
    number / 2
}

const _: () = testkit::assert_eq!(half(4), 2);

#[repr(C, packed)]
struct Packed {
    tag: u8,
    number: u32,
}

fn main() {
    let packed = Packed { tag: 1, number: 2 };
    testkit::assert!(packed.number == 2);
    testkit::assert!(packed.tag == 1 && packed.number == 2);
    testkit::assert_eq!({ packed.number }, 2);
}
