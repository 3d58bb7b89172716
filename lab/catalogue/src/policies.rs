//! What a laboratory's director decides where the literature leaves a choice: named policies, each with one of a few values.

use crate::calculations::martin_hopkins::HighTriglycerides;
use crate::table::{self, ContentTrouble, TableRow};

/// The policies of an edition; what it does not state is not decided, and nothing is assumed in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policies {
    /// LDL cholesterol by Martin and Hopkins for triglycerides of 400 mg/dL and more.
    pub high_triglycerides: Option<HighTriglycerides>,
    /// Whether what anybody types needs somebody else to vouch for it. What a trainee types always does.
    pub second_person_for_entries: Option<bool>,
}

const FILE: &str = "policies.csv";
pub(crate) const COLUMNS: [&str; 3] = ["name", "value", "source"];
const HIGH_TRIGLYCERIDES: &str = "martin_hopkins_from_tg_400";
const SECOND_PERSON: &str = "second_person_for_entries";

/// Reads `policies.csv`.
pub(crate) fn read(text: &str, troubles: &mut Vec<ContentTrouble>) -> Policies {
    let mut policies = Policies::default();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        if let Err(trouble) = read_row(&row, &mut policies) {
            troubles.push(trouble);
        }
    }
    policies
}

fn read_row(row: &TableRow<'_>, policies: &mut Policies) -> Result<(), ContentTrouble> {
    let (name, value) = (row.cell("name"), row.cell("value"));
    if row.cell("source").is_empty() {
        return Err(row.trouble(format!("policy {name} has no source")));
    }
    match name {
        HIGH_TRIGLYCERIDES => {
            let decided = match value {
                "blocked" => HighTriglycerides::Blocked,
                "last_row" => HighTriglycerides::LastRow,
                _ => return Err(row.trouble(format!("value of {name} must be blocked or last_row, not “{value}”"))),
            };
            match policies.high_triglycerides.replace(decided) {
                None => Ok(()),
                Some(_) => Err(row.trouble(format!("policy {name} stands here a second time"))),
            }
        }
        SECOND_PERSON => {
            let decided = match value {
                "trainees" => false,
                "everybody" => true,
                _ => return Err(row.trouble(format!("value of {name} must be trainees or everybody, not “{value}”"))),
            };
            match policies.second_person_for_entries.replace(decided) {
                None => Ok(()),
                Some(_) => Err(row.trouble(format!("policy {name} stands here a second time"))),
            }
        }
        _ => Err(row.trouble(format!("“{name}” is no policy; there are {HIGH_TRIGLYCERIDES} and {SECOND_PERSON}"))),
    }
}
