//! What a fault of this program says of itself on standard error: where it was, and no word of what was being read.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::Location;

/// From now on, a panic is told with its place; its words only where they are the program's own (I8).
pub(crate) fn tell_without_data() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let (told, trace) = (told(thread.name(), panic.location(), panic.payload()), Backtrace::capture());
        let mut to = std::io::stderr();
        // Nobody may be there to read it: a second panic in here would end the process.
        let _ = writeln!(to, "{told}");
        if trace.status() == BacktraceStatus::Captured {
            let _ = writeln!(to, "{trace}");
        }
    }));
}

fn told(thread: Option<&str>, at: Option<&Location<'_>>, panic: &(dyn Any + Send)) -> String {
    let at = at.map_or_else(|| "nowhere".to_owned(), ToString::to_string);
    format!("benchside: a fault of this program in thread {} at {at}: {}", thread.unwrap_or("unnamed"), kernel::panic_words(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_told_and_data_is_not() {
        let name = "Quillfeather".to_owned();
        let panic = std::panic::catch_unwind(|| panic!("{name} has no number")).unwrap_err();
        let told = told(Some("link"), Some(Location::caller()), panic.as_ref());
        assert!(told.contains("in thread link at ") && told.contains("fault.rs") && !told.contains("Quillfeather"), "{told}");
    }
}
