//! One file per thing a person or a machine does. Actions read the store, ask the laboratory's rules, and write what follows, one command each;
//! they know no sockets and no pages.

mod access_log;
mod accounts;
mod analyser;
mod authority;
mod back_up;
mod backup_manifest;
mod check_backup;
mod check_log;
mod choose_password;
mod close_task;
mod codes;
mod confirm_person;
mod content;
mod editions;
mod enter_result;
mod entering;
mod file_next;
mod file_readings;
mod filing;
mod hl7;
mod import_patients;
mod in_tray;
mod invariants;
mod keep_transmission;
mod laboratory;
mod live;
mod lockout;
mod log_sweep;
mod new_ids;
mod orders;
mod patient_facts;
pub mod patients;
mod place_order;
mod restore_backup;
mod sessions;
mod specimens;
mod staff_accounts;
mod tokens;
mod trouble;
mod verify_result;
pub mod views;

pub use access_log::{LOOKINGS_MAX, Looking, Lookings, SeenBefore, who_saw};
pub use accounts::{SignInRefusal, SignedIn, StaffLine, bearer, sign_in, take_over};
pub use analyser::{Analyser, AnalyserTrouble};
pub use authority::{entrance, person, two_people};
pub use back_up::{BackUpRefusal, back_up};
pub use backup_manifest::{BackupDamage, Manifest, ManifestFile, Part, verify_backup};
pub use check_backup::{BackupCheckTrouble, BackupChecked, check_backup};
pub use check_log::{LogCheckTrouble, LogChecked, check_log};
pub use choose_password::{ChoosePasswordRefusal, PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, choose_password};
pub use close_task::{CloseTaskRefusal, close_task};
pub use confirm_person::{ConfirmRefusal, confirm_person};
pub use content::{ContentProblem, LOINC_NOTICE, default_mapping, starting_catalogue, starting_edition, starting_privileges};
pub use editions::{
    EditionListed, EditionRefusal, Holding, ImportedEdition, edition_digest, edition_files, holding, import_edition, list_editions,
    sign_edition,
};
pub use enter_result::{EnterResultRefusal, TypedResult, enter_result};
pub use file_next::file_next;
pub use file_readings::{Filed, Prepared, prepare};
pub use hl7::{Hl7Answered, Hl7Answers, Hl7Link, Hl7Reader, Hl7State, ReceivedHl7, RepeatedOrder, keep_incomplete_hl7, receive_hl7};
pub use import_patients::{BadLine, IMPORT_BYTES_MAX, ImportRefusal, Imported, import_patients};
pub use in_tray::InTray;
pub use invariants::{Broken, check_invariants};
pub use keep_transmission::{Kept, Received, keep_incomplete, keep_transmission, last_arrival};
pub use laboratory::{Laboratory, LaboratorySettings, LinkState};
pub use live::{Live, Versions};
pub use lockout::Lockout;
pub use new_ids::{new_command, now};
pub use orders::{
    ActRefusal, Added, AddedTo, Collector, FieldTrouble, Hold, OrderRequest, OrderSource, PlacerNumber, RequisitionRequest, add_test,
    cancel_test, change_priority, hold_test, may_be_added,
};
pub use place_order::{PlaceOrderRefusal, PlacedContainer, PlacedOrder, place_order};
pub use restore_backup::{CODES_LEFT_OUT, RestoreRefusal, look_at_backup, note_restored, restore_backup};
pub use sessions::{Session, SignInSettings, Standing, lock_session, note_use, session, sign_out, tidy_sessions, unlock_session};
pub use specimens::{
    AcceptRefusal, Collection, Names, ReceiveAnswer, Rejected, Scanned, SpecimenLine, Verdict, accept_irreplaceable, authority_to_accept,
    collect, not_collected, note_printed, receive, reject, relabel, what_is,
};
pub use staff_accounts::{
    Account, AccountRefusal, Made, NewStaff, ONE_TIME_DAYS, Password, StaffListed, create_administrator, create_staff, deactivate_staff,
    list_staff, reset_password,
};
pub use tokens::{TokenLine, TokenRefusal, create_token, list_tokens, revoke_token};
pub use trouble::ActTrouble;
pub use workflow::{NotCollected, is_irreplaceable};

/// The actor of what an operator does on the command line.
fn operator() -> kernel::Actor {
    kernel::Actor::System("command line".to_owned())
}
pub use verify_result::{SeenResult, VerifiedResult, VerifyResultRefusal, verify_result};
