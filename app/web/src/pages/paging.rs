//! Older pages by key: an address carries where the next page begins, never a page number.

use crate::error::Refusal;
use crate::words::t;
use actions::views::{Cursor, Page};
use maud::{Markup, html};
use serde::Deserialize;

/// The mark of an address, if it has one: `?after=MARK`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct After {
    /// Where the page begins.
    #[serde(default)]
    pub(crate) after: Option<String>,
}

/// Reads a mark, or says that it is none of ours.
pub(crate) fn cursor(mark: Option<&str>) -> Result<Option<Cursor>, Refusal> {
    mark.filter(|mark| !mark.is_empty())
        .map(|mark| {
            Cursor::parse(mark).ok_or_else(|| {
                Refusal::bad_mark(
                    "The address does not say where the page begins.",
                    "the address, after, held or verified",
                    "Start from the first page.",
                )
            })
        })
        .transpose()
}

/// The way to older rows and back, and what was set aside.
pub(crate) fn links<T>(page: &Page<T>, address: &str, field: &str, is_first: bool) -> Markup {
    html! {
        @if page.set_aside > 0 {
            p.hint data-set-aside {
                (t!("{count} stored rows made no sense and were set aside; the operator finds them in the quarantine.", count = page.set_aside))
            }
        }
        @if page.next.is_some() || !is_first {
            p.more {
                @if !is_first { a href=(address) { (t!("Newest")) } " " }
                @if let Some(next) = page.next { a rel="next" href=(format!("{address}?{field}={}", next.to_text())) { (t!("Older")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Timestamp;
    use uuid::Uuid;

    #[test]
    fn a_mark_reads_back_and_nonsense_is_refused() {
        let mark = Cursor { at: Timestamp::from_micros(1_700_000_000_000_001), id: Uuid::from_u128(7) };
        assert_eq!(cursor(Some(&mark.to_text())).unwrap(), Some(mark));
        assert_eq!(cursor(None).unwrap(), None);
        assert_eq!(cursor(Some("")).unwrap(), None);
        for nonsense in ["2", "-1", "x'; DROP TABLE result", "1-2-3", "99999999999999999999-00000000000000000000000000000007"] {
            assert_eq!(cursor(Some(nonsense)).unwrap_err().code, "W-014", "{nonsense}");
        }
    }

    #[test]
    fn older_and_newest_stand_where_they_lead_somewhere() {
        let next = Some(Cursor { at: Timestamp::from_micros(5), id: Uuid::from_u128(7) });
        let page = |next, set_aside| Page::<u8> { rows: Vec::new(), next, set_aside };
        let first = links(&page(next, 0), "/tasks", "after", true).into_string();
        assert!(first.contains("/tasks?after=5-00000000000000000000000000000007") && !first.contains("Newest"), "{first}");
        let last = links(&page(None, 0), "/tasks", "after", false).into_string();
        assert!(last.contains("Newest") && !last.contains("Older"), "{last}");
        assert_eq!(links(&page(None, 0), "/tasks", "after", true).into_string(), "");
        assert!(links(&page(None, 3), "/tasks", "after", true).into_string().contains("3 stored rows"));
    }
}
