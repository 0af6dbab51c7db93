//! The hosting tests of a group: a child module with one `#[test]` function for each method.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::quote_spanned;

use super::asking::sites::{Site, Sites};
use super::asking::{self, Called};
use super::cases::{self, Host};
use super::code::Code;
use super::fixture::Made;
use super::function::settled;
use super::marks;
use crate::collect::{Construction, Group, Method, Receiver, SetUp, TearDown, Test, snake_case};
use crate::marked::{self, Marks};

/// The module of hosting tests as source text; `parent` is the path from it to the group's module, such as `super`.
pub(crate) fn hosting_module(group: &Group, parent: &str, file: &str, sites: &Sites) -> String {
    let mut text = format!("#[cfg(test)] pub(crate) mod {} {{", group.module);
    for method in &group.methods {
        let name = &method.name;
        if method.cases.is_empty() {
            let prefix = format!("{parent}::");
            let seen = Marks { applied: marked::seen_from(&method.marks.applied, "super::"), ..method.marks.clone() };
            let run = if method.asking.is_empty() {
                marks::run_text(&format!("|| {}", body(group, method, parent, file, None)), &seen)
            } else {
                let site = site(group, method, sites).name;
                let body = body(group, method, parent, file, Some(0));
                format!("::testkit::__private::run_asking(|| {{ {body} }}, {}, &{prefix}{site})", marks::value(&seen))
            };
            let hosted = method.marks.host_attributes();
            write!(text, "{hosted} #[::core::prelude::v1::test] pub(crate) fn {name}() {{ {run} }}")
                .expect("writing to a String cannot fail");
            continue;
        }
        let parent = format!("super::{parent}");
        let prefix = format!("{parent}::");
        let site = site(group, method, sites).name;
        let hosts = cases::hosts_of_cases(name, "pub(crate)", &method.cases, "super::super::", |number| Host {
            run: format!("{{ {} }}", body(group, method, &parent, file, Some(number))),
            begins: false,
            site: format!("{prefix}{site}"),
        });
        text.push_str(&hosts);
    }
    text.push('}');
    text
}

fn site(group: &Group, method: &Method, sites: &Sites) -> Site {
    let (name, conditions) = (long_name(group, method), method.marks.cfg_attributes());
    sites.site(&method.asking, &name, Some(&group.name.to_string()), &conditions)
}

/// A name for a method among the functions of the group's module.
fn long_name(group: &Group, method: &Method) -> String {
    format!("{}_{}", group.name, method.name)
}

/// How the method with its arguments is called.
fn called<'a>(group: &'a Group, method: &'a Method, file: &'a str) -> Called<'a> {
    Called {
        asking: &method.asking,
        function: format!("group.{}", method.name),
        name: long_name(group, method),
        returns_value: method.returns_value,
        is_method: true,
        file,
        line: method.place.name_line,
        column: method.place.column,
        span: method.span,
    }
}

/// What runs one test: its case with a number, if it asks for anything.
fn body(group: &Group, method: &Method, parent: &str, file: &str, case: Option<usize>) -> String {
    let name = &group.name;
    let construction = match (&group.setup, group.construction) {
        (Some(_), _) => format!("{parent}::{}", setup_name(name)),
        (None, Construction::Setup) => format!("{parent}::{name}::setup"),
        (None, Construction::Unit) => format!("|| {parent}::{name}"),
        // Where the hosts of a case stand deeper, so does the path to it.
        (None, Construction::Default) => {
            let up = if method.cases.is_empty() { "super" } else { "super::super" };
            format!("{up}::{}", constructor(name))
        }
    };
    let (line, column) = (method.place.name_line, method.place.column);
    let call = |call: String, returns_value| {
        if returns_value { settled(&call, file, line, column) } else { call }
    };
    let test = match case {
        None if !has_dispatcher(method) => format!("group.{}()", method.name),
        case => {
            let dispatcher = asking::dispatcher_name(&long_name(group, method));
            format!("{parent}::{dispatcher}(group, {})", case.unwrap_or(0))
        }
    };
    let teardown = match group.teardown {
        None => "::core::option::Option::None".to_owned(),
        Some(TearDown { returns_value, is_async }) => {
            let future = "group.teardown()".to_owned();
            let future = if is_async {
                format!("::testkit::__private::block_on(&::testkit::__private::Runtime::Default, {future})")
            } else {
                future
            };
            let call = call(future, returns_value);
            format!("::core::option::Option::Some(|group: {parent}::{name}| {call})")
        }
    };
    let run = match method.receiver {
        Receiver::Reference => format!(
            "::testkit::__private::run_group({construction}, |group: &mut {parent}::{name}| {test}, {teardown})"
        ),
        Receiver::Value => {
            format!("::testkit::__private::run_group_by_value({construction}, |group: {parent}::{name}| {test})")
        }
    };
    let mut before = asking::runtime(&method.asking);
    before.code(asking::uses(&method.asking, &format!("{parent}::")));
    format!("{}{run}", before.into_text())
}

/// Functions beside the group that its hosting tests call: what makes its value, and what calls each method with what it asks
/// for.
pub(crate) fn functions(group: &Group, file: &str) -> Code {
    let mut code = Code::default();
    if let Some(setup) = &group.setup {
        code.code(setup_function(&group.name, setup, file));
    }
    if let Some(shared) = &group.shared {
        // `discover!()` has read the function from a file that its span does not tell.
        let made = Made { file: file.to_owned(), ..shared.made.clone() };
        code.code(made.code(&[]));
    }
    for method in group.methods.iter().filter(|method| has_dispatcher(method)) {
        let called = called(group, method, file);
        let mut combinations: Vec<_> = method.cases.iter().map(|(combination, _)| combination.clone()).collect();
        if combinations.is_empty() {
            combinations = method.asking.combinations();
        }
        let by = match method.receiver {
            Receiver::Reference => format!("&mut {}", group.name),
            Receiver::Value => group.name.to_string(),
        };
        code.code(called.dispatcher(&combinations, Some(&by), None, &method.marks.cfg_attributes()));
        code.code(called.labels());
    }
    code
}

/// Whether a function beside the group calls the method: with what it asks for, or because of what it returns, so that an
/// error in that is one of the method.
fn has_dispatcher(method: &Method) -> bool {
    !method.asking.is_empty() || method.returns_value
}

fn setup_name(group: &Ident) -> String {
    format!("__testkit_set_up_{group}")
}

/// A function that makes the group's value with what its `setup` asks for.
fn setup_function(group: &Ident, setup: &SetUp, file: &str) -> Code {
    let SetUp { asking, place, span, is_fallible } = setup;
    let called = Called {
        asking,
        function: format!("{group}::setup"),
        name: setup_name(group),
        returns_value: false,
        is_method: true,
        file,
        line: place.name_line,
        column: place.column,
        span: *span,
    };
    let mut made = called.single("");
    if *is_fallible {
        let mut block = Code::default();
        block.group(Delimiter::Brace, made);
        made = asking::unwrapped(block, file, place.name_line, place.column, *span);
    }
    let mut code = Code::default();
    code.text(format!("#[allow(dead_code, non_snake_case)] fn {}() -> {group}", setup_name(group)), *span);
    code.group(Delimiter::Brace, made);
    code
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
pub(crate) fn tests(group: &Group, host: &str, sites: &Sites) -> Vec<Test> {
    let mut tests = Vec::new();
    for method in &group.methods {
        let base = format!("{host}{}::{}", group.module, method.name);
        let test = |name: String, libtest: String, marks: &Marks| Test {
            name,
            libtest: Some(libtest.clone()),
            place: method.place,
            marks: marks.clone(),
            plain: false,
            run: sites.entries.register(&libtest, &marks.conditions),
            site: (!method.asking.is_empty()).then(|| site(group, method, sites)),
            together: group.shared.as_ref().map(|_| group.name.to_string()),
        };
        let name = format!("{}::{}", group.name, method.name);
        if method.cases.is_empty() {
            tests.push(test(name, base, &method.marks));
            continue;
        }
        for (combination, marks) in &method.cases {
            let libtest = format!("{base}::{}", combination.function);
            tests.push(test(format!("{name}[{}]", combination.id), libtest, marks));
        }
    }
    tests
}
