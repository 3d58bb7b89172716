//! Messages as a cobas c 111 sends them, record by record.

/// One R record: code, value, unit.
pub(crate) type Result<'a> = (&'a str, &'a str, &'a str);

/// A potassium.
pub(crate) fn potassium(value: &str) -> Result<'_> {
    ("990", value, "mmol/L")
}

/// The record of one result, as it stands on a task.
pub(crate) fn result_record(number: usize, (code, value, unit): Result<'_>) -> String {
    format!("R|{number}|^^^{code}|{value}|{unit}||N||F||$SYS$||20261121131700")
}

/// A message with results of several specimens. `counter` makes two messages with the same results different.
pub(crate) fn message(specimens: &[(&str, &[Result<'_>])], counter: usize) -> Vec<u8> {
    let mut records = vec![header("P"), "P|1||".to_owned()];
    for (at, (specimen, results)) in specimens.iter().enumerate() {
        records.push(order(at + 1, specimen, counter, "N"));
        for (at, result) in results.iter().enumerate() {
            records.push(result_record(at + 1, *result));
            records.push("C|1|I||I".to_owned());
        }
    }
    records.push("L|1|N".to_owned());
    content(&records)
}

/// H; `processing` is field 12.
pub(crate) fn header(processing: &str) -> String {
    format!(r"H|\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|{processing}|1|20261121131713")
}

/// O; `action` is field 12.
pub(crate) fn order(number: usize, specimen: &str, counter: usize, action: &str) -> String {
    format!("O|{number}||{specimen}^^{counter}||S||||||{action}|||||||||||20261121131713|||F")
}

/// Records, each ended by CR.
pub(crate) fn content(records: &[String]) -> Vec<u8> {
    records.iter().flat_map(|record| [record.as_bytes(), b"\r"].concat()).collect()
}
