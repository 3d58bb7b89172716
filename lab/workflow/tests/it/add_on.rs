//! Adding a test to a container that is there. The rows are written for these tests; the minutes are worked out from them.

use catalogue::{Catalogue, CatalogueText, ContainerKindCode, Storage};
use kernel::{Lang, Timestamp};
use std::time::Duration;
use workflow::{KeptContainer, NoAddOn, add_on};

use crate::bench::{NOW, test};

const EDITION: &str = "name = \"trial\"\nsource = \"a test\"\neffective_from = \"2026-11-21\"\n";
const TESTS: &str = "code,name,bench,loinc,loinc_name,loinc_check,specimen,unit,decimals,kind,valence,normal,note,source\n\
    K,Potassium,CHEM,,,unverified,Serum,mmol/L,1,number,1,,,here\n\
    PH,pH,BG,,,unverified,Arterial blood,[pH],2,number,,,,here\n\
    THCX,Throat culture,MICRO,,,unverified,Throat,,,coded,,,,here\n";
const CONTAINERS: &str = "code,name,contents,order_of_draw,usable_ul,reusable,source\n\
    SST,Gold top,gel,3,2000,yes,here\nSYR,Syringe,heparin,,800,no,here\nSWAB,Swab,medium,,,no,here\n";
const TEST_CONTAINERS: &str = "test,place,container,volume_ul,dead_volume_ul,stability_room_h,stability_refrigerated_h,stability_frozen_h,source\n\
    K,1,SST,10,90,24,168,,here\nPH,1,SYR,100,0,0.5,,,here\nTHCX,1,SWAB,,,24,,,here\n";

fn catalogue() -> Catalogue {
    let critical_limits = "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument,low,high,text,source,reason\n";
    Catalogue::read(CatalogueText {
        edition: EDITION,
        containers: CONTAINERS,
        tests: TESTS,
        test_containers: TEST_CONTAINERS,
        critical_limits,
        ..CatalogueText::default()
    })
    .unwrap()
}

const MINUTE: i64 = 60_000_000;

/// The answer for a test and a container, collected so long ago, with 100 ul left; changed as the case needs.
fn asked(code: &str, container: &str, micros_ago: i64, change: impl FnOnce(&mut KeptContainer<'_>)) -> Result<Duration, Vec<NoAddOn>> {
    let catalogue = catalogue();
    let kind = catalogue.container_kind(&ContainerKindCode::parse(container).unwrap()).unwrap();
    let specimen = catalogue.test(&test(code)).unwrap().specimen.clone();
    let mut kept = KeptContainer {
        kind,
        specimen: &specimen,
        collected_at: Some(Timestamp::from_micros(NOW.micros() - micros_ago)),
        storage: Storage::Room,
        remaining_ul: Some(100),
        opened: false,
    };
    change(&mut kept);
    add_on(catalogue.test(&test(code)).unwrap(), &kept, NOW)
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// 24 hours are 1440 minutes; at the last of them it is too late.
#[test]
fn the_time_left_is_what_it_keeps_less_what_has_passed() {
    assert_eq!(asked("K", "SST", 0, |_| ()), Ok(minutes(1_440)));
    assert_eq!(asked("K", "SST", 1_400 * MINUTE, |_| ()), Ok(minutes(40)));
    assert_eq!(asked("K", "SST", 1_440 * MINUTE - 1, |_| ()), Ok(Duration::from_micros(1)));
    let too_old = |elapsed: u64| Err(vec![NoAddOn::TooOld { elapsed: minutes(elapsed), stable: minutes(1_440) }]);
    assert_eq!(asked("K", "SST", 1_440 * MINUTE, |_| ()), too_old(1_440));
    assert_eq!(asked("K", "SST", 1_500 * MINUTE, |_| ()), too_old(1_500));
    // In the refrigerator 168 hours: 10 080 minutes.
    assert_eq!(asked("K", "SST", 1_500 * MINUTE, |kept| kept.storage = Storage::Refrigerated), Ok(minutes(8_580)));
    assert_eq!(asked("PH", "SYR", 29 * MINUTE, |_| ()), Ok(minutes(1)));
    assert_eq!(asked("K", "SST", MINUTE, |kept| kept.storage = Storage::Frozen), Err(vec![NoAddOn::NotStable(Storage::Frozen)]));
}

#[test]
fn what_nobody_knows_is_not_guessed() {
    assert_eq!(asked("K", "SST", MINUTE, |kept| kept.collected_at = None), Err(vec![NoAddOn::CollectionNotKnown]));
    assert_eq!(asked("K", "SST", -1, |_| ()), Err(vec![NoAddOn::CollectedInFuture]));
    assert_eq!(asked("K", "SST", MINUTE, |kept| kept.remaining_ul = None), Err(vec![NoAddOn::VolumeNotKnown]));
    let ends = |at: i64| asked("K", "SST", MINUTE, |kept| kept.collected_at = Some(Timestamp::from_micros(at)));
    assert!(matches!(ends(i64::MIN).unwrap_err().as_slice(), [NoAddOn::TooOld { .. }]));
    assert_eq!(ends(i64::MAX), Err(vec![NoAddOn::CollectedInFuture]));
}

/// 10 and 90 of dead volume are 100.
#[test]
fn the_volume_of_the_test_and_the_dead_volume_must_be_left() {
    assert!(asked("K", "SST", MINUTE, |kept| kept.remaining_ul = Some(100)).is_ok());
    let too_little = Err(vec![NoAddOn::TooLittle { needed_ul: 100, remaining_ul: 99 }]);
    assert_eq!(asked("K", "SST", MINUTE, |kept| kept.remaining_ul = Some(99)), too_little);
    // A swab has no volume to count.
    assert!(asked("THCX", "SWAB", MINUTE, |kept| kept.remaining_ul = None).is_ok());
}

#[test]
fn an_opened_container_serves_again_only_if_air_does_not_spoil_it() {
    assert!(asked("K", "SST", MINUTE, |kept| kept.opened = true).is_ok());
    let syringe = ContainerKindCode::parse("SYR").unwrap();
    assert_eq!(asked("PH", "SYR", MINUTE, |kept| kept.opened = true), Err(vec![NoAddOn::Opened(syringe)]));
}

#[test]
fn another_container_and_another_specimen_do_not_serve() {
    let container = ContainerKindCode::parse("SYR").unwrap();
    assert_eq!(asked("K", "SYR", MINUTE, |_| ()), Err(vec![NoAddOn::NotAccepted { test: test("K"), container }]));
    // Plasma of the same blood is one; a fluid in the same tube is not.
    assert!(asked("K", "SST", MINUTE, |kept| kept.specimen = "Plasma").is_ok());
    let fluid = NoAddOn::OtherSpecimen { needed: "Serum".to_owned(), held: "Pleural fluid".to_owned() };
    assert_eq!(asked("K", "SST", MINUTE, |kept| kept.specimen = "Pleural fluid"), Err(vec![fluid]));
}

#[test]
fn every_reason_is_told_at_once_and_in_words() {
    let told = asked("PH", "SYR", 200 * MINUTE, |kept| {
        kept.opened = true;
        kept.remaining_ul = Some(5);
    });
    let words: Vec<String> = told.unwrap_err().iter().map(|reason| reason.words(Lang::English)).collect();
    let expected = [
        "collected 3 h 20 min ago, and it keeps for less than 30 min",
        "100 ul are needed with the dead volume, and 5 ul are left",
        "SYR was opened, which spoils what is left",
    ];
    assert_eq!(words, expected);
}
