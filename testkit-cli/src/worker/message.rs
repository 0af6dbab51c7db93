//! What workers say, read line by line.

use testkit_protocol::message::Message;

/// Reads a message from a line; `None` if it is of a kind that only a newer library knows.
///
/// # Errors
/// If it is no message at all.
pub(crate) fn message(line: &[u8]) -> Result<Option<Message>, serde_json::Error> {
    const KNOWN: [&str; 6] = ["hello", "panicked", "recorded", "finished", "fixture", "cases"];
    let error = match serde_json::from_slice(line) {
        Ok(message) => return Ok(Some(message)),
        Err(error) => error,
    };
    match serde_json::from_slice(line) {
        Ok(serde_json::Value::Object(members)) if members.keys().all(|kind| !KNOWN.contains(&kind.as_str())) => {
            Ok(None)
        }
        Ok(serde_json::Value::String(_)) => Ok(None),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_newer_libraries_are_skipped_and_nonsense_is_not() {
        #[track_caller]
        fn check(line: &str, want: Result<bool, ()>) {
            let got = message(line.as_bytes()).map(|message| message.is_some()).map_err(|_| ());
            assert_eq!(got, want, "{line}");
        }
        check("\"pong\"", Ok(true));
        check("{\"told\":{\"much\":1}}", Ok(false));
        check("\"waiting\"", Ok(false));
        check("{\"finished\":{\"test\":1}}", Err(()));
        check("{\"fixture\":{\"name\":\"db\"}}", Err(()));
        check("17", Err(()));
        check("{\"told\":", Err(()));
        check("", Err(()));
    }
}
