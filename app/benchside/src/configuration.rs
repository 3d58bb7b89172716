//! `benchside.toml`: what differs from one laboratory to the next and is not clinical.

use crate::Place;
use crate::failure::Failure;
use crate::hl7_configuration::Hl7Configuration;
use crate::sign_in_configuration::SignInConfiguration;
use actions::{Analyser, Hl7Link, SignInSettings};
use catalogue::{Catalogue, InstrumentMapping};
use kernel::{ContainerCode, DecimalMark, Realm, Zone};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::audit::SealFiles;

/// The file's name in the laboratory's folder.
pub(crate) const FILE: &str = "benchside.toml";
/// The database's name in the laboratory's folder.
const DATABASE_FILE: &str = "benchside.db";
/// Links of one laboratory; more is a mistake in a generated file.
const LINKS_MAX: usize = 10_000;

/// Characters of a link's owner.
const OWNER_CHARACTERS_MAX: usize = 64;

/// The file as written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    /// Which realm the database is of.
    pub(crate) realm: String,
    /// One or two letters before every container code of this site.
    pub(crate) site_prefix: String,
    /// IANA name of the site's zone.
    pub(crate) zone: String,
    /// The mark people here type in decimals, "." or ",".
    #[serde(default = "point")]
    pub(crate) decimal_mark: String,
    /// Where pages and the API are served.
    pub(crate) http: SocketAddr,
    /// A PostgreSQL URL, where the database is not the file in this folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) database: Option<String>,
    /// The key that signs seals, relative to this folder; `seal.key` where it is left out. Best on another medium than the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seal_key: Option<String>,
    /// The log of signed seals, relative to this folder; `seals.log` where it is left out. Best on another medium than the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seals_log: Option<String>,
    /// When sessions at the pages lock by themselves.
    #[serde(default, skip_serializing_if = "SignInConfiguration::is_default")]
    pub(crate) sign_in: SignInConfiguration,
    /// The analysers.
    #[serde(default, rename = "link", skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<LinkConfiguration>,
    /// The hospital systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) hl7: Vec<Hl7Configuration>,
    /// The file it was read from: every message about it names that.
    #[serde(skip)]
    pub(crate) file: PathBuf,
}

/// One analyser's link.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkConfiguration {
    /// Its name, never reused for another instrument.
    pub(crate) name: String,
    /// Its driver.
    pub(crate) driver: String,
    /// The protocol; the driver's own.
    #[serde(default = "lis2")]
    pub(crate) protocol: String,
    /// Where to listen for it.
    pub(crate) listen: SocketAddr,
    /// IANA name of its clock's zone; the site's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    /// A mapping of its codes, relative to the laboratory's folder; the driver's starting one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mapping: Option<String>,
    /// Who owns what it sends that nobody ordered.
    #[serde(default = "chemistry_bench")]
    pub(crate) owner: String,
    /// "." or ",".
    #[serde(default = "point")]
    pub(crate) decimal_mark: String,
}

fn lis2() -> String {
    "lis2".to_owned()
}

fn chemistry_bench() -> String {
    "bench:chemistry".to_owned()
}

fn decimal_mark(text: &str) -> Result<DecimalMark, String> {
    match text {
        "." => Ok(DecimalMark::Point),
        "," => Ok(DecimalMark::Comma),
        other => Err(format!("must be \".\" or \",\", not {other:?}")),
    }
}

fn point() -> String {
    ".".to_owned()
}

impl Configuration {
    /// A new laboratory's configuration, with no analysers yet.
    pub(crate) fn starting(realm: Realm) -> Self {
        Self {
            realm: realm.to_string(),
            site_prefix: "A".to_owned(),
            zone: "UTC".to_owned(),
            decimal_mark: ".".to_owned(),
            http: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: None,
            seal_key: None,
            seals_log: None,
            sign_in: SignInConfiguration::default(),
            links: Vec::new(),
            hl7: Vec::new(),
            file: PathBuf::new(),
        }
    }

    /// Reads a file and refuses one that no laboratory could run with.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::Environment(format!("cannot read {}: {error}; make a laboratory with `benchside init`", path.display()))
        })?;
        let read: Self =
            toml::from_str(&text).map_err(|error| Failure::Use(format!("{}: {}", path.display(), error.to_string().trim_end())))?;
        let configuration = Self { file: path.to_owned(), ..read };
        if configuration.links.len() + configuration.hl7.len() > LINKS_MAX {
            return Err(configuration.wrong("link", format!("there are more than {LINKS_MAX}")));
        }
        configuration.realm()?;
        configuration.zone()?;
        configuration.sign_in()?;
        configuration.decimal_mark()?;
        // Found now, and not with the first order.
        ContainerCode::compose(&configuration.site_prefix, 1).map_err(|trouble| configuration.wrong("site_prefix", trouble))?;
        Ok(configuration)
    }

    /// The files a restored laboratory needs to start as this one does: this configuration without its database, which is another one then, and the
    /// mappings it names that lie in the folder itself.
    pub(crate) fn for_backup(&self, folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let mut files = vec![(FILE.to_owned(), Self { database: None, ..self.clone() }.text()?.into_bytes())];
        for name in self.links.iter().filter_map(|link| link.mapping.as_ref()) {
            let beside = Path::new(name).file_name().is_some_and(|last| last == name.as_str());
            if beside && !files.iter().any(|(known, _)| known == name) {
                let path = folder.join(name);
                let bytes = std::fs::read(&path)
                    .map_err(|error| Failure::Environment(format!("cannot read the mapping {}: {error}", path.display())))?;
                files.push((name.clone(), bytes));
            }
        }
        Ok(files)
    }

    fn text(&self) -> Result<String, Failure> {
        let text = toml::to_string_pretty(self).map_err(Failure::environment)?;
        Ok(format!("# This laboratory's configuration. Clinical content is not set here.\n\n{text}"))
    }

    fn wrong(&self, key: &str, what: impl Display) -> Failure {
        Failure::Use(format!("{key}: {what}")).in_file(&self.file)
    }

    /// Writes a new file; one that is there already is left as it is.
    pub(crate) fn write_new(&self, path: &Path) -> Result<(), Failure> {
        let text = self.text()?;
        // It may hold a database password: for its owner only.
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => std::io::Write::write_all(&mut file, text.as_bytes())
                .map_err(|error| Failure::Environment(format!("cannot write {}: {error}", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Failure::Environment(format!("cannot write {}: {error}", path.display()))),
        }
    }

    /// Where seals are signed and kept: in the laboratory's folder, unless the configuration names other places.
    pub(crate) fn seals(&self, folder: &Path) -> SealFiles {
        let at = |named: &Option<String>, otherwise: &str| folder.join(named.as_deref().unwrap_or(otherwise));
        SealFiles { key: at(&self.seal_key, "seal.key"), log: at(&self.seals_log, "seals.log") }
    }

    /// The realm.
    pub(crate) fn realm(&self) -> Result<Realm, Failure> {
        self.realm.parse().map_err(|trouble: <Realm as std::str::FromStr>::Err| self.wrong("realm", trouble))
    }

    /// The site's zone.
    pub(crate) fn zone(&self) -> Result<Zone, Failure> {
        Zone::named(&self.zone).map_err(|trouble| self.wrong("zone", trouble))
    }

    /// When sessions lock by themselves.
    pub(crate) fn sign_in(&self) -> Result<SignInSettings, Failure> {
        self.sign_in.settings().map_err(|what| self.wrong("sign_in", what))
    }

    /// The mark people here type in decimals.
    pub(crate) fn decimal_mark(&self) -> Result<DecimalMark, Failure> {
        decimal_mark(&self.decimal_mark).map_err(|what| self.wrong("decimal_mark", what))
    }

    /// Where the database is: what the command line says, then the file, then the folder.
    pub(crate) fn target(&self, place: &Place) -> store::Target {
        match place.database.clone().or_else(|| self.database.clone()) {
            Some(url) => store::Target::Postgres(url),
            None => store::Target::Sqlite(place.data.join(DATABASE_FILE)),
        }
    }

    /// The analysers, each with its driver and mapping, and where to listen.
    pub(crate) fn analysers(&self, folder: &Path, catalogue: &Catalogue) -> Result<Vec<(Analyser, SocketAddr)>, Failure> {
        let site_zone = self.zone()?;
        // What ships together is read together, and once: an edition of the laboratory's own need not have every test of a driver's mapping.
        let shipped = actions::starting_catalogue().map_err(Failure::environment)?;
        let catalogues = Catalogues { in_force: catalogue, shipped: &shipped };
        let mut analysers: Vec<(Analyser, SocketAddr)> = Vec::new();
        for link in &self.links {
            let analyser = link.analyser(folder, catalogues, &site_zone).map_err(|failure| failure.in_file(&self.file))?;
            if analysers.iter().any(|(other, _)| other.name == analyser.name) {
                return Err(self.wrong(&format!("link {}", analyser.name), "it stands here twice; give each analyser a name of its own"));
            }
            analysers.push((analyser, link.listen));
        }
        Ok(analysers)
    }
}

impl Configuration {
    /// The links of hospital systems, and where to listen. `listen` takes the place of the address of the only one, or stands for one that the file
    /// does not have.
    pub(crate) fn hl7_links(&self, listen: Option<SocketAddr>) -> Result<Vec<(Hl7Link, SocketAddr)>, Failure> {
        let site_zone = self.zone()?;
        let mut configured = self.hl7.clone();
        match (listen, configured.as_mut_slice()) {
            (None, _) => {}
            (Some(listen), []) => configured.push(Hl7Configuration::listening(listen)),
            (Some(listen), [only]) => only.listen = listen,
            (Some(_), _) => {
                return Err(self.wrong("hl7", "--mllp says where one link listens, but there are several; set their addresses here"));
            }
        }
        let mut links: Vec<(Hl7Link, SocketAddr)> = Vec::new();
        for hl7 in &configured {
            let link = hl7.link(&site_zone).map_err(|failure| failure.in_file(&self.file))?;
            if links.iter().any(|(other, _)| other.name == link.name) || self.links.iter().any(|other| other.name == *link.name) {
                return Err(self.wrong(&format!("hl7 {}", link.name), "another link has this name; give each system a name of its own"));
            }
            links.push((link, hl7.listen));
        }
        Ok(links)
    }
}

/// What mappings are held against.
#[derive(Clone, Copy)]
struct Catalogues<'c> {
    /// A site's own mapping.
    in_force: &'c Catalogue,
    /// One that ships with its driver.
    shipped: &'c Catalogue,
}

/// A task without an owner is nobody's work.
pub(crate) fn owner_of<'o>(link: &str, owner: &'o str) -> Result<&'o str, Failure> {
    let owner = owner.trim();
    let fits = !owner.is_empty() && owner.chars().nth(OWNER_CHARACTERS_MAX).is_none() && !owner.chars().any(char::is_control);
    let wrong =
        || Failure::Use(format!("link {link}: owner must have 1 to {OWNER_CHARACTERS_MAX} characters, such as \"bench:chemistry\""));
    if fits { Ok(owner) } else { Err(wrong()) }
}

/// The zone a link names, or the site's.
pub(crate) fn zone_of(link: &str, zone: Option<&str>, site_zone: &Zone) -> Result<Zone, Failure> {
    match zone {
        Some(name) => Zone::named(name).map_err(|trouble| Failure::Use(format!("link {link}: zone: {trouble}"))),
        None => Ok(site_zone.clone()),
    }
}

impl LinkConfiguration {
    fn analyser(&self, folder: &Path, catalogues: Catalogues<'_>, site_zone: &Zone) -> Result<Analyser, Failure> {
        let driver = Analyser::find_driver(&self.name, &self.driver).map_err(Failure::wrong_use)?;
        if self.protocol != driver.protocol {
            return Err(Failure::Use(format!(
                "link {}: driver {} speaks {}, not {}",
                self.name, driver.name, driver.protocol, self.protocol
            )));
        }
        let zone = zone_of(&self.name, self.zone.as_deref(), site_zone)?;
        let decimal_mark =
            decimal_mark(&self.decimal_mark).map_err(|what| Failure::Use(format!("link {}: decimal_mark {what}", self.name)))?;
        Ok(Analyser {
            name: Analyser::check_name(&self.name).map_err(Failure::wrong_use)?,
            driver,
            mapping: Arc::new(self.mapping(folder, catalogues)?),
            zone,
            decimal_mark,
            owner: owner_of(&self.name, &self.owner)?.into(),
            in_tray: actions::InTray::default(),
        })
    }

    fn mapping(&self, folder: &Path, catalogues: Catalogues<'_>) -> Result<InstrumentMapping, Failure> {
        let Some(file) = &self.mapping else {
            return Ok(actions::default_mapping(&self.driver, catalogues.shipped).map_err(Failure::wrong_use)?.unwrap_or_default());
        };
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::Environment(format!("link {}: cannot read {}: {error}", self.name, path.display())))?;
        let all = |troubles: Vec<catalogue::ContentTrouble>| {
            Failure::Use(troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        };
        InstrumentMapping::read(&path.display().to_string(), &text, catalogues.in_force).map_err(all)
    }
}
