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

impl Format {
    /// Prints a product on standard output.
    pub(crate) fn print(self, product: &impl Product) -> Result<(), Failure> {
        let text = match self {
            Self::Text => product.text(Language::current()),
            Self::Json => json(product)?,
        };
        write_stdout(&text)
    }

    /// Prints why a run failed: people read standard error, programs standard output.
    pub(crate) fn print_failure(self, failure: &Failure) {
        let (message, advice) = (failure.message(), failure.advice());
        if self == Self::Json {
            let error = FailureFields {
                exit: failure.exit().code(),
                kind: failure.exit().kind(),
                message,
                advice,
                tries_left: failure.tries_left(),
            };
            if let Ok(text) = json(&FailureObject { error }) {
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
