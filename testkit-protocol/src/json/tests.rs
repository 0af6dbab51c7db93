use super::*;

#[test]
fn reads_values_and_names_what_is_wrong() {
    #[track_caller]
    fn check(text: &str, want: Result<Json, &str>) {
        assert_eq!(parse(text).map_err(|error| error.to_string()), want.map_err(str::to_owned), "text: {text}");
    }
    check(" null ", Ok(Json::Null));
    check("-1.5e+3", Ok(Json::Number("-1.5e+3".into())));
    check(r#""a\u00e9\ud83d\ude00\n""#, Ok(Json::String("aé😀\n".into())));
    check(
        r#"[true, {"a": []}]"#,
        Ok(Json::Array(vec![Json::Boolean(true), Json::Object(vec![("a".into(), Json::Array(vec![]))])])),
    );
    check("[1,", Err("expected a value at byte 3"));
    check("[1 2]", Err("expected `,` or `]` at byte 3"));
    check("\"a", Err("expected `\"` at byte 2"));
    check("\"a\nb\"", Err("expected `\"` at byte 2"));
    check(r#""\ud83d""#, Err("expected a whole pair of surrogates at byte 7"));
    check("1 2", Err("expected the end of the text at byte 2"));
    check("01", Err("expected the end of the text at byte 1"));
    check(&"[".repeat(100), Err("expected fewer levels of nesting at byte 65"));
}

proptest::proptest! {
    #[test]
    fn a_written_number_reads_back(number: u64) {
        let mut written = String::new();
        write_number(&mut written, number);
        proptest::prop_assert_eq!(written, number.to_string());
    }

    #[test]
    fn a_written_string_reads_back(text in "\\PC*|[\\x00-\\x7f]*") {
        let mut written = String::new();
        write_string(&mut written, &text);
        proptest::prop_assert_eq!(parse(&written), Ok(Json::String(text.clone())));
        proptest::prop_assert_eq!(serde_json::from_str::<String>(&written).ok(), Some(text));
    }

    #[test]
    fn reads_what_serde_reads(text in "[\\[\\]{}\",:0-9a-e\\\\u. truefalsn-]{0,24}") {
        // serde_json also refuses numbers that no f64 can hold; the texts here are too short for those.
        proptest::prop_assert_eq!(parse(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
