//! Collection, receiving and labels as pages: each works as a plain form, and says what it did.

use crate::house::House;

async fn code_of(house: &House, mrn: &str) -> (String, String) {
    house.order(mrn, "Ndiaye").await
}

#[tokio::test]
async fn a_scan_answers_with_a_verdict_in_words_and_the_second_one_stops() {
    let house = House::open().await;
    let (accession, container) = code_of(&house, "4711").await;
    let page = house.page("/receive").await.text;
    assert!(page.contains("data-scan-field") && page.contains("autofocus"), "{page}");
    let first = house.send("/receive", &[("code", &container)]).await;
    assert_eq!(first.status, 200, "{}", first.text);
    for part in ["data-verdict=\"pass\"", "PASS", "Ndiaye", "4711", &container, &accession, "nobody said when it was collected"] {
        assert!(first.text.contains(part), "{part}: {}", first.text);
    }
    let second = house.send("/receive", &[("code", &container)]).await;
    assert!(second.text.contains("data-verdict=\"stop\"") && second.text.contains("was received before by"), "{}", second.text);
    for (code, words) in
        [("4711", "number of a patient"), (accession.as_str(), "number of an order"), ("<b>", "nothing here has the code &lt;b&gt;")]
    {
        let answer = house.send("/receive", &[("code", code)]).await;
        assert!(answer.text.contains("data-verdict=\"stop\"") && answer.text.contains(words), "{code}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_tube_is_rejected_with_a_reason_and_what_is_to_be_drawn_again_is_named() {
    let house = House::open().await;
    let (accession, container) = code_of(&house, "4711").await;
    let refused = house.send("/receive", &[("act", "reject"), ("code", &container), ("reason", "BORED")]).await;
    assert!(refused.text.contains("data-verdict=\"stop\"") && refused.text.contains("no reason of the catalogue"), "{}", refused.text);
    let rejected = house.send("/receive", &[("act", "reject"), ("code", &container), ("reason", "CLOTTED")]).await;
    assert!(
        rejected.status == 200 && rejected.text.contains("REJECTED") && rejected.text.contains("to be collected again"),
        "{}",
        rejected.text
    );
    let order = house.page(&format!("/orders/{accession}")).await.text;
    assert!(order.contains("data-event=\"rejected\"") && order.contains("data-container-state=\"rejected\""), "{order}");
    assert!(order.contains("data-container-state=\"to be collected\""), "{order}");
    assert!(house.page("/tasks").await.text.contains("Clotted"));
}

#[tokio::test]
async fn a_wristband_opens_one_patients_tubes_and_a_label_scanned_back_closes_one() {
    let house = House::open().await;
    let (_, mine) = code_of(&house, "4711").await;
    let (_, other) = code_of(&house, "4712").await;
    let list = house.page("/collection").await.text;
    assert!(list.contains("/collection/4711") && list.contains("/collection/4712"), "{list}");
    assert_eq!(house.page("/collection?number=4711").await.location(), "/collection/4711");
    let bedside = house.page("/collection/4711").await.text;
    assert!(bedside.contains(&mine) && !bedside.contains(&other), "{bedside}");
    let wrong = house.send("/collection/4711", &[("code", &other)]).await;
    assert!(wrong.status == 409 && wrong.text.contains("not for the patient you are with"), "{}", wrong.text);
    let right = house.send("/collection/4711", &[("code", &mine)]).await;
    assert!(right.status == 200 && right.text.contains("is collected"), "{}", right.text);
    assert!(right.text.contains("Nothing is to be drawn"), "{}", right.text);
    let not = house.send("/collection/4712", &[("code", &other), ("not_collected", "refused")]).await;
    assert!(not.status == 200 && not.text.contains("the patient refuses"), "{}", not.text);
    assert_eq!(house.page("/collection/9999").await.status, 404);
}

#[tokio::test]
async fn labels_are_noted_as_printed_once_and_a_reprint_is_another_label() {
    let house = House::open().await;
    let (accession, container) = code_of(&house, "4711").await;
    let address = format!("/orders/{accession}/labels");
    let page = house.page(&address).await.text;
    assert!(page.contains("class=\"bars\"") && page.contains(&container) && !page.contains("name=\"reason\""), "{page}");
    let zpl = house.page(&format!("{address}.zpl")).await.text;
    assert!(zpl.starts_with("^XA") && zpl.contains(&container), "{zpl}");
    assert_eq!(house.page(&format!("{address}.zpl?stock=1x1")).await.status, 404);
    assert_eq!(house.send(&address, &[]).await.location(), format!("{address}?print=1"));
    let printed = house.page(&address).await.text;
    assert!(printed.contains("name=\"reason\""), "{printed}");
    let refused = house.send(&format!("{address}/replace"), &[("code", &container), ("reason", ".")]).await;
    assert!(refused.status == 409 && refused.text.contains("a reason is needed"), "{}", refused.text);
    assert_eq!(house.send(&format!("{address}/replace"), &[("code", &container), ("reason", "torn")]).await.status, 303);
    let found = house.page(&format!("/find?code={container}")).await;
    assert!(found.status == 410 && found.text.contains("data-voided") && found.text.contains("torn"), "{}", found.text);
}

#[tokio::test]
async fn an_order_is_changed_on_its_page_and_a_refusal_says_why() {
    let house = House::open().await;
    let (accession, _) = code_of(&house, "4711").await;
    let (other, _) = code_of(&house, "4712").await;
    let address = format!("/orders/{accession}/change");
    assert_eq!(house.send(&address, &[("act", "add"), ("test", "na")]).await.status, 303);
    let page = house.page(&format!("/orders/{accession}")).await.text;
    assert!(page.contains("data-test=\"NA\"") && page.contains("data-event=\"added\""), "{page}");
    let again = house.send(&address, &[("act", "add"), ("test", "na")]).await;
    assert!(again.status == 409 && again.text.contains("is ordered already"), "{}", again.text);
    let examination = page.split("name=\"examination\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let elsewhere = house.send(&format!("/orders/{other}/change"), &[("act", "cancel"), ("examination", examination)]).await;
    assert!(elsewhere.status == 409 && elsewhere.text.contains("of another order"), "{}", elsewhere.text);
    assert_eq!(house.send(&address, &[("act", "hold"), ("examination", examination)]).await.status, 303);
    assert!(house.page(&format!("/orders/{accession}")).await.text.contains("On hold"));
    assert_eq!(house.send(&address, &[("act", "cancel"), ("examination", examination)]).await.status, 303);
    assert!(house.page(&format!("/orders/{accession}")).await.text.contains("Cancelled"));
    assert_eq!(house.send(&address, &[("act", "priority"), ("priority", "stat")]).await.status, 303);
    assert!(house.page(&format!("/orders/{accession}")).await.text.contains("STAT"));
}
