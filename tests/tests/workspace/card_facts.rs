//! What the code says of the card: each section of CARD.md that it cites exists, and the assumptions are counted.

use std::collections::BTreeSet;

use crate::sources;

/// Rows of the model that rest on an assumption. The number may only fall: lower it here when a source turns up.
const ASSUMED_ROWS: usize = 6;

/// Commands of the issuer, which are ours altogether (CARD.md §13): nobody published any, so they do not describe the card.
const ISSUER_ROWS: usize = 9;

/// The place of the facts.
const CARD: &str = "crates/applet/CARD.md";

/// The numbers of a text's sections: what its headings begin with.
fn sections(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .filter_map(|line| line.trim_start_matches('#').split_whitespace().next())
        .map(|word| word.trim_end_matches('.').to_owned())
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

/// The sections that a text cites, several in a row included: `CARD.md §2.2, §2.3`.
fn cited(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in text.split("CARD.md §").skip(1) {
        let mut rest = part;
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            found.insert(rest[..end].trim_end_matches('.').to_owned());
            rest = &rest[end..];
            match rest.strip_prefix(", §").or_else(|| rest.strip_prefix(" and §")) {
                Some(next) => rest = next,
                None => break,
            }
        }
    }
    found
}

#[test]
fn every_cited_section_of_the_card_facts_exists() {
    let all = sources::all();
    let card = all.iter().find(|source| source.path == CARD).expect("the facts");
    let sections = sections(&card.text);
    assert!(sections.contains("2.3"), "the headings are found: {sections:?}");
    let mut wrong = Vec::new();
    for source in all.iter().filter(|source| source.path.ends_with(".rs") || source.path.ends_with(".md")) {
        // This file's own examples are no citations.
        if source.path.ends_with("card_facts.rs") {
            continue;
        }
        for section in cited(&source.text).difference(&sections) {
            wrong.push(format!("{}: CARD.md §{section}", source.path));
        }
    }
    sources::none(&wrong, "a cited section is a heading of CARD.md");
}

#[test]
fn sections_are_found_in_a_list_of_citations() {
    let found = cited("(CARD.md §2.2, §2.3). And CARD.md §4. But not §9, and CARD.md §6.1 and §7.");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["2.2", "2.3", "4", "6.1", "7"]);
    assert_eq!(
        sections("# No number\n## 1. One\n### 1.2 Two\ntext 3").into_iter().collect::<Vec<_>>(),
        ["1", "1.2"]
    );
}

#[test]
fn the_number_of_assumed_rows_only_falls() {
    use mynumber_applet::{Source, rows};

    let assumed = |source: Source| matches!(source, Source::Assumed(_));
    let applications = rows::APPLICATIONS;
    let reserved = applications.iter().flat_map(|application| application.reserved);
    let sources = applications
        .iter()
        .map(|row| row.source)
        .chain(rows::files().map(|row| row.source))
        .chain(rows::keys().map(|row| row.source))
        .chain(rows::pins().flat_map(|row| [row.source, row.tries_source]))
        .chain(reserved.map(|row| row.source))
        .chain(rows::card_manager::DATA_OBJECTS.iter().map(|row| row.source));
    let found: Vec<Source> = sources.filter(|source| assumed(*source)).collect();
    println!("{} rows of the model are assumed:", found.len());
    found.iter().for_each(|source| println!("  {source:?}"));
    assert!(
        found.len() <= ASSUMED_ROWS,
        "an assumption was added: find a source, or say why in CARD.md §10.2"
    );
    assert!(found.len() >= ASSUMED_ROWS, "an assumption went: lower ASSUMED_ROWS to {}", found.len());
}

#[test]
fn the_issuer_s_commands_are_all_assumed_and_counted_apart() {
    use mynumber_applet::{Source, issuer};

    let assumed = |source: Source| matches!(source, Source::Assumed(_));
    println!("{} commands of the issuer are ours", issuer::COMMANDS.len());
    assert!(
        issuer::COMMANDS.iter().all(|row| assumed(row.source)),
        "one has a source: say so in CARD.md §13"
    );
    assert_eq!(issuer::COMMANDS.len(), ISSUER_ROWS, "a command came or went: write it into CARD.md §13");
}
