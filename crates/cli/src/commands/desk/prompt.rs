//! Questions with visible answers, one line each: on standard error, so that standard output stays the product.

use std::io::{Error, ErrorKind, IsTerminal, Write};

use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::run::Run;

/// The longest answer, in bytes.
const LONGEST: usize = 4096;

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
        let answer = self.run.interrupt.prompting(read_line).map_err(|error| {
            Failure::new(
                Exit::BadInput,
                say!(
                    "the answer cannot be read: {error}; nothing was entered",
                    "回答を読めません: {error}。何も登録していません"
                ),
            )
        })?;
        answer.ok_or_else(|| {
            Failure::new(
                Exit::BadInput,
                say!(
                    "the answers have ended; nothing was entered",
                    "入力が終わりました。何も登録していません"
                ),
            )
        })
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

/// One line of standard input, byte by byte: what follows may be PINs, which another reader takes and no buffer keeps.
fn read_line() -> std::io::Result<Option<Zeroizing<String>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = [0u8; 1];
    loop {
        let count =
            rustix::io::retry_on_intr(|| rustix::io::read(rustix::stdio::stdin(), byte.as_mut_slice()))?;
        let [value] = byte;
        if count == 0 && line.is_empty() {
            return Ok(None);
        }
        if count == 0 || value == b'\n' {
            break;
        }
        if line.len() == LONGEST {
            return Err(ErrorKind::FileTooLarge.into());
        }
        line.push(value);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let text = std::str::from_utf8(&line).map_err(|_| Error::from(ErrorKind::InvalidData))?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}
