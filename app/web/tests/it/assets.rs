//! Style sheet and scripts.

use crate::house::{House, request};
use axum::body::Body;
use axum::http::{StatusCode, header};
use kernel::Realm;
use web::WebOptions;

/// The address of an asset as the sign-in page names it.
async fn address_of(house: &House, name: &str) -> String {
    let page = house.ask(request("GET", "/sign-in").body(Body::empty()).unwrap()).await.text;
    let address = page.split('"').find(|text| text.starts_with("/assets/") && text.ends_with(&format!("/{name}")));
    address.unwrap_or_else(|| panic!("{name} is not named: {page}")).to_owned()
}

#[tokio::test]
async fn assets_are_kept_for_good_under_an_address_of_their_own() {
    let house = House::open().await;
    let style = address_of(&house, "benchside.css").await;
    let edition = style.split('/').nth(2).unwrap();
    for (name, kind) in [
        ("benchside.css", "text/css; charset=utf-8"),
        ("benchside.js", "text/javascript; charset=utf-8"),
        ("refresh.js", "text/javascript; charset=utf-8"),
        ("region.js", "text/javascript; charset=utf-8"),
        ("live-worker.js", "text/javascript; charset=utf-8"),
        ("benchside.svg", "image/svg+xml"),
    ] {
        let answer = house.ask(request("GET", &format!("/assets/{edition}/{name}")).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert_eq!(answer.header(header::CONTENT_TYPE), kind, "{name}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable", "{name}");
        assert!(!answer.text.is_empty(), "{name}");
    }
    let script = house.ask(request("GET", &format!("/assets/{edition}/benchside.js")).body(Body::empty()).unwrap()).await.text;
    for import in script.split("from \"./").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let answer = house.ask(request("GET", &format!("/assets/{edition}/{import}")).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{import} is imported and must be there");
    }
}

#[tokio::test]
async fn what_is_no_asset_is_not_served() {
    let house = House::open().await;
    let style = address_of(&house, "benchside.css").await;
    let edition = style.split('/').nth(2).unwrap();
    for path in [
        format!("/assets/{edition}/refresh.test.mjs"),
        format!("/assets/{edition}/..%2F..%2FCargo.toml"),
        format!("/assets/{edition}/%2Fetc%2Fpasswd"),
        "/assets/0000000000000000/benchside.css".to_owned(),
    ] {
        let answer = house.ask(request("GET", &path).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.header(header::CACHE_CONTROL)), (StatusCode::NOT_FOUND, "no-store"), "{path}");
    }
}

#[tokio::test]
async fn a_folder_of_assets_is_read_anew_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let style = folder.path().join("benchside.css");
    std::fs::write(&style, "body { color: red }").unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let options = WebOptions { assets_dir: Some(folder.path().to_owned()), ..WebOptions::default() };
    let house = House::open_in(Realm::Demonstration, options).await;
    let address = address_of(&house, "benchside.css").await;
    let read = async |address: &str| house.ask(request("GET", address).body(Body::empty()).unwrap()).await;
    let first = read(&address).await;
    assert_eq!((first.text.as_str(), first.header(header::CACHE_CONTROL)), ("body { color: red }", "no-store"));
    std::fs::write(&style, "body { color: blue }").unwrap();
    assert_eq!(read(&address).await.text, "body { color: blue }");
    for missing in ["benchside.js", "secret.txt", "..%2Fsecret.txt"] {
        assert_eq!(read(&address.replace("benchside.css", missing)).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}
