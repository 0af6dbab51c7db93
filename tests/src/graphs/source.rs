//! A graph as the source of a test binary.

use std::fmt::Write as _;

use super::{End, Fixture, Form, Graph, Group, Life, SetUp, Test, What};

/// The source of a test target of the package `graphs`, whose library says what fixtures and tests do.
pub fn source(graph: &Graph) -> String {
    let mut text = "#![allow(unused, unreachable_code)]\n".to_owned();
    for module in (0..graph.modules.len()).filter(|module| graph.modules[*module].outer.is_none()) {
        text.push_str("#[testkit::tests]\n");
        push_module(&mut text, graph, module);
    }
    text
}

fn push_module(out: &mut String, graph: &Graph, module: usize) {
    let path = &graph.modules[module].path;
    let name = path.rsplit("::").next().unwrap_or(path);
    push(out, &format!("pub(crate) mod {name} {{\nuse super::*;\n"));
    let is_here = |of: usize| of == module;
    if graph.modules[module].outer.is_none() && module != 0 {
        let shared: Vec<&str> = used_of_first(graph, module).collect();
        push(out, &format!("use super::m00::{{{}}};\n", shared.join(", ")));
    }
    for (_, fixture) in graph.fixtures.iter().enumerate().filter(|(_, fixture)| is_here(fixture.module)) {
        if fixture.of_group.is_none() {
            push_fixture(out, graph, fixture);
        }
    }
    // In the order in which they were made: before the groups, in them, after them.
    let mut done: Vec<usize> = Vec::new();
    for test in graph.tests.iter().filter(|test| is_here(test.module)) {
        match test.group {
            None => push_test(out, graph, test),
            Some(group) if done.contains(&group) => {}
            Some(group) => {
                done.push(group);
                push_group(out, graph, group);
            }
        }
    }
    for inner in (0..graph.modules.len()).filter(|inner| graph.modules[*inner].outer == Some(module)) {
        push_module(out, graph, inner);
    }
    out.push_str("}\n");
}

/// The names of fixtures of the first module that one of another module, or of those inside of it, asks for.
fn used_of_first(graph: &Graph, module: usize) -> impl Iterator<Item = &str> {
    let of_fixtures = graph.fixtures.iter().map(|fixture| (fixture.module, fixture.needs.clone()));
    let of_tests = graph.tests.iter().map(|test| {
        let of_setup = test.group.and_then(|group| graph.groups[group].value.as_ref()).map(|(needs, _)| needs.clone());
        (test.module, [of_setup.unwrap_or_default(), test.needs.clone(), test.uses.into_iter().collect()].concat())
    });
    let here = of_fixtures.chain(of_tests).filter(move |(of, _)| graph.is_around(module, *of));
    let mut used: Vec<usize> = here.flat_map(|(_, needs)| needs).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter()
        .filter(|fixture| graph.fixtures[*fixture].module == 0)
        .map(|fixture| graph.fixtures[fixture].name.as_str())
}

fn push_fixture(out: &mut String, graph: &Graph, fixture: &Fixture) {
    let Fixture { name, scope, parameters, needs, life, is_autouse, .. } = fixture;
    let mut options = format!("scope = \"{scope}\"");
    if let Some(end) = life.teardown {
        push(&mut options, &format!(", teardown = ::graphs::{}", down(end, life.is_async)));
    }
    if *is_autouse {
        options.push_str(", autouse");
    }
    if !parameters.is_empty() {
        push(&mut options, &format!(", params = {parameters:?}"));
    }
    push(out, &format!("#[fixture({options})]\n"));
    let (arguments, needed) = asked(graph, needs);
    let (more, parameter) = if parameters.is_empty() { ("", "0") } else { ("param: u32", "param") };
    let make = made(graph, fixture.module, name, &scope.to_string(), life, parameter, &needed);
    push_made(out, name, &format!("{arguments}{more}"), "::graphs::Value", life, &make);
}

/// A function that makes a value: fallible if it may fail, and here and there where it may not.
fn push_made(out: &mut String, name: &str, arguments: &str, value: &str, life: &Life, make: &str) {
    let keyword = if life.is_async { "async fn" } else { "fn" };
    let is_fallible = life.set_up == SetUp::Fails || life.deferred.len() == 1;
    let (returned, end) =
        if is_fallible { (format!("Result<{value}, ::graphs::Broken>"), "") } else { (value.to_owned(), ".unwrap()") };
    push(out, &format!("pub(crate) {keyword} {name}({arguments}) -> {returned} {{ {make}{end} }}\n"));
}

/// The expression that makes a value; a `Result`.
fn made(graph: &Graph, module: usize, name: &str, scope: &str, life: &Life, parameter: &str, needed: &str) -> String {
    let path = format!("{}::{name}", graph.modules[module].path);
    let deferred: Vec<String> = life.deferred.iter().map(|end| format!("::graphs::End::{end:?}")).collect();
    let plan = format!(
        "&::graphs::Plan {{ name: \"{path}\", scope: \"{scope}\", set_up: ::graphs::SetUp::{:?}, deferred: &[{}], drop: ::graphs::End::{:?} }}",
        life.set_up,
        deferred.join(", "),
        life.drop
    );
    let (function, wait) = if life.is_async { ("make_later", ".await") } else { ("make", "") };
    format!("::graphs::{function}({plan}, {parameter}, {needed}){wait}")
}

/// Arguments that ask for fixtures, and how they are handed on: `&[f1], vec![f2]`.
fn asked(graph: &Graph, needs: &[usize]) -> (String, String) {
    let (mut arguments, mut borrowed, mut owned) = (String::new(), Vec::new(), Vec::new());
    for fixture in needs.iter().map(|need| &graph.fixtures[*need]) {
        let name = if fixture.of_group.is_some() { "group" } else { &fixture.name };
        if fixture.is_given {
            push(&mut arguments, &format!("{name}: ::graphs::Value, "));
            owned.push(name);
        } else {
            push(&mut arguments, &format!("{name}: &::graphs::Value, "));
            borrowed.push(name);
        }
    }
    (arguments, format!("&[{}], vec![{}]", borrowed.join(", "), owned.join(", ")))
}

fn down(end: End, is_async: bool) -> &'static str {
    match (end, is_async) {
        (End::Works, false) => "down_works",
        (End::Works, true) => "down_works_later",
        (End::Fails, false) => "down_fails",
        (End::Fails, true) => "down_fails_later",
        (End::Panics, _) => "down_panics",
        (End::Skips, _) => "down_skips",
        (End::Aborts, _) => "down_aborts",
    }
}

fn push_group(out: &mut String, graph: &Graph, index: usize) {
    let Group { name, shared, value, module } = &graph.groups[index];
    match value {
        Some(_) => push(out, &format!("pub(crate) struct {name} {{ value: ::graphs::Value }}\n")),
        None => push(out, &format!("pub(crate) struct {name};\n")),
    }
    push(out, &format!("impl {name} {{\n"));
    if let Some(shared) = shared {
        let Fixture { name, needs, life, .. } = &graph.fixtures[*shared];
        let (arguments, needed) = asked(graph, needs);
        let make = made(graph, *module, name, "group", life, "0", &needed);
        push_made(out, "setup_group", &arguments, "::graphs::Value", life, &make);
        if let Some(end) = life.teardown {
            push_teardown(out, "teardown_group(value: ::graphs::Value)", "value", end, life.is_async);
        }
    }
    if let Some((needs, life)) = value {
        let (arguments, needed) = asked(graph, needs);
        let make = made(graph, *module, name, "value", life, "0", &needed);
        let make = format!("{make}.map(|value| Self {{ value }})");
        push_made(out, "setup", &arguments, "Self", life, &make);
        if let Some(end) = life.teardown {
            push_teardown(out, "teardown(self)", "self.value", end, life.is_async);
        }
    }
    for test in graph.tests.iter().filter(|test| test.group == Some(index)) {
        push_test(out, graph, test);
    }
    out.push_str("}\n");
}

fn push_teardown(out: &mut String, head: &str, value: &str, end: End, is_async: bool) {
    let function = down(end, is_async);
    let (keyword, wait) = if function.ends_with("_later") { ("async fn", ".await") } else { ("fn", "") };
    let returned = if end == End::Fails { " -> Result<(), ::graphs::Broken>" } else { "" };
    push(out, &format!("pub(crate) {keyword} {head}{returned} {{ ::graphs::{function}({value}){wait} }}\n"));
}

fn push_test(out: &mut String, graph: &Graph, test: &Test) {
    let path = graph.test_path(test);
    push(out, &format!("#[skip_if(::graphs::begin(\"{path}\"), \"never\")]\n"));
    if test.what == What::Hangs {
        out.push_str("#[timeout(\"300ms\")]\n");
    }
    if test.is_isolated {
        out.push_str("#[isolate]\n");
    }
    if test.is_retried {
        out.push_str("#[retry(1)]\n");
    }
    if let Some(uses) = test.uses {
        push(out, &format!("#[uses({})]\n", graph.fixtures[uses].name));
    }
    let receiver = if test.group.is_some() { "&self, " } else { "" };
    let (arguments, needed) = asked(graph, &test.needs);
    let (keyword, function, wait) = match test.form {
        Form::Plain | Form::Fallible => ("fn", "body", ""),
        Form::Async => ("async fn", "body_later", ".await"),
    };
    let (returned, end) = match test.form {
        Form::Plain | Form::Async => ("", ".unwrap()"),
        Form::Fallible => (" -> Result<(), ::graphs::Broken>", ""),
    };
    let call = format!("::graphs::{function}(\"{path}\", {needed}, ::graphs::What::{:?}){wait}{end}", test.what);
    push(out, &format!("{keyword} {}({receiver}{arguments}){returned} {{ {call} }}\n", test.name));
}

fn push(out: &mut String, text: &str) {
    out.write_str(text).expect("writing to a String cannot fail");
}
