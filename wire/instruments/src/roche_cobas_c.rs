//! Roche cobas c 111, c 311, c 501 (ASTM).
//!
//! Written after: cobas c 111 Host Interface Manual 2.1 (2012) as publicly excerpted, and the rules of our interoperability specification,
//! sections 2 and 6. Proven against: our own captures in `captures/roche_cobas_c`, and a published transmission of a c 111 (4.2.2).
//! Not proven: queries, order download, calibration records.
//!
//! What is particular to the family:
//! - specimen: O.3, padded with blanks; where its second component is filled the first is a sequence number (`12^ID`); else O.4;
//! - test: component 4 of R.3 with a dilution after a slash, `^^^717/`;
//! - controls: O.12 is `Q`, or `QC` stands among the components of O.4 (rack type), or H.12 is `Q`;
//! - a comment after each result carries a numeric data alarm, 0 or empty for none;
//! - a value that could not be measured is blank and has an alarm: no reading, but not to be lost either;
//! - a result whose status (R.9) is not final carries it among its flags: `status X`;
//! - manufacturer records (raw reaction curves) belong to the result before them and are kept with the transmission only.

use crate::{Driver, raw_line};
use kernel::{RawLine, Reading, ReadingKind, Stated, TimeSource, Trouble, Zone};
use lis2::{Message, Record, RecordKind, ResultContext};

/// The family's registration.
pub(crate) static DRIVER: Driver = Driver { name: "roche_cobas_c", title: "Roche cobas c 111, c 311, c 501", protocol: "lis2", read };

fn read(message: &Message<'_>, zone: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    let (mut readings, mut troubles) = (Vec::new(), Vec::new());
    for query in message.of_kind(RecordKind::Request) {
        troubles.push(about(query, "a host query; this system does not answer queries yet"));
    }
    if let Some(why) = not_for_patients(message) {
        troubles.extend(message.results().map(|context| about(context.result, why)));
        return (readings, troubles);
    }
    for context in message.results() {
        match read_result(&context, zone, &mut troubles) {
            Ok(reading) => readings.push(reading),
            Err(trouble) => troubles.push(trouble),
        }
    }
    (readings, troubles)
}

fn about(record: &Record<'_>, what: impl Into<String>) -> Trouble {
    Trouble::new(format!("record {}", record.line_number), what).about(raw_line(record))
}

/// H.12: messages for training and debugging must never reach a patient.
fn not_for_patients(message: &Message<'_>) -> Option<&'static str> {
    match processing_id(message.header()).as_str() {
        "T" => Some("the analyser marked the message as training (H.12 is T); it is not filed"),
        "D" => Some("the analyser marked the message as debugging (H.12 is D); it is not filed"),
        _ => None,
    }
}

fn processing_id(header: Option<&Record<'_>>) -> String {
    header.map_or_else(String::new, |header| header.field(12).trimmed())
}

fn read_result(context: &ResultContext<'_, '_>, zone: &Zone, troubles: &mut Vec<Trouble>) -> Result<Reading, Trouble> {
    let result = context.result;
    let (code, dilution) = code_and_dilution(result).ok_or_else(|| about(result, "R.3 names no test (component 4 is empty)"))?;
    let flags = flags(context);
    let sent = result.field(4).trimmed();
    if is_no_value(&sent) {
        let alarm = if flags.is_empty() { "no alarm".to_owned() } else { format!("alarm or flag {}", flags.join(", ")) };
        return Err(about(result, format!("test {code} was not measured: R.4 is “{sent}”, {alarm}; repeat or recollect")));
    }
    let line = raw_line(result);
    let mut details = Vec::new();
    for (name, value) in [("dilution", dilution), ("status", result.field(9).trimmed()), ("operator", result.field(11).trimmed())] {
        if !value.is_empty() {
            details.push((name.to_owned(), value));
        }
    }
    Ok(Reading {
        kind: kind(context),
        specimen: context.order.map(specimen).unwrap_or_default(),
        code,
        sent,
        unit: result.field(5).trimmed(),
        flags,
        stated_at: stated_at(result, &line, zone, troubles),
        line,
        patient: context.patient.and_then(patient),
        details,
    })
}

/// Blank, or nothing but dashes: the analyser has no value to give.
fn is_no_value(sent: &str) -> bool {
    sent.bytes().all(|byte| byte == b'-')
}

fn code_and_dilution(result: &Record<'_>) -> Option<(String, String)> {
    let component = result.field(3).component(4).trimmed();
    let (code, dilution) = component.split_once('/').unwrap_or((&component, ""));
    let code = code.trim();
    (!code.is_empty()).then(|| (code.to_owned(), dilution.trim().to_owned()))
}

/// O.3, or its second component where the first is a sequence number before it; O.4 where O.3 is blank.
fn specimen(order: &Record<'_>) -> String {
    let id = order.field(3);
    let candidates = [id.component(2), id.component(1), order.field(4).component(1)];
    candidates.iter().map(|candidate| candidate.trimmed()).find(|text| !text.is_empty()).unwrap_or_default()
}

fn patient(patient: &Record<'_>) -> Option<String> {
    [3, 4, 5].into_iter().map(|number| patient.field(number).component(1).trimmed()).find(|id| !id.is_empty())
}

fn kind(context: &ResultContext<'_, '_>) -> ReadingKind {
    let of_order = |order: &&Record<'_>| order.field(12).trimmed() == "Q" || order.field(4).components().any(|part| part.trimmed() == "QC");
    let control = context.order.as_ref().is_some_and(of_order) || processing_id(context.header) == "Q";
    if control { ReadingKind::Control } else { ReadingKind::Patient }
}

/// R.7, the status where it is not final, and the numeric data alarms of each comment.
fn flags(context: &ResultContext<'_, '_>) -> Vec<String> {
    let own = context.result.field(7).repeats().map(|flag| flag.trimmed()).filter(|flag| !flag.is_empty() && flag != "N");
    let status = Some(context.result.field(9).trimmed()).filter(|status| !is_final(status)).map(|status| format!("status {status}"));
    let alarms = context.comments.iter().flat_map(|comment| comment.field(4).repeats()).map(|alarm| alarm.component(1).trimmed());
    let alarms = alarms.filter(|alarm| !alarm.is_empty() && alarm != "0").map(|alarm| format!("alarm {alarm}"));
    own.chain(status).chain(alarms).collect()
}

/// R.9: final, approved by an operator, sent before, or not stated. Anything else (preliminary, cancelled, questionable, a correction) is a
/// result that the analyser does not stand by as it is, and a person must look.
fn is_final(status: &str) -> bool {
    matches!(status, "" | "F" | "V" | "R")
}

/// R.13, completed; else R.12, started. A time that cannot be read costs the time, not the result.
fn stated_at(result: &Record<'_>, line: &RawLine, zone: &Zone, troubles: &mut Vec<Trouble>) -> Option<Stated> {
    let (number, text) = [13, 12].into_iter().map(|number| (number, result.field(number).trimmed())).find(|(_, text)| !text.is_empty())?;
    match Stated::read(&text, zone, TimeSource::Device) {
        Ok(stated) => Some(stated),
        Err(trouble) => {
            troubles
                .push(Trouble::new(format!("record {}, field R.{number}", result.line_number), trouble.to_string()).about(line.clone()));
            None
        }
    }
}
