//! One file per gate; the head of each file is its page in the manual.

pub mod absurd_limit;
pub mod critical_limit;
pub mod delta;
pub mod format_and_unit;
pub mod identity;

use workflow::{Because, Gate, GateFinding, Verdict};

fn pass(gate: Gate) -> GateFinding {
    GateFinding { gate, verdict: Verdict::Pass, because: None }
}

fn finding(gate: Gate, verdict: Verdict, because: Because) -> GateFinding {
    GateFinding { gate, verdict, because: Some(because) }
}
