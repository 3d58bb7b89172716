//! Pages by bench, the JSON API, sessions and live updates: HTTP in, actions called, words out. Nothing is decided here.
//!
//! Every address stands in one list with who may enter ([`routes()`]); the router is built from that list and from nothing else.

mod api;
mod assets;
mod dress;
mod entry;
mod error;
mod events;
mod fields;
mod kept_forms;
mod local_path;
mod pages;
mod probes;
mod routes;
mod serve;
mod times;
mod wire_text;
mod words;

pub use routes::{Entry, RouteLine, routes};
pub use serve::{CONNECTIONS_MAX, serve};

use actions::Laboratory;
use jiff::tz::TimeZone;
use render::Renderer;
use std::path::PathBuf;
use std::sync::Arc;

/// What whoever starts the pages may choose about them.
#[derive(Clone, Default)]
pub struct WebOptions {
    /// Serve style sheets and scripts from this folder, read anew at each request, instead of those embedded in the program.
    pub assets_dir: Option<PathBuf>,
    /// What draws PDF; without it a PDF is refused, and everything else goes on.
    pub renderer: Option<Renderer>,
}

/// What every handler needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) lab: Laboratory,
    pub(crate) assets: Arc<assets::Assets>,
    /// The site's zone, from the same bundled database as the kernel's.
    pub(crate) zone: TimeZone,
    /// What was typed when sessions were locked.
    pub(crate) kept_forms: Arc<kept_forms::KeptForms>,
    /// What draws PDF.
    pub(crate) renderer: Option<Renderer>,
}

/// The pages and the API of one laboratory.
pub fn router(lab: Laboratory, options: WebOptions) -> axum::Router {
    let zone = times::zone_named(lab.zone().name());
    let WebOptions { assets_dir, renderer } = options;
    routes::build(Web { lab, assets: Arc::new(assets::Assets::new(assets_dir)), zone, kept_forms: Arc::default(), renderer })
}
