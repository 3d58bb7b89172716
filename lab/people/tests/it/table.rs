//! A table that is faulty is refused whole, with line and reason.

use people::{Privileges, Role};

const SHIPPED: &str = include_str!("../../../../content/people/privileges.csv");

fn troubles(text: &str) -> Vec<String> {
    Privileges::read(text).map_or_else(|troubles| troubles.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

#[test]
fn every_fault_is_named() {
    assert_eq!(troubles(SHIPPED), Vec::<String>::new());
    let merge = "merge_patients,-,-,-,-,2,2,2,2,-,-,2,2,-,-,2,-\n";
    assert!(SHIPPED.contains(merge));
    for (text, says) in [
        (SHIPPED.replace(merge, ""), "the row of merge_patients is missing"),
        (SHIPPED.replace(merge, &merge.repeat(2)), "line 6: merge_patients stands here a second time"),
        (SHIPPED.replace("merge_patients,-", "merge_patients,yes"), "line 5: “yes” of PB for merge_patients"),
        (SHIPPED.replace("merge_patients,-", "merge_patients,"), "line 5: “” of PB for merge_patients"),
        (SHIPPED.replace("merge_patients,", "merge_people,"), "line 5: “merge_people” is no action"),
        (SHIPPED.replace("merge_patients,-,", "merge_patients,"), "line 5"),
        (SHIPPED.replace("PB,LA", "LA,PB"), "line 1: the header must be action,PB,LA"),
        (String::new(), "line 1: the header must be"),
    ] {
        let told = troubles(&text);
        assert!(told.iter().any(|told| told.contains(says)), "{says}: {told:?}");
    }
}

#[test]
fn roles_read_back_by_name_and_nonsense_is_told_what_there_is() {
    for role in Role::ALL {
        assert_eq!(role.name().parse(), Ok(*role));
    }
    let trouble = "boss".parse::<Role>().unwrap_err().to_string();
    assert!(trouble.contains("boss") && trouble.contains("technologist"), "{trouble}");
}
