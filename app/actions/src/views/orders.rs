//! Orders as pages show them.

use super::results::{lines, of_containers};
use super::{PatientLine, ResultLine};
use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::{Actor, Lang, Timestamp};
use store::repositories::orders;

/// An order with everything ordered on it.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// Its accession number.
    pub accession: String,
    /// How soon.
    pub priority: String,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// For whom.
    pub patient: PatientLine,
    /// Code and specimen of each container.
    pub containers: Vec<(String, String)>,
    /// What was ordered, with its result where there is one.
    pub examinations: Vec<OrderedExamination>,
}

/// One ordered test.
#[derive(Debug, Clone)]
pub struct OrderedExamination {
    /// The container's code.
    pub container: String,
    /// The test's code.
    pub test: String,
    /// The test's name.
    pub test_name: String,
    /// The newest version of its result.
    pub result: Option<ResultLine>,
}

/// An order by accession number.
pub async fn order_by_accession(lab: &Laboratory, by: &Actor, accession: &str) -> Result<Option<OrderView>, ActTrouble> {
    let accession = accession.to_owned();
    let read = lab
        .store()
        .read(move |reader| {
            let Some(order) = orders::order_by_accession(reader, &accession)? else { return Ok(None) };
            let containers = orders::containers_of_order(reader, order.id)?;
            let examinations = orders::examinations_of_order(reader, order.id)?;
            let codes: Vec<&str> = containers.iter().map(|container| container.code.as_str()).collect();
            let found = of_containers(reader, &codes)?;
            Ok(Some((order, containers, examinations, found)))
        })
        .await?;
    let Some((order, containers, examinations, (records, evidence))) = read else { return Ok(None) };
    lab.note_seen(by, "order", &order.accession, std::iter::once(Some(order.patient.id))).await?;
    let catalogue = lab.catalogue();
    let results = lines(&catalogue, records, &evidence);
    let examination = |(id, container, test): (kernel::ExaminationId, String, catalogue::TestCode)| OrderedExamination {
        container,
        test_name: catalogue.test(&test).map_or_else(|| test.to_string(), |test| test.name.clone()),
        test: test.to_string(),
        result: results.iter().filter(|line| line.examination == id).max_by_key(|line| line.version).cloned(),
    };
    Ok(Some(OrderView {
        accession: order.accession,
        priority: order.priority.words(Lang::English).to_owned(),
        ordered_at: order.ordered_at,
        patient: order.patient.into(),
        containers: containers.into_iter().map(|container| (container.code, container.specimen)).collect(),
        examinations: examinations.into_iter().map(examination).collect(),
    }))
}

/// The accession number a scanned or typed code leads to: a container's, an order's own, or the newest order of a patient.
pub async fn find_by_code(lab: &Laboratory, code: &str) -> Result<Option<String>, ActTrouble> {
    let code = code.trim().to_owned();
    if code.is_empty() || code.contains('\0') {
        return Ok(None);
    }
    Ok(lab.store().read(move |reader| orders::accession_for_code(reader, &code)).await?)
}
