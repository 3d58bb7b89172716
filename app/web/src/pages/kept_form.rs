//! What somebody had typed when their session was locked, given back on the page of the form. The script puts it into the form; without one it can be
//! read and typed again. It is shown once.

use crate::kept_forms::KeptForm;
use crate::words::t;
use maud::{Markup, html};

pub(super) fn notice(kept: &KeptForm) -> Markup {
    html! {
        div.done role="status" data-kept-form=(kept.action) data-fields=[serde_json::to_string(&kept.fields).ok()] {
            p {
                strong { (t!("This was locked before your form was sent, and nothing was done with it.")) } " "
                span.unfilled { (t!("What you had typed:")) }
                span.filled hidden { (t!("What you had typed stands in the form again: look at it, then send it.")) }
            }
            details.unfilled open {
                summary { (t!("What was typed")) }
                dl.account {
                    @for (name, value) in kept.fields.iter().filter(|(name, value)| is_for_people(name) && !value.is_empty()) {
                        dt { (name.replace('_', " ")) }
                        dd { (value) }
                    }
                }
            }
        }
    }
}

/// What the program itself puts into forms is no word of a person.
fn is_for_people(name: &str) -> bool {
    !["command", "seen_version", "next"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_can_be_read_and_is_only_text() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = vec![pair("family_name", "<b>\"Ndiaye\"</b>"), pair("command", "01890a5d"), pair("note", "")];
        let page = notice(&KeptForm::of("/orders/new?a=b", "/orders/new".to_owned(), fields)).into_string();
        assert!(page.contains("<dt>family name</dt><dd>&lt;b&gt;&quot;Ndiaye&quot;&lt;/b&gt;</dd>"), "{page}");
        assert!(!page.contains("<dd></dd>") && !page.contains("<dt>command"), "{page}");
        assert!(page.contains("data-kept-form=\"/orders/new\""), "{page}");
    }
}
