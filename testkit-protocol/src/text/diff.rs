//! A diff as text: marks at the start of its lines, and pointers to what differs within a line.

use std::ops::Range;

use super::visible::{columns_of, mark, stand_in};
use crate::failure::DiffLine;

/// Most combinations of words of two lines that are compared; of more, only the common ends are found.
const MAX_WORDS: usize = 40_000;

/// Shortest line under which a pointer helps to find what differs, in columns.
const POINTED: usize = 16;

/// The lines of the diff, each with its mark: `- ` left, `+ ` right, two spaces for both.
pub(super) fn lines(diff: &[DiffLine]) -> Vec<String> {
    let mut text = Vec::new();
    let mut rest = diff;
    while let Some(first) = rest.first() {
        match first {
            DiffLine::Same(line) => {
                text.push(format!("  {}", same(line)));
                rest = &rest[1..];
            }
            DiffLine::Omitted(count) => {
                text.push(format!("… {count} {}", if *count == 1 { "line" } else { "lines" }));
                rest = &rest[1..];
            }
            DiffLine::Left(_) | DiffLine::Right(_) => {
                let changed = |line: &&DiffLine| matches!(line, DiffLine::Left(_) | DiffLine::Right(_));
                let (block, after) = rest.split_at(rest.iter().take_while(changed).count());
                push_changes(&mut text, block);
                rest = after;
            }
        }
    }
    // Blanks that matter have been made visible.
    for line in &mut text {
        line.truncate(line.trim_end().len());
    }
    text
}

/// Appends lines of which none is on both sides.
fn push_changes(text: &mut Vec<String>, block: &[DiffLine]) {
    let mut units = Vec::new();
    let mut rest = block;
    while !rest.is_empty() {
        let lefts: Vec<_> = rest.iter().map_while(left).collect();
        let rights: Vec<_> = rest[lefts.len()..].iter().map_while(right).collect();
        rest = &rest[lefts.len() + rights.len()..];
        match (lefts.as_slice(), rights.as_slice()) {
            ([left], [right]) => units.push(Unit::pair(left, right)),
            (lefts, rights) => {
                units.extend(lefts.iter().map(|line| Unit { left: Some(one_sided('-', line)), ..Unit::default() }));
                units.extend(rights.iter().map(|line| Unit { right: Some(one_sided('+', line)), ..Unit::default() }));
            }
        }
    }
    // Pairs stay together where there is something to point at; otherwise the sides are easier to read as blocks.
    if units.iter().any(|unit| unit.pointed) {
        text.extend(units.into_iter().flat_map(|unit| unit.left.into_iter().chain(unit.right)).flatten());
    } else {
        let (lefts, rights): (Vec<_>, Vec<_>) = units.into_iter().map(|unit| (unit.left, unit.right)).unzip();
        text.extend(lefts.into_iter().chain(rights).flatten().flatten());
    }
}

fn left(line: &DiffLine) -> Option<&str> {
    match line {
        DiffLine::Left(text) => Some(text),
        DiffLine::Same(_) | DiffLine::Right(_) | DiffLine::Omitted(_) => None,
    }
}

fn right(line: &DiffLine) -> Option<&str> {
    match line {
        DiffLine::Right(text) => Some(text),
        DiffLine::Same(_) | DiffLine::Left(_) | DiffLine::Omitted(_) => None,
    }
}

/// A line of one side, or two versions of one; with the pointers under them.
#[derive(Default)]
struct Unit {
    left: Option<Vec<String>>,
    right: Option<Vec<String>>,
    pointed: bool,
}

impl Unit {
    fn pair(left: &str, right: &str) -> Self {
        let (left, right) = (letters(left), letters(right));
        let Some([left_parts, right_parts]) = differing_parts(&left, &right) else {
            let line = |sign, letters: &[char]| Some(vec![format!("{sign} {}", shown(letters, &[]).0)]);
            return Self { left: line('-', &left), right: line('+', &right), pointed: false };
        };
        let (left_text, left_pointers) = shown(&left, &left_parts);
        let (right_text, right_pointers) = shown(&right, &right_parts);
        let long = |line: &[char]| {
            let written = line.iter().skip_while(|letter| letter.is_whitespace());
            written.map(|&letter| columns_of(letter)).sum::<usize>() >= POINTED
        };
        let hidden = left_text.chars().ne(left.iter().copied()) || right_text.chars().ne(right.iter().copied());
        if !hidden && !long(&left) && !long(&right) {
            return Self {
                left: Some(vec![format!("- {left_text}")]),
                right: Some(vec![format!("+ {right_text}")]),
                pointed: false,
            };
        }
        let mut left_lines = vec![format!("- {left_text}")];
        let mut right_lines = vec![format!("+ {right_text}")];
        if left_pointers != right_pointers && !left_pointers.is_empty() {
            left_lines.push(format!("  {left_pointers}"));
        }
        if !right_pointers.is_empty() {
            right_lines.push(format!("  {right_pointers}"));
        }
        Self { left: Some(left_lines), right: Some(right_lines), pointed: true }
    }
}

/// A line of both sides, as it is but for what would move the cursor.
fn same(line: &str) -> String {
    let tame = |letter: char| if letter.is_control() && letter != '\t' { stand_in(letter) } else { None };
    line.chars().map(|letter| tame(letter).unwrap_or_else(|| letter.to_string())).collect()
}

fn one_sided(sign: char, line: &str) -> Vec<String> {
    vec![format!("{sign} {}", shown(&letters(line), &[]).0)]
}

fn letters(line: &str) -> Vec<char> {
    line.chars().collect()
}

/// The line as it is printed, and a line of `^` under its differing parts.
fn shown(line: &[char], parts: &[Range<usize>]) -> (String, String) {
    let trailing = line.len() - line.iter().rev().take_while(|letter| letter.is_whitespace()).count();
    let (mut text, mut pointers) = (String::new(), String::new());
    for (at, &letter) in line.iter().enumerate() {
        let part = parts.iter().find(|part| part.contains(&at));
        // A space among letters shows itself; one that is all of the difference does not.
        let blank = part.is_some_and(|part| line[part.clone()].iter().all(|letter| letter.is_whitespace()));
        let picture = if at >= trailing || blank { mark(letter) } else { stand_in(letter) };
        let columns = match &picture {
            Some(picture) => picture.chars().count(),
            None => columns_of(letter),
        };
        match picture {
            Some(picture) => text.push_str(&picture),
            None => text.push(letter),
        }
        pointers.push_str(&if part.is_some() { "^" } else { " " }.repeat(columns));
    }
    (text, pointers.trim_end().to_owned())
}

/// The parts of two versions of a line that differ, in characters; `None` if they have too little in common.
pub(super) fn differing_parts(left: &[char], right: &[char]) -> Option<[Vec<Range<usize>>; 2]> {
    let (left_words, right_words) = (words(left), words(right));
    let mut pairs = if left_words.len().saturating_mul(right_words.len()) <= MAX_WORDS {
        common_words(left, &left_words, right, &right_words)
    } else {
        Vec::new()
    };
    pairs.push((left.len()..left.len(), right.len()..right.len()));
    let (mut left_parts, mut right_parts) = (Vec::new(), Vec::new());
    let (mut left_at, mut right_at) = (0, 0);
    for (left_word, right_word) in pairs {
        let (from, to) = (&left[left_at..left_word.start], &right[right_at..right_word.start]);
        let prefix = from.iter().zip(to).take_while(|(left, right)| left == right).count();
        let ends = from[prefix..].iter().rev().zip(to[prefix..].iter().rev());
        let suffix = ends.take_while(|(left, right)| left == right).count();
        push_part(&mut left_parts, left_at + prefix..left_word.start - suffix);
        push_part(&mut right_parts, right_at + prefix..right_word.start - suffix);
        (left_at, right_at) = (left_word.end, right_word.end);
    }
    // White space and punctuation alone make two lines no versions of one.
    let is_word = |letter: &&char| letter.is_alphanumeric();
    let all = left.iter().filter(is_word).count().max(right.iter().filter(is_word).count());
    let different = |line: &[char], parts: &[Range<usize>]| {
        parts.iter().map(|part| line[part.clone()].iter().filter(is_word).count()).sum::<usize>()
    };
    let different = different(left, &left_parts).max(different(right, &right_parts));
    (different * 2 <= all).then_some([left_parts, right_parts])
}

/// Appends a part; an empty one is nothing to point at.
fn push_part(parts: &mut Vec<Range<usize>>, part: Range<usize>) {
    if !part.is_empty() {
        parts.push(part);
    }
}

/// Runs of letters and digits, runs of white space, and other characters one by one.
fn words(line: &[char]) -> Vec<Range<usize>> {
    let kind = |letter: char| (letter.is_alphanumeric(), letter.is_whitespace());
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, &letter) in line.iter().enumerate() {
        match words.last_mut() {
            Some(word) if kind(letter) != (false, false) && kind(line[at - 1]) == kind(letter) => word.end = at + 1,
            Some(_) | None => words.push(at..at + 1),
        }
    }
    words
}

/// A longest common subsequence of the words of two lines.
fn common_words(
    left: &[char],
    left_words: &[Range<usize>],
    right: &[char],
    right_words: &[Range<usize>],
) -> Vec<(Range<usize>, Range<usize>)> {
    let equal = |i: usize, j: usize| left[left_words[i].clone()] == right[right_words[j].clone()];
    let width = right_words.len() + 1;
    // `best[i * width + j]`: the most letters that the words from `i` and `j` on have in common.
    let mut best = vec![0_usize; (left_words.len() + 1) * width];
    for i in (0..left_words.len()).rev() {
        for j in (0..right_words.len()).rev() {
            let skipped = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let taken = if equal(i, j) { best[(i + 1) * width + j + 1] + left_words[i].len() } else { 0 };
            best[i * width + j] = skipped.max(taken);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < left_words.len() && j < right_words.len() {
        let here = best[i * width + j];
        if equal(i, j) && here == best[(i + 1) * width + j + 1] + left_words[i].len() {
            pairs.push((left_words[i].clone(), right_words[j].clone()));
            i += 1;
            j += 1;
        } else if here == best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
