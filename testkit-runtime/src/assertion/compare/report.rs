//! Gathers the differences and the diff of a comparison, and keeps both within bounds.

use testkit_protocol::failure::{Comparison, DiffLine, Difference};

use super::excerpt;

/// How much is said of a comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Most differences that are listed.
    pub(crate) differences: usize,
    /// Most lines of the diff.
    pub(crate) diff_lines: usize,
    /// Longest line of the diff and longest value of a difference, in characters.
    pub(crate) line_chars: usize,
}

impl Limits {
    /// What fits on a screen.
    pub(crate) const REPORT: Self = Self { differences: 10, diff_lines: 32, line_chars: 240 };
}

/// Longest value of a difference, in characters.
const VALUE_CHARS: usize = 100;

/// Lines shown before and after a change.
const CONTEXT: usize = 3;

/// What has been found so far.
#[derive(Debug)]
pub(super) struct Report<'t> {
    limits: Limits,
    comparison: Comparison,
    /// Equal lines after which a change may follow: the last ones, and how many before them are left out.
    held: Vec<&'t str>,
    skipped: u64,
    /// How many equal lines are still to be shown after the last change.
    after: usize,
    /// Lines that the bound keeps out.
    beyond: u64,
    /// Whether a line was shortened.
    shortened: bool,
    /// Whether part of the values was not compared.
    pub(super) incomplete: bool,
}

impl<'t> Report<'t> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            comparison: Comparison::default(),
            held: Vec::new(),
            skipped: 0,
            after: 0,
            beyond: 0,
            shortened: false,
            incomplete: false,
        }
    }

    /// A difference at `path`; the values are texts of one line.
    pub(super) fn difference(&mut self, path: &str, left: Option<String>, right: Option<String>) {
        if self.comparison.differences.len() < self.limits.differences {
            self.comparison.differences.push(Difference { path: path.to_owned(), left, right });
        } else {
            self.comparison.more_differences += 1;
        }
    }

    /// Longest value of a difference, in characters.
    pub(super) fn value_chars(&self) -> usize {
        VALUE_CHARS.min(self.limits.line_chars)
    }

    /// These lines are on both sides.
    pub(super) fn same(&mut self, lines: &'t str) {
        let mut rest = Some(lines);
        while self.after > 0
            && let Some(text) = rest
        {
            let (line, others) = first_line(text);
            self.after -= 1;
            self.push(|| DiffLine::Same(line.to_owned()));
            rest = others;
        }
        let Some(rest) = rest else { return };
        let mut last: Vec<&'t str> = Vec::new();
        let mut before = Some(rest);
        while last.len() < CONTEXT
            && let Some(text) = before
        {
            let (others, line) = text.rsplit_once('\n').map_or((None, text), |(others, line)| (Some(others), line));
            last.push(line);
            before = others;
        }
        last.reverse();
        if let Some(before) = before {
            self.skipped += self.held.len() as u64 + count_lines(before);
            self.held = last;
        } else {
            self.held.append(&mut last);
            let too_many = self.held.len().saturating_sub(CONTEXT);
            self.skipped += too_many as u64;
            self.held.drain(..too_many);
        }
    }

    /// These lines are on the left side only.
    pub(super) fn left(&mut self, lines: &str) {
        self.one_sided(lines, DiffLine::Left);
    }

    /// These lines are on the right side only.
    pub(super) fn right(&mut self, lines: &str) {
        self.one_sided(lines, DiffLine::Right);
    }

    /// A line of each side, two versions of one; what differs in them stays visible.
    pub(super) fn changed(&mut self, left: &str, right: &str) {
        if left.contains('\n') || right.contains('\n') {
            self.left(left);
            self.right(right);
            return;
        }
        self.flush_held();
        let (left, right, shortened) = excerpt::pair(left, right, self.limits.line_chars);
        self.shortened |= shortened;
        self.push(|| DiffLine::Left(left));
        self.push(|| DiffLine::Right(right));
        self.after = CONTEXT;
    }

    /// These lines, of either side, were not compared.
    pub(super) fn not_compared(&mut self, left: &str, right: &str) {
        self.flush_held();
        self.after = 0;
        self.incomplete = true;
        let lines = |text: &str| text.matches('\n').count() as u64;
        self.beyond += lines(left).max(lines(right));
    }

    /// The result; `full_values` is still to be filled in if [`Finished::cut`].
    pub(super) fn finish(mut self) -> Finished {
        // Lines between the last that is shown and the end.
        let omitted = self.skipped + self.held.len() as u64 + self.beyond;
        if omitted > 0 && !self.comparison.diff.is_empty() {
            self.comparison.diff.push(DiffLine::Omitted(omitted));
        }
        let cut = self.beyond > 0 || self.shortened || self.comparison.more_differences > 0;
        Finished { comparison: self.comparison, cut, incomplete: self.incomplete }
    }

    fn one_sided(&mut self, lines: &str, line_of: fn(String) -> DiffLine) {
        self.flush_held();
        let mut rest = Some(lines);
        while let Some(text) = rest {
            if self.is_full() {
                self.beyond += count_lines(text);
                break;
            }
            let (line, others) = first_line(text);
            let (line, shortened) = excerpt::ends(line, self.limits.line_chars);
            self.shortened |= shortened;
            self.push(|| line_of(line));
            rest = others;
        }
        self.after = CONTEXT;
    }

    /// Shows the lines that stand before a change.
    fn flush_held(&mut self) {
        let held = std::mem::take(&mut self.held);
        match std::mem::take(&mut self.skipped) {
            0 => {}
            skipped if self.is_full() => self.beyond += skipped,
            skipped => self.comparison.diff.push(DiffLine::Omitted(skipped)),
        }
        for line in held {
            self.push(|| DiffLine::Same(line.to_owned()));
        }
    }

    fn is_full(&self) -> bool {
        self.comparison.diff.len() >= self.limits.diff_lines
    }

    fn push(&mut self, line: impl FnOnce() -> DiffLine) {
        if self.is_full() {
            self.beyond += 1;
            return;
        }
        self.comparison.diff.push(match line() {
            DiffLine::Same(text) => {
                let (text, shortened) = excerpt::ends(&text, self.limits.line_chars);
                self.shortened |= shortened;
                DiffLine::Same(text)
            }
            line @ (DiffLine::Left(_) | DiffLine::Right(_) | DiffLine::Omitted(_)) => line,
        });
    }
}

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) comparison: Comparison,
    /// Whether the comparison shows less than all.
    pub(super) cut: bool,
    /// Whether part of the values was not compared.
    pub(super) incomplete: bool,
}

/// The first line, and the others if there are any.
fn first_line(text: &str) -> (&str, Option<&str>) {
    text.split_once('\n').map_or((text, None), |(line, others)| (line, Some(others)))
}

/// How many lines a text has whose last line has no line break.
fn count_lines(text: &str) -> u64 {
    text.matches('\n').count() as u64 + 1
}
