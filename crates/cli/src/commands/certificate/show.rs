//! `certificate show`: certificates of a file or of the card.

use mynumber::crypto::certificate::Certificate;
use serde::Serialize;

use super::explain::Explained;
use super::{Described, read};
use crate::args::ShowArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;

pub(super) fn run(run: &Run, arguments: &ShowArguments) -> Result<(), Failure> {
    let found = match &arguments.file {
        Some(path) => inputs::certificates(path)?,
        None => {
            let mut card = run.card()?;
            vec![read(run, &mut card, arguments.card)?.content().to_vec()]
        }
    };
    let mut shown = Shown { certificates: Vec::new() };
    let mut fault = None;
    for der in &found {
        let certificate = Certificate::parse(der).map_err(|error| of_file(&error))?;
        if arguments.explain {
            let explained = Explained::of(&certificate);
            fault = fault.or_else(|| explained.fault());
            shown.certificates.push(One::Explained(Box::new(explained)));
        } else {
            let described = Described::of(&certificate, der).map_err(|error| of_file(&error))?;
            shown.certificates.push(One::Described(Box::new(described)));
        }
    }
    match fault {
        None => run.print(&shown),
        Some(failure) => Err(run.format.print_before(&shown, failure)),
    }
}

fn of_file(error: &mynumber::crypto::certificate::Error) -> Failure {
    Failure::new(
        Exit::BadInput,
        say!("the certificate cannot be read: {error}", "証明書を読めません: {error}"),
    )
}

#[derive(Serialize)]
struct Shown {
    certificates: Vec<One>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum One {
    Described(Box<Described>),
    Explained(Box<Explained>),
}

impl Product for Shown {
    fn text(&self, language: Language) -> String {
        let texts = self.certificates.iter().map(|one| match one {
            One::Described(described) => described.text(language),
            One::Explained(explained) => explained.text(language),
        });
        texts.collect::<Vec<_>>().join("\n----\n\n")
    }
}
