//! Expressions that the standard `assert!` takes, under it and under testkit's, in edition 2024. The package
//! `tests/edition-2021` does the same in the edition before.

#![allow(
    unused,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "the table holds what people write, good or bad, used or not"
)]

mod with_std {
    include!("forms/forms.rs");
}

mod with_testkit {
    use testkit::assert;

    include!("forms/forms.rs");
}

#[test]
fn every_form_holds() {
    for (name, form) in with_std::FORMS.iter().chain(with_testkit::FORMS) {
        println!("{name}");
        form();
    }
    assert_eq!(with_std::FORMS.len(), with_testkit::FORMS.len());
    assert!(with_std::FORMS.len() >= 150, "only {} forms", with_std::FORMS.len());
}
