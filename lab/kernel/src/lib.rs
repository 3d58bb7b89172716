//! What a laboratory's words mean: ids, values, units, times, actors. Pure; everything else stands on it.

pub mod actor;
pub mod finding;
pub mod ids;
mod printable;
pub mod quantity;
pub mod reading;
pub mod realm;
pub mod rounding;
pub mod stated;
pub mod timestamp;
pub mod trouble;
pub mod unit;
pub mod value;
pub mod words;
pub mod zone;

pub use actor::Actor;
pub use finding::Finding;
pub use ids::*;
pub use quantity::Quantity;
pub use reading::{RawLine, Reading, ReadingKind};
pub use realm::Realm;
pub use rust_decimal::Decimal;
pub use stated::{Fold, Precision, Stated, TimeSource};
pub use timestamp::Timestamp;
pub use trouble::Trouble;
pub use unit::{Conversion, Substance, Unit};
pub use value::{DecimalMark, Number, Value, ValueKindExpected};
pub use words::Lang;
pub use zone::Zone;
