//! What a command prints: text for people, JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::escape;
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
    Ok(harmless(&text))
}

/// The same document with everything escaped that could steer a terminal or mislead the eye: outside of strings JSON has
/// no such characters, and in them `\u` means the same.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && character != '\u{7F}' || escape::is_harmless(character) {
            out.push(character);
        } else {
            let mut units = [0; 2];
            out.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

fn write_stdout(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
        Failure::new(Exit::OutputFailed, say!("cannot write the output: {error}", "出力できません: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_json_steers_no_terminal_and_means_the_same() {
        let text = "\u{1b}[2J\u{9b}31m\u{7f}\u{202e}郎太\u{2066}\u{e0001}\0 \\ \"見本\n";
        let written = json(&text).expect("a string");
        assert!(
            written.trim_end().chars().all(|c| c.is_ascii_graphic() || c == ' ' || escape::is_harmless(c))
        );
        assert!(written.contains("見本") && written.contains("\\u202e郎太"));
        assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }
}
