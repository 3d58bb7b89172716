//! `benchside render` as a shell runs it, and as the server asks it.

use crate::program::{Ended, run_with_input, start_waiting};
use kernel::{AccessionNumber, ContainerCode, Mrn, PersonName, Realm, Sex};
use render::{Document, Drawn, Labels, Limits, Media, RenderTrouble, Renderer};
use reports::{Count, Label, Sheet, Stock};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use workflow::Priority;

fn labels(count: u32) -> Document {
    named(count, |_| ("Nguyễn".into(), "Thị Minh".into()))
}

fn named(count: u32, name: impl Fn(u32) -> (String, String)) -> Document {
    let label = |number| Label {
        code: ContainerCode::compose("A", number).unwrap(),
        accession: AccessionNumber::compose(26, number + 1).unwrap(),
        name: PersonName::new(&name(number).0, &name(number).1).unwrap(),
        mrn: Mrn::parse("10042").unwrap(),
        birth: None,
        sex: Sex::Female,
        tests: vec!["K".into()],
        container: "light green".into(),
        volume: "4 mL".into(),
        priority: Priority::Stat,
        collected: None,
        count: Count { number: 1, of: 1 },
        realm: Realm::Training,
    };
    Document::Labels(Labels { on: Media::find("50x25-203", 0).unwrap(), labels: (0..count).map(label).collect() })
}

/// Letters of Chinese, other ones on each label, and nearly as many bytes as are taken: few documents need more memory.
fn thousand_of_han() -> Document {
    let letters = |number: u32| (0..20).map(move |place| char::from_u32(0x4e00 + (number * 20 + place) % 20_000).unwrap()).collect();
    let Document::Labels(mut drawn) = named(1000, move |number| (letters(number), "小明".into()));
    drawn.labels.iter_mut().for_each(|label| label.tests = vec!["北".repeat(45); 100]);
    Document::Labels(drawn)
}

fn this_program() -> PathBuf {
    env!("CARGO_BIN_EXE_benchside").into()
}

/// A program for the children: a script, in a folder that stays until the test ends.
fn script(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("child");
    std::fs::write(&program, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    (folder, program)
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn asked(renderer: &Renderer, document: &Document) -> Result<Drawn, RenderTrouble> {
    block_on(renderer.draw(document))
}

fn told(input: &[u8]) -> Ended {
    run_with_input(&["render"], input)
}

fn only(renderer: &Renderer) -> u32 {
    let waiting = renderer.waiting_processes();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    waiting[0]
}

fn kill(process: u32) {
    let process = rustix::process::Pid::from_raw(process.try_into().unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
}

/// Waits until this is so.
async fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let document = labels(3);
    assert_eq!(Document::read(&document.write().unwrap()), Ok(document));
    let Document::Labels(labels) = labels(1);
    let on_sheet = Document::Labels(Labels { on: Media::find("a4-24", 5).unwrap(), ..labels });
    assert_eq!(Document::read(&on_sheet.write().unwrap()), Ok(on_sheet));
}

#[test]
fn the_server_gets_the_pdf_that_a_shell_gets_and_hears_what_it_does_not_show() {
    let document = named(2, |number| (if number == 1 { "김".into() } else { "Kim".into() }, "Min".into()));
    let drawn = asked(&Renderer::new(this_program(), Limits::default()), &document).unwrap();
    assert!(drawn.pdf.starts_with(b"%PDF-"));
    let unshown: Vec<String> = drawn.unshown.iter().map(ToString::to_string).collect();
    assert_eq!(unshown, ["label 2: 김 (U+AE40)"]);
    let by_hand = told(&document.write().unwrap());
    by_hand.says(0, &["no font of this program has these letters, a sign stands in their place: label 2: 김 (U+AE40)"]);
    assert_eq!(by_hand.out, String::from_utf8_lossy(&drawn.pdf));
}

#[test]
fn the_operators_page_names_every_medium_and_its_example_is_drawn() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operator/labels.md")).unwrap();
    let names = Stock::ALL.iter().map(Stock::name).chain(Sheet::ALL.iter().map(Sheet::name));
    names.for_each(|name| assert!(page.contains(&format!("`{name}`")), "{name}"));
    let example = page.split("```").find(|block| block.trim_start().starts_with('{')).unwrap();
    let ended = told(example.as_bytes());
    ended.says(0, &[]);
    assert!(ended.out.starts_with("%PDF-") && ended.err.is_empty(), "{}", ended.err);
}

#[test]
fn a_child_stays_and_is_replaced_in_time() {
    let renderer = Renderer::new(this_program(), Limits { documents: 3, ..Limits::default() });
    block_on(async {
        let first = renderer.draw(&labels(2)).await.unwrap();
        let child = only(&renderer);
        // A refused document costs nobody anything.
        assert!(matches!(renderer.draw(&labels(0)).await, Err(RenderTrouble::Refused(_))));
        assert_eq!(only(&renderer), child);
        assert_eq!(renderer.draw(&labels(2)).await.unwrap(), first);
        assert!(renderer.waiting_processes().is_empty(), "it had drawn three times");
        renderer.draw(&labels(1)).await.unwrap();
        assert_ne!(only(&renderer), child);
    });
}

#[test]
fn what_is_no_document_is_refused_in_words_without_a_patients_name() {
    let good = String::from_utf8(labels(1).write().unwrap()).unwrap();
    for (text, words) in [
        (String::new(), "it ends too early, at line 1 column 0"),
        ("no".into(), "it is not JSON, at line 1"),
        ("[".repeat(100_000), "the document cannot be read: "),
        ("{\"report\":{}}".into(), "a part is missing, unknown or of another kind"),
        (good.replace("A0000000U", "A00000004"), "label 1, code: the check character"),
        (good.replace("Nguyễn", "Quillfeather\\u202e"), "label 1, name: the family name is not 1 to 100 printable characters"),
        (good.replace("50x25-203", "1x1"), "there is no stock or sheet \"1x1\"; there are 50x25-203, 50x25-300"),
        (good.replace("\"4 mL\"", &format!("\"{}\"", "x".repeat(201))), "label 1, volume: longer than 200 characters"),
        (format!("{good}{}", " ".repeat(17 << 20)), "larger than 16777216 bytes; send its labels in parts"),
        (String::from_utf8(labels(1001).write().unwrap()).unwrap(), "1001 labels at once; at most 1000"),
        (String::from_utf8(labels(0).write().unwrap()).unwrap(), "there are no labels to draw"),
    ] {
        let ended = told(text.as_bytes());
        ended.says(2, &[words]);
        assert!(ended.out.is_empty() && !ended.err.contains("Quillfeather"), "{ended:?}");
    }
    told(b"{\"labels\":\xff}").says(2, &["it is not JSON"]);
}

#[test]
fn the_server_hears_why_the_child_refused() {
    let refused = asked(&Renderer::new(this_program(), Limits::default()), &labels(0)).unwrap_err().to_string();
    assert_eq!(refused, "the process that draws refused: there are no labels to draw; send at least one");
}

#[test]
fn a_child_that_takes_too_long_is_ended_and_so_does_waiting_for_one() {
    let (_folder, program) = script("exec sleep 600");
    let limits = Limits { time: Duration::from_secs(2), wait: Duration::from_millis(10), children: 1, ..Limits::default() };
    let renderer = Renderer::new(program, limits);
    let document = labels(1);
    let (first, second) = block_on(async { tokio::join!(renderer.draw(&document), renderer.draw(&document)) });
    assert!(matches!(first, Err(RenderTrouble::Time(_))), "{first:?}");
    assert!(matches!(second, Err(RenderTrouble::Busy(_))), "{second:?}");
    assert!(renderer.waiting_processes().is_empty());
}

#[test]
fn more_than_the_server_takes_is_refused_and_the_child_with_it() {
    let renderer = Renderer::new(this_program(), Limits { pdf_bytes_max: 100, ..Limits::default() });
    let trouble = asked(&renderer, &labels(1)).unwrap_err();
    assert!(matches!(trouble, RenderTrouble::Size(100)), "{trouble}");
    assert!(renderer.waiting_processes().is_empty());
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let trouble = asked(&Renderer::new("no/such/program".into(), Limits::default()), &labels(1)).unwrap_err().to_string();
    assert!(trouble.contains("did not start (no/such/program: "), "{trouble}");
}

#[test]
fn a_child_that_says_something_else_is_no_child() {
    let (_folder, program) = script("printf 'AAAAhello'; exec cat > /dev/null");
    let trouble = asked(&Renderer::new(program, Limits::default()), &labels(1)).unwrap_err();
    assert!(matches!(trouble, RenderTrouble::Pipe(_)), "{trouble}");
    let (_folder, program) = script("echo no paper >&2; exit 7");
    let trouble = asked(&Renderer::new(program, Limits::default()), &labels(1)).unwrap_err().to_string();
    assert!(trouble.contains("(exit status: 7): no paper; ask"), "{trouble}");
}

#[test]
fn a_child_that_is_killed_costs_its_own_document_alone() {
    let renderer = Renderer::new(this_program(), Limits::default());
    block_on(async {
        let small = renderer.draw(&labels(1)).await.unwrap();
        let child = only(&renderer);
        let large = thousand_of_han();
        let killed = async {
            until(|| renderer.waiting_processes().is_empty()).await;
            // Another is drawn for meanwhile.
            let other = renderer.draw(&labels(1)).await;
            kill(child);
            other
        };
        let (large, other) = tokio::join!(renderer.draw(&large), killed);
        assert!(matches!(&large, Err(RenderTrouble::Ended { status, .. }) if status.signal() == Some(9)), "{large:?}");
        assert_eq!(other.unwrap(), small);
        // One that dies while it waits is not asked at all.
        let waiting = only(&renderer);
        kill(waiting);
        let status = format!("/proc/{waiting}/stat");
        until(|| std::fs::read_to_string(&status).map_or(true, |stat| stat.contains(") Z "))).await;
        assert_eq!(renderer.draw(&labels(1)).await.unwrap(), small);
        assert_ne!(only(&renderer), waiting);
    });
}

#[test]
fn children_end_with_their_server() {
    let renderer = Renderer::new(this_program(), Limits::default());
    let child = block_on(async {
        renderer.draw(&labels(1)).await.unwrap();
        let child = only(&renderer);
        drop(renderer);
        child
    });
    let status = format!("/proc/{child}/stat");
    block_on(until(|| std::fs::read_to_string(&status).map_or(true, |stat| stat.contains(") Z "))));
}

#[test]
fn a_child_has_no_files_and_little_memory() {
    // It waits for its document; meanwhile the system says what it is bound to.
    let mut child = start_waiting(&["render", "--served"]);
    let limits = PathBuf::from(format!("/proc/{}/limits", child.id()));
    let expected = [
        ("Max open files", ["3", "3"]),
        ("Max file size", ["67108864", "67108864"]),
        ("Max cpu time", ["20", "3600"]),
        ("Max data size", ["536870912", "536870912"]),
        ("Max core file size", ["0", "0"]),
    ];
    block_on(until(|| {
        let limits = std::fs::read_to_string(&limits).unwrap();
        // A line is the name, the soft limit, the hard limit.
        expected.iter().all(|(name, both)| {
            let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().take(2).eq(both.iter().copied())
        })
    }));
    drop(child.kill());
    drop(child.wait());
}

#[test]
fn a_child_that_runs_out_of_memory_costs_nothing_else() {
    let (_folder, program) = script(&format!("ulimit -d 74000\nexec '{}' \"$@\"", env!("CARGO_BIN_EXE_benchside")));
    let renderer = Renderer::new(program, Limits::default());
    block_on(async {
        renderer.draw(&labels(1)).await.unwrap();
        let trouble = renderer.draw(&thousand_of_han()).await.unwrap_err();
        assert!(matches!(trouble, RenderTrouble::Ended { .. }), "{trouble}");
        renderer.draw(&labels(1)).await.unwrap();
    });
}

#[test]
fn a_thousand_labels_are_drawn_within_the_limits() {
    let renderer = Renderer::new(this_program(), Limits::default());
    assert!(asked(&renderer, &thousand_of_han()).unwrap().pdf.starts_with(b"%PDF-"));
}

#[test]
fn labels_have_their_forms_without_a_child() {
    let Document::Labels(drawn) = named(2, |number| (if number == 1 { "王".into() } else { "Müller".into() }, "Zoë".into()));
    let zpl = drawn.zpl().unwrap();
    assert_eq!((zpl.text.matches("^XA").count(), zpl.text.matches("^XZ").count()), (2, 2));
    let doubtful: Vec<String> = zpl.doubtful.iter().map(ToString::to_string).collect();
    assert_eq!(doubtful, ["label 2: 王 (U+738B)"], "Latin letters with accents are the printer's own");
    let pictures = drawn.pictures().unwrap();
    assert!(pictures[0].contains(">Müller, Zoë</text>") && pictures[1].contains(">王, Zoë</text>"), "{pictures:?}");
    assert!(pictures[0].starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"50.000mm\" height=\"25.000mm\" "));
    let on_sheet = Labels { on: Media::find("a4-24", 0).unwrap(), ..drawn };
    let refused = on_sheet.zpl().unwrap_err().to_string();
    assert_eq!(refused, "a4-24 is a sheet for office printers, which know no ZPL; choose a roll, or PDF");
    assert_eq!(on_sheet.pictures().unwrap().len(), 2);
}
