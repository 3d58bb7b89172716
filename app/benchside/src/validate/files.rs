//! Where cases come from: a folder, or those that ship with the program.

use crate::failure::Failure;
use std::path::Path;

/// A file of cases.
pub(crate) struct CaseFile {
    /// Its name, with the folder it lies in if that is not the top one.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

/// A larger file is refused.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A folder with more files is refused.
const FILES_MAX: usize = 1000;

macro_rules! shipped_files {
    ($($name:literal),* $(,)?) => {
        /// Cases that ship with the program, by name.
        const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../content/cases/", $name)))),*];
    };
}

shipped_files![
    "antibiogram_m39.json",
    "ast_interpretation.json",
    "bloodbank.json",
    "calculations.json",
    "cusum_tabular.json",
    "isbt128.json",
    "ldl_martin_hopkins.json",
    "mdro_expert.json",
    "molecular_ua.json",
    "nist-strd/Norris.dat",
    "nist-strd/SiRstv.dat",
    "nist-strd/SmLs01.dat",
    "pbrtqc.json",
    "qualification.json",
    "reference_flags.json",
    "sigma.json",
    "specimen_integrity.json",
    "westgard.json",
];

/// The cases that ship with the program.
pub(crate) fn shipped() -> Vec<CaseFile> {
    SHIPPED.iter().map(|(name, text)| CaseFile { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() }).collect()
}

/// Every file of a folder and of the folders in it, by name; `README.md` explains and holds no cases.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<CaseFile>, Failure> {
    let mut files = Vec::new();
    read_into(folder, "", &mut files)?;
    if files.is_empty() {
        return Err(Failure::Use(format!("{} holds no files of cases", folder.display())));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn read_into(folder: &Path, within: &str, files: &mut Vec<CaseFile>) -> Result<(), Failure> {
    let unreadable = |path: &Path, error: std::io::Error| Failure::Use(format!("cannot read {}: {error}", path.display()));
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Failure::Use(format!("{}: the name is not UTF-8", path.display())));
        };
        let known = std::fs::metadata(&path).map_err(|error| unreadable(&path, error))?;
        if known.is_dir() && within.is_empty() {
            read_into(&path, &format!("{name}/"), files)?;
        } else if known.is_dir() {
            return Err(Failure::Use(format!("{}: a folder of cases holds no folders within folders", path.display())));
        } else if name != "README.md" {
            if known.len() > FILE_BYTES_MAX || files.len() == FILES_MAX {
                let limits = format!("at most {FILES_MAX} files of {FILE_BYTES_MAX} bytes are read");
                return Err(Failure::Use(format!("{}: {limits}", path.display())));
            }
            let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
            files.push(CaseFile { name: format!("{within}{name}"), bytes });
        }
    }
    Ok(())
}
