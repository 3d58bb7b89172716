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
use lis2::{Field, Message, Record, RecordKind, ResultContext};
use std::borrow::Cow;

/// The family's registration.
pub(crate) static DRIVER: Driver = Driver { name: "roche_cobas_c", title: "Roche cobas c 111, c 311, c 501", protocol: "lis2", read };

fn read(message: &Message<'_>, zone: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    let mut troubles = Vec::new();
    for query in message.of_kind(RecordKind::Request) {
        troubles.push(about(query, "a host query; this system does not answer queries yet"));
    }
    if let Some(why) = not_for_patients(message) {
        troubles.extend(message.results().map(|context| about(context.result, why)));
        return (Vec::new(), troubles);
    }
    let mut readings = Vec::with_capacity(message.of_kind(RecordKind::Result).count());
    let mut last: Option<Above> = None;
    for context in message.results() {
        let above = last.take().filter(|last| last.is_of(&context)).unwrap_or_else(|| Above::of(&context));
        match read_result(&context, &above, zone, &mut troubles) {
            Ok(reading) => readings.push(reading),
            Err(trouble) => troubles.push(trouble),
        }
        last = Some(above);
    }
    (readings, troubles)
}

fn about(record: &Record<'_>, what: impl Into<String>) -> Trouble {
    Trouble::new(format!("record {}", record.line_number), what).about(raw_line(record))
}

/// H.12: messages for training and debugging must never reach a patient.
fn not_for_patients(message: &Message<'_>) -> Option<&'static str> {
    match processing_id(message.header()).as_ref() {
        "T" => Some("the analyser marked the message as training (H.12 is T); it is not filed"),
        "D" => Some("the analyser marked the message as debugging (H.12 is D); it is not filed"),
        _ => None,
    }
}

fn processing_id<'a>(header: Option<&Record<'a>>) -> Cow<'a, str> {
    header.map_or_else(Cow::default, |header| header.field(12).trimmed())
}

/// What stands above results: the same for all of an order.
struct Above {
    /// The lines of header, patient and order.
    lines: [Option<usize>; 3],
    kind: ReadingKind,
    specimen: String,
    patient: Option<String>,
}

impl Above {
    fn of(context: &ResultContext<'_, '_>) -> Self {
        Self {
            lines: lines_above(context),
            kind: kind(context),
            specimen: context.order.map(specimen).unwrap_or_default(),
            patient: context.patient.and_then(patient),
        }
    }

    fn is_of(&self, context: &ResultContext<'_, '_>) -> bool {
        self.lines == lines_above(context)
    }
}

fn lines_above(context: &ResultContext<'_, '_>) -> [Option<usize>; 3] {
    [context.header, context.patient, context.order].map(|record| record.map(|record| record.line_number))
}

fn read_result(context: &ResultContext<'_, '_>, above: &Above, zone: &Zone, troubles: &mut Vec<Trouble>) -> Result<Reading, Trouble> {
    let result = context.result;
    let [_, _, test, value, unit, _, own_flags, _, status, _, operator, started, completed] = result.first_fields();
    let (code, dilution) = code_and_dilution(test).ok_or_else(|| about(result, "R.3 names no test (component 4 is empty)"))?;
    let status = status.trimmed();
    let flags = flags(own_flags, &status, &context.comments);
    let sent = value.trimmed();
    if is_no_value(&sent) {
        let alarm = if flags.is_empty() { "no alarm".to_owned() } else { format!("alarm or flag {}", flags.join(", ")) };
        return Err(about(result, format!("test {code} was not measured: R.4 is “{sent}”, {alarm}; repeat or recollect")));
    }
    let said = [("dilution", dilution.into()), ("status", status), ("operator", operator.trimmed())];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    let line = raw_line(result);
    Ok(Reading {
        kind: above.kind,
        specimen: above.specimen.clone(),
        code,
        sent: sent.into_owned(),
        unit: unit.trimmed().into_owned(),
        flags,
        stated_at: stated_at([(13, completed), (12, started)], result, &line, zone, troubles),
        line,
        patient: above.patient.clone(),
        details: said.map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
    })
}

/// Blank, or nothing but dashes: the analyser has no value to give.
fn is_no_value(sent: &str) -> bool {
    sent.bytes().all(|byte| byte == b'-')
}

fn code_and_dilution(test: Field<'_>) -> Option<(String, String)> {
    let component = test.component(4).trimmed();
    let (code, dilution) = component.split_once('/').unwrap_or((&component, ""));
    let code = code.trim();
    (!code.is_empty()).then(|| (code.to_owned(), dilution.trim().to_owned()))
}

/// O.3, or its second component where the first is a sequence number before it; O.4 where O.3 is blank.
fn specimen(order: &Record<'_>) -> String {
    let id = order.field(3);
    let candidates = [id.component(2), id.component(1), order.field(4).component(1)];
    first_filled(candidates.into_iter()).unwrap_or_default()
}

fn patient(patient: &Record<'_>) -> Option<String> {
    first_filled([3, 4, 5].into_iter().map(|number| patient.field(number).component(1)))
}

fn first_filled<'a>(mut fields: impl Iterator<Item = Field<'a>>) -> Option<String> {
    fields.find_map(|field| Some(field.trimmed()).filter(|text| !text.is_empty())).map(Cow::into_owned)
}

fn kind(context: &ResultContext<'_, '_>) -> ReadingKind {
    let of_order = |order: &&Record<'_>| order.field(12).trimmed() == "Q" || order.field(4).components().any(|part| part.trimmed() == "QC");
    let control = context.order.as_ref().is_some_and(of_order) || processing_id(context.header) == "Q";
    if control { ReadingKind::Control } else { ReadingKind::Patient }
}

/// R.7, the status where it is not final, and the numeric data alarms of each comment.
fn flags(own: Field<'_>, status: &str, comments: &[&Record<'_>]) -> Vec<String> {
    let own = own.repeats().map(|flag| flag.trimmed()).filter(|flag| !flag.is_empty() && flag != "N").map(Cow::into_owned);
    let status = Some(status).filter(|status| !is_final(status)).map(|status| format!("status {status}"));
    let alarms = comments.iter().flat_map(|comment| comment.field(4).repeats()).map(|alarm| alarm.component(1).trimmed());
    let alarms = alarms.filter(|alarm| !alarm.is_empty() && alarm != "0").map(|alarm| format!("alarm {alarm}"));
    own.chain(status).chain(alarms).collect()
}

/// R.9: final, approved by an operator, sent before, or not stated. Anything else (preliminary, cancelled, questionable, a correction) is a
/// result that the analyser does not stand by as it is, and a person must look.
fn is_final(status: &str) -> bool {
    matches!(status, "" | "F" | "V" | "R")
}

/// The first that is filled: R.13, completed; else R.12, started. A time that cannot be read costs the time, not the result.
fn stated_at(
    times: [(usize, Field<'_>); 2],
    result: &Record<'_>,
    line: &RawLine,
    zone: &Zone,
    troubles: &mut Vec<Trouble>,
) -> Option<Stated> {
    let (number, text) = times.map(|(number, field)| (number, field.trimmed())).into_iter().find(|(_, text)| !text.is_empty())?;
    match Stated::read(&text, zone, TimeSource::Device) {
        Ok(stated) => Some(stated),
        Err(trouble) => {
            troubles
                .push(Trouble::new(format!("record {}, field R.{number}", result.line_number), trouble.to_string()).about(line.clone()));
            None
        }
    }
}
