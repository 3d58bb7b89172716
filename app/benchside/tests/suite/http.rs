//! As much HTTP as these tests need.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Status and body of a request with a bearer token; an empty token is none.
pub(crate) fn request(address: SocketAddr, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A JSON answer of the API, asked with a token.
pub(crate) fn api(address: SocketAddr, token: &str, path: &str) -> Value {
    let (status, body) = request(address, "GET", path, token, "");
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// Places an order for a potassium; accession and container code.
pub(crate) fn order(address: SocketAddr, token: &str, patient: &Value) -> (String, String) {
    let body = serde_json::json!({"patient": patient, "tests": ["K"], "priority": "routine"});
    let (status, answer) = request(address, "POST", "/api/v1/orders", token, &body.to_string());
    assert_eq!(status, 201, "{answer}");
    let placed: Value = serde_json::from_str(&answer).unwrap();
    (placed["accession"].as_str().unwrap().to_owned(), placed["containers"][0]["code"].as_str().unwrap().to_owned())
}

/// Ada Lovelace.
pub(crate) fn patient() -> Value {
    serde_json::json!({"mrn": "M-1", "family_name": "Lovelace", "given_name": "Ada", "birth_date": "1980-02-29", "sex": "F"})
}

/// What a browser sends from one of our own pages; its status, and the cookie it was given if it was given one.
pub(crate) fn browse(address: SocketAddr, cookie: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let answer = std::io::read_to_string(stream).unwrap();
    let cookie = answer.lines().find_map(|line| line.to_lowercase().starts_with("set-cookie:").then(|| line.split_once(": ").unwrap().1));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), cookie)
}

/// Signs in with a one-time password and chooses another, which is handed back.
pub(crate) fn choose_password(address: SocketAddr, user: &str, one_time: &str) -> String {
    let (_, cookie) = browse(address, "", "POST", "/sign-in", &format!("user={user}&password={one_time}"));
    let chosen = format!("chosen-by-{user}-{one_time}");
    let (status, fresh) = browse(address, &cookie, "POST", "/password", &format!("password={chosen}&again={chosen}"));
    assert!(status == 303 && !fresh.is_empty(), "{status}");
    chosen
}

/// Status and bytes of what a browser with this cookie is shown.
pub(crate) fn fetch(address: SocketAddr, cookie: &str, path: &str) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let ends = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = std::str::from_utf8(&answer[..ends]).unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_off(ends + 4))
}
