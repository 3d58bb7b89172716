//! What a laboratory's words mean: ids, values, units, times, actors. Pure; everything else stands on it.

pub mod actor;
pub mod ids;
pub mod realm;
pub mod timestamp;

pub use actor::Actor;
pub use ids::*;
pub use realm::Realm;
pub use timestamp::Timestamp;
