//! Labels as PDF over HTTP, drawn by the real child and read again by another program.

use crate::engine::Engine;
use crate::http::{browse, fetch, order};
use crate::program::{Place, Server};
use serde_json::{Value, json};
use std::process::Command;

/// A demonstration's file and the cookie of somebody with this role.
fn signed_in(place: &Place<'_>, server: &Server, role: &str) -> (Value, String) {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(place.data().join("demo.json")).unwrap()).unwrap();
    let account = file["accounts"].as_array().unwrap().iter().find(|account| account["role"] == role).unwrap();
    let (user, password) = (account["user"].as_str().unwrap(), account["password"].as_str().unwrap());
    let (status, cookie) = browse(server.http, "", "POST", "/sign-in", &format!("user={user}&password={password}"));
    assert!(status == 303 && !cookie.is_empty(), "{status}");
    (file, cookie)
}

/// What zbar reads in the first page of a PDF; nothing where poppler or zbar is not installed. `e2e/labels` asks for both.
fn decoded(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("labels.pdf"), folder.path().join("page"));
    std::fs::write(&from, pdf).unwrap();
    let drawn = Command::new("pdftoppm").args(["-gray", "-r", "406", "-singlefile"]).args([&from, &to]).output().ok()?;
    assert!(drawn.status.success(), "{drawn:?}");
    let picture = folder.path().join("page.pgm");
    let flags = ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Scode128.enable"];
    let read = Command::new("zbarimg").args(flags).arg(picture).output().ok()?;
    Some(String::from_utf8(read.stdout).unwrap().trim().to_owned())
}

#[test]
fn labels_are_fetched_as_pdf_and_that_prints_nothing() {
    let engine = Engine::sqlite();
    let place = Place::new(&engine);
    let server = place.start("demo", &["--http", "127.0.0.1:0"], "warn");
    let (file, cookie) = signed_in(&place, &server, "phlebotomist");
    let page_of = |path: &str| fetch(server.http, &cookie, path);
    let text_of = |path: &str| String::from_utf8(page_of(path).1).unwrap();
    let patient =
        |mrn: &str, family: &str| json!({"mrn": mrn, "family_name": family, "given_name": "Ada", "birth_date": "1980-02-29", "sex": "F"});
    let token = file["token"].as_str().unwrap();
    let (accession, code) = order(server.http, token, &patient("L-1", "Brown"));
    let labels = format!("/orders/{accession}/labels");
    for stock in ["", "?stock=50x25-203", "?stock=a4-24"] {
        let (status, pdf) = page_of(&format!("{labels}.pdf{stock}"));
        assert!(status == 200 && pdf.starts_with(b"%PDF-"), "{stock}: {status} {}", String::from_utf8_lossy(&pdf));
        if let Some(read) = decoded(&pdf) {
            assert_eq!(read, code, "{stock}");
        }
    }
    assert_eq!(page_of(&format!("{labels}.pdf?stock=1x1")).0, 404);
    assert_eq!(page_of("/orders/NONE/labels.pdf").0, 404);
    let page = text_of(&labels);
    assert!(page.contains("data-print-form") && !page.contains("name=\"reason\""), "fetching printed nothing: {page}");
    assert!(page.contains(&format!("{labels}.pdf")) && !page.contains("data-not-shown"), "{page}");

    let (accession, code) = order(server.http, token, &patient("L-2", "김"));
    let page = text_of(&format!("/orders/{accession}/labels"));
    assert!(page.contains(&format!("{code}: the PDF shows a sign in place of 김")), "{page}");
    // A name that the fonts have is no concern of the PDF's.
    let (accession, _) = order(server.http, token, &patient("L-3", "Иванова"));
    let page = text_of(&format!("/orders/{accession}/labels"));
    assert!(page.contains("a label printer may not have") && !page.contains("the PDF shows a sign"), "{page}");

    let (_, nobody) = signed_in(&place, &server, "administrator");
    let (as_zpl, as_pdf) =
        (fetch(server.http, &nobody, &format!("{labels}.zpl")).0, fetch(server.http, &nobody, &format!("{labels}.pdf")).0);
    assert_eq!((as_zpl, as_pdf), (403, 403));
    assert_eq!(server.stop().code, Some(0));
}
