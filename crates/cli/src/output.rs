//! What a command prints: text for people, JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};

/// The result of a command.
pub(crate) trait Product: Serialize {
    /// The text for people, one or more lines, each ended.
    fn text(&self, language: Language) -> String;
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// The JSON of a failed run (crates/cli/JSON.md).
#[derive(Serialize)]
struct FailureObject<'a> {
    error: FailureFields<'a>,
}

/// What was done before a run failed, and why it did: one document.
#[derive(Serialize)]
struct Partial<'a, P> {
    #[serde(flatten)]
    product: &'a P,
    error: FailureFields<'a>,
}

#[derive(Serialize)]
struct FailureFields<'a> {
    exit: u8,
    kind: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u8>,
}

impl<'a> FailureFields<'a> {
    fn of(failure: &'a Failure) -> Self {
        Self {
            exit: failure.exit().code(),
            kind: failure.exit().kind(),
            message: failure.message(),
            advice: failure.advice(),
            tries_left: failure.tries_left(),
        }
    }
}

impl Format {
    /// Prints a product on standard output.
    pub(crate) fn print(self, product: &impl Product) -> Result<(), Failure> {
        let text = match self {
            Self::Text => product.text(Language::current()),
            Self::Json => json(product)?,
        };
        write_stdout(&text)
    }

    /// Prints what was done before a run failed, and gives the failure back: told already where both are one document.
    pub(crate) fn print_before(self, product: &impl Product, failure: Failure) -> Failure {
        let told = match self {
            Self::Text => self.print(product).map(|()| false),
            Self::Json => json(&Partial { product, error: FailureFields::of(&failure) })
                .and_then(|text| write_stdout(&text))
                .map(|()| true),
        };
        match told {
            Err(other) => other,
            Ok(true) => failure.already_told(),
            Ok(false) => failure,
        }
    }

    /// Prints why a run failed: people read standard error, programs standard output.
    pub(crate) fn print_failure(self, failure: &Failure) {
        let (message, advice) = (failure.message(), failure.advice());
        if failure.is_told() {
            return;
        }
        if self == Self::Json {
            if let Ok(text) = json(&FailureObject { error: FailureFields::of(failure) }) {
                let _ = write_stdout(&text);
            }
            return;
        }
        let mut lines = say!("mynumber: {message}\n", "mynumber: {message}\n");
        if let Some(advice) = advice {
            lines.push_str(&format!("  {advice}\n"));
        }
        let _ = std::io::stderr().lock().write_all(lines.as_bytes());
    }
}

/// A line for people on standard error: progress, notices.
pub(crate) fn notice(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| {
        Failure::new(Exit::Internal, say!("cannot write JSON: {error}", "JSONを書けません: {error}"))
    })?;
    text.push('\n');
    Ok(text)
}

fn write_stdout(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
        Failure::new(Exit::OutputFailed, say!("cannot write the output: {error}", "出力できません: {error}"))
    })
}
