//! The programs that turn PDF into pictures and read symbols: poppler, zbar, dmtx. `cargo xtask test` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder with one PDF in it.
pub(crate) struct Bench {
    folder: TempDir,
}

/// What a program printed. A program that is missing fails the test with the command that installs it.
fn run(program: &str, package: &str, arguments: &[&str], fine: &[i32]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program} cannot be run ({error}); on Debian, as root: apt-get install {package}"));
    let code = output.status.code().unwrap();
    assert!(fine.contains(&code), "{program} {arguments:?} ended with {code}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Bench {
    pub(crate) fn of(pdf: &[u8]) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("labels.pdf"), pdf).unwrap();
        Self { folder }
    }

    /// What a browser makes of a page with these elements, as it prints it.
    pub(crate) fn of_page(elements: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let page = folder.path().join("page.html");
        let head = "<!doctype html><meta charset=\"utf-8\"><style>@page{size:100mm 60mm;margin:5mm}svg{display:block}</style>";
        std::fs::write(&page, format!("{head}{elements}")).unwrap();
        let (to, profile) = (folder.path().join("labels.pdf"), folder.path().join("profile"));
        let browsers = ["chromium", "chromium-browser", "google-chrome"];
        let known = |name: &&str| Command::new(name).arg("--version").output().is_ok();
        let browser = browsers.into_iter().find(known).unwrap_or("chromium");
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            &format!("--user-data-dir={}", profile.display()),
            &format!("--print-to-pdf={}", to.display()),
            &format!("file://{}", page.display()),
        ];
        run(browser, "chromium", &arguments, &[0]);
        Self { folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The words of all pages, as they stand.
    pub(crate) fn words(&self) -> String {
        run("pdftotext", "poppler-utils", &["-layout", &self.file("labels.pdf"), "-"], &[0])
    }

    /// What pdfinfo says.
    pub(crate) fn about(&self) -> String {
        run("pdfinfo", "poppler-utils", &[&self.file("labels.pdf")], &[0])
    }

    /// Names of the fonts and whether they are embedded.
    pub(crate) fn fonts(&self) -> String {
        run("pdffonts", "poppler-utils", &[&self.file("labels.pdf")], &[0])
    }

    /// Every page as a grey picture at a printer's resolution, in order.
    pub(crate) fn pictures(&self, dpi: u32) -> Vec<Picture> {
        let resolution = dpi.to_string();
        run("pdftoppm", "poppler-utils", &["-gray", "-r", &resolution, &self.file("labels.pdf"), &self.file("page")], &[0]);
        let mut paths: Vec<PathBuf> = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "pgm"));
        paths.sort();
        paths.iter().map(|path| Picture::read(path)).collect()
    }
}

/// A grey picture: 0 is black.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) dots: Vec<u8>,
}

impl Picture {
    /// Portable graymap: `P5`, width, height, 255, then the dots.
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let mut parts = bytes.splitn(4, |byte| byte.is_ascii_whitespace());
        assert_eq!(parts.next().unwrap(), b"P5");
        let mut number = || std::str::from_utf8(parts.next().unwrap()).unwrap().parse::<usize>().unwrap();
        let (width, height) = (number(), number());
        let dots = parts.next().unwrap().strip_prefix(b"255\n").unwrap().to_vec();
        assert_eq!(dots.len(), width * height);
        Self { width, height, dots }
    }

    /// Whether nothing but paper lies between these columns and rows.
    pub(crate) fn is_empty(&self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> bool {
        rows.into_iter().all(|row| columns.clone().all(|column| self.dots[row * self.width + column] == 255))
    }

    /// As a thermal printer prints it, black or white, with white around it as on its backing.
    pub(crate) fn printed(&self) -> Self {
        let border = 20;
        let (width, height) = (self.width + 2 * border, self.height + 2 * border);
        let mut dots = vec![255; width * height];
        for (row, line) in self.dots.chunks(self.width).enumerate() {
            let begins = (row + border) * width + border;
            for (place, dot) in line.iter().enumerate() {
                dots[begins + place] = if *dot < 128 { 0 } else { 255 };
            }
        }
        Self { width, height, dots }
    }

    /// A quarter turn to the right.
    pub(crate) fn turned(&self) -> Self {
        let dot = |row: usize, column: usize| self.dots[(self.height - 1 - column) * self.width + row];
        let dots = (0..self.width).flat_map(|row| (0..self.height).map(move |column| dot(row, column))).collect();
        Self { width: self.height, height: self.width, dots }
    }

    /// One dot in `every` is the other colour, by a fixed rule: specks of dust and dots that did not burn.
    pub(crate) fn specked(&self, every: u32) -> Self {
        let mut state: u32 = 2_463_534_242;
        let mut dots = self.dots.clone();
        for dot in &mut dots {
            // Marsaglia's xorshift: the same specks each time.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            if state.is_multiple_of(every) {
                *dot = 255 - *dot;
            }
        }
        Self { dots, ..*self }
    }

    /// A dead dot of the printer's head: a white line from top to bottom.
    pub(crate) fn with_dead_dot(&self, column: usize) -> Self {
        let mut picture = self.clone();
        picture.dots.chunks_mut(self.width).for_each(|line| line[column] = 255);
        picture
    }

    /// A camera is finer than the printer: every dot as nine.
    fn tripled(&self) -> Self {
        let mut dots = Vec::with_capacity(self.dots.len() * 9);
        for line in self.dots.chunks(self.width) {
            let wide: Vec<u8> = line.iter().flat_map(|dot| [*dot; 3]).collect();
            (0..3).for_each(|_| dots.extend_from_slice(&wide));
        }
        Self { width: self.width * 3, height: self.height * 3, dots }
    }

    fn saved(&self) -> (TempDir, String) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("picture.pgm");
        // A whole sheet is as fine as a camera needs it, and would be too large for the readers.
        let tripled = if self.width > 1500 { self.clone() } else { self.tripled() };
        let mut bytes = format!("P5\n{} {}\n255\n", tripled.width, tripled.height).into_bytes();
        bytes.extend_from_slice(&tripled.dots);
        std::fs::write(&path, bytes).unwrap();
        (folder, path.to_str().unwrap().to_owned())
    }

    /// What zbar reads in bar codes of Code 128, each once.
    pub(crate) fn bars(&self) -> Vec<String> {
        let (_folder, path) = self.saved();
        // 4: no symbol was found.
        let arguments = ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Scode128.enable", &path];
        let mut read: Vec<String> = run("zbarimg", "zbar-tools", &arguments, &[0, 4]).lines().map(str::to_owned).collect();
        read.sort();
        read.dedup();
        read
    }

    /// What dmtx reads in the first Data Matrix it finds.
    pub(crate) fn matrix(&self) -> Option<String> {
        let (_folder, path) = self.saved();
        // 1: no symbol was found.
        let read = run("dmtxread", "dmtx-utils", &["--stop-after=1", "--milliseconds=20000", &path], &[0, 1]);
        (!read.is_empty()).then_some(read)
    }
}
