//! What a seed stands for: who is ordered what, who sends what, the weather, and what happens to the server.

use disk::{Chance, Survival};
use peer::Packing;
use peer::c111::{Curves, Reading, Specimen, content};
use peer::device_time::DeviceTime;
use peer::menu::Menu;
use simulation::{Habits, Message, Weather};
use std::time::Duration;

/// Something that ends a life of the server, or disturbs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The power goes at this write, sync, cut or deletion of the disk.
    PowerAtCall(u64),
    /// The power goes after so long.
    PowerAfter(Duration),
    /// The process is killed after so long; what it gave to the system stays.
    KilledAfter(Duration),
    /// The disk reports one error at this call.
    DeviceAtCall(u64),
    /// The disk is full from this call on, for so long.
    FullFromCall(u64, Duration),
}

/// A tube: its number among the ordered ones, or a code that nobody ordered.
#[derive(Debug, Clone)]
pub(crate) enum Tube {
    Ordered(usize),
    Unknown(String),
}

/// What is measured of it.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) tube: Tube,
    pub(crate) readings: Vec<Reading>,
}

/// A message before the codes of its tubes are known.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) measured: Vec<Measured>,
    counter: u64,
    packing: Packing,
}

impl Planned {
    /// As it is sent, once the ordered tubes have their codes.
    pub(crate) fn message(&self, codes: &[String]) -> Message {
        let specimens: Vec<Specimen<'_>> =
            self.measured.iter().map(|measured| Specimen { code: code_of(&measured.tube, codes), readings: &measured.readings }).collect();
        let content = content(&specimens, DeviceTime::from_unix_seconds(1_795_000_000 + self.counter), self.counter, Curves::Left);
        Message { content, packing: self.packing }
    }
}

pub(crate) fn code_of<'a>(tube: &'a Tube, codes: &'a [String]) -> &'a str {
    match tube {
        Tube::Ordered(number) => &codes[*number],
        Tube::Unknown(code) => code,
    }
}

/// Everything that follows from a seed before anything has happened.
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// How many tests are ordered on each tube: the first so many of the menu.
    pub(crate) orders: Vec<usize>,
    /// What each link sends.
    pub(crate) links: Vec<Vec<Planned>>,
    pub(crate) weather: Weather,
    pub(crate) habits: Habits,
    /// What happens to the server, one life after the other.
    pub(crate) mishaps: Vec<Mishap>,
    /// Pages of the log from which on it is copied.
    pub(crate) gap_from: u64,
}

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let orders: Vec<usize> = (0..2 + chance.below(4)).map(|_| 1 + below(&mut chance, 6)).collect();
        let menu = Menu::starting().unwrap();
        let mut counter = 0;
        let mut message = |chance: &mut Chance| {
            counter += 1;
            planned(chance, counter, &orders, &menu)
        };
        let links = (0..1 + chance.below(3)).map(|_| (0..2 + chance.below(5)).map(|_| message(&mut chance)).collect()).collect();
        let rough = chance.percent(70);
        let share = |chance: &mut Chance, most: u64| if rough { chance.below(most) } else { 0 };
        let weather = Weather {
            delay_millis_max: 1 + chance.below(80),
            cut: share(&mut chance, 25),
            swallowed: share(&mut chance, 15),
            bytes_max: 2_500,
        };
        let habits = Habits {
            repeats: share(&mut chance, 40),
            breaks_off: share(&mut chance, 30),
            reconnects: chance.below(60),
            pause_millis_max: [20, 500, 20_000][below(&mut chance, 3)],
        };
        let mishaps = (0..chance.below(5)).map(|_| mishap(&mut chance)).collect();
        let gap_from = 4 + chance.below(60);
        Self { seed, orders, links, weather, habits, mishaps, gap_from }
    }

    /// A chance of its own for each who needs one, so that one of them does not move the others.
    pub(crate) fn chance(&self, of: u64) -> Chance {
        Chance::new(Chance::new(self.seed.wrapping_mul(1_000).wrapping_add(of)).bits())
    }
}

fn below(chance: &mut Chance, end: usize) -> usize {
    usize::try_from(chance.below(end as u64)).unwrap()
}

fn planned(chance: &mut Chance, counter: u64, orders: &[usize], menu: &Menu) -> Planned {
    let mut measured: Vec<Measured> = Vec::new();
    for _ in 0..1 + chance.below(3) {
        let tube = match chance.percent(75) {
            true => Tube::Ordered(below(chance, orders.len())),
            false => Tube::Unknown(format!("X{counter}")),
        };
        let again = |other: &Measured| matches!((&other.tube, &tube), (Tube::Ordered(one), Tube::Ordered(two)) if one == two);
        if measured.iter().any(again) {
            continue;
        }
        // One more than is ordered, now and then.
        let count = 1 + below(chance, 7);
        measured.push(Measured { tube, readings: menu.readings(count, counter) });
    }
    let packing = if chance.percent(70) { Packing::RecordPerFrame } else { Packing::Bytes(60 + below(chance, 180)) };
    Planned { measured, counter, packing }
}

/// Small numbers as often as large ones: an opening has few calls, a day many.
fn call(chance: &mut Chance) -> u64 {
    let scale = 1 << chance.below(11);
    scale + chance.below(scale)
}

fn mishap(chance: &mut Chance) -> Mishap {
    let soon = |chance: &mut Chance| {
        let most = [200, 5_000, 60_000][below(chance, 3)];
        Duration::from_millis(chance.below(most))
    };
    match chance.below(10) {
        0..4 => Mishap::PowerAtCall(call(chance)),
        4..6 => Mishap::PowerAfter(soon(chance)),
        6..8 => Mishap::KilledAfter(soon(chance)),
        8 => Mishap::DeviceAtCall(call(chance)),
        _ => Mishap::FullFromCall(call(chance), Duration::from_millis(500 + chance.below(90_000))),
    }
}

/// How much of what was not synced is there after the power went.
pub(crate) fn survival(chance: &mut Chance) -> Survival {
    match chance.below(5) {
        0 => Survival::Nothing,
        1 => Survival::Everything,
        _ => Survival::Percent(10 + chance.below(81)),
    }
}
