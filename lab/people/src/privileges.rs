//! The table of privileges: for every action what each role may do of it. A site edits it as data; a cell that is not understood is a fault, and a
//! cell whose condition nobody can judge yet allows nothing. Source of the starting table: people 4.1.

use crate::action::Action;
use crate::role::Role;
use std::collections::BTreeMap;

/// What a role may do of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// `-`: nothing.
    Never,
    /// It would hang on a condition that is not known yet: nothing.
    Unknown(Condition),
    /// `R`: look.
    Read,
    /// `D`: draft, for somebody else to approve.
    Draft,
    /// A part of the act only.
    Part(Part),
    /// `own`: on own records only.
    Own,
    /// `S`: under a supervisor on shift, who signs for it.
    Supervised,
    /// `2`: with a second qualified person.
    SecondPerson,
    /// `2 (final)`: as the second of two, whose signature is the last.
    Final,
    /// `U`: alone.
    Unsupervised,
}

/// A part of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `ask`: put the question.
    Ask,
    /// `run`: do the testing.
    Run,
    /// `req`: ask that it be done.
    Request,
    /// `ack`: acknowledge.
    Acknowledge,
    /// `signs`: sign for it.
    Sign,
    /// `exec`: carry out what others decided.
    Execute,
    /// `submit`: hand in.
    Submit,
    /// `attest`: attest.
    Attest,
    /// `approve`: approve what others wrote.
    Approve,
}

/// What a cell hangs on that nobody can judge before qualifications and licences are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// `U/state`: whether the licence of the state covers it.
    StateScope,
    /// `U if H-row + state`: a qualification for high complexity, and the state's licence.
    HighComplexityAndState,
    /// `S/U if T6`: documented training.
    DocumentedTraining,
    /// `U routine, S unusual`: whether the case is routine.
    RoutineOrUnusual,
    /// `if TC/TS/GS row`: a qualification as technical consultant, technical supervisor or general supervisor.
    AssessorQualification,
    /// `U (deleg.)`: a written delegation.
    WrittenDelegation,
}

impl Allowance {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "-" => Self::Never,
            "R" => Self::Read,
            "D" => Self::Draft,
            "own" => Self::Own,
            "S" => Self::Supervised,
            "2" => Self::SecondPerson,
            "2 (final)" => Self::Final,
            "U" => Self::Unsupervised,
            "ask" => Self::Part(Part::Ask),
            "run" => Self::Part(Part::Run),
            "req" => Self::Part(Part::Request),
            "ack" => Self::Part(Part::Acknowledge),
            "signs" => Self::Part(Part::Sign),
            "exec" => Self::Part(Part::Execute),
            "submit" => Self::Part(Part::Submit),
            "attest" => Self::Part(Part::Attest),
            "approve" => Self::Part(Part::Approve),
            "U/state" => Self::Unknown(Condition::StateScope),
            "U if H-row + state" => Self::Unknown(Condition::HighComplexityAndState),
            "S/U if T6" => Self::Unknown(Condition::DocumentedTraining),
            "U routine, S unusual" => Self::Unknown(Condition::RoutineOrUnusual),
            "if TC/TS/GS row" | "same" => Self::Unknown(Condition::AssessorQualification),
            "U (deleg.)" => Self::Unknown(Condition::WrittenDelegation),
            _ => return None,
        })
    }
}

impl Condition {
    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Self::StateScope => "whether the licence of the state covers it",
            Self::HighComplexityAndState => "a qualification for tests of high complexity and the licence of the state",
            Self::DocumentedTraining => "documented training",
            Self::RoutineOrUnusual => "whether the case is routine",
            Self::AssessorQualification => "a qualification as technical consultant, technical supervisor or general supervisor",
            Self::WrittenDelegation => "a written delegation",
        }
    }
}

/// A fault of the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("privileges.csv{}: {what}", if *line == 0 { String::new() } else { format!(", line {line}") })]
pub struct PrivilegeTrouble {
    /// The line, counted from 1; 0 where the whole file is meant.
    pub line: u64,
    /// What is wrong and what is expected.
    pub what: String,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privileges {
    cells: BTreeMap<(Action, Role), Allowance>,
}

impl Privileges {
    /// Reads the table: a row for every action and a column for every role, each exactly once. Every fault is told; a faulty table is refused whole.
    pub fn read(text: &str) -> Result<Self, Vec<PrivilegeTrouble>> {
        let mut troubles = Vec::new();
        let mut cells = BTreeMap::new();
        let mut table = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let expected: Vec<&str> = std::iter::once("action").chain(Role::ALL.iter().map(|role| role.column())).collect();
        let header: Vec<String> = table.headers().map(|header| header.iter().map(str::to_owned).collect()).unwrap_or_default();
        if header != expected {
            let what = format!("the header must be {}; it is {}", expected.join(","), header.join(","));
            return Err(vec![PrivilegeTrouble { line: 1, what }]);
        }
        for record in table.records() {
            match record {
                Ok(record) => read_row(&record, &mut cells, &mut troubles),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    troubles.push(PrivilegeTrouble { line, what: error.to_string() });
                }
            }
        }
        let has_row = |action: &&Action| Role::ALL.iter().any(|role| cells.contains_key(&(**action, *role)));
        if troubles.is_empty() {
            let missing = Action::ALL.iter().filter(|action| !has_row(action));
            troubles.extend(missing.map(|action| PrivilegeTrouble { line: 0, what: format!("the row of {action} is missing") }));
        }
        if troubles.is_empty() { Ok(Self { cells }) } else { Err(troubles) }
    }

    /// What a role may do of an action. Nothing where the table says nothing.
    pub fn allowance(&self, action: Action, role: Role) -> Allowance {
        self.cells.get(&(action, role)).copied().unwrap_or(Allowance::Never)
    }
}

fn read_row(record: &csv::StringRecord, cells: &mut BTreeMap<(Action, Role), Allowance>, troubles: &mut Vec<PrivilegeTrouble>) {
    let mut trouble = |what| troubles.push(PrivilegeTrouble { line: record.position().map_or(0, csv::Position::line), what });
    let name = record.get(0).unwrap_or_default();
    let Some(action) = Action::ALL.iter().copied().find(|action| action.name() == name) else {
        return trouble(format!("“{name}” is no action of this program"));
    };
    for (role, text) in Role::ALL.iter().zip(record.iter().skip(1)) {
        match Allowance::read(text) {
            None => trouble(format!(
                "“{text}” of {} for {action} is none of U, S, 2, R, D, own, - and the stated parts and conditions",
                role.column()
            )),
            Some(allowance) => {
                if cells.insert((action, *role), allowance).is_some() {
                    return trouble(format!("{action} stands here a second time"));
                }
            }
        }
    }
}
