//! Rust text read just far enough: what is code, what is a literal, where functions and test modules begin and end.

/// What the rules need to know of one Rust file.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The text with comments and literals blanked, line for line.
    pub(super) code: Vec<String>,
    pub(super) literals: Vec<Literal>,
    pub(super) functions: Vec<Function>,
    /// First and last line of each `#[cfg(test)]` item.
    tests: Vec<(usize, usize)>,
}

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    /// As written between the quotes, escapes untouched.
    pub(super) text: String,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// Line of the word `fn`, counted from 1.
    pub(super) first: usize,
    /// Line of the closing brace.
    pub(super) last: usize,
}

impl Source {
    pub(super) fn read(text: &str) -> Source {
        let (code, literals) = Scanner::new(text).scan();
        let tokens = tokens(&code);
        let functions = (0..tokens.len()).filter_map(|at| function_at(&tokens, at)).collect();
        let tests = (0..tokens.len()).filter_map(|at| test_item_at(&tokens, at)).collect();
        Source { code: code.lines().map(str::to_owned).collect(), literals, functions, tests }
    }

    /// Whether this line stands in a `#[cfg(test)]` item.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }
}

/// Walks the text once and copies code, blanks for the rest.
struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    literals: Vec<Literal>,
}

impl Scanner {
    fn new(text: &str) -> Scanner {
        Scanner { chars: text.chars().collect(), at: 0, line: 1, code: String::with_capacity(text.len()), literals: Vec::new() }
    }

    fn scan(mut self) -> (String, Vec<Literal>) {
        while let Some(here) = self.peek(0) {
            match (here, self.peek(1)) {
                ('/', Some('/')) => self.blank_while(|scanner| scanner.peek(0) != Some('\n')),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.string(),
                ('\'', _) => self.character_or_lifetime(),
                _ if here.is_alphabetic() || here == '_' => self.word(),
                _ => self.keep(),
            }
        }
        (self.code, self.literals)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at.saturating_add(ahead)).copied()
    }

    fn keep(&mut self) {
        self.step(false);
    }

    fn blank(&mut self) {
        self.step(true);
    }

    fn step(&mut self, blank: bool) {
        if let Some(here) = self.peek(0) {
            self.line = self.line.saturating_add(usize::from(here == '\n'));
            self.code.push(if blank && here != '\n' { ' ' } else { here });
            self.at = self.at.saturating_add(1);
        }
    }

    fn blank_while(&mut self, more: impl Fn(&Scanner) -> bool) {
        while self.peek(0).is_some() && more(self) {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(here) = self.peek(0) {
            match (here, self.peek(1)) {
                ('/', Some('*')) => depth = depth.saturating_add(1),
                ('*', Some('/')) => depth = depth.saturating_sub(1),
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    /// A word, or the prefix of a literal: r"..", br#".."#, b"..", c"..".
    fn word(&mut self) {
        let mut word = String::new();
        while let Some(here) = self.peek(0).filter(|here| here.is_alphanumeric() || *here == '_') {
            word.push(here);
            self.keep();
        }
        let raw = matches!(word.as_str(), "r" | "br" | "cr");
        let hashes = (0_usize..).take_while(|ahead| self.peek(*ahead) == Some('#')).count();
        if raw && self.peek(hashes) == Some('"') {
            self.raw_string(hashes);
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        (0..=hashes).for_each(|_| self.blank());
        let (line, begin) = (self.line, self.at);
        while self.peek(0).is_some() && !(self.peek(0) == Some('"') && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'))) {
            self.blank();
        }
        self.literal(line, begin);
        (0..=hashes).for_each(|_| self.blank());
    }

    fn string(&mut self) {
        self.blank();
        let (line, begin) = (self.line, self.at);
        while let Some(here) = self.peek(0).filter(|here| *here != '"') {
            if here == '\\' {
                self.blank();
            }
            self.blank();
        }
        self.literal(line, begin);
        self.blank();
    }

    fn literal(&mut self, line: usize, begin: usize) {
        let text = self.chars.get(begin..self.at).unwrap_or_default().iter().collect();
        self.literals.push(Literal { line, text });
    }

    fn character_or_lifetime(&mut self) {
        let escaped = self.peek(1) == Some('\\');
        if !escaped && self.peek(2) != Some('\'') {
            self.keep();
            return;
        }
        self.blank();
        if escaped {
            self.blank();
        }
        self.blank();
        self.blank_while(|scanner| scanner.peek(0) != Some('\''));
        self.blank();
    }
}

struct Token {
    text: String,
    line: usize,
}

/// Words, and every other visible character by itself.
fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (at, text) in code.lines().enumerate() {
        let line = at.saturating_add(1);
        let mut word = String::new();
        for here in text.chars().chain(std::iter::once(' ')) {
            if here.is_alphanumeric() || here == '_' {
                word.push(here);
                continue;
            }
            if !word.is_empty() {
                tokens.push(Token { text: std::mem::take(&mut word), line });
            }
            if !here.is_whitespace() {
                tokens.push(Token { text: here.to_string(), line });
            }
        }
    }
    tokens
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// The function whose `fn` stands here; a function type or one without a body is none.
fn function_at(tokens: &[Token], at: usize) -> Option<Function> {
    let name = text(tokens, at.saturating_add(1));
    if text(tokens, at) != "fn" || !name.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        return None;
    }
    let first = tokens.get(at)?.line;
    let last = end_of_item(tokens, at)?;
    Some(Function { name: name.to_owned(), first, last })
}

/// The lines of an item under `#[cfg(test)]`, also `#[cfg(all(test, ...))]`.
fn test_item_at(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let begins = text(tokens, at) == "#" && text(tokens, at.saturating_add(1)) == "[" && text(tokens, at.saturating_add(2)) == "cfg";
    if !begins {
        return None;
    }
    let attribute: Vec<&str> = (at..tokens.len()).map(|at| text(tokens, at)).take_while(|text| *text != "]").collect();
    if !attribute.contains(&"test") || attribute.contains(&"not") {
        return None;
    }
    let after = at.saturating_add(attribute.len()).saturating_add(1);
    Some((tokens.get(at)?.line, end_of_item(tokens, after)?))
}

/// The line of the brace that closes the first body after `at`; none if a semicolon ends the item before.
fn end_of_item(tokens: &[Token], at: usize) -> Option<usize> {
    let mut brackets = 0_usize;
    let mut braces = 0_usize;
    for token in tokens.get(at..)? {
        match token.text.as_str() {
            "(" | "[" => brackets = brackets.saturating_add(1),
            ")" | "]" => brackets = brackets.saturating_sub(1),
            ";" if brackets == 0 && braces == 0 => return None,
            "{" => braces = braces.saturating_add(1),
            "}" if braces == 1 => return Some(token.line),
            "}" => braces = braces.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(text: &str) -> Vec<(String, usize, usize)> {
        Source::read(text).functions.into_iter().map(|one| (one.name, one.first, one.last)).collect()
    }

    #[test]
    fn functions_are_found_with_their_ends() {
        let text = "fn one() -> [u8; 2] {\n    [0; 2]\n}\n\nimpl X {\n    pub fn two<'a>(x: &'a str) {\n        if x == \"}\" {\n        }\n    }\n}\n";
        assert_eq!(functions(text), [("one".to_owned(), 1, 3), ("two".to_owned(), 6, 9)]);
    }

    #[test]
    fn function_types_and_declarations_are_no_functions() {
        assert_eq!(functions("trait T { fn said(&self); }\ntype F = fn(u8) -> u8;\nstruct S { run: fn() }\n"), []);
    }

    #[test]
    fn braces_in_comments_and_literals_do_not_count() {
        let text = "fn odd() {\n    // }\n    /* } /* } */ } */\n    let a = '}'; let b = '\\''; let c = r#\"}\"}\"#; let d = b'{';\n    let e = \"\\\"}\";\n}\nfn even() {}\n";
        assert_eq!(functions(text), [("odd".to_owned(), 1, 6), ("even".to_owned(), 7, 7)]);
    }

    #[test]
    fn literals_keep_their_text_and_line() {
        let source = Source::read("let a = \"x\\\"y\";\nlet b = r#\"p\"q\"#;\n");
        let expected = [Literal { line: 1, text: "x\\\"y".into() }, Literal { line: 2, text: "p\"q".into() }];
        assert_eq!(source.literals, expected);
    }

    #[test]
    fn test_items_are_known() {
        let source =
            Source::read("fn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n    fn b() {}\n}\n#[cfg(not(test))]\nmod real {\n}\n");
        let test_lines: Vec<usize> = (1..=9).filter(|line| source.is_test_line(*line)).collect();
        assert_eq!(test_lines, [2, 3, 4, 5, 6]);
    }

    #[test]
    fn text_that_ends_in_the_middle_ends_the_scan() {
        for text in ["\"", "'", "r#\"", "/*", "fn", "fn f(", "fn f() {", "#[cfg(test", "'\\", "\"\\"] {
            Source::read(text);
        }
    }
}
