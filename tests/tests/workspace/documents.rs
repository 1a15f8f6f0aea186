//! What the documents say of the code: the tests that they name exist, the tables are complete, the programs in them are
//! those that are tested.

use std::collections::BTreeSet;
use std::fs;

use crate::sources;

/// The documents that name tests as their evidence.
const WITNESSES: [&str; 3] = ["SECURITY.md", "tests/NEGATIVE.md", "crates/issuance/RULES.md"];

fn read(path: &str) -> String {
    fs::read_to_string(sources::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a word in backticks is the name of a test: a sentence, in lower case.
fn is_test_name(word: &str) -> bool {
    word.matches('_').count() >= 3
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The names of all tests: functions right below `#[test]`, other attributes between them or not, and the lists of names
/// that a macro `on_each_…!` makes tests of.
fn tests_in(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_test = false;
    let mut is_list = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("on_each_") && line.ends_with("! {") {
            is_list = true;
        } else if is_list {
            is_list = line != "}";
            found.extend(line.strip_suffix(',').map(str::to_owned));
        } else if line == "#[test]" {
            is_test = true;
        } else if let Some(rest) = line.strip_prefix("fn ") {
            if is_test && let Some((name, _)) = rest.split_once('(') {
                found.insert(name.to_owned());
            }
            is_test = false;
        }
    }
    found
}

fn all_tests() -> BTreeSet<String> {
    sources::all()
        .iter()
        .filter(|source| source.is_rust())
        .flat_map(|source| tests_in(&source.text))
        .collect()
}

#[test]
fn every_test_that_a_document_names_exists() {
    let tests = all_tests();
    assert!(tests.contains("every_test_that_a_document_names_exists"), "the tests are found");
    let mut wrong = Vec::new();
    for path in WITNESSES {
        let text = read(path);
        let named: BTreeSet<&str> = quoted(&text).filter(|word| is_test_name(word)).collect();
        assert!(named.len() > 20, "{path} names its tests");
        wrong.extend(
            named.iter().filter(|name| !tests.contains(**name)).map(|name| format!("{path}: {name}")),
        );
    }
    sources::none(&wrong, "a test that a document names as evidence exists");
}

/// The ids of the table: a letter and how many there are.
const IDS: [(&str, u8); 7] = [("A", 18), ("B", 12), ("C", 10), ("D", 7), ("E", 15), ("H", 8), ("J", 7)];

#[test]
fn every_negative_test_has_its_row_with_a_test_or_says_that_there_is_none() {
    let text = read("tests/NEGATIVE.md");
    let mut wrong = Vec::new();
    let ids =
        IDS.iter().flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")));
    for id in ids.chain(["I3".to_owned()]) {
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with(&format!("| {id} |"))).collect();
        let [row] = rows.as_slice() else {
            wrong.push(format!("{id} has {} rows", rows.len()));
            continue;
        };
        if !quoted(row).any(is_test_name) && !row.contains("not in this version") {
            wrong.push(format!("{id} names no test and does not say so"));
        }
    }
    sources::none(&wrong, "tests/NEGATIVE.md has one row for each id");
}

/// The files that a document links to.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets
        .filter(|target| !target.contains("://"))
        .map(|target| target.split('#').next().unwrap_or_default())
}

#[test]
fn every_file_that_a_document_links_to_exists() {
    let mut wrong = Vec::new();
    for source in sources::all().iter().filter(|source| source.path.ends_with(".md")) {
        let folder = sources::root().join(&source.path).parent().unwrap().to_path_buf();
        let missing =
            linked(&source.text).filter(|target| !target.is_empty() && !folder.join(target).exists());
        wrong.extend(missing.map(|target| format!("{}: {target}", source.path)));
    }
    sources::none(&wrong, "links between documents lead somewhere");
}

/// The code blocks of a language, documentation of the crate or a document alike.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match (&mut open, line.trim_end()) {
            (None, start) if start == format!("```{language}") => open = Some(String::new()),
            (Some(block), "```") => {
                found.push(std::mem::take(block));
                open = None;
            }
            (Some(block), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    found
}

#[test]
fn the_program_in_the_readme_is_the_one_that_the_library_tests() {
    let documentation: String = read("crates/mynumber/src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let tested = blocks(&documentation, "");
    // Lines that rustdoc hides are hidden here too.
    let shown: String =
        tested[0].lines().filter(|line| !line.starts_with("# ")).map(|line| format!("{line}\n")).collect();
    for path in ["README.md", "README.ja.md"] {
        let programs = blocks(&read(path), "rust");
        assert_eq!(programs.first(), Some(&shown), "{path} shows the example of crates/mynumber/src/lib.rs");
    }
}

#[test]
fn the_exit_codes_in_the_readme_are_those_of_the_command() {
    let source = read("crates/cli/src/exit.rs");
    let table = source.split_once("TABLE").unwrap().1.split_once("];").unwrap().0;
    let mut names = Vec::new();
    // `(Exit::Name, "English", "Japanese")`, on one line or several.
    for entry in table.split("Exit::").skip(1) {
        let name = entry.split(',').next().unwrap();
        let texts: Vec<&str> = entry.split('"').skip(1).step_by(2).collect();
        let number = source.split_once(&format!("    {name} = ")).unwrap().1.split_once(',').unwrap().0;
        names.push((number.to_owned(), texts[0].to_owned(), texts[1].to_owned()));
    }
    assert!(names.len() > 20);
    let mut wrong = Vec::new();
    for (path, japanese) in [("README.md", false), ("README.ja.md", true)] {
        let text = read(path);
        for (number, english, translated) in &names {
            let row = format!("| {number} | {} |", if japanese { translated } else { english });
            if !text.contains(&row) {
                wrong.push(format!("{path}: {row}"));
            }
        }
    }
    sources::none(&wrong, "the table of exit codes is that of crates/cli/src/exit.rs");
}

#[test]
fn names_blocks_and_links_are_found() {
    assert!(is_test_name("a5_6c_is_followed_once"));
    assert!(!is_test_name("card_face") && !is_test_name("Card::read_the_whole_file"));
    let text = "#[test]\n#[cfg(unix)]\nfn one_of_the_tests() {}\nfn no_test_at_all() {}\n\
                on_each_store! {\n    the_test_of_a_list,\n}\nnone,\n";
    assert_eq!(tests_in(text).into_iter().collect::<Vec<_>>(), ["one_of_the_tests", "the_test_of_a_list"]);
    assert_eq!(blocks("a\n```rust\nx\n```\n```\ny\n```\n", "rust"), ["x\n"]);
    assert_eq!(linked("[a](b.md#c) [d](https://e) [f](g/h)").collect::<Vec<_>>(), ["b.md", "g/h"]);
}
