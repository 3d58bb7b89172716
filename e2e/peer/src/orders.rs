//! Ordering through the API, as a ward's system does.

use crate::http::Http;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Where and with what token orders are placed.
#[derive(Clone, Debug)]
pub struct Ward {
    /// The server's HTTP address.
    pub address: SocketAddr,
    /// A bearer token.
    pub token: String,
}

impl Ward {
    /// Orders `tests` for each patient number in `patients` and returns the codes of the tubes, one a patient, in order. `hands`
    /// connections order at the same time.
    ///
    /// # Errors
    /// An order is refused or not answered, or its tests are spread over more than one tube: the answer is quoted.
    pub fn order_all(&self, patients: &[u64], tests: &[&str], hands: usize) -> Result<Vec<String>, String> {
        let share = patients.len().div_ceil(hands.max(1)).max(1);
        let shares = std::thread::scope(|scope| {
            let at_work: Vec<_> = patients.chunks(share).map(|share| scope.spawn(move || self.order_share(share, tests))).collect();
            at_work
                .into_iter()
                .map(|hand| hand.join().unwrap_or_else(|_| Err("a thread placing orders panicked".to_owned())))
                .collect::<Result<Vec<_>, String>>()
        })?;
        Ok(shares.concat())
    }

    fn order_share(&self, patients: &[u64], tests: &[&str]) -> Result<Vec<String>, String> {
        let mut http = Http::new(self.address, &self.token);
        patients.iter().map(|patient| order(&mut http, *patient, tests)).collect()
    }

    /// How many transmissions are kept and not yet filed.
    ///
    /// # Errors
    /// The health page is not answered as agreed.
    pub fn unfiled(&self) -> Result<u64, String> {
        let answer = Http::new(self.address, &self.token).get("/api/v1/health").map_err(|trouble| format!("health: {trouble}"))?;
        let health: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        health.get("unfiled").and_then(Value::as_u64).ok_or(format!("health answered {}: {}", answer.status, answer.body))
    }
}

/// Places one order and returns the code of its one tube.
fn order(http: &mut Http, patient: u64, tests: &[&str]) -> Result<String, String> {
    let body = json!({
        "patient": {
            "mrn": format!("P{patient:08}"), "family_name": "Example", "given_name": format!("Number {patient}"),
            "birth_date": "1980-02-29", "sex": if patient.is_multiple_of(2) { "F" } else { "M" },
        },
        "tests": tests,
        "priority": "routine",
    });
    let answer = http.post("/api/v1/orders", &body.to_string()).map_err(|trouble| format!("order for P{patient:08}: {trouble}"))?;
    tube(answer.status, &answer.body).ok_or(format!("order for P{patient:08} answered {}: {}", answer.status, answer.body))
}

fn tube(status: u16, body: &str) -> Option<String> {
    let order: Value = serde_json::from_str(body).ok().filter(|_| status == 201)?;
    match order.get("containers")?.as_array()?.as_slice() {
        [only] => Some(only.get("code")?.as_str()?.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_tube_of_an_accepted_order_is_found() {
        let body = r#"{"order":"1","accession":"26-000001-N","containers":[{"code":"A0000001X","specimen":"s","tests":["K"]}]}"#;
        assert_eq!(tube(201, body).as_deref(), Some("A0000001X"));
        assert_eq!(tube(422, body), None);
        assert_eq!(tube(201, r#"{"containers":[]}"#), None);
        assert_eq!(tube(201, r#"{"containers":[{"code":"A"},{"code":"B"}]}"#), None);
        assert_eq!(tube(201, "not JSON"), None);
    }
}
