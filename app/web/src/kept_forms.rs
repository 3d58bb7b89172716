//! What somebody had typed when their session was locked: kept in memory for that session alone, and given back after it was unlocked. Nothing of it is
//! shown while it is locked, and nothing is done with it: who typed it looks at it again and sends it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Forms that are kept at one time, each no larger than a request's body; beyond them the oldest is given up.
const FORMS_MAX: usize = 64;
/// How long one is kept.
const KEPT_FOR: Duration = Duration::from_secs(3_600);

/// A form as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptForm {
    /// The path of the page on which it stood.
    pub(crate) page: String,
    /// The address it is sent to.
    pub(crate) action: String,
    /// Its fields.
    pub(crate) fields: Vec<(String, String)>,
}

impl KeptForm {
    /// A form of a page, whose address may have a query.
    pub(crate) fn of(page: &str, action: String, fields: Vec<(String, String)>) -> Self {
        Self { page: page.split(['?', '#']).next().unwrap_or_default().to_owned(), action, fields }
    }

    /// Whether it may be kept: passwords are kept nowhere, and an empty form is none.
    fn may_be_kept(&self) -> bool {
        !self.fields.is_empty() && !self.fields.iter().any(|(name, _)| name.contains("password"))
    }
}

/// One form for each session at most, by its cookie.
#[derive(Debug, Default)]
pub(crate) struct KeptForms(Mutex<HashMap<String, (Instant, KeptForm)>>);

impl KeptForms {
    fn fresh(&self) -> MutexGuard<'_, HashMap<String, (Instant, KeptForm)>> {
        let mut forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|_, (at, _)| at.elapsed() < KEPT_FOR);
        forms
    }

    /// Keeps a form in the place of one that was kept before; not if it holds a password.
    pub(crate) fn keep(&self, cookie: &str, form: KeptForm) {
        if !form.may_be_kept() {
            return;
        }
        let mut forms = self.fresh();
        if forms.len() >= FORMS_MAX && !forms.contains_key(cookie) {
            let oldest = forms.iter().min_by_key(|(_, (at, _))| *at).map(|(cookie, _)| cookie.clone());
            oldest.and_then(|oldest| forms.remove(&oldest));
        }
        forms.insert(cookie.to_owned(), (Instant::now(), form));
    }

    /// Whether something is kept for a session.
    pub(crate) fn has(&self, cookie: &str) -> bool {
        self.fresh().contains_key(cookie)
    }

    /// Gives the form of a page back, once.
    pub(crate) fn take(&self, cookie: &str, page: &str) -> Option<KeptForm> {
        let mut forms = self.fresh();
        let is_of_page = forms.get(cookie).is_some_and(|(_, form)| form.page == page);
        if is_of_page { forms.remove(cookie).map(|(_, form)| form) } else { None }
    }

    /// The session ended: so does what was kept for it.
    pub(crate) fn forget(&self, cookie: &str) {
        self.fresh().remove(cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(page: &str, name: &str) -> KeptForm {
        KeptForm { page: page.to_owned(), action: "/orders/new".to_owned(), fields: vec![(name.to_owned(), "4711".to_owned())] }
    }

    #[test]
    fn a_form_is_given_back_once_to_its_session_on_its_page() {
        let forms = KeptForms::default();
        forms.keep("a", form("/orders/new", "mrn"));
        assert!(forms.has("a") && !forms.has("b"));
        assert_eq!(forms.take("b", "/orders/new"), None);
        assert_eq!(forms.take("a", "/tasks"), None);
        assert_eq!(forms.take("a", "/orders/new"), Some(form("/orders/new", "mrn")));
        assert_eq!(forms.take("a", "/orders/new"), None);
        forms.keep("a", form("/orders/new", "mrn"));
        forms.forget("a");
        assert!(!forms.has("a"));
    }

    #[test]
    fn passwords_are_not_kept() {
        let forms = KeptForms::default();
        forms.keep("a", form("/", "second_password"));
        forms.keep("a", KeptForm { fields: Vec::new(), ..form("/", "") });
        assert!(!forms.has("a"));
    }

    #[test]
    fn ever_more_forms_fill_no_memory_and_the_latest_stay() {
        let forms = KeptForms::default();
        for number in 0..FORMS_MAX * 2 {
            forms.keep(&number.to_string(), form("/", "mrn"));
        }
        assert_eq!(forms.fresh().len(), FORMS_MAX);
        assert!(forms.has(&(FORMS_MAX * 2 - 1).to_string()) && !forms.has("0"));
    }
}
