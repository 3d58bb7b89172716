//! What can be done here: a row of the table of privileges each. An act without a row cannot be asked for, so it cannot be done.

use std::fmt;

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $name:literal),+ $(,)?) => {
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
    ViewWorklist = "view_worklist",
    /// Search any patient (PB, LA: by two identifiers, logged).
    SearchPatient = "search_patient",
    /// Register patient, link newborn to mother.
    RegisterPatient = "register_patient",
    /// Merge, unmerge patients.
    MergePatients = "merge_patients",
    /// Enter order from requisition.
    EnterOrder = "enter_order",
    /// Add-on / cancel test.
    AddOnOrCancel = "add_on_or_cancel",
    /// Collect + bedside label.
    CollectSpecimen = "collect_specimen",
    /// Receive / accession / reject.
    ReceiveSpecimen = "receive_specimen",
    /// Relabel or accept irreplaceable mislabelled.
    RelabelIrreplaceable = "relabel_irreplaceable",
    /// Aliquot, centrifuge, store, ship.
    HandleSpecimen = "handle_specimen",
    /// Waived test.
    WaivedTest = "waived_test",
    /// Moderate test.
    ModerateTest = "moderate_test",
    /// High test.
    HighTest = "high_test",
    /// Manual diff, morphology.
    ManualDifferential = "manual_differential",
    /// Body fluid/CSF differential.
    BodyFluidDifferential = "body_fluid_differential",
    /// Plate set-up.
    PlateSetUp = "plate_set_up",
    /// Culture ID, AST interpretation.
    CultureAndSusceptibility = "culture_and_susceptibility",
    /// ABO/Rh, screen.
    TypeAndScreen = "type_and_screen",
    /// Antibody ID, discrepancy resolution.
    AntibodyIdentification = "antibody_identification",
    /// Crossmatch.
    Crossmatch = "crossmatch",
    /// Issue unit.
    IssueUnit = "issue_unit",
    /// Emergency uncrossmatched issue.
    EmergencyIssue = "emergency_issue",
    /// Verify normal result.
    VerifyNormal = "verify_normal",
    /// Verify delta-fail/unusual.
    VerifyUnusual = "verify_unusual",
    /// Release + call critical.
    ReleaseCritical = "release_critical",
    /// Correct released result.
    CorrectReleased = "correct_released",
    /// Canned interpretive comment.
    InterpretiveComment = "interpretive_comment",
    /// Sign diagnosis (tissue, cytology, marrow).
    SignDiagnosis = "sign_diagnosis",
    /// Receive, open reagent or control lots.
    OpenLots = "open_lots",
    /// Send out, file reference results.
    ReferenceResults = "reference_results",
    /// Ask for, answer a consult.
    Consult = "consult",
    /// Receive, modify, return blood units.
    BloodUnits = "blood_units",
    /// Run QC.
    RunControls = "run_controls",
    /// Resume after QC failure.
    ResumeAfterControlFailure = "resume_after_control_failure",
    /// Change QC mean/SD/rules.
    ChangeControlRules = "change_control_rules",
    /// Calibrate.
    Calibrate = "calibrate",
    /// Approve cal-verify, comparison, lot-to-lot.
    ApproveCalibrationVerification = "approve_calibration_verification",
    /// Maintenance.
    Maintenance = "maintenance",
    /// Return instrument to service.
    ReturnInstrument = "return_instrument",
    /// Edit catalogue, ranges, critical, delta, autoverify.
    EditCatalogue = "edit_catalogue",
    /// Validation study / approve test.
    ValidationStudy = "validation_study",
    /// Author SOP / approve.
    Procedures = "procedures",
    /// Run PT / attest.
    ProficiencyTesting = "proficiency_testing",
    /// Assess competency.
    AssessCompetency = "assess_competency",
    /// Authorize person for a test.
    AuthorisePerson = "authorise_person",
    /// Verify credentials, personnel file.
    VerifyCredentials = "verify_credentials",
    /// Report incident.
    ReportIncident = "report_incident",
    /// Close CAPA.
    CloseCorrectiveAction = "close_corrective_action",
    /// View audit trail.
    ViewAudit = "view_audit",
    /// User/role admin.
    AdministerUsers = "administer_users",
    /// Rota, bench assignment.
    Rota = "rota",
    /// Budget, inventory purchase.
    Budget = "budget",
    /// Reportable-disease send / acknowledge.
    ReportDisease = "report_disease",
    /// De-identified surveillance query.
    SurveillanceQuery = "surveillance_query",
    /// Bulk PHI export.
    BulkExport = "bulk_export",
    /// Author/assign/grade training.
    AuthorTraining = "author_training",
    /// Work in training realm.
    WorkInTraining = "work_in_training",
    /// Declare downtime / reconcile.
    DeclareDowntime = "declare_downtime",
    /// Retention purge.
    RetentionPurge = "retention_purge",
    /// Sign as another person; delete audit.
    SignAsAnother = "sign_as_another",
}
