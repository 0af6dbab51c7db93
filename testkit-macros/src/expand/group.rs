//! The hosting tests of a group: a child module with one `#[test]` function for each method.

use std::fmt::Write as _;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::function::settled;
use super::marks;
use crate::collect::{Construction, Group, Method, Receiver, Test, snake_case};

/// The module of hosting tests as source text; `parent` is the path from it to the group's module, such as `super`.
pub(crate) fn hosting_module(group: &Group, parent: &str, file: &str) -> String {
    let mut text = format!("#[cfg(test)] pub(crate) mod {} {{", group.module);
    for method in &group.methods {
        write!(
            text,
            "{hosted} #[::core::prelude::v1::test] pub(crate) fn {name}() {{ {run} }}",
            hosted = method.marks.host_attributes(),
            name = method.name,
            run = marks::run_text(&format!("|| {}", body(group, method, parent, file)), &method.marks),
        )
        .expect("writing to a String cannot fail");
    }
    text.push('}');
    text
}

fn body(group: &Group, method: &Method, parent: &str, file: &str) -> String {
    let name = &group.name;
    let construction = match group.construction {
        Construction::Setup => format!("{parent}::{name}::setup"),
        Construction::Unit => format!("|| {parent}::{name}"),
        Construction::Default => format!("super::{}", constructor(name)),
    };
    let (line, column) = (method.place.name_line, method.place.column);
    let call = |call: String, returns_value| {
        if returns_value { settled(&call, file, line, column) } else { call }
    };
    let test = call(format!("group.{}()", method.name), method.returns_value);
    let teardown = match group.teardown {
        None => "::core::option::Option::None".to_owned(),
        Some(returns_value) => {
            let call = call("group.teardown()".to_owned(), returns_value);
            format!("::core::option::Option::Some(|group: {parent}::{name}| {call})")
        }
    };
    match method.receiver {
        Receiver::Reference => format!(
            "::testkit::__private::run_group({construction}, |group: &mut {parent}::{name}| {test}, {teardown})"
        ),
        Receiver::Value => {
            format!("::testkit::__private::run_group_by_value({construction}, |group: {parent}::{name}| {test})")
        }
    }
}

/// The function that makes a group's value through `Default`: a name of its own for each group of a module.
fn constructor(name: &Ident) -> Ident {
    Ident::new(&format!("__testkit_new_{}", snake_case(&name.to_string())), name.span())
}

/// That function as source text, beside the module of hosting tests; `parent` is the path to the group's module.
pub(crate) fn construction_text(group: &Group, parent: &str) -> String {
    match group.construction {
        Construction::Setup | Construction::Unit => String::new(),
        Construction::Default => {
            let (name, constructor) = (&group.name, constructor(&group.name));
            let value = format!("<{parent}::{name} as ::testkit::__private::GroupValue>::new()");
            format!("fn {constructor}() -> {parent}::{name} {{ {value} }}")
        }
    }
}

/// The same as tokens in the group's own module; an error in it points at the group's name.
pub(crate) fn construction(group: &Group, span: Span) -> TokenStream {
    match group.construction {
        Construction::Setup | Construction::Unit => TokenStream::new(),
        Construction::Default => {
            let constructor = constructor(&group.name);
            let name = Ident::new(&group.name.to_string(), span);
            // Not only under `cfg(test)`, so that `cargo check` shows the error as well.
            quote_spanned! {span=>
                #[allow(dead_code)]
                fn #constructor() -> #name {
                    <#name as ::testkit::__private::GroupValue>::new()
                }
            }
        }
    }
}

/// The group's tests as the description and the registry know them; `host` is the path to the module of the hosts.
pub(crate) fn tests(group: &Group, host: &str) -> Vec<Test> {
    let tests = group.methods.iter().map(|method| {
        let libtest = format!("{host}{}::{}", group.module, method.name);
        Test {
            name: format!("{}::{}", group.name, method.name),
            libtest: Some(libtest.clone()),
            place: method.place,
            marks: method.marks.clone(),
            plain: false,
            run: libtest,
        }
    });
    tests.collect()
}
