//! Style sheet and scripts: embedded in the program, under an address that changes with their content, so that a browser may keep them for good.

use crate::Web;
use crate::error::Refusal;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

const EMBEDDED: &[(&str, &[u8])] = &[
    ("benchside.css", include_bytes!("../assets/benchside.css")),
    ("benchside.js", include_bytes!("../assets/benchside.js")),
    ("benchside.svg", include_bytes!("../assets/benchside.svg")),
    ("entering.js", include_bytes!("../assets/entering.js")),
    ("live-worker.js", include_bytes!("../assets/live-worker.js")),
    ("lock.js", include_bytes!("../assets/lock.js")),
    ("receive.js", include_bytes!("../assets/receive.js")),
    ("refresh.js", include_bytes!("../assets/refresh.js")),
    ("moves.js", include_bytes!("../assets/moves.js")),
    ("region.js", include_bytes!("../assets/region.js")),
    ("typed.js", include_bytes!("../assets/typed.js")),
];

/// The edition in the address where assets are read from a folder: never kept by the browser.
const FROM_FOLDER: &str = "folder";

/// Where assets come from, and the edition in their address.
pub(crate) struct Assets {
    folder: Option<PathBuf>,
    edition: String,
}

impl Assets {
    /// The embedded assets, or those of a folder.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let edition = if folder.is_some() { FROM_FOLDER.to_owned() } else { edition_of(EMBEDDED) };
        Self { folder, edition }
    }

    /// The address of an asset.
    pub(crate) fn address(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.edition)
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of every name and content. One edition for all: scripts import each other by name.
fn edition_of(files: &[(&str, &[u8])]) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// `GET /assets/{edition}/{name}`
pub(crate) async fn show(State(web): State<Web>, Path((edition, name)): Path<(String, String)>) -> Result<Response, Refusal> {
    let missing = || Refusal::no_such("asset", &name);
    let (known, embedded) = EMBEDDED.iter().find(|(known, _)| *known == name).ok_or_else(missing)?;
    if edition != web.assets.edition {
        return Err(missing());
    }
    let headers =
        |keep: &'static str| [(header::CONTENT_TYPE, content_type(known)), (header::CACHE_CONTROL, keep)] as [(HeaderName, &str); 2];
    match &web.assets.folder {
        // `known` is one of our own names, so nothing outside the folder can be asked for.
        Some(folder) => {
            tokio::fs::read(folder.join(known)).await.map(|bytes| (headers("no-store"), bytes).into_response()).map_err(|_| missing())
        }
        None => Ok((headers("public, max-age=31536000, immutable"), *embedded).into_response()),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_content_has_another_address() {
        let one = edition_of(&[("a.js", b"1"), ("b.js", b"2")]);
        assert_eq!(one, edition_of(&[("a.js", b"1"), ("b.js", b"2")]));
        assert_eq!(one.len(), 16);
        assert_ne!(one, edition_of(&[("a.js", b"1"), ("b.js", b"3")]));
        assert_ne!(one, edition_of(&[("a.js", b"1b"), (".js", b"2")]));
    }

    #[test]
    fn every_asset_has_a_type() {
        for (name, _) in EMBEDDED {
            assert_ne!(content_type(name), "application/octet-stream", "{name}");
        }
    }
}
