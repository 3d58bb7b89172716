//! A field or a part of one, read where it is asked for.

use std::borrow::Cow;

use crate::escape::{Syntax, unescape};
use crate::location::Location;
use crate::rejection::{ErrorCode, Rejection};
use crate::said::Said;

/// What stands for "delete what you know".
const DELETE: &str = "\"\"";

/// A field, a repetition, a component or a subcomponent, and its place. One that is not there is empty.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    raw: &'a str,
    syntax: Syntax,
    location: Location,
}

impl<'a> Part<'a> {
    pub(crate) const fn new(raw: &'a str, syntax: Syntax, location: Location) -> Self {
        Self { raw, syntax, location }
    }

    /// As it stands in the message, escape sequences and separators untouched.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.raw
    }

    /// Where it stands.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// The repetitions of a field; one that is empty has one.
    pub fn repetitions(&self) -> impl Iterator<Item = Self> + use<'a> {
        let (syntax, location) = (self.syntax, self.location);
        let parts = self.raw.split(char::from(syntax.delimiters.repetition)).zip(1..);
        parts.map(move |(raw, repetition)| Self::new(raw, syntax, Location { repetition, ..location }))
    }

    /// A component, counted from 1; that of the first repetition, where this is a field.
    #[must_use]
    pub fn component(&self, component: usize) -> Self {
        let location = self.location.component(component);
        Self::new(nth(self.first_repetition(), self.syntax.delimiters.component, component), self.syntax, location)
    }

    /// The components, one after the other; those of the first repetition, where this is a field. One that is empty has one.
    pub fn components(&self) -> impl Iterator<Item = Self> + use<'a> {
        let (syntax, location) = (self.syntax, self.location);
        let parts = self.first_repetition().split(char::from(syntax.delimiters.component)).zip(1..);
        parts.map(move |(raw, component)| Self::new(raw, syntax, location.component(component)))
    }

    fn first_repetition(&self) -> &'a str {
        if self.location.repetition == 0 { nth(self.raw, self.syntax.delimiters.repetition, 1) } else { self.raw }
    }

    /// A subcomponent of a component, counted from 1.
    #[must_use]
    pub fn subcomponent(&self, subcomponent: usize) -> Self {
        let location = Location { subcomponent, ..self.location };
        Self::new(nth(self.raw, self.syntax.delimiters.subcomponent, subcomponent), self.syntax, location)
    }

    /// All of it as text: escape sequences resolved, spaces at the ends left out. Separators that a sender forgot to escape stay in it, so
    /// that nothing is lost; ask for the component or subcomponent where one is meant.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        match unescape(self.raw, &self.syntax) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(' ')),
            Cow::Owned(text) => Cow::Owned(text.trim_matches(' ').to_owned()),
        }
    }

    /// Whether nothing stands there: no character that is neither a separator nor a space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let delimiters = self.syntax.delimiters;
        let separators = [delimiters.repetition, delimiters.component, delimiters.subcomponent, b' '];
        self.raw.bytes().all(|byte| separators.contains(&byte))
    }

    /// Whether `""` stands there.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        self.raw.trim_matches(' ') == DELETE
    }

    /// Whether it ends with the truncation character the message declares: the sender did not send all of it.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        let cut = self.syntax.delimiters.truncation.map(char::from);
        cut.is_some_and(|cut| self.raw.ends_with(cut))
    }

    /// Which of the three things it says.
    #[must_use]
    pub fn said(self) -> Said<Self> {
        if self.is_delete() {
            Said::Deleted
        } else if self.is_empty() {
            Said::NotSaid
        } else {
            Said::Said(self)
        }
    }

    /// The text, unless nothing is said or it is deleted.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'a, str>> {
        self.said().map(|part| part.text()).value().filter(|text| !text.is_empty())
    }

    /// The text as an owned string, under the same condition as [`value`](Self::value).
    #[must_use]
    pub fn owned(&self) -> Option<String> {
        self.value().map(Cow::into_owned)
    }

    /// Which of the three things it says, as text.
    #[must_use]
    pub fn said_text(&self) -> Said<String> {
        match self.owned() {
            Some(text) => Said::Said(text),
            None if self.is_delete() => Said::Deleted,
            None => Said::NotSaid,
        }
    }

    /// A rejection for what stands here, or does not.
    #[must_use]
    pub fn rejected(&self, code: ErrorCode, words: impl Into<String>) -> Rejection {
        Rejection::new(self.location, code, words)
    }
}

/// The part of that number, counted from 1; empty where there is none. Separators are ASCII, so that bytes tell as well as characters, and
/// faster.
pub(crate) fn nth(raw: &str, separator: u8, number: usize) -> &str {
    let Some(mut before) = number.checked_sub(1) else { return "" };
    let mut start = 0;
    for (place, _) in raw.bytes().enumerate().filter(|(_, byte)| *byte == separator) {
        if before == 0 {
            return raw.get(start..place).unwrap_or_default();
        }
        (before, start) = (before - 1, place + 1);
    }
    if before == 0 { raw.get(start..).unwrap_or_default() } else { "" }
}
