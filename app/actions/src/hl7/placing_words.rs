//! Who, where and how soon, as a request of ours says it.

use crate::orders::Collector;
use hl7v2::orders::{Order, Priority as Told, StaffName};
use hl7v2::{ErrorCode, Rejection, Said, Visit};
use workflow::Priority;

/// How soon an order is wanted. What we have no word for is done in turn, and the sender is told so.
pub(super) fn priority(order: &Order) -> (Priority, Option<Rejection>) {
    let place = order.location.field(7);
    let in_turn = |what: &str| {
        let words = format!("{what}; it is done in turn");
        (Priority::Routine, Some(Rejection::new(place, ErrorCode::TableValueNotFound, words)))
    };
    match &order.priority {
        Said::Said(Told::Stat) => (Priority::Stat, None),
        Said::Said(Told::Asap | Told::Preoperative) => (Priority::Urgent, None),
        Said::Said(Told::Routine) | Said::NotSaid | Said::Deleted => (Priority::Routine, None),
        Said::Said(Told::Callback) => in_turn("calling back is no priority here"),
        Said::Said(Told::TimingCritical) => in_turn("a critical time is no priority here: say when it is to be collected"),
        Said::Said(Told::Other(_)) => in_turn("the priority is not in table 0485"),
    }
}

/// "Lund, Eva".
pub(super) fn requester(staff: &StaffName) -> String {
    let parts: Vec<&str> = [&staff.family, &staff.given].into_iter().filter_map(|part| part.as_deref()).collect();
    crate::keep_transmission::printable(&parts.join(", "))
}

/// Who collected: the names that are told, or their numbers.
pub(super) fn collector(collectors: &[StaffName]) -> Option<String> {
    let one = |staff: &StaffName| match requester(staff) {
        name if name.is_empty() => staff.number.clone().unwrap_or_default(),
        name => name,
    };
    let names: Vec<String> = collectors.iter().map(one).filter(|name| !name.is_empty()).collect();
    let told = crate::keep_transmission::printable(&names.join("; "));
    match told.as_str() {
        "" => None,
        // Nobody becomes a member of staff by being called one.
        mistakable if Collector::is_mistakable(mistakable) => Some(format!("named {told}")),
        _ => Some(told),
    }
}

/// Ward, room and bed.
pub(super) fn location(visit: &Visit) -> String {
    let Said::Said(place) = &visit.place else { return String::new() };
    let parts: Vec<&str> = [&place.point_of_care, &place.room, &place.bed].into_iter().filter_map(|part| part.as_deref()).collect();
    crate::keep_transmission::printable(&parts.join(" "))
}
