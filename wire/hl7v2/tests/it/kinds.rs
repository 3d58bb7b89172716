//! Which kinds of message are taken, and what the others are told.

use hl7v2::{Content, read};
use kernel::Zone;

use crate::support::with;

/// How a message of this type and event is read: the kind of content, or the place and code of the rejection.
fn kind(message_type: &str, rest: &str) -> String {
    with(&format!("MSH|^~\\&|HIS||||20261122||{message_type}|1|P|2.5.1\n{rest}"), |message| match read(message, &Zone::utc()) {
        Ok(Content::Adt(_)) => "patients".to_owned(),
        Ok(Content::Orders(_)) => "orders".to_owned(),
        Ok(Content::Answer(_)) => "answer".to_owned(),
        Err(rejection) => format!("{}: {}", rejection.location, rejection.code.code()),
    })
}

#[test]
fn what_hl7_knows_and_is_not_taken_is_an_unsupported_event_and_anything_else_an_unsupported_type() {
    assert_eq!(kind("ADT^A08", "PID|||1"), "patients");
    assert_eq!(kind("ORM^O01", "ORC|CA|1"), "orders");
    assert_eq!(kind("ACK", "MSA|AA|1"), "answer");
    for known in ["ADT^A60", "ORM^O02", "OML^O33", "ORU^R01", "DFT^P03", "MDM^T02", "SIU^S12", "QBP^Q11", "VXU^V04"] {
        assert_eq!(kind(known, "PID|||1"), "MSH-9.2: 201", "{known}");
    }
    for unknown in ["ZZZ^Z01", "adt^A01", "", "ORMX^O01"] {
        assert_eq!(kind(unknown, "PID|||1"), "MSH-9.1: 200", "{unknown}");
    }
}
