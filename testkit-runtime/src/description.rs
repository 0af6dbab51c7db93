//! Constant functions that join the parts of a static description while the test binary is compiled.

/// Length of the joined parts, in bytes.
pub const fn joined_length(parts: &[&str]) -> usize {
    let mut length = 0;
    let mut index = 0;
    while index < parts.len() {
        length += parts[index].len();
        index += 1;
    }
    length
}

/// The bytes of all parts, one after another.
///
/// # Panics
/// If `LENGTH` is not [`joined_length`] of the same parts.
pub const fn join<const LENGTH: usize>(parts: &[&str]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let mut rest: &mut [u8] = &mut bytes;
    let mut index = 0;
    while index < parts.len() {
        // Copied as whole slices: a loop over bytes is interpreted, and would take seconds for large modules.
        let part = parts[index].as_bytes();
        let (head, tail) = rest.split_at_mut(part.len());
        head.copy_from_slice(part);
        rest = tail;
        index += 1;
    }
    assert!(rest.is_empty());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_parts() {
        const PARTS: &[&str] = &["a", "", "bcd"];
        assert_eq!(&join::<{ joined_length(PARTS) }>(PARTS), b"abcd");
        assert_eq!(join::<0>(&[]), [0_u8; 0]);
    }
}
