//! Habits that no compiler checks: short files, no test switched off, nothing left for later, nothing that belongs
//! to one machine.

use crate::sources::{self, Source};

/// Lines of code in one file, blank lines and comments not counted.
const LONGEST: usize = 500;

/// Words that may not stand in Rust code. Put together here so that this file does not hold them itself.
const FORBIDDEN: [(&str, &str); 4] = [
    (concat!("#[", "ignore"), "a test that is not run is not a test"),
    (concat!("todo", "!("), "finish it, or leave it out"),
    (concat!("unimplemented", "!("), "finish it, or return an error"),
    (concat!("#[", "allow("), "use #[expect(lint, reason = \"...\")]"),
];

/// Folders of one machine.
const MACHINE: [&str; 3] = [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "Users/")];

/// What only the outermost layers do: the rest is told the time and its settings.
const OUTSIDE_WORLD: [(&str, &str); 3] = [
    ("SystemTime::now", "the time is an argument"),
    ("env::var", "settings are arguments"),
    ("env::args", "arguments belong to the command"),
];

/// Where the outside world may be asked.
const OUTERMOST: [&str; 2] = ["crates/cli/", "crates/xtask/"];

fn rust() -> impl Iterator<Item = Source> {
    sources::all().into_iter().filter(Source::is_rust)
}

/// The lines that are neither blank nor comments.
fn lines_of_code(text: &str) -> usize {
    let mut in_comment = false;
    let mut count = 0;
    for line in text.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            count += 1;
        }
    }
    count
}

/// The lines with a word of the list, comments left out.
fn lines_with(source: &Source, words: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let code = if line.trim_start().starts_with("//") { "" } else { line };
        for (word, reason) in words {
            if code.contains(word) {
                found.push(format!("{}:{}: {word}: {reason}", source.path, index + 1));
            }
        }
    }
    found
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long = |source: Source| {
        let lines = lines_of_code(&source.text);
        (lines > LONGEST).then(|| format!("{} has {lines} lines of code", source.path))
    };
    let wrong: Vec<String> = rust().filter_map(long).collect();
    sources::none(&wrong, &format!("a file has at most {LONGEST} lines of code"));
}

#[test]
fn no_test_is_switched_off_and_nothing_is_left_for_later() {
    let wrong: Vec<String> = rust().flat_map(|source| lines_with(&source, &FORBIDDEN)).collect();
    sources::none(&wrong, "words that may not stand in the code");
}

#[test]
fn only_the_outermost_layers_ask_the_outside_world() {
    // Unit tests beside openssl need the clock that openssl looks at.
    let is_inner = |source: &Source| {
        source.path.starts_with("crates/")
            && !source.path.ends_with("_tests.rs")
            && !OUTERMOST.iter().any(|folder| source.path.starts_with(folder))
    };
    let wrong: Vec<String> =
        rust().filter(is_inner).flat_map(|source| lines_with(&source, &OUTSIDE_WORLD)).collect();
    sources::none(&wrong, "no clock and no environment below the command");
}

#[test]
fn nothing_in_the_repository_belongs_to_one_machine() {
    let mut wrong = Vec::new();
    for source in sources::all() {
        for (index, line) in source.text.lines().enumerate() {
            if MACHINE.iter().any(|folder| line.contains(folder)) {
                wrong.push(format!("{}:{}", source.path, index + 1));
            }
        }
    }
    sources::none(&wrong, "paths of one machine");
}

#[test]
fn cargo_is_not_sent_to_another_registry() {
    let text = std::fs::read_to_string(sources::root().join(".cargo/config.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    for table in ["source", "registries", "registry", "patch"] {
        assert!(!settings.contains_key(table), ".cargo/config.toml has a table `{table}`");
    }
}

#[test]
fn blank_lines_and_comments_are_not_code() {
    let text = "//! docs\n\nfn f() { // why\n    /* one */\n    /* two\n    three */\n    g();\n}\n";
    assert_eq!(lines_of_code(text), 3);
}

#[test]
fn a_forbidden_word_is_found_with_its_line_and_not_in_comments() {
    let source = Source { path: "a.rs".to_owned(), text: "// bad()\n  bad();\n".to_owned() };
    assert_eq!(lines_with(&source, &[("bad()", "no")]), ["a.rs:2: bad(): no"]);
}
