//! Every cell of the matrix against the file that was reviewed. A changed privilege is a changed line there.

use people::action::{Act, Action, acts};
use people::{Decision, Part, Person, Privileges, Role, Scope, Site, authorise};
use std::sync::LazyLock;

/// The table that ships.
pub(crate) static SHIPPED: LazyLock<Privileges> =
    LazyLock::new(|| Privileges::read(include_str!("../../../../content/people/privileges.csv")).unwrap());

pub(crate) fn person(number: u8, roles: &[Role]) -> Person {
    Person { id: format!("01890a5d-ac96-774b-bcce-b3020990000{number}").parse().unwrap(), roles: roles.to_vec() }
}

pub(crate) fn ask<A: Act>(person: &Person, action: A) -> Decision<A> {
    let site = Site { privileges: &SHIPPED };
    authorise(person, action, None, &site, kernel::Timestamp::from_micros(0), kernel::Realm::Production)
}

fn in_short<A>(decision: &Decision<A>, is_condition: bool) -> String {
    match decision {
        Decision::AllowWithSupervisor(_) => "S".to_owned(),
        Decision::Deny(_) if is_condition => "?".to_owned(),
        Decision::Deny(_) => "-".to_owned(),
        Decision::Authority(authority) => match authority.scope() {
            Scope::Whole => "U".to_owned(),
            Scope::OwnRecords => "own".to_owned(),
            Scope::OneOfTwo => "2".to_owned(),
            Scope::LastOfTwo => "2f".to_owned(),
            Scope::Draft => "D".to_owned(),
            Scope::Read => "R".to_owned(),
            Scope::Part(part) => match part {
                Part::Ask => "ask",
                Part::Run => "run",
                Part::Request => "req",
                Part::Acknowledge => "ack",
                Part::Sign => "signs",
                Part::Execute => "exec",
                Part::Submit => "submit",
                Part::Attest => "attest",
                Part::Approve => "approve",
            }
            .to_owned(),
        },
    }
}

fn cell<A: Act>(role: Role, action: A) -> String {
    let decision = ask(&person(1, &[role]), action);
    let is_condition = matches!(&decision, Decision::Deny(why) if matches!(why[..], [people::Denial::NotKnown { .. }]));
    in_short(&decision, is_condition)
}

macro_rules! rows {
    ($($act:ident)+) => { [$((Action::$act, Role::ALL.iter().map(|role| cell(*role, acts::$act)).collect::<Vec<_>>())),+] };
}

#[test]
fn every_cell_is_as_it_was_reviewed() {
    let rows = rows!(
        ViewWorklist SearchPatient RegisterPatient MergePatients EnterOrder AddOnOrCancel CollectSpecimen ReceiveSpecimen RelabelIrreplaceable
        HandleSpecimen WaivedTest ModerateTest HighTest ManualDifferential BodyFluidDifferential PlateSetUp CultureAndSusceptibility TypeAndScreen
        AntibodyIdentification Crossmatch IssueUnit EmergencyIssue VerifyNormal VerifyUnusual ReleaseCritical CorrectReleased InterpretiveComment
        SignDiagnosis OpenLots ReferenceResults Consult BloodUnits RunControls ResumeAfterControlFailure ChangeControlRules Calibrate
        ApproveCalibrationVerification Maintenance ReturnInstrument EditCatalogue ValidationStudy Procedures ProficiencyTesting AssessCompetency
        AuthorisePerson VerifyCredentials ReportIncident CloseCorrectiveAction ViewAudit AdministerUsers Rota Budget ReportDisease SurveillanceQuery
        BulkExport AuthorTraining WorkInTraining DeclareDowntime RetentionPurge SignAsAnother
    );
    let actions: Vec<Action> = rows.iter().map(|(action, _)| *action).collect();
    assert_eq!(actions, Action::ALL, "every action has a row here");
    let heading: String = Role::ALL.iter().map(|role| format!("{:>8}", role.column())).collect();
    let line = |(action, cells): &(Action, Vec<String>)| {
        format!("{:33}{}\n", action.name(), cells.iter().map(|cell| format!("{cell:>8}")).collect::<String>())
    };
    let found = format!("{:33}{heading}\n{}", "", rows.iter().map(line).collect::<String>());
    for (found, reviewed) in found.lines().zip(include_str!("../privileges.out").lines()) {
        assert_eq!(found, reviewed);
    }
    assert_eq!(found, include_str!("../privileges.out"));
}

/// The table as the specification prints it, cell by cell; said to be skipped where the specification is not beside the checkout.
#[test]
// A test may read what lies beside the checkout; the room may not.
#[allow(clippy::disallowed_methods)]
fn the_table_is_that_of_the_specification() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/spec/people.md");
    let Ok(text) = std::fs::read_to_string(&file) else {
        #[allow(clippy::print_stdout)]
        let () = println!("skipped: {} is not there", file.display());
        return;
    };
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip_while(|line| !line.starts_with("|Action|PB|"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let shipped: Vec<Vec<&str>> =
        include_str!("../../../../content/people/privileges.csv").lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), Action::ALL.len() + 2, "a heading, a rule, and a row each");
    let quoted = |row: &Vec<&str>| row.join(",").replace('"', "");
    for (written, row) in rows.iter().skip(2).zip(shipped.iter().skip(1)) {
        assert_eq!(written[1..].join(","), quoted(&row[1..].to_vec()), "{}", written[0]);
    }
}
