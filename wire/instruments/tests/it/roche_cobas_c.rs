//! Roche cobas c: the forms of the interoperability specification, sections 2 and 6, written as records.

use instruments::{find, read_transmission};
use kernel::{Reading, ReadingKind, Trouble, Zone};

const HEADER: &str = "H|\\^&|||c111^Roche^c111^4.2.2^1^1|||||host|RSUPL^REAL|P|1|20261121101530";
const ORDER: &str = "O|1||A0000001S^^6||S";

fn read_in(zone: &str, records: &[&str]) -> (Vec<Reading>, Vec<Trouble>) {
    let bytes: String = records.iter().map(|record| format!("{record}\r")).collect();
    read_transmission(find("roche_cobas_c").unwrap(), bytes.as_bytes(), &Zone::named(zone).unwrap())
}

fn read(records: &[&str]) -> (Vec<Reading>, Vec<Trouble>) {
    read_in("UTC", records)
}

/// The one reading of a message with this order and these records of its result, and no trouble.
fn one(order: &str, result: &[&str]) -> Reading {
    let (mut readings, troubles) = read(&[&[HEADER, "P|1", order], result, &["L|1|N"]].concat());
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(readings.len(), 1, "{readings:?}");
    readings.remove(0)
}

/// The one trouble of a message with this result, and no reading.
fn no_reading(result: &[&str]) -> Trouble {
    let (readings, mut troubles) = read(&[&[HEADER, "P|1", ORDER], result, &["L|1|N"]].concat());
    assert!(readings.is_empty(), "{readings:?}");
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    troubles.remove(0)
}

fn flags(result: &[&str]) -> Vec<String> {
    one(ORDER, result).flags
}

const POTASSIUM: &str = "R|1|^^^990|4.12|mmol/L||N||F||ROSY|20261121101400|20261121101502|ISE1";

#[test]
fn a_result_with_all_it_says() {
    let reading = one(ORDER, &[POTASSIUM, "C|1|I|0|I"]);
    assert_eq!(reading.kind, ReadingKind::Patient);
    assert_eq!((reading.specimen.as_str(), reading.code.as_str()), ("A0000001S", "990"));
    assert_eq!((reading.sent.as_str(), reading.unit.as_str()), ("4.12", "mmol/L"));
    assert_eq!(reading.flags, Vec::<String>::new());
    assert_eq!(reading.stated_at.unwrap().iso(), "2026-11-21T10:15:02");
    assert_eq!((reading.line.number, reading.line.text.as_str()), (4, POTASSIUM), "the line a person can look at");
    assert_eq!(reading.patient, None);
    assert_eq!(reading.details, [("status", "F"), ("operator", "ROSY")].map(|(name, said)| (name.to_owned(), said.to_owned())));
}

#[test]
fn the_specimen_stands_in_o3_or_else_in_o4() {
    let table = [
        ("O|1||A0000001S^^6||S", "A0000001S"),
        ("O|1||A0000001S             ^^3||S", "A0000001S"),
        ("O|1|            A0000001S|0^50023^4^^S1^SC|^^^990^|R", "A0000001S"),
        ("O|1|A0000001S^^6|||S", "A0000001S"),
        // A sequence number before it.
        ("O|1|12^A0000001S|0^50023^4^^S1^SC|^^^990^|R", "A0000001S"),
        ("O|1|12^A0000001S             ^|4051^30064^064^^S1^SC|^^^990^|R", "A0000001S"),
        ("O|1|A0000001S             ^      |4051^30064^064^^S1^SC|^^^990^|R", "A0000001S"),
        // O.3 blank: the analyser's own.
        ("O|1||A0000001S^50023^4||R", "A0000001S"),
        ("O|1|      |A0000001S||R", "A0000001S"),
        ("O|1|^|A0000001S||R", "A0000001S"),
        ("O|1|||^^^990|R", ""),
        ("O|1", ""),
    ];
    for (order, specimen) in table {
        assert_eq!(one(order, &[POTASSIUM]).specimen, specimen, "{order}");
    }
}

#[test]
fn a_result_without_an_order_is_read_and_the_missing_order_is_named() {
    let (readings, troubles) = read(&[HEADER, "P|1", POTASSIUM, "L|1|N"]);
    assert_eq!(readings[0].specimen, "", "nothing is carried over");
    assert_eq!(troubles.len(), 1);
    assert_eq!(troubles[0].place, "record 3");
    assert_eq!(troubles[0].line.as_ref().unwrap().text, POTASSIUM);
}

#[test]
fn the_test_is_component_four_with_a_dilution_after_the_slash() {
    let dilution = |r3: &str| {
        let reading = one(ORDER, &[&format!("R|1|{r3}|4.12|mmol/L")]);
        let dilution = reading.details.iter().find(|(name, _)| name == "dilution").map(|(_, said)| said.clone());
        (reading.code, dilution.unwrap_or_default())
    };
    for (r3, code, diluted) in [("^^^717/", "717", ""), ("^^^717/2", "717", "2"), ("^^^ 717 / 10 ^", "717", "10"), ("^^^717", "717", "")] {
        assert_eq!(dilution(r3), (code.to_owned(), diluted.to_owned()), "{r3}");
    }
}

#[test]
fn a_result_that_names_no_test_is_a_trouble_with_its_line() {
    for r3 in ["", "990", "^^^", "^^^/2", "^^^ "] {
        let record = format!("R|1|{r3}|4.12|mmol/L");
        let trouble = no_reading(&[&record]);
        assert_eq!(trouble.place, "record 4", "{r3}");
        assert!(trouble.what.contains("R.3"), "{trouble}");
        assert_eq!(trouble.line.unwrap().text, record);
    }
}

#[test]
fn blanks_and_dashes_are_no_value_but_not_lost() {
    for value in ["", "      ", "-", "----", " ---- "] {
        let trouble = no_reading(&[&format!("R|1|^^^989/|{value}|mmol/L||A||F"), "C|1|I|72|I"]);
        assert_eq!(trouble.place, "record 4", "{value:?}");
        assert!(trouble.what.starts_with("test 989 was not measured"), "{trouble}");
        assert!(trouble.what.contains("A, alarm 72"), "the reason is told: {trouble}");
    }
    assert!(no_reading(&["R|1|^^^989/||mmol/L"]).what.contains("no alarm"));
    assert_eq!(one(ORDER, &["R|1|^^^989/|-1.5|mmol/L"]).sent, "-1.5", "a negative value is a value");
}

#[test]
fn values_stay_as_sent() {
    for value in ["4.60", ">15000.00", "<0.1", "7,41", "0", "POS", "1.2.3"] {
        assert_eq!(one(ORDER, &[&format!("R|1|^^^990|  {value} |mmol/l")]).sent, value);
    }
    assert_eq!(one(ORDER, &["R|1|^^^990|4.1|mmol/l"]).unit, "mmol/l", "as sent, not as we spell it");
    assert_eq!(one(ORDER, &["R|1|^^^990|4.1"]).unit, "");
}

#[test]
fn flags_are_those_of_r7_and_every_alarm_that_is_not_zero() {
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||N"]), Vec::<String>::new());
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||HH", "C|1|I|27|I"]), ["HH", "alarm 27"]);
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||H\\A"]), ["H", "A"]);
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||", "C|1|I|0|I", "C|2|I|27|I", "C|3|I||I"]), ["alarm 27"]);
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||", "C|1|I|27^Sample short|I"]), ["alarm 27"]);
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||", "C|1|I|0\\27|I"]), ["alarm 27"], "an alarm after a nought is an alarm");
    // The reaction curve between a result and its comment belongs to neither.
    assert_eq!(flags(&["R|1|^^^990|6.9|mmol/L||", "M|1|RR^BM^c111^1|-21|-21\\1", "C|1|I|27|I"]), ["alarm 27"]);
}

#[test]
fn an_alarm_belongs_to_the_result_before_it() {
    let (readings, troubles) =
        read(&[HEADER, "P|1", ORDER, "C|1|I|99|G", "R|1|^^^989|140|mmol/L", "C|1|I|27|I", "R|2|^^^990|4.1|mmol/L", "C|1|I|0|I", "L|1|N"]);
    assert!(troubles.is_empty(), "{troubles:?}");
    let flags: Vec<&[String]> = readings.iter().map(|reading| reading.flags.as_slice()).collect();
    assert_eq!(flags, [&["alarm 27".to_owned()][..], &[]]);
}

/// LIS2-A2, R.9: only a final result is one that the analyser stands by.
#[test]
fn a_result_that_is_not_final_says_so_in_its_flags() {
    let with_status = |status: &str| flags(&[&format!("R|1|^^^990|4.1|mmol/L||N||{status}")]);
    for status in ["F", "V", "", "R"] {
        assert_eq!(with_status(status), Vec::<String>::new(), "{status:?} is final, approved, unstated, or sent before");
    }
    for status in ["P", "C", "X", "I", "S", "M", "Q", "N", "W"] {
        assert_eq!(with_status(status), [format!("status {status}")]);
    }
}

#[test]
fn controls_are_known_by_o12_by_the_rack_or_by_the_header() {
    let control_header = HEADER.replace("|P|1|", "|Q|1|");
    let kind = |header: &str, order: &str| read(&[header, "P|1", order, POTASSIUM, "L|1|N"]).0[0].kind;
    assert_eq!(kind(HEADER, "O|1|A0000001S||^^^990|R||||||N"), ReadingKind::Patient);
    assert_eq!(kind(HEADER, "O|1|LEVEL1||^^^990|R||||||Q"), ReadingKind::Control);
    assert_eq!(kind(HEADER, "O|1|LEVEL1|4051^30064^064^^QC^SC|^^^990|R"), ReadingKind::Control);
    assert_eq!(kind(HEADER, "O|1|A0000001S|4051^30064^064^^S1^SC|^^^990|R"), ReadingKind::Patient);
    assert_eq!(kind(&control_header, "O|1|LEVEL1||^^^990|R"), ReadingKind::Control);
    assert_eq!(kind(HEADER, "O|1|QC|^^^^S1^SC|^^^990|R"), ReadingKind::Patient, "a name is not a rack");
}

#[test]
fn what_is_for_training_or_debugging_never_becomes_a_reading() {
    for (letter, word) in [("T", "training"), ("D", "debugging")] {
        let header = HEADER.replace("|P|1|", &format!("|{letter}|1|"));
        let (readings, troubles) = read(&[&header, "P|1", ORDER, POTASSIUM, "R|2|^^^989|140|mmol/L", "L|1|N"]);
        assert!(readings.is_empty(), "{readings:?}");
        let places: Vec<&str> = troubles.iter().map(|trouble| trouble.place.as_str()).collect();
        assert_eq!(places, ["record 4", "record 5"], "each result is named");
        assert!(troubles.iter().all(|trouble| trouble.what.contains(word) && trouble.line.is_some()), "{troubles:?}");
    }
}

#[test]
fn a_time_that_cannot_be_read_costs_only_the_time() {
    for time in ["20261321101502", "yesterday", "2026112110150", "00000000000000"] {
        let record = format!("R|1|^^^990|4.12|mmol/L||N||F||||{time}");
        let (readings, troubles) = read(&[HEADER, "P|1", ORDER, &record, "L|1|N"]);
        assert_eq!((readings[0].sent.as_str(), &readings[0].stated_at), ("4.12", &None), "{time}");
        assert_eq!(troubles.len(), 1, "{time}");
        assert_eq!(troubles[0].place, "record 4, field R.13");
        assert!(troubles[0].what.contains(time), "{}", troubles[0]);
        assert_eq!(troubles[0].line.as_ref().unwrap().text, record);
    }
}

#[test]
fn the_time_is_when_it_was_completed_or_else_started_as_the_device_states_it() {
    let at = |started: &str, completed: &str| {
        one(ORDER, &[&format!("R|1|^^^990|4.12|mmol/L||N||F|||{started}|{completed}")]).stated_at.map(|stated| stated.iso())
    };
    assert_eq!(at("20261121101400", "20261121101502").as_deref(), Some("2026-11-21T10:15:02"));
    assert_eq!(at("20261121101400", "").as_deref(), Some("2026-11-21T10:14:00"));
    assert_eq!(at("", "20261121").as_deref(), Some("2026-11-21"), "no more precise than stated");
    assert_eq!(at("", ""), None);
    // The link's zone gives the instant: 10:15:02 in Berlin's winter is 09:15:02 UTC.
    let (readings, _) = read_in("Europe/Berlin", &[HEADER, "P|1", ORDER, POTASSIUM, "L|1|N"]);
    assert_eq!(readings[0].stated_at.as_ref().unwrap().instant().unwrap().to_string(), "2026-11-21T09:15:02Z");
}

#[test]
fn the_patient_is_the_first_id_that_is_stated() {
    let patient = |record: &str| read(&[HEADER, record, ORDER, POTASSIUM, "L|1|N"]).0[0].patient.clone();
    for (record, id) in [("P|1", None), ("P|1||  |  ", None), ("P|1|7", Some("7")), ("P|1||7", Some("7")), ("P|1|||7", Some("7"))] {
        assert_eq!(patient(record).as_deref(), id, "{record}");
    }
    assert_eq!(patient("P|1|  7 ^X|8").as_deref(), Some("7"));
}

#[test]
fn two_patients_in_one_message_stay_apart() {
    let (readings, troubles) = read(&[
        HEADER,
        "P|1|7",
        "O|1|A0000001S||^^^990|R",
        POTASSIUM,
        "C|1|I|27|I",
        "P|2|8",
        "O|1|A0000002Q||^^^990|R||||||N",
        "R|1|^^^990|5.0|mmol/L",
        "O|2|A0000003N||^^^989|R",
        "R|1|^^^989|140|mmol/L",
        "P|3",
        "O|1|A0000004L||^^^990|R",
        "R|1|^^^990|3.3|mmol/L",
        "L|1|N",
    ]);
    assert!(troubles.is_empty(), "{troubles:?}");
    let said: Vec<(Option<&str>, &str, &str, usize)> = readings
        .iter()
        .map(|reading| (reading.patient.as_deref(), reading.specimen.as_str(), reading.sent.as_str(), reading.flags.len()))
        .collect();
    let expected = [
        (Some("7"), "A0000001S", "4.12", 1),
        (Some("8"), "A0000002Q", "5.0", 0),
        (Some("8"), "A0000003N", "140", 0),
        (None, "A0000004L", "3.3", 0),
    ];
    assert_eq!(said, expected);
}

#[test]
fn two_messages_of_one_transmission_are_both_read() {
    let training = HEADER.replace("|P|1|", "|T|1|");
    let (readings, troubles) = read(&[HEADER, "P|1", ORDER, POTASSIUM, "L|1|N", &training, "P|1", ORDER, POTASSIUM, "L|1|N"]);
    assert_eq!((readings.len(), troubles.len()), (1, 1), "the second is for training; the first is not");
}

#[test]
fn the_delimiters_are_those_the_header_declares() {
    let (readings, troubles) =
        read(&["H!@#$!!!c111!!!!!host!RSUPL#REAL!P!1", "P!1", "O!1!A0000001S##6!", "R!1!###990/!4|12!mmol/L!!H@A", "L!1!N"]);
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!((readings[0].code.as_str(), readings[0].sent.as_str()), ("990", "4|12"));
    assert_eq!(readings[0].flags, ["H", "A"]);
}

#[test]
fn a_query_is_told_and_costs_no_result() {
    let (readings, troubles) =
        read(&[&HEADER.replace("RSUPL^REAL", "TSREQ^REAL"), "Q|1|^A0000001S||ALL", "P|1", ORDER, POTASSIUM, "L|1|N"]);
    assert_eq!(readings.len(), 1);
    assert_eq!(troubles.len(), 1);
    assert_eq!(troubles[0].place, "record 2");
    assert!(troubles[0].what.contains("query"), "{}", troubles[0]);
}

#[test]
fn one_bad_record_does_not_cost_the_others() {
    let (readings, troubles) = read(&[
        HEADER,
        "P|1",
        ORDER,
        "R|1|^^^|1|mmol/L",
        POTASSIUM,
        "R|3|^^^989|----|mmol/L",
        "nonsense",
        "R|4|^^^991|101|mmol/L||||F||||never",
        "L|1|N",
    ]);
    let codes: Vec<&str> = readings.iter().map(|reading| reading.code.as_str()).collect();
    assert_eq!(codes, ["990", "991"]);
    let mut places: Vec<&str> = troubles.iter().map(|trouble| trouble.place.as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["record 4", "record 6", "record 7", "record 8, field R.13"]);
}

#[test]
fn bytes_that_are_no_transmission_are_one_trouble_that_says_so() {
    for bytes in [&b""[..], b"\r\n\r\n", b"\x02", b"\x021H|\\^&"] {
        let (readings, troubles) = read_transmission(find("roche_cobas_c").unwrap(), bytes, &Zone::utc());
        assert!(readings.is_empty(), "{bytes:?}");
        assert_eq!(troubles.len(), 1, "{bytes:?}: {troubles:?}");
        assert!(troubles[0].what.len() > 20, "it says what to do: {}", troubles[0]);
    }
}
