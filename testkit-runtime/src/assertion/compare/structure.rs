//! Where two values differ, part by part.
//!
//! Fields and entries are found by name and key, elements of sets whatever their order, parts of tuples by position, and
//! those of lists are aligned: one that was put in or left out is one difference. The path of a changed or left-out part
//! has its index in the left value, that of a part that was put in the one in the right value.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use testkit_protocol::text;

use super::pretty::{self, Node, Part, Shape};
use super::report::Report;
use super::walk::{Item, Items, Step, common_items, walk};
use super::{excerpt, floats, lines};

/// Longest key in a path, in characters.
const KEY_CHARS: usize = 60;

/// Most entries that are looked up by key; more of them are compared in the order in which they come.
pub(super) const MAX_KEYED: usize = 200_000;

/// A comparison on its way through two values.
#[derive(Debug)]
pub(super) struct Comparer<'t, 'r> {
    report: &'r mut Report<'t>,
    /// The way to the parts at hand.
    path: String,
    /// Whether the lines at hand belong into the diff; not if a line around them is in it already.
    in_diff: bool,
    /// What is to be said of the numbers that differ.
    pub(super) float_note: Option<String>,
    /// Whether entries were compared in their order, being too many to be found by their keys.
    pub(super) in_order: bool,
}

impl<'t, 'r> Comparer<'t, 'r> {
    pub(super) fn new(report: &'r mut Report<'t>) -> Self {
        Self { report, path: String::new(), in_diff: true, float_note: None, in_order: false }
    }

    /// Compares two parts of one name or key; their lines are indented by `indentation` spaces.
    pub(super) fn compare(&mut self, left: Part<'t>, right: Part<'t>, indentation: usize) {
        if left.value == right.value {
            return self.same(left.lines);
        }
        match (pretty::open(left.value, indentation), pretty::open(right.value, indentation)) {
            (Some(left_node), Some(right_node)) if alike(&left_node, &right_node) => {
                self.compare_nodes(left, &left_node, right, &right_node);
            }
            (None, None) => self.compare_leaves(left, right),
            (Some(_) | None, _) => {
                let (left_value, right_value) = excerpt::values(left.value, right.value, self.report.value_chars());
                self.report.difference(&self.path, Some(left_value), Some(right_value));
                self.left(left.lines);
                self.right(right.lines);
            }
        }
    }

    fn compare_nodes(&mut self, left: Part<'t>, left_node: &Node<'t>, right: Part<'t>, right_node: &Node<'t>) {
        let (left_frame, right_frame) = (frame(&left, left_node), frame(&right, right_node));
        let in_diff = self.in_diff;
        let framed = left_frame == right_frame && !left_node.body.is_empty() && !right_node.body.is_empty();
        if framed {
            self.same(left_frame.0);
        } else {
            self.left(left.lines);
            self.right(right.lines);
            self.in_diff = false;
        }
        // An empty pair of braces is a set if the other side is.
        let shape = if left_node.body.is_empty() { right_node.shape } else { left_node.shape };
        let (left_node, right_node) = (Node { shape, ..*left_node }, Node { shape, ..*right_node });
        match shape {
            Shape::Struct | Shape::Map | Shape::Set => self.compare_keyed(&left_node, &right_node),
            Shape::Tuple => self.compare_by_position(&left_node, left_node.body, right_node.body),
            Shape::List => self.compare_lists(&left_node, &right_node),
        }
        self.in_diff = in_diff;
        if framed {
            self.same(left_frame.1);
        }
    }

    fn compare_keyed(&mut self, left: &Node<'t>, right: &Node<'t>) {
        let items = Items::Parts { indentation: left.indentation, shape: left.shape };
        let (common, _) = common_items(left.body, right.body, items);
        if common > 0 {
            self.same(&left.body[..common - 1]);
        }
        let left_parts: Vec<_> = left.parts_of(&left.body[common..]).take(MAX_KEYED).collect();
        let right_parts: Vec<_> = right.parts_of(&right.body[common..]).take(MAX_KEYED).collect();
        if left_parts.len() == MAX_KEYED || right_parts.len() == MAX_KEYED {
            self.in_order = true;
            return self.compare_in_order(left, &left.body[common..], &right.body[common..]);
        }
        let key = |part: &Part<'t>| match left.shape {
            Shape::Set => pretty::canonical(part.value, left.indentation),
            Shape::Struct | Shape::Map | Shape::Tuple | Shape::List => Cow::Borrowed(part.key),
        };
        let mut places: HashMap<Cow<'t, str>, Vec<usize>> = HashMap::new();
        for (place, part) in right_parts.iter().enumerate().rev() {
            places.entry(key(part)).or_default().push(place);
        }
        let partners: Vec<_> = left_parts.iter().map(|part| places.get_mut(&key(part)).and_then(Vec::pop)).collect();
        let mut unpaired = vec![true; right_parts.len()];
        partners.iter().flatten().for_each(|&place| unpaired[place] = false);
        // Parts of the right side only come before the pair that they come before on their side.
        let mut shown = 0;
        for (part, partner) in left_parts.iter().zip(partners) {
            let Some(place) = partner else {
                self.one_sided(left.shape, None, Some(part), None);
                continue;
            };
            while shown < place {
                if unpaired[shown] {
                    self.one_sided(left.shape, None, None, Some(&right_parts[shown]));
                }
                shown += 1;
            }
            self.inside(left.shape, part.key, None, |this| this.compare(*part, right_parts[place], left.indentation));
        }
        for place in (shown..right_parts.len()).filter(|&place| unpaired[place]) {
            self.one_sided(left.shape, None, None, Some(&right_parts[place]));
        }
    }

    /// Compares parts of two bodies that have keys, in the order in which they come.
    fn compare_in_order(&mut self, node: &Node<'t>, left: &'t str, right: &'t str) {
        let (indentation, shape) = (node.indentation, node.shape);
        let part = |item: Item<'t>| pretty::part(item.lines, indentation, shape);
        walk(left, right, Items::Parts { indentation, shape }, |step| match step {
            Step::Same(lines) => self.same(lines.strip_suffix('\n').unwrap_or(lines)),
            Step::Changed(left, right) if !part(left).key.is_empty() && part(left).key == part(right).key => {
                self.inside(shape, part(left).key, None, |this| this.compare(part(left), part(right), indentation));
            }
            Step::Changed(left, right) => {
                self.one_sided(shape, None, Some(&part(left)), None);
                self.one_sided(shape, None, None, Some(&part(right)));
            }
            Step::Left(item) => self.one_sided(shape, None, Some(&part(item)), None),
            Step::Right(item) => self.one_sided(shape, None, None, Some(&part(item))),
            Step::Rest(left, right) => self.not_compared(left, right),
        });
    }

    /// Compares parts by their place.
    fn compare_by_position(&mut self, node: &Node<'t>, left: &'t str, right: &'t str) {
        let (mut lefts, mut rights) = (node.parts_of(left), node.parts_of(right));
        for index in 0.. {
            match (lefts.next(), rights.next()) {
                (Some(left), Some(right)) => {
                    self.inside(node.shape, "", Some(index), |this| this.compare(left, right, node.indentation));
                }
                (None, None) => break,
                (left, right) => self.one_sided(node.shape, Some(index), left.as_ref(), right.as_ref()),
            }
        }
    }

    fn compare_lists(&mut self, left: &Node<'t>, right: &Node<'t>) {
        let (indentation, shape) = (left.indentation, left.shape);
        let part = |item: Item<'t>| pretty::part(item.lines, indentation, shape);
        walk(left.body, right.body, Items::Parts { indentation, shape }, |step| match step {
            Step::Same(lines) => self.same(lines.strip_suffix('\n').unwrap_or(lines)),
            Step::Changed(left, right) => self.inside(shape, "", Some(left.index), |this| {
                this.compare(part(left), part(right), indentation);
            }),
            Step::Left(item) => self.one_sided(shape, Some(item.index), Some(&part(item)), None),
            Step::Right(item) => self.one_sided(shape, Some(item.index), None, Some(&part(item))),
            Step::Rest(left, right) => self.not_compared(left, right),
        });
    }

    fn compare_leaves(&mut self, left: Part<'t>, right: Part<'t>) {
        let limit = self.report.value_chars();
        let place = match (text::unescaped(left.value), text::unescaped(right.value)) {
            (Some(left_text), Some(right_text)) => lines::place_in_long(&left_text, &right_text, limit),
            (Some(_) | None, _) => None,
        };
        let (path, (left_value, right_value)) = match place {
            Some((position, values)) => (Cow::Owned(format!("{}, {position}", self.path)), values),
            None => (Cow::Borrowed(self.path.as_str()), excerpt::values(left.value, right.value, limit)),
        };
        self.report.difference(&path, Some(left_value), Some(right_value));
        if self.float_note.is_none() {
            self.float_note = floats::note(&self.path, left.value, right.value);
        }
        if !self.in_diff {
            return;
        }
        let by_lines = |lines: &str| lines.contains('\n') && !lines.ends_with('\n');
        if by_lines(left.lines) && by_lines(right.lines) {
            lines::diff(self.report, left.lines, right.lines);
        } else {
            self.report.changed(left.lines, right.lines);
        }
    }

    /// A part that only one side has.
    fn one_sided(&mut self, shape: Shape, index: Option<usize>, left: Option<&Part<'t>>, right: Option<&Part<'t>>) {
        let key = left.or(right).map_or("", |part| part.key);
        let limit = self.report.value_chars();
        let text = |part: Option<&Part<'t>>| part.map(|part| excerpt::value(part.value, limit));
        let (left_value, right_value) = (text(left), text(right));
        self.inside(shape, key, index, |this| this.report.difference(&this.path, left_value, right_value));
        if let Some(part) = left {
            self.left(part.lines);
        }
        if let Some(part) = right {
            self.right(part.lines);
        }
    }

    /// Does something with the path led on to a part. Elements of sets have no path of their own.
    fn inside(&mut self, shape: Shape, key: &str, index: Option<usize>, what: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        let index = index.unwrap_or_default();
        match shape {
            Shape::Struct if key.is_empty() => Ok(()),
            Shape::Struct => write!(self.path, ".{key}"),
            Shape::Tuple => write!(self.path, ".{index}"),
            Shape::List => write!(self.path, "[{index}]"),
            Shape::Map => write!(self.path, "[{}]", excerpt::value(key, KEY_CHARS)),
            Shape::Set => Ok(()),
        }
        .expect("writing to a String cannot fail");
        what(self);
        self.path.truncate(length);
    }

    fn not_compared(&mut self, left: &str, right: &str) {
        if self.in_diff {
            self.report.not_compared(left, right);
        } else {
            self.report.incomplete = true;
        }
    }

    fn same(&mut self, lines: &'t str) {
        if self.in_diff {
            self.report.same(lines);
        }
    }

    fn left(&mut self, lines: &'t str) {
        if self.in_diff {
            self.report.left(lines);
        }
    }

    fn right(&mut self, lines: &'t str) {
        if self.in_diff {
            self.report.right(lines);
        }
    }
}

/// Whether two values are of one kind, so that their parts can be compared.
fn alike(left: &Node<'_>, right: &Node<'_>) -> bool {
    let both_braces = [left, right].iter().all(|node| matches!(node.shape, Shape::Map | Shape::Set))
        && [left, right].iter().any(|node| node.body.is_empty());
    left.name == right.name && (left.shape == right.shape || both_braces)
}

/// The lines before and after those of the parts.
fn frame<'t>(part: &Part<'t>, node: &Node<'t>) -> (&'t str, &'t str) {
    let comma = usize::from(part.lines.len() > part.value.len() && part.lines.ends_with(','));
    let value_start = part.lines.len() - comma - part.value.len();
    let opening = &part.lines[..value_start + node.head.len()];
    (opening, &part.lines[part.lines.len() - comma - node.tail.len()..])
}
