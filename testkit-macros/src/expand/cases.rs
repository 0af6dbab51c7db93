//! A test with literal cases: a libtest test for each of them, in a module of the function's name.

use std::fmt::Write as _;

use proc_macro2::{TokenStream, TokenTree};

use super::asking::sites::Sites;
use super::asking::{self, Called};
use super::function::{Context, FunctionItem, push_rewritten};
use super::{ALLOWED_FORMS, marks, tokens};
use crate::asking::{Asking, Combination};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect::Registered;
use crate::marked::{self, Marks};

/// The author's function as it is, and beside it its cases.
pub(crate) fn function_with_cases(
    (attributes, visibility, function): FunctionItem,
    asking: &Asking,
    cases: &[(Combination, Marks)],
    context: &Context<'_>,
) -> TokenStream {
    let called = Called::function(&function, asking, context.file);
    let conditions = cases.first().map(|(_, marks)| marks.cfg_attributes()).unwrap_or_default();
    // What is for libtest alone is on the hosting tests.
    let kept = marked::without(attributes, |kind| match kind {
        AttributeKind::Mark(_)
        | AttributeKind::Test
        | AttributeKind::OurTest
        | AttributeKind::Ignore
        | AttributeKind::ShouldPanic => true,
        AttributeKind::Tests
        | AttributeKind::Fixture
        | AttributeKind::Condition
        | AttributeKind::ConditionalAttribute
        | AttributeKind::Passive
        | AttributeKind::ForeignTest
        | AttributeKind::Other => false,
    });
    let mut author: Vec<TokenTree> = kept.into_iter().flat_map(Attribute::into_tokens).collect();
    author.extend(visibility);
    push_rewritten(function, context.rewriter, &mut author);
    let mut stream = tokens("#[allow(dead_code)]");
    stream.extend(tokens(ALLOWED_FORMS));
    stream.extend(author);
    let combinations: Vec<Combination> = cases.iter().map(|(combination, _)| combination.clone()).collect();
    let site = context.sites.site(asking, &called.name, context.group, &conditions).name;
    for item in [called.dispatcher(&combinations, None, Some(&site), &conditions), called.labels()] {
        stream.extend(item.into_tokens());
    }
    let hosts = hosts_of_cases(&called.name, "pub(crate)", cases, "super::", |number| Host {
        run: format!("super::{}({number})", asking::dispatcher_name(&called.name)),
        begins: true,
        site: format!("super::{site}"),
    });
    stream.extend(tokens(&format!("{conditions} {hosts}")));
    stream
}

/// How a hosting test runs its case.
pub(crate) struct Host {
    /// Source text that runs it.
    pub(crate) run: String,
    /// Whether that begins the case itself.
    pub(crate) begins: bool,
    /// Path of its site.
    pub(crate) site: String,
}

/// Registers what runs `cases`: their dispatcher, which costs the compiler less than a function each, unless the marks of one ask
/// something of its host, as whose path `host` gives the name of its function.
pub(crate) fn registered(
    cases: &[(Combination, Marks)],
    dispatcher: &str,
    host: impl Fn(&str) -> String,
    sites: &Sites,
) -> Vec<Registered> {
    let conditions = cases.first().map(|(_, marks)| marks.conditions.as_slice()).unwrap_or_default();
    if cases.iter().any(|(_, marks)| marks.are_hosted()) {
        let register = |(case, _): &(Combination, Marks)| sites.entries.register(&host(&case.function), conditions);
        return cases.iter().map(register).collect();
    }
    let number = sites.entries.register_cases(dispatcher, cases.len(), conditions);
    (0..cases.len()).map(|case| Registered { number, case: Some(case) }).collect()
}

/// A module `name` with one hosting test for each case, as source text. `prefix` leads from the hosting tests to the author's
/// module; `host` makes one of them by its number.
pub(crate) fn hosts_of_cases(
    name: &str,
    visibility: &str,
    cases: &[(Combination, Marks)],
    prefix: &str,
    host: impl Fn(usize) -> Host,
) -> String {
    let mut text = format!("#[cfg(test)] #[allow(non_snake_case)] {visibility} mod {name} {{");
    for (number, (combination, marks)) in cases.iter().enumerate() {
        let function = &combination.function;
        let Host { run, begins, site } = host(number);
        let run = if marks.are_hosted() {
            let seen = Marks { applied: marked::seen_from(&marks.applied, prefix), ..marks.clone() };
            format!("::testkit::__private::run_asking(|| {run}, {}, &{site})", marks::value(&seen))
        } else if begins {
            run
        } else {
            format!("if ::testkit::__private::begin_hosted({function}, &{site}) {{ {run} }}")
        };
        let attributes = marks.host_attributes();
        write!(text, "{attributes} #[::core::prelude::v1::test] pub(crate) fn {function}() {{ {run} }}")
            .expect("writing to a String cannot fail");
    }
    text.push('}');
    text
}
