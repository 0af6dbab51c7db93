//! Any two values: the paths are exactly those of the parts that differ, and the diff leads from one value to the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Debug};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use testkit_protocol::failure::DiffLine;

use super::*;

/// Nothing is left out.
const ALL: Limits = Limits { differences: usize::MAX, diff_lines: usize::MAX, line_chars: usize::MAX };

/// A value of any structure, with the `Debug` that a derived one would have.
#[derive(Clone)]
enum Tree {
    Number(i32),
    Float(f64),
    Text(String),
    Letter(char),
    Struct(&'static str, Vec<(&'static str, Tree)>),
    Tuple(&'static str, Vec<Tree>),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
    Hash(HashMap<String, Tree>),
    Set(BTreeSet<i32>),
}

impl Debug for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => value.fmt(formatter),
            Self::Float(value) => value.fmt(formatter),
            Self::Text(value) => value.fmt(formatter),
            Self::Letter(value) => value.fmt(formatter),
            Self::Struct(name, fields) => {
                let mut builder = formatter.debug_struct(name);
                for (name, value) in fields {
                    builder.field(name, value);
                }
                builder.finish()
            }
            Self::Tuple(name, parts) => {
                let mut builder = formatter.debug_tuple(name);
                for value in parts {
                    builder.field(value);
                }
                builder.finish()
            }
            Self::List(parts) => parts.fmt(formatter),
            Self::Map(parts) => parts.fmt(formatter),
            Self::Hash(parts) => parts.fmt(formatter),
            Self::Set(parts) => parts.fmt(formatter),
        }
    }
}

/// A part with a path of its own, or an element of a set.
enum Child<'a> {
    At(String, &'a Tree),
    Element(i32),
}

impl Tree {
    fn text(&self) -> String {
        format!("{self:#?}")
    }

    /// What kind of value it is for a comparison, and its parts; `None` for a leaf.
    fn children(&self) -> Option<(String, Vec<Child<'_>>)> {
        let at = |path: String, tree| Child::At(path, tree);
        let (kind, children): (String, Vec<_>) = match self {
            Self::Number(_) | Self::Float(_) | Self::Text(_) | Self::Letter(_) => return None,
            Self::Struct(_, fields) if fields.is_empty() => return None,
            Self::Tuple(_, parts) if parts.is_empty() => return None,
            Self::Struct(name, fields) => {
                let children = fields.iter().map(|(name, tree)| at(format!(".{name}"), tree));
                (format!("{name}{{}}"), children.collect())
            }
            Self::Tuple(name, parts) => {
                let children = parts.iter().enumerate().map(|(index, tree)| at(format!(".{index}"), tree));
                (format!("{name}()"), children.collect())
            }
            Self::List(parts) => {
                let children = parts.iter().enumerate().map(|(index, tree)| at(format!("[{index}]"), tree));
                ("[]".to_owned(), children.collect())
            }
            Self::Map(parts) => {
                ("{}".to_owned(), parts.iter().map(|(key, tree)| at(format!("[{key:?}]"), tree)).collect())
            }
            Self::Hash(parts) => {
                ("{}".to_owned(), parts.iter().map(|(key, tree)| at(format!("[{key:?}]"), tree)).collect())
            }
            Self::Set(parts) => {
                let kind = if parts.is_empty() { "{}" } else { "{set}" };
                (kind.to_owned(), parts.iter().map(|&element| Child::Element(element)).collect())
            }
        };
        Some((kind, children))
    }
}

/// The paths of all parts that differ, in order; those of lists by position.
fn reference(left: &Tree, right: &Tree, path: &str, paths: &mut Vec<String>) {
    let (Some((left_kind, left_children)), Some((right_kind, right_children))) = (left.children(), right.children())
    else {
        paths.extend((left.text() != right.text()).then(|| path.to_owned()));
        return;
    };
    let empty_braces = |kind: &str, children: &[Child<'_>]| kind == "{}" && children.is_empty();
    let both_braces = left_kind.starts_with('{')
        && right_kind.starts_with('{')
        && (empty_braces(&left_kind, &left_children) || empty_braces(&right_kind, &right_children));
    if left_kind != right_kind && !both_braces {
        paths.push(path.to_owned());
        return;
    }
    let find = |children: &[Child<'_>], wanted: &Child<'_>| {
        children.iter().position(|child| match (child, wanted) {
            (Child::At(path, _), Child::At(wanted, _)) => path == wanted,
            (Child::Element(element), Child::Element(wanted)) => element == wanted,
            (Child::At(..) | Child::Element(_), _) => false,
        })
    };
    for child in &left_children {
        match (child, find(&right_children, child).map(|at| &right_children[at])) {
            (Child::At(step, left), Some(Child::At(_, right))) => {
                reference(left, right, &format!("{path}{step}"), paths);
            }
            (Child::At(step, _), _) => paths.push(format!("{path}{step}")),
            (Child::Element(_), None) => paths.push(path.to_owned()),
            (Child::Element(_), Some(_)) => {}
        }
    }
    for child in &right_children {
        if find(&left_children, child).is_none() {
            match child {
                Child::At(step, _) => paths.push(format!("{path}{step}")),
                Child::Element(_) => paths.push(path.to_owned()),
            }
        }
    }
}

/// Applies a diff to the left lines.
fn apply(diff: &[DiffLine], left: &str) -> Vec<String> {
    let mut lines = left.split('\n');
    let mut result = Vec::new();
    for line in diff {
        match line {
            DiffLine::Same(text) => {
                std::assert_eq!(lines.next(), Some(text.as_str()));
                result.push(text.clone());
            }
            DiffLine::Left(text) => std::assert_eq!(lines.next(), Some(text.as_str())),
            DiffLine::Right(text) => result.push(text.clone()),
            DiffLine::Omitted(count) => {
                let count = usize::try_from(*count).unwrap();
                let omitted: Vec<_> = lines.by_ref().take(count).map(str::to_owned).collect();
                std::assert_eq!(omitted.len(), count);
                result.extend(omitted);
            }
        }
    }
    std::assert_eq!(lines.next(), None, "the diff ends before the left value does");
    result
}

/// Compares, and checks all that holds for any two texts.
fn checked(left: &str, right: &str) -> Compared {
    let compared = compare(left, right, ALL);
    let comparison = &compared.comparison;
    if comparison.differences.is_empty() {
        std::assert_eq!(pretty::canonical(left, 0), pretty::canonical(right, 0));
        std::assert_eq!(comparison.diff, []);
        std::assert!(compared.notes[0].contains("equal in Debug"), "{:?}", compared.notes);
    } else {
        let (left, right) = match (text::unescaped(left), text::unescaped(right)) {
            (Some(left), Some(right)) if left.ends_with('\n') && right.ends_with('\n') => {
                (left[..left.len() - 1].to_owned(), right[..right.len() - 1].to_owned())
            }
            (Some(left), Some(right)) => (left.into_owned(), right.into_owned()),
            (Some(_) | None, _) => (left.to_owned(), right.to_owned()),
        };
        let result = apply(&comparison.diff, &left).join("\n");
        std::assert_eq!(pretty::canonical(&result, 0), pretty::canonical(&right, 0));
    }
    let bounded = compare(left, right, Limits::REPORT).comparison;
    std::assert!(bounded.differences.len() <= Limits::REPORT.differences);
    std::assert!(bounded.diff.len() <= Limits::REPORT.diff_lines + 1, "{:?}", bounded.diff);
    std::assert_eq!(bounded.differences.len() as u64 + bounded.more_differences, comparison.differences.len() as u64);
    for line in &bounded.diff {
        if let DiffLine::Same(text) | DiffLine::Left(text) | DiffLine::Right(text) = line {
            std::assert!(text.chars().count() <= Limits::REPORT.line_chars + 2, "{text}");
        }
    }
    for side in bounded.differences.iter().flat_map(|difference| [&difference.left, &difference.right]).flatten() {
        // A literal grows by its escapes.
        std::assert!(side.chars().count() <= 1_000, "{side}");
    }
    compared
}

/// The paths without the place in a long text.
fn paths(compared: &Compared) -> Vec<String> {
    let path = |path: &str| path.split(", char ").next().unwrap_or_default().to_owned();
    let mut paths: Vec<_> = compared.comparison.differences.iter().map(|difference| path(&difference.path)).collect();
    paths.sort_unstable();
    paths
}

fn any_text() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "a", "b", "word ", "\n", "\\", "\"", "\t", "\r\n", "{", "}", "[", "(", ": ", ",", "é", "e\u{301}", "\u{a0}",
        "\u{200b}", "\u{0}", "😀", "  ", "'",
    ]);
    prop_oneof![vec(pieces, 0..12).prop_map(|pieces| pieces.concat()), any::<String>()]
}

fn any_leaf() -> impl Strategy<Value = Tree> {
    prop_oneof![
        (-3..3).prop_map(Tree::Number),
        any::<f64>().prop_map(Tree::Float),
        any_text().prop_map(Tree::Text),
        any::<char>().prop_map(Tree::Letter),
        select(vec!["None", "Unit"]).prop_map(|name| Tree::Tuple(name, Vec::new())),
        vec(-3..3, 0..4).prop_map(|elements| Tree::Set(elements.into_iter().collect())),
    ]
}

/// Two values that share much of their structure; `lists` says whether lists are among them.
fn any_pair(lists: bool) -> impl Strategy<Value = (Tree, Tree)> {
    let leaves = prop_oneof![any_leaf().prop_map(|leaf| (leaf.clone(), leaf)), (any_leaf(), any_leaf())];
    leaves.prop_recursive(4, 40, 6, move |inner| {
        let inner = prop_oneof![4 => inner, 1 => (any_leaf(), any_leaf())];
        // Whether a part is on the left side, on the right side, or mostly on both.
        let parts = vec((inner, 0..8_u8), 0..6);
        let kinds = if lists { 6 } else { 5 };
        (0..kinds, parts, any::<bool>()).prop_map(|(kind, parts, other_name)| {
            let side = |wanted: usize| -> Vec<(usize, Tree)> {
                let parts = parts.iter().enumerate().filter(|(_, (_, sides))| usize::from(*sides) != 1 - wanted);
                parts.map(|(index, ((l, r), _))| (index, if wanted == 0 { l.clone() } else { r.clone() })).collect()
            };
            let plain = |wanted| side(wanted).into_iter().map(|(_, tree)| tree).collect::<Vec<_>>();
            let names = ["alpha", "beta", "r_type", "d4", "é", "zip"];
            let keys = ["a", "b: c", "x, {", "\"q\"", "é\n", "[0]"];
            let keyed = |wanted| side(wanted).into_iter().map(|(index, tree)| (keys[index].to_owned(), tree));
            let build = |wanted: usize| match kind {
                0 => Tree::Struct("Point", side(wanted).into_iter().map(|(i, tree)| (names[i], tree)).collect()),
                1 if other_name && wanted == 1 => Tree::Tuple("Other", plain(wanted)),
                1 => Tree::Tuple("Some", plain(wanted)),
                2 => Tree::Tuple("", [Tree::Number(0)].into_iter().chain(plain(wanted)).collect()),
                3 => Tree::Map(keyed(wanted).collect()),
                4 => Tree::Hash(keyed(wanted).collect()),
                _ => Tree::List(plain(wanted)),
            };
            (build(0), build(1))
        })
    })
}

/// Text that looks like `Debug`'s, but need not be.
fn any_debug_text() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "{", "}", "(", ")", "[", "]", "\n", "\n    ", "    ", ",", ",\n", "a", "1", "\"", "\\", "\\n", ": ", "..", "é",
        "Name {\n", "'", "{\n    ", "},\n", "\u{200b}",
    ]);
    vec(pieces, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paths_are_exactly_those_of_the_differing_parts((left, right) in any_pair(false)) {
        prop_assume!(!matches!((&left, &right), (Tree::Text(_), Tree::Text(_))));
        let mut want = Vec::new();
        reference(&left, &right, "", &mut want);
        want.sort_unstable();
        let compared = checked(&left.text(), &right.text());
        std::assert_eq!(paths(&compared), want, "{left:#?}\n{right:#?}");
    }

    #[test]
    fn the_diff_leads_from_any_value_to_the_other((left, right) in any_pair(true)) {
        checked(&left.text(), &right.text());
    }

    #[test]
    fn unrelated_values_are_compared((left, _) in any_pair(true), (_, right) in any_pair(true)) {
        checked(&left.text(), &right.text());
    }

    #[test]
    fn texts_are_compared_by_lines(left in any_text(), right in any_text()) {
        checked(&format!("{left:#?}"), &format!("{right:#?}"));
    }

    #[test]
    fn any_text_will_do(left in any_debug_text(), right in any_debug_text()) {
        checked(&left, &right);
    }

    /// The rule of lists: elements are compared place by place if lists of one length have no more differences so; else what is equal
    /// is a longest common subsequence, and of what lies between two equal parts, those of the shorter side are changed ones.
    #[test]
    fn lists_are_aligned(left in vec(0..4, 0..12), right in vec(0..4, 0..12)) {
        let compared = checked(&format!("{left:#?}"), &format!("{right:#?}"));
        let (mut left_rest, mut right_rest) = (left.clone(), right.clone());
        let mut inserted = 0;
        let mut deleted = 0;
        let mut changed = 0;
        for difference in &compared.comparison.differences {
            let index: usize = difference.path[1..difference.path.len() - 1].parse().unwrap();
            let number = |side: &Option<String>| side.as_ref().map(|text| text.parse::<i32>().unwrap());
            match (number(&difference.left), number(&difference.right)) {
                (Some(value), None) => {
                    std::assert_eq!(left[index], value);
                    left_rest[index] = -1;
                    deleted += 1;
                }
                (None, Some(value)) => {
                    std::assert_eq!(right[index], value);
                    right_rest[index] = -1;
                    inserted += 1;
                }
                (Some(before), Some(after)) => {
                    std::assert_eq!(left[index], before);
                    left_rest[index] = -1;
                    // The index is the left one: the place on the right follows from what lies before.
                    let place = index + inserted - deleted;
                    std::assert_eq!(right[place], after);
                    right_rest[place] = -1;
                    changed += 1;
                }
                (None, None) => panic!("a difference without a side"),
            }
        }
        left_rest.retain(|&value| value >= 0);
        right_rest.retain(|&value| value >= 0);
        std::assert_eq!(&left_rest, &right_rest);
        if left.len() == right.len() {
            let in_place = left.iter().zip(&right).filter(|(left, right)| left != right).count();
            std::assert!(inserted + deleted + changed <= in_place);
            if changed == in_place {
                std::assert_eq!((inserted, deleted), (0, 0));
                return Ok(());
            }
        }
        std::assert_eq!(left_rest.len(), longest_common(&left, &right));
        std::assert_eq!(left.len(), left_rest.len() + deleted + changed);
    }
}

/// Length of the longest common subsequence, by the textbook.
fn longest_common(left: &[i32], right: &[i32]) -> usize {
    let mut row = vec![0; right.len() + 1];
    for a in left {
        let mut diagonal = 0;
        for (at, b) in right.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if a == b { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[right.len()]
}

/// The differences of two values, as `path: left | right`.
#[track_caller]
fn check(left: &dyn Debug, right: &dyn Debug, want: &[&str]) {
    let compared = checked(&format!("{left:#?}"), &format!("{right:#?}"));
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let got: Vec<_> = compared
        .comparison
        .differences
        .iter()
        .map(|difference| format!("{}: {} | {}", difference.path, side(&difference.left), side(&difference.right)))
        .collect();
    std::assert_eq!(got, want);
}

#[test]
fn structures_are_read_back_from_their_text() {
    check(&1, &2, &[": 1 | 2"]);
    check(&(1, -2.5), &(1, 2.5), &[".1: -2.5 | 2.5"]);
    check(&vec![Some(1), None], &vec![Some(2), None], &["[0].0: 1 | 2"]);
    check(&Ok::<_, ()>(3), &Err::<(), _>(3), &[": Ok(3) | Err(3)"]);
    check(&[0; 0], &[1], &["[0]: - | 1"]);
    check(&BTreeMap::from([((1, 2), "a")]), &BTreeMap::from([((1, 2), "b")]), &["[(1, 2)]: \"a\" | \"b\""]);
    let many =
        |last: u32| (0..2_000).map(|key| (key, if key == 1_999 { last } else { key })).collect::<HashMap<_, _>>();
    check(&many(1), &many(2), &["[1999]: 1 | 2"]);
    // The element of a list is the same in whatever order its entries come.
    let maps = |first: &str| [BTreeSet::from([first.to_owned()]), (0..50).map(|n| n.to_string()).collect()];
    check(&maps("a"), &maps("b"), &["[0]: \"a\" | -", "[0]: - | \"b\""]);
}

#[test]
fn a_list_with_a_part_put_in_has_one_difference() {
    let numbers: Vec<_> = (0..50_000).collect();
    let mut other = numbers.clone();
    other.insert(7, -1);
    other[40_000] = -2;
    other.remove(45_000);
    check(&numbers, &other, &["[7]: - | -1", "[39999]: 39999 | -2", "[44999]: 44999 | -"]);
}

#[test]
fn elements_that_change_places_are_compared_in_theirs() {
    check(&["a", "same", "b"], &["b", "same", "a"], &["[0]: \"a\" | \"b\"", "[2]: \"b\" | \"a\""]);
    check(&[1, 2, 3], &[3, 2, 1], &["[0]: 1 | 3", "[2]: 3 | 1"]);
    check(&[Some(1), Some(2)], &[Some(2), Some(1)], &["[0].0: 1 | 2", "[1].0: 2 | 1"]);
    // A rotation is shorter as one that left and one that came.
    check(&[1, 2, 3, 4], &[2, 3, 4, 1], &["[0]: 1 | -", "[3]: - | 1"]);
}

#[test]
fn changes_all_over_a_long_list_are_found() {
    let numbers: Vec<_> = (0..300_000).collect();
    let mut other = numbers.clone();
    for place in 1..60 {
        other[place * 5_000] = -1;
    }
    let compared = compare(&format!("{numbers:#?}"), &format!("{other:#?}"), ALL);
    std::assert_eq!(compared.comparison.differences.len(), 59);
    std::assert_eq!(compared.notes, Vec::<String>::new());
    // A block that is put in is no change of what follows.
    other.clone_from(&numbers);
    other.splice(10..10, 1_000_000..1_001_900);
    let compared = compare(&format!("{numbers:#?}"), &format!("{other:#?}"), ALL);
    std::assert_eq!(compared.comparison.differences.len(), 1_900);
    std::assert!(compared.comparison.differences.iter().all(|difference| difference.left.is_none()));
}

#[test]
fn deep_values_are_read_to_a_bounded_depth() {
    let nested = |core| (0..300).fold(Tree::Number(core), |inner, _| Tree::Tuple("Some", vec![inner]));
    std::assert_eq!(testkit_protocol::text::compact(&nested(1).text(), 10_000), Some(format!("{:?}", nested(1))));
    let compared = checked(&nested(1).text(), &nested(2).text());
    std::assert_eq!(paths(&compared), [".0".repeat(pretty::MAX_DEPTH)]);
}

#[test]
fn too_many_entries_for_a_look_up_are_compared_in_order() {
    let entries: BTreeMap<_, _> = (0..300_000).map(|key| (key, key)).collect();
    let mut other = entries.clone();
    other.insert(50, -1);
    other.remove(&1_000);
    let compared = compare(&format!("{entries:#?}"), &format!("{other:#?}"), Limits::REPORT);
    std::assert_eq!(paths(&compared), ["[1000]", "[50]"]);
    std::assert!(compared.notes[0].starts_with("more than 200000 entries"), "{:?}", compared.notes);
}

#[test]
fn texts_say_the_line_and_the_character() {
    check(&"one\ntwo", &"one\ntoo", &["char 2 of line 2: \"two\" | \"too\""]);
    check(&"one\ntwo\n", &"one\n", &["line 2: \"two\" | -"]);
    check(&"a\n", &"a", &["line 2: \"\" | -"]);
    check(
        &Some("a line\na text of several lines that is longer than the excerpt by a few words"),
        &Some("a line\na text of several lines that is longer than the excerpt by a few worms"),
        &[".0, char 69 of line 2: \"…t by a few words\" | \"…t by a few worms\""],
    );
}

#[test]
fn hand_written_debug_is_compared_as_far_as_it_can_be_read() {
    #[track_caller]
    fn check_text(left: &str, right: &str, want: &[&str]) {
        let compared = checked(left, right);
        std::assert_eq!(paths(&compared), want);
    }
    check_text("Money 5 EUR", "Money 6 EUR", &[""]);
    check_text("first\nsecond\nthird", "first\nother\nthird", &[""]);
    check_text("[\n    a\n    b,\n    c,\n]", "[\n    a\n    x,\n    c,\n]", &["[0]"]);
    check_text("Name {\n    a: 1,\n    ..\n}", "Name {\n    a: 2,\n    ..\n}", &[".a"]);
    check_text("Name {\n    no field,\n}", "Name {\n    no Field,\n}", &[""]);
    check_text("{\n    1: {\n        2,\n    },\n}", "{\n    1: {\n        3,\n    },\n}", &["[1]", "[1]"]);
    check_text("crate::Name {\n    a: 1,\n}", "crate::Name {\n    a: 2,\n}", &[".a"]);
}

#[test]
fn what_cannot_be_seen_is_said() {
    #[track_caller]
    fn check_note(left: &dyn Debug, right: &dyn Debug, want: &str) {
        std::assert_eq!(compare(&format!("{left:#?}"), &format!("{right:#?}"), ALL).notes, [want]);
    }
    check_note(&"a\r\nb", &"a\nb", "only the line ends differ: CR LF (\\r\\n) on the left, LF (\\n) on the right");
    check_note(&"a", &"a\n", "only the line breaks at the end differ: the right text has more than the left one");
    check_note(&"p\u{430}y", &"pay", "'\u{430}' on the left is U+0430, 'a' on the right U+0061");
    check_note(
        &"caf\u{e9}",
        &"cafe\u{301}",
        "the texts differ in combining marks, as in two forms of Unicode normalization: first U+00E9 and U+0065",
    );
    check_note(&"Ab", &"aB", "only upper and lower case differ");
    check_note(&"a b", &" a  b", "only white space differs");
    check_note(&f64::NAN, &f64::NAN, "both sides are equal in Debug, but not by PartialEq: NaN is not equal to itself");
    check_note(
        &1,
        &1,
        "both sides are equal in Debug, but not by PartialEq: it compares something that Debug does not show",
    );
}

#[test]
fn work_is_bounded_where_everything_differs() {
    let (left, right): (Vec<_>, Vec<_>) = ((0..100_000).collect(), (100_000..200_000).collect());
    let compared = compare(&format!("{left:#?}"), &format!("{right:#?}"), Limits::REPORT);
    std::assert!(compared.cut);
    std::assert!(compared.notes[0].starts_with("the values differ so much"), "{:?}", compared.notes);
    let Comparison { differences, more_differences, .. } = compared.comparison;
    std::assert_eq!(differences.len(), 10);
    std::assert!(more_differences < 25_000, "{more_differences}");
}
