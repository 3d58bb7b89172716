//! Stated times: as stated, to the precision stated, and with an instant only where there is exactly one.

use kernel::stated::{Fold, Precision, Stated, TimeSource};
use kernel::{Lang, Timestamp, Zone};

fn berlin() -> Zone {
    Zone::named("Europe/Berlin").unwrap()
}

fn read(text: &str) -> Stated {
    Stated::read(text, &berlin(), TimeSource::Device).unwrap_or_else(|trouble| panic!("{trouble}"))
}

#[test]
fn the_precision_stated_is_the_precision_shown() {
    let table = [
        ("2024", Precision::Year, "2024", None),
        ("202406", Precision::Month, "2024-06", None),
        ("20240627", Precision::Day, "2024-06-27", None),
        // Berlin in June is two hours ahead of UTC.
        ("2024062713", Precision::Hour, "2024-06-27T13", Some("2024-06-27T11:00:00Z")),
        ("202406271354", Precision::Minute, "2024-06-27T13:54", Some("2024-06-27T11:54:00Z")),
        ("20240627135427", Precision::Second, "2024-06-27T13:54:27", Some("2024-06-27T11:54:27Z")),
        ("20240627135427.5", Precision::Fraction, "2024-06-27T13:54:27.5", Some("2024-06-27T11:54:27.5Z")),
        // A stated offset outranks the link's zone.
        ("20240627135427+0530", Precision::Second, "2024-06-27T13:54:27+05:30", Some("2024-06-27T08:24:27Z")),
        ("2024062713-0400", Precision::Hour, "2024-06-27T13-04:00", Some("2024-06-27T17:00:00Z")),
        ("20240627135427.123456-0000", Precision::Fraction, "2024-06-27T13:54:27.123456-00:00", Some("2024-06-27T13:54:27.123456Z")),
        (" 20240627 ", Precision::Day, "2024-06-27", None),
        // Winter: one hour ahead.
        ("20240115080000", Precision::Second, "2024-01-15T08:00:00", Some("2024-01-15T07:00:00Z")),
    ];
    for (text, precision, iso, instant) in table {
        let stated = read(text);
        assert_eq!(stated.precision(), precision, "{text}");
        assert_eq!(stated.iso(), iso);
        assert_eq!(stated.instant().map(|instant| instant.to_string()).as_deref(), instant, "{text}");
        assert_eq!(stated.fold(), Fold::None);
        assert_eq!(stated.finding(Lang::English), None);
    }
}

#[test]
fn an_hour_that_came_twice_or_not_at_all_is_a_finding() {
    // Berlin 2024: clocks went forward on 31 March at 2:00 and back on 27 October at 3:00.
    let gap = read("20240331023000");
    assert_eq!((gap.fold(), gap.instant()), (Fold::Gap, None));
    assert_eq!(gap.finding(Lang::English).unwrap().code, "T-002");
    let fold = read("20241027023000");
    assert_eq!((fold.fold(), fold.instant()), (Fold::Ambiguous, None));
    let finding = fold.finding(Lang::English).unwrap();
    assert_eq!(finding.code, "T-001");
    assert!(finding.to_string().contains("2024-10-27T02:30:00"), "{finding}");
    // A stated offset settles it.
    assert_eq!(read("20241027023000+0200").instant().unwrap().to_string(), "2024-10-27T00:30:00Z");
    assert_eq!(read("20241027015959").fold(), Fold::None);
    assert_eq!(read("20241027030000").fold(), Fold::None);
}

#[test]
fn what_is_no_time_is_a_trouble() {
    let texts = [
        "",
        "0",
        "00000000",
        "00000000000000",
        "20241301",
        "20230229",
        "20240631",
        "20240627240000",
        "20240627136000",
        "20240627135461",
        "2024062",
        "202406271",
        "2024-06-27",
        "20240627T135427",
        "20240627135427.",
        "202406271354.5",
        "20240627135427.1234567890",
        "20240627+0200",
        "20240627135427+2",
        "20240627135427+1500",
        "20240627135427+0260",
        "20240627135427+02:00",
        "2024062713542a",
        "\u{662}024",
        "20240627\0",
        "+0200",
        "-",
        "99999999999999999999999999999999999999999999",
    ];
    for text in texts {
        let trouble = Stated::read(text, &berlin(), TimeSource::Device).expect_err(text);
        assert!(trouble.to_string().contains("is not a time"), "{trouble}");
    }
}

#[test]
fn a_stored_time_comes_back_as_it_was_even_if_the_zone_changed() {
    let stated = read("20240627135427");
    let back = Stated::restore(stated.text(), stated.source(), stated.instant(), stated.fold()).unwrap();
    assert_eq!(back, stated);
    assert!(Stated::restore("tomorrow", TimeSource::Person, None, Fold::None).is_err());
    for source in TimeSource::ALL {
        assert_eq!(TimeSource::from_name(source.name()), Some(*source));
    }
    for fold in Fold::ALL {
        assert_eq!(Fold::from_name(fold.name()), Some(*fold));
    }
    for precision in Precision::ALL {
        assert_eq!(Precision::from_name(precision.name()), Some(*precision));
    }
}

#[test]
fn clocks_that_disagree_are_noticed_beyond_the_tolerance() {
    let stated = read("20240627135427");
    let seconds_later = |seconds: i64| Timestamp::from_micros(stated.instant().unwrap().micros() + seconds * 1_000_000);
    assert_eq!(stated.clock_disagreement(seconds_later(300), 300, Lang::English), None);
    let finding = stated.clock_disagreement(seconds_later(301), 300, Lang::English).unwrap();
    assert_eq!(finding.code, "T-003");
    assert!(finding.words.contains("301 s"), "{finding}");
    assert!(stated.clock_disagreement(seconds_later(-301), 300, Lang::English).is_some());
    assert_eq!(read("20240627").clock_disagreement(seconds_later(99_999), 0, Lang::English), None, "a date states no instant");
    assert!(stated.clock_disagreement(Timestamp::from_micros(i64::MIN), 0, Lang::English).is_some());
}
