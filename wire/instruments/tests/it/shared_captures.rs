//! A real c 111's transmission, where the folder of shared captures is present. It is somebody else's file: what it must give is worked out
//! here from its own bytes, and none of it stands in this project.

use crate::disk::shared_capture;
use instruments::{find, read_transmission};
use kernel::{ReadingKind, Zone};

/// Fields of the first record of this kind: each record is a frame of its own, so the letter stands third in its line, and the first
/// control character ends its last field.
fn fields(text: &str, kind: char) -> Vec<String> {
    let record = text.lines().find(|line| line.chars().nth(2) == Some(kind)).unwrap();
    record.split('|').map(|field| field.split(char::is_control).next().unwrap_or_default().to_owned()).collect()
}

fn component(field: &str, number: usize) -> &str {
    field.split('^').nth(number - 1).unwrap_or_default().trim()
}

#[test]
fn a_real_c111_gives_its_one_result() {
    let Some(bytes) = shared_capture("astm/cobas_c111.txt") else { return };
    let text: String = bytes.iter().copied().map(char::from).collect();
    let (order, result) = (fields(&text, 'O'), fields(&text, 'R'));
    for wrapped in [bytes.clone(), [&[5_u8][..], &bytes, &[4]].concat()] {
        let (readings, troubles) = read_transmission(find("roche_cobas_c").unwrap(), &wrapped, &Zone::utc());
        assert!(troubles.is_empty(), "{troubles:?}");
        let [reading] = readings.as_slice() else { panic!("one reading was expected, not {readings:?}") };
        assert_eq!(reading.kind, ReadingKind::Patient);
        assert_eq!(reading.specimen, [component(&order[2], 1), component(&order[3], 1)].concat(), "one of the two is empty");
        assert_eq!(reading.code, component(&result[2], 4));
        assert_eq!((&reading.sent, &reading.unit), (&result[3], &result[4]));
        assert_eq!(reading.flags, Vec::<String>::new());
        assert_eq!(reading.stated_at.as_ref().unwrap().text(), result[12]);
        assert_eq!(reading.patient, None);
        assert!(!reading.specimen.is_empty() && !reading.sent.is_empty() && !reading.code.is_empty(), "the file holds what is compared");
    }
}
