//! What can be done here: a row of the table of privileges each. An act without a row cannot be asked for, so it cannot be done.

use std::fmt;

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $name:literal, $words:literal),+ $(,)?) => {
        /// Something that needs a privilege.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $action,)+
        }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$action),+];

            /// Its name in the table.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$action => $name),+ }
            }

            /// What people read.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$action => $words),+ }
            }
        }

        /// Each action as a type of its own: an [`Authority`](crate::Authority) for one is none for another.
        pub mod acts {
            use super::{Act, Action};
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy, PartialEq, Eq)]
                pub struct $action;
                impl Act for $action {
                    const ACTION: Action = Action::$action;
                }
            )+
        }
    };
}

/// An action known when the program is built.
pub trait Act {
    /// Which one.
    const ACTION: Action;
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

actions! {
    /// View PHI on own worklist.
    ViewWorklist = "view_worklist", "View PHI on own worklist",
    /// Search any patient (PB, LA: by two identifiers, logged).
    SearchPatient = "search_patient", "Search any patient",
    /// Register patient, link newborn to mother.
    RegisterPatient = "register_patient", "Register patient, link newborn to mother",
    /// Merge, unmerge patients.
    MergePatients = "merge_patients", "Merge, unmerge patients",
    /// Enter order from requisition.
    EnterOrder = "enter_order", "Enter order from requisition",
    /// Add-on / cancel test.
    AddOnOrCancel = "add_on_or_cancel", "Add-on / cancel test",
    /// Collect + bedside label.
    CollectSpecimen = "collect_specimen", "Collect + bedside label",
    /// Receive / accession / reject.
    ReceiveSpecimen = "receive_specimen", "Receive / accession / reject",
    /// Relabel or accept irreplaceable mislabelled.
    RelabelIrreplaceable = "relabel_irreplaceable", "Relabel or accept irreplaceable mislabelled",
    /// Aliquot, centrifuge, store, ship.
    HandleSpecimen = "handle_specimen", "Aliquot, centrifuge, store, ship",
    /// Waived test.
    WaivedTest = "waived_test", "Waived test",
    /// Moderate test.
    ModerateTest = "moderate_test", "Moderate test",
    /// High test.
    HighTest = "high_test", "High test",
    /// Manual diff, morphology.
    ManualDifferential = "manual_differential", "Manual diff, morphology",
    /// Body fluid/CSF differential.
    BodyFluidDifferential = "body_fluid_differential", "Body fluid/CSF differential",
    /// Plate set-up.
    PlateSetUp = "plate_set_up", "Plate set-up",
    /// Culture ID, AST interpretation.
    CultureAndSusceptibility = "culture_and_susceptibility", "Culture ID, AST interpretation",
    /// ABO/Rh, screen.
    TypeAndScreen = "type_and_screen", "ABO/Rh, screen",
    /// Antibody ID, discrepancy resolution.
    AntibodyIdentification = "antibody_identification", "Antibody ID, discrepancy resolution",
    /// Crossmatch.
    Crossmatch = "crossmatch", "Crossmatch",
    /// Issue unit.
    IssueUnit = "issue_unit", "Issue unit",
    /// Emergency uncrossmatched issue.
    EmergencyIssue = "emergency_issue", "Emergency uncrossmatched issue",
    /// Verify normal result.
    VerifyNormal = "verify_normal", "Verify normal result",
    /// Verify delta-fail/unusual.
    VerifyUnusual = "verify_unusual", "Verify delta-fail/unusual",
    /// Release + call critical.
    ReleaseCritical = "release_critical", "Release + call critical",
    /// Correct released result.
    CorrectReleased = "correct_released", "Correct released result",
    /// Canned interpretive comment.
    InterpretiveComment = "interpretive_comment", "Canned interpretive comment",
    /// Sign diagnosis (tissue, cytology, marrow).
    SignDiagnosis = "sign_diagnosis", "Sign diagnosis (tissue, cytology, marrow)",
    /// Receive, open reagent or control lots.
    OpenLots = "open_lots", "Receive, open reagent or control lots",
    /// Send out, file reference results.
    ReferenceResults = "reference_results", "Send out, file reference results",
    /// Ask for, answer a consult.
    Consult = "consult", "Ask for, answer a consult",
    /// Receive, modify, return blood units.
    BloodUnits = "blood_units", "Receive, modify, return blood units",
    /// Run QC.
    RunControls = "run_controls", "Run QC",
    /// Resume after QC failure.
    ResumeAfterControlFailure = "resume_after_control_failure", "Resume after QC failure",
    /// Change QC mean/SD/rules.
    ChangeControlRules = "change_control_rules", "Change QC mean/SD/rules",
    /// Calibrate.
    Calibrate = "calibrate", "Calibrate",
    /// Approve cal-verify, comparison, lot-to-lot.
    ApproveCalibrationVerification = "approve_calibration_verification", "Approve cal-verify, comparison, lot-to-lot",
    /// Maintenance.
    Maintenance = "maintenance", "Maintenance",
    /// Return instrument to service.
    ReturnInstrument = "return_instrument", "Return instrument to service",
    /// Edit catalogue, ranges, critical, delta, autoverify.
    EditCatalogue = "edit_catalogue", "Edit catalogue, ranges, critical, delta, autoverify",
    /// Validation study / approve test.
    ValidationStudy = "validation_study", "Validation study / approve test",
    /// Author SOP / approve.
    Procedures = "procedures", "Author SOP / approve",
    /// Run PT / attest.
    ProficiencyTesting = "proficiency_testing", "Run PT / attest",
    /// Assess competency.
    AssessCompetency = "assess_competency", "Assess competency",
    /// Authorize person for a test.
    AuthorisePerson = "authorise_person", "Authorize person for a test",
    /// Verify credentials, personnel file.
    VerifyCredentials = "verify_credentials", "Verify credentials, personnel file",
    /// Report incident.
    ReportIncident = "report_incident", "Report incident",
    /// Close CAPA.
    CloseCorrectiveAction = "close_corrective_action", "Close CAPA",
    /// View audit trail.
    ViewAudit = "view_audit", "View audit trail",
    /// User/role admin.
    AdministerUsers = "administer_users", "User/role admin",
    /// Rota, bench assignment.
    Rota = "rota", "Rota, bench assignment",
    /// Budget, inventory purchase.
    Budget = "budget", "Budget, inventory purchase",
    /// Reportable-disease send / acknowledge.
    ReportDisease = "report_disease", "Reportable-disease send / acknowledge",
    /// De-identified surveillance query.
    SurveillanceQuery = "surveillance_query", "De-identified surveillance query",
    /// Bulk PHI export.
    BulkExport = "bulk_export", "Bulk PHI export",
    /// Author/assign/grade training.
    AuthorTraining = "author_training", "Author/assign/grade training",
    /// Work in training realm.
    WorkInTraining = "work_in_training", "Work in training realm",
    /// Declare downtime / reconcile.
    DeclareDowntime = "declare_downtime", "Declare downtime / reconcile",
    /// Retention purge.
    RetentionPurge = "retention_purge", "Retention purge",
    /// Sign as another person; delete audit.
    SignAsAnother = "sign_as_another", "Sign as another person; delete audit",
}
