//! Files of many messages.

use hl7v2::batch::{BatchTrouble, split};
use proptest::prelude::*;

fn read(lines: &str) -> (Vec<String>, Vec<BatchTrouble>) {
    let file = lines.replace('\n', "\r").into_bytes();
    let batch = split(&file);
    (batch.messages.iter().map(|message| String::from_utf8_lossy(message).replace('\r', "/")).collect(), batch.troubles)
}

#[test]
fn the_messages_of_a_file_are_found_and_its_counts_are_checked() {
    let count = |segment, stated: &str, found| BatchTrouble::Count { segment, stated: stated.into(), found };
    let (one, two) = ("MSH|1\nPID|1\n", "MSH|2\n");
    let (both, just_one) = (vec!["MSH|1/PID|1/", "MSH|2/"], vec!["MSH|1/PID|1/"]);
    for (lines, messages, troubles) in [
        (format!("FHS|^~\\&\nBHS|^~\\&\n{one}{two}BTS|2\nFTS|1\n"), both.clone(), vec![]),
        (format!("{one}{two}"), both.clone(), vec![]),
        (format!("FHS|^~\\&\nBHS|^~\\&\n{one}BTS\nBHS|^~\\&\n{two}BTS|1|done\nFTS|2"), both.clone(), vec![]),
        (format!("BHS|^~\\&\n{one}BTS|2\n"), just_one.clone(), vec![count("BTS", "2", 1)]),
        (format!("FHS|^~\\&\nBHS|^~\\&\n{one}{two}BTS|2\nFTS|2\n"), both.clone(), vec![count("FTS", "2", 1)]),
        (format!("BHS$@*!%\n{one}BTS$x\n"), just_one.clone(), vec![count("BTS", "x", 1)]),
        (
            format!("FHS|^~\\&\nBHS|^~\\&\n{one}"),
            just_one.clone(),
            vec!["BTS", "FTS"].into_iter().map(|segment| BatchTrouble::CutOff { segment }).collect(),
        ),
        (format!("hello\n\nBHS|^~\\&\nPID|9\n{one}BTS|1\nbye"), just_one, vec![BatchTrouble::Outside { lines: 3 }]),
        (String::new(), vec![], vec![]),
    ] {
        assert_eq!(read(&lines), (messages.into_iter().map(str::to_owned).collect(), troubles), "{lines}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file_is_taken_apart(
        pieces in proptest::collection::vec(prop_oneof!["(FHS|BHS|MSH|BTS|FTS|PID)", "[|0-9\r\n]{1,4}", "\\PC{0,5}"], 0..40),
    ) {
        let file = pieces.concat().into_bytes();
        let batch = split(&file);
        prop_assert!(batch.messages.iter().all(|message| message.starts_with(b"MSH")));
        prop_assert!(batch.messages.iter().map(|message| message.len()).sum::<usize>() <= file.len());
    }
}
