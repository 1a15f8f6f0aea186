//! PINs come from a hidden prompt, from a file descriptor, or from standard input; never from arguments or environment.

use std::fs::File;
use std::io::{IsTerminal, Read};

use mynumber::transport::Error as TransportError;
use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;

/// Longest line that is read as a PIN; the longest PIN has 16 characters, in UTF-8 at most 64 bytes.
const LONGEST_LINE: usize = 128;

/// Where PINs come from; asked in turn, one line per PIN.
pub(crate) enum PinEntry {
    /// Hidden prompts on the terminal.
    Prompt,
    /// Lines of an open file descriptor or of standard input.
    Lines(Box<dyn Read>),
}

impl PinEntry {
    /// By the options `--pin-fd` and `--pin-stdin`; with neither, prompts on a terminal, else standard input.
    pub(crate) fn new(descriptor: Option<u32>, standard_input: bool) -> Result<Self, Failure> {
        if let Some(number) = descriptor {
            let file = File::open(format!("/dev/fd/{number}")).map_err(|error| {
                Failure::new(
                    Exit::BadInput,
                    say!(
                        "file descriptor {number} cannot be read: {error}",
                        "ファイル記述子 {number} を読めません: {error}"
                    ),
                )
            })?;
            return Ok(Self::Lines(Box::new(file)));
        }
        if standard_input || !std::io::stdin().is_terminal() {
            return Ok(Self::Lines(Box::new(StandardInput)));
        }
        Ok(Self::Prompt)
    }

    /// Asks for a PIN that is already set.
    pub(crate) fn ask(&mut self, name: &str) -> Result<Zeroizing<String>, Failure> {
        match self {
            Self::Prompt => prompt(&say!("{name}: ", "{name}: ")),
            Self::Lines(source) => read_line(source, name),
        }
    }

    /// Asks for a new PIN; on a terminal twice.
    pub(crate) fn ask_new(&mut self, name: &str) -> Result<Zeroizing<String>, Failure> {
        match self {
            Self::Prompt => {
                let first = prompt(&say!("new {name}: ", "新しい{name}: "))?;
                let second = prompt(&say!("new {name}, once more: ", "新しい{name}（確認）: "))?;
                if *first != *second {
                    return Err(Failure::new(
                        Exit::PinForm,
                        say!(
                            "the two entries differ; nothing was changed",
                            "2回の入力が一致しません。何も変更していません"
                        ),
                    ));
                }
                Ok(first)
            }
            Self::Lines(source) => read_line(source, name),
        }
    }
}

/// Standard input without the buffer that the standard library puts before it, where a PIN would stay behind.
struct StandardInput;

impl Read for StandardInput {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(rustix::io::retry_on_intr(|| rustix::io::read(rustix::stdio::stdin(), &mut *buffer))?)
    }
}

fn prompt(text: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(text).map(Zeroizing::new).map_err(|error| {
        if error.kind() == std::io::ErrorKind::Interrupted {
            return TransportError::Cancelled.into();
        }
        Failure::new(
            Exit::BadInput,
            say!("the PIN cannot be asked for: {error}", "暗証番号を入力できません: {error}"),
        )
        .advise(say!(
            "without a terminal, hand the PIN over with --pin-fd N or --pin-stdin",
            "端末がない場合は --pin-fd N または --pin-stdin で渡してください"
        ))
    })
}

/// One line, byte by byte so that the next PIN's line stays for the next call; no copy is left behind.
fn read_line(source: &mut dyn Read, name: &str) -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
    let mut byte = Zeroizing::new([0u8; 1]);
    let mut ended = false;
    while line.len() < LONGEST_LINE {
        let count = source.read(byte.as_mut_slice()).map_err(|error| {
            Failure::new(
                Exit::BadInput,
                say!("the PIN cannot be read: {error}", "暗証番号を読めません: {error}"),
            )
        })?;
        let [value] = *byte;
        if count == 0 || value == b'\n' {
            ended = count > 0 || !line.is_empty();
            break;
        }
        line.push(value);
    }
    if !ended {
        return Err(Failure::new(
            Exit::PinForm,
            say!(
                "no line with the {name} came; nothing was sent to the card",
                "{name}の行がありません。カードへは送信していません"
            ),
        ));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let text = std::str::from_utf8(&line).map_err(|_| {
        Failure::new(
            Exit::PinForm,
            say!(
                "the {name} is not UTF-8 text; nothing was sent to the card",
                "{name}がUTF-8の文字列ではありません。カードへは送信していません"
            ),
        )
    })?;
    let mut owned = String::with_capacity(LONGEST_LINE);
    owned.push_str(text);
    Ok(Zeroizing::new(owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_takes_one_line_and_leaves_the_rest() {
        let mut entry = PinEntry::Lines(Box::new(&b"1234\r\n5678\n\nLAST"[..]));
        assert_eq!(*entry.ask("PIN").expect("first"), "1234");
        assert_eq!(*entry.ask_new("PIN").expect("second"), "5678");
        assert_eq!(*entry.ask("PIN").expect("an empty line is an empty PIN"), "");
        assert_eq!(*entry.ask("PIN").expect("no newline at the end"), "LAST");
        assert_eq!(entry.ask("PIN").expect_err("nothing left").exit(), Exit::PinForm);
    }

    #[test]
    fn overlong_and_non_utf8_lines_are_refused() {
        let long = vec![b'1'; 1000];
        let mut entry = PinEntry::Lines(Box::new(std::io::Cursor::new(long)));
        assert_eq!(entry.ask("PIN").expect_err("too long").exit(), Exit::PinForm);
        let mut entry = PinEntry::Lines(Box::new(&[0xFF, b'\n'][..]));
        assert_eq!(entry.ask("PIN").expect_err("not text").exit(), Exit::PinForm);
    }
}
