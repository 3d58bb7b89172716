//! Filing the transmissions of one link, in arrival order. The row in `unfiled` is the job; the in-tray spares reading it back and says that there is one.

use actions::{ActTrouble, Analyser, Laboratory, file_next};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// How long filing rests after the database could not do it, doubled each time up to the last.
const REST_SECONDS: [u64; 6] = [1, 2, 4, 8, 16, 30];
/// However quiet the link: look into the database now and then, as another node may have left something behind.
const LOOK_SECONDS: u64 = 60;

/// Files what one link sent, for as long as the process runs. Begins with what a former process left behind.
pub async fn run_filing(lab: Laboratory, analyser: Analyser) {
    let mut failures = 0;
    loop {
        match alive(file_next(&lab, &analyser)).await {
            Ok(0) => {
                failures = 0;
                tokio::select! {
                    // In a fixed order, so that a simulation can be repeated.
                    biased;
                    () = analyser.in_tray.rung() => {}
                    () = tokio::time::sleep(Duration::from_secs(LOOK_SECONDS)) => analyser.in_tray.look(),
                }
            }
            Ok(_) => failures = 0,
            Err(trouble) => {
                let rest = REST_SECONDS.get(failures).or(REST_SECONDS.last()).copied().unwrap_or(30);
                failures += 1;
                tracing::error!(link = %analyser.name, %trouble, rest, "filing failed; the messages are kept and will be tried again");
                tokio::time::sleep(Duration::from_secs(rest)).await;
            }
        }
    }
}

/// A panic is one more way to fail: a link whose job had ended would keep messages that nobody files. What the panic said may hold a patient's
/// values and is left out.
async fn alive(work: impl Future<Output = Result<usize, ActTrouble>>) -> Result<usize, ActTrouble> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|_| Err(ActTrouble::Internal("filing panicked, which is a fault of this program: report it".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_more_failure() {
        let panicking = async { if std::hint::black_box(true) { panic!("patient M-1") } else { Ok(1) } };
        let trouble = alive(panicking).now_or_never().unwrap().unwrap_err().to_string();
        assert!(trouble.contains("panicked") && !trouble.contains("M-1"), "{trouble}");
        assert_eq!(alive(async { Ok(3) }).now_or_never().unwrap().unwrap(), 3);
    }
}
