//! Which records are taken: `TESTKIT_LOG=info,hyper=warn`.

use super::Level;

/// The variable that says it.
pub(super) const VARIABLE: &str = "TESTKIT_LOG";

/// What is taken if nobody says anything: whatever is written at the finer level costs a busy program its time.
const DEFAULT: Finest = Finest(Some(Level::Debug));

/// The finest level that is taken; `None` for nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Finest(Option<Level>);

/// The finest level of each target.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// Beginnings of targets, the longest first.
    targets: Vec<(String, Finest)>,
    others: Finest,
}

impl Filter {
    /// Reads levels and `target=level`, with commas between them. Words that are no level leave things as they are.
    pub(super) fn parse(text: &str) -> Self {
        let mut filter = Self { targets: Vec::new(), others: DEFAULT };
        for part in text.split(',').map(str::trim) {
            match part.split_once('=') {
                None => filter.others = finest(part).unwrap_or(filter.others),
                Some((target, word)) => {
                    filter.targets.extend(finest(word.trim()).map(|finest| (target.trim().to_owned(), finest)));
                }
            }
        }
        filter.targets.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        filter
    }

    /// Whether a record is taken.
    pub(super) fn takes(&self, level: Level, target: &str) -> bool {
        let is_inside =
            |of: &str| target.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        let Finest(finest) =
            self.targets.iter().find(|(of, _)| is_inside(of)).map_or(self.others, |(_, finest)| *finest);
        finest.is_some_and(|finest| level <= finest)
    }

    /// The finest level of which anything is taken.
    pub(super) fn finest(&self) -> Option<Level> {
        self.targets.iter().map(|(_, finest)| finest.0).chain([self.others.0]).flatten().max()
    }
}

/// The level that a word names, `off` for none of them; `None` for another word.
fn finest(word: &str) -> Option<Finest> {
    if word.eq_ignore_ascii_case("off") {
        return Some(Finest(None));
    }
    let level = Level::ALL.into_iter().find(|level| word.eq_ignore_ascii_case(level.word()))?;
    Some(Finest(Some(level)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_it_is_told_to() {
        #[track_caller]
        fn check(text: &str, level: Level, target: &str, want: bool) {
            assert_eq!(Filter::parse(text).takes(level, target), want, "{text}: {level} {target}");
        }
        check("", Level::Debug, "a", true);
        check("", Level::Trace, "a", false);
        check("trace", Level::Trace, "a", true);
        check("off", Level::Error, "a", false);
        check("warn, hyper=TRACE", Level::Info, "a", false);
        check("warn, hyper=TRACE", Level::Trace, "hyper::client", true);
        check("warn, hyper=TRACE", Level::Info, "hyper_util", false);
        check("a=error,a::b=info", Level::Info, "a::b::c", true);
        check("a=error,a::b=info", Level::Info, "a::c", false);
        check("nonsense", Level::Debug, "a", true);
        check("a=nonsense", Level::Trace, "a", false);
    }

    #[test]
    fn knows_the_finest() {
        assert_eq!(Filter::parse("").finest(), Some(Level::Debug));
        assert_eq!(Filter::parse("off").finest(), None);
        assert_eq!(Filter::parse("warn,a=trace,b=off").finest(), Some(Level::Trace));
    }
}
