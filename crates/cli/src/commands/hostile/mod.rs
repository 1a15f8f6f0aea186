//! `card hostile`: the catalogue of cards that lie, and a client run against all of them.

#[cfg(feature = "pcsc")]
mod report;

use std::fmt::Write;

use mynumber::virtual_card::hostile::{CATALOGUE, Row};
use serde::Serialize;

use crate::args::CardHostileArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;

pub(crate) fn run(run: &Run, arguments: &CardHostileArguments) -> Result<(), Failure> {
    let rows = chosen(&arguments.only)?;
    if arguments.list {
        return run.print(&List { hostile: rows.into_iter().map(Listed::of).collect() });
    }
    report(run, arguments, &rows)
}

#[cfg(feature = "pcsc")]
fn report(run: &Run, arguments: &CardHostileArguments, rows: &[&'static Row]) -> Result<(), Failure> {
    report::run(run, arguments, rows)
}

#[cfg(not(feature = "pcsc"))]
fn report(_: &Run, _: &CardHostileArguments, _: &[&'static Row]) -> Result<(), Failure> {
    Err(crate::wire::without_pcsc())
}

/// The rows of these names and ids; all of them without any.
fn chosen(only: &[String]) -> Result<Vec<&'static Row>, Failure> {
    let is = |row: &Row, name: &str| row.name == name || row.id.eq_ignore_ascii_case(name);
    for name in only {
        if !CATALOGUE.into_iter().flatten().any(|row| is(row, name)) {
            return Err(Failure::new(
                Exit::BadInput,
                say!("{name:?} names no card that lies", "{name:?} という名の嘘をつくカードはありません"),
            ));
        }
    }
    let wanted = |row: &&Row| only.is_empty() || only.iter().any(|name| is(row, name));
    Ok(CATALOGUE.into_iter().flatten().filter(wanted).collect())
}

#[derive(Serialize)]
struct List {
    hostile: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    card: &'static str,
    id: &'static str,
    does: &'static str,
    must: &'static str,
}

impl Listed {
    fn of(row: &'static Row) -> Self {
        let language = Language::current();
        Self {
            card: row.name,
            id: row.id,
            does: language.pick(row.english, row.japanese),
            must: language.pick(row.duty.english(), row.duty.japanese()),
        }
    }
}

impl Product for List {
    fn text(&self, language: Language) -> String {
        let must = language.pick("a client must", "クライアントは");
        let mut out = String::new();
        for row in &self.hostile {
            let _ = writeln!(out, "{} ({})\n    {}\n    {must}: {}", row.card, row.id, row.does, row.must);
        }
        out
    }
}
