use super::*;

/// One word an item: what the scanner took it for.
fn kinds(source: &str) -> Vec<String> {
    let items = scan(source.parse().unwrap());
    items.items.iter().map(|item| kind(&item.kind)).collect()
}

fn kind(kind: &ItemKind) -> String {
    match kind {
        ItemKind::Function(function) => format!("fn {}", function.name),
        ItemKind::Module(module) => format!("mod {}", module.name),
        ItemKind::Type(item) => format!("type {} unit={} generic={}", item.name, item.is_unit, item.is_generic),
        ItemKind::Implementation(block) => {
            let name = block.self_type.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("impl {name} trait={} generic={}", block.is_trait, block.is_generic)
        }
        ItemKind::Use(_) => "use".to_owned(),
        ItemKind::MacroRules(name, _) => format!("macro {name}"),
        ItemKind::MacroCall(call) => format!("call {}", call.path),
        ItemKind::Other(name, _) => format!("other {}", name.as_deref().unwrap_or("-")),
    }
}

#[test]
fn splits_items() {
    #[track_caller]
    fn check(source: &str, want: &[&str]) {
        // The item behind it shows that each one ends where it should.
        assert_eq!(kinds(&format!("{source} fn end() {{}}")), [want, &["fn end"]].concat(), "source: {source}");
    }
    check("", &[]);
    check("#![allow(x)] //! doc\n fn a() {}", &["fn a"]);
    check(
        "pub(crate) async unsafe extern \"C\" fn a<T: Fn() -> [u8; {1}]>(x: T) -> Vec<{2}> where T: X<{3}> {}",
        &["fn a"],
    );
    check(
        "const fn a() {} const A: u8 = { 1 }; const _: () = {}; static B: u8 = { 2 };",
        &["fn a", "other -", "other -", "other -"],
    );
    check(
        "struct A; struct B(u8); struct C { a: u8 } enum D {}",
        &[
            "type A unit=true generic=false",
            "type B unit=false generic=false",
            "type C unit=false generic=false",
            "type D unit=false generic=false",
        ],
    );
    check(
        "struct A<const N: usize = { 1 }> where X: Y; union U { a: u8 }",
        &["type A unit=false generic=true", "type U unit=false generic=false"],
    );
    check(
        "impl A {} impl a::B { } impl<T> C<T> {} impl X for D {} unsafe impl<T> X<T> for E where T: Y {}",
        &[
            "impl A trait=false generic=false",
            "impl B trait=false generic=false",
            "impl C trait=false generic=true",
            "impl D trait=true generic=false",
            "impl E trait=true generic=false",
        ],
    );
    check("use a::{b, c}; extern crate a; extern \"C\" { fn x(); }", &["use", "other -", "other -"]);
    check("macro_rules! m { () => {} } a::b!(x); c! {} d![];", &["macro m", "call a::b", "call c", "call d"]);
    check(
        "mod a; mod b { fn c() {} } trait T { fn d(); } type X = [u8; {1}];",
        &["mod a", "mod b", "other T", "other X"],
    );
}

#[test]
fn knows_which_functions_return_a_value() {
    #[track_caller]
    fn check(source: &str, want: bool) {
        let items = scan(source.parse().unwrap());
        let [Item { kind: ItemKind::Function(function), .. }] = items.items.as_slice() else { panic!("{source}") };
        assert_eq!(function.returns_value(), want, "source: {source}");
    }
    check("fn a() {}", false);
    check("fn a() -> () {}", false);
    check("fn a() -> Result<(), E> {}", true);
    check("fn a() -> (u8, u8) {}", true);
}

#[test]
fn gives_items_back_as_they_came() {
    let source = "#! [a] # [doc = \"x\"] pub fn a < T > (x : T) -> u8 where T : X { 1 } mod b ; impl C { fn d () { } } # [x] use y ;";
    let items = scan(source.parse().unwrap());
    let tokens: TokenStream =
        items.inner_attributes.into_iter().chain(items.items.into_iter().flat_map(Item::into_tokens)).collect();
    assert_eq!(tokens.to_string(), source.parse::<TokenStream>().unwrap().to_string());
}
