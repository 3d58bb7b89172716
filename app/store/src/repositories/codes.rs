//! Blocks of numbers for codes: leased hundreds at a time, so that no counter is hot.

use crate::{Trouble, Tx, params, sql};

sql! {
    /// Leases the next block of a kind; hands back the first number after it.
    pub LEASE_BLOCK = "INSERT INTO code_block (kind, next_number) VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET next_number = code_block.next_number + ?3 RETURNING next_number";
    /// Leaves numbers of every kind out.
    pub LEAVE_OUT = "UPDATE code_block SET next_number = next_number + ?1";
}

/// Leases `size` numbers of a kind and hands back the first. Numbers begin at 1 and are never handed out twice; what a node
/// leased and did not use is lost, which is harmless.
pub fn lease_block(tx: &mut Tx<'_>, kind: &str, size: u32) -> Result<i64, Trouble> {
    let size = i64::from(size);
    let row = tx.query_opt(&LEASE_BLOCK, &params![kind, size + 1, size])?;
    let after = row.ok_or_else(|| Trouble::because(format!("no block of {kind} could be leased")))?.int(0)?;
    Ok(after - size)
}

/// Leaves the next `size` numbers of every kind out.
pub fn leave_out(tx: &mut Tx<'_>, size: u32) -> Result<(), Trouble> {
    tx.execute(&LEAVE_OUT, &params![size]).map(drop)
}
