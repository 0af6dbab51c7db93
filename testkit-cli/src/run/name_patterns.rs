//! Few patterns in place of many names. Pure.
//!
//! libtest takes `--exact` names, and compares each with each of its tests; or substrings, and so few of them can stand
//! for thousands of tests. Names that stand together in sorted order mostly share beginnings that no other name holds.

/// The most patterns that are worth it.
const LIMIT: usize = 32;

/// Substrings of which every name of `inside` holds one and no name of `outside` holds any; `None` if there are no few
/// such. `inside` is sorted.
pub(super) fn cover(inside: &[&str], outside: &[&str]) -> Option<Vec<String>> {
    let mut sorted: Vec<&str> = outside.to_vec();
    sorted.sort_unstable();
    let mut patterns = Vec::new();
    collect(inside, &sorted, &mut patterns)?;
    // A beginning may also stand in the middle of another name.
    let is_held = |pattern: &String| outside.iter().any(|name| name.contains(pattern.as_str()));
    (!patterns.iter().any(is_held)).then_some(patterns)
}

/// How many of the first `count` of `names`, which are sorted, stand before a change of beginning that [`cover`] may use:
/// places to cut at, nearest to `count` first.
pub(super) fn cuts(names: &[&str], count: usize) -> Vec<usize> {
    let Some((first, next)) = count.checked_sub(1).and_then(|last| names.get(last)).zip(names.get(count)) else {
        return vec![count];
    };
    let shared = common_prefix(first, next);
    let ends = next[..shared].char_indices().map(|(at, character)| at + character.len_utf8());
    let mut cuts: Vec<usize> = ends.rev().map(|end| names.partition_point(|name| *name < &next[..end])).collect();
    cuts.insert(0, count);
    cuts.dedup();
    cuts
}

fn collect(inside: &[&str], outside: &[&str], patterns: &mut Vec<String>) -> Option<()> {
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return Some(()) };
    let prefix = &first[..common_prefix(first, last)];
    let at = outside.partition_point(|name| *name < prefix);
    let is_shared = outside.get(at).is_some_and(|name| name.starts_with(prefix));
    if !prefix.is_empty() && !is_shared {
        patterns.push(prefix.to_owned());
        return (patterns.len() <= LIMIT).then_some(());
    }
    if first.len() == prefix.len() {
        // The name itself is the beginning of one outside.
        return None;
    }
    let mut rest = inside;
    while let Some(name) = rest.first() {
        let end = prefix.len() + name[prefix.len()..].chars().next().map_or(0, char::len_utf8);
        let group = rest.partition_point(|other| other.starts_with(&name[..end]));
        collect(&rest[..group], outside, patterns)?;
        rest = &rest[group..];
    }
    Some(())
}

/// Length of what two texts have in common at their beginnings, in bytes, on a border of characters.
fn common_prefix(one: &str, other: &str) -> usize {
    let pairs = one.char_indices().zip(other.chars());
    pairs.take_while(|((_, a), b)| a == b).last().map_or(0, |((at, character), _)| at + character.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_by_beginnings() {
        #[track_caller]
        fn check(inside: &[&str], outside: &[&str], want: Option<&[&str]>) {
            let want = want.map(|want| want.iter().map(|pattern| (*pattern).to_owned()).collect());
            assert_eq!(cover(inside, outside), want);
        }
        check(&["a::one", "a::two"], &["b::one"], Some(&["a::"]));
        check(&["t_1", "t_10", "t_2"], &["t_3", "t_30"], Some(&["t_1", "t_2"]));
        check(&["t_1"], &["t_10"], None);
        check(&["b::x"], &["a::b::x"], None);
        check(&["a", "b"], &["c"], Some(&["a", "b"]));
        check(&["a", "è1", "é1"], &["e"], Some(&["a", "è1", "é1"]));
        check(&["a"], &[], Some(&["a"]));
    }

    #[test]
    fn cuts_where_beginnings_change() {
        let names = ["t_1", "t_10", "t_2", "t_20", "t_21", "u"];
        assert_eq!(cuts(&names, 4), [4, 2, 0]);
        assert_eq!(cuts(&names, 6), [6]);
        assert_eq!(cuts(&names, 5), [5]);
    }

    proptest::proptest! {
        /// What the patterns select is just the inside, also if they are found or not for reasons of luck.
        #[test]
        fn patterns_select_the_inside(
            names in proptest::collection::btree_set("[a-cé]{1,4}(::[a-c]{1,3})?", 1..40), at in 0_usize..40
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (inside, outside) = names.split_at(at.min(names.len()));
            if let Some(patterns) = cover(inside, outside) {
                let is_selected = |name: &&str| patterns.iter().any(|pattern| name.contains(pattern.as_str()));
                proptest::prop_assert!(inside.iter().all(is_selected));
                proptest::prop_assert!(!outside.iter().any(is_selected));
            }
        }
    }
}
