//! Questions with visible answers, one line each: on standard error, so that standard output stays the product.

use std::io::{BufRead, IsTerminal, Write};

use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::run::Run;

/// The longest answer, in bytes.
const LONGEST: u64 = 4096;

/// Somebody who answers.
pub(super) struct Prompt<'a> {
    run: &'a Run,
}

impl<'a> Prompt<'a> {
    pub(super) const fn new(run: &'a Run) -> Self {
        Self { run }
    }

    /// Whether a person sits at standard input.
    pub(super) fn is_terminal() -> bool {
        std::io::stdin().is_terminal()
    }

    /// The answer to a question, without the end of its line.
    pub(super) fn line(&mut self, question: &str) -> Result<Zeroizing<String>, Failure> {
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "{question}: ").and_then(|()| out.flush());
        drop(out);
        let mut answer = Zeroizing::new(String::new());
        let read = self
            .run
            .interrupt
            .prompting(|| std::io::Read::take(std::io::stdin().lock(), LONGEST).read_line(&mut answer));
        match read {
            Ok(count) if count > 0 && answer.ends_with('\n') => {
                let kept = answer.trim_end_matches(['\n', '\r']).len();
                answer.truncate(kept);
                Ok(answer)
            }
            Ok(count) if count > 0 && u64::try_from(count).is_ok_and(|count| count < LONGEST) => Ok(answer),
            Ok(count) if count > 0 => Err(Failure::new(
                Exit::BadInput,
                say!("the answer is too long; nothing was entered", "回答が長すぎます。何も登録していません"),
            )),
            _ => Err(Failure::new(
                Exit::BadInput,
                say!(
                    "the answers have ended; nothing was entered",
                    "入力が終わりました。何も登録していません"
                ),
            )),
        }
    }

    /// The answer to a question of yes or no.
    pub(super) fn yes(&mut self, question: &str) -> Result<bool, Failure> {
        loop {
            let answer = self.line(&format!("{question} (yes, no)"))?;
            match answer.trim() {
                "yes" | "y" | "はい" => return Ok(true),
                "no" | "n" | "いいえ" => return Ok(false),
                _ => {}
            }
        }
    }
}
