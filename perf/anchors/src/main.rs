//! `anchors serve --database FILE|postgres://... [--links 64] [--workers 8]`: prints one ready line and serves until it is killed.
#![allow(clippy::print_stdout, reason = "the ready line is this program's output")]

use anchors::serve::serve;
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "usage: anchors serve --database FILE|postgres://... [--links 64] [--workers 8]";

fn main() -> ExitCode {
    match options().and_then(|(database, links, workers)| serve(&database, links, workers)) {
        Ok(links) => {
            let links: Vec<String> = links.iter().map(|(name, address)| format!("{name}@{address}")).collect();
            println!("ready http=- links={}", links.join(","));
            let _ = std::io::stdout().flush();
            loop {
                std::thread::park();
            }
        }
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Result<(String, usize, usize), String> {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() != Some("serve") {
        return Err(USAGE.to_owned());
    }
    let (mut database, mut links, mut workers) = (None, 64, 8);
    while let Some(name) = words.next() {
        let value = words.next().ok_or(format!("{name} needs a value; {USAGE}"))?;
        let number = || value.parse::<usize>().map_err(|_| format!("{name} {value}: not a number; {USAGE}"));
        match name.as_str() {
            "--database" => database = Some(value.clone()),
            "--links" => links = number()?,
            "--workers" => workers = number()?,
            _ => return Err(format!("{name} is not known; {USAGE}")),
        }
    }
    Ok((database.ok_or(USAGE)?, links, workers))
}
