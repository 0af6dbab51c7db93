//! What stands in the place of an item that could not be expanded: the item itself, so that the errors are ours alone.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::ast::{Item, ItemKind};
use crate::attribute::AttributeKind;
use crate::marked;

/// The item without the attributes that libtest or testkit would act on.
pub(crate) fn item(item: Item) -> TokenStream {
    let span = match &item.kind {
        ItemKind::Function(function) => function.name.span(),
        _ => Span::call_site(),
    };
    let attributes = marked::without(item.attributes, |kind| !is_harmless(kind));
    let mut tokens = quote_spanned! {span=> #[allow(dead_code, unused)] };
    tokens.extend(Item { attributes, ..item }.into_tokens());
    tokens
}

fn is_harmless(kind: AttributeKind) -> bool {
    match kind {
        AttributeKind::Condition
        | AttributeKind::ConditionalAttribute
        | AttributeKind::Passive
        | AttributeKind::Other => true,
        AttributeKind::Test
        | AttributeKind::OurTest
        | AttributeKind::Tests
        | AttributeKind::Fixture
        | AttributeKind::Mark(_)
        | AttributeKind::ShouldPanic
        | AttributeKind::Ignore
        | AttributeKind::ForeignTest => false,
    }
}
