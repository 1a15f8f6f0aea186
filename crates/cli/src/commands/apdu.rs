//! `apdu`: command bytes as they are, status words explained.

use std::io::{BufRead, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use mynumber::apdu::{Command, Response, Secrecy};
use mynumber::transport::{Disposition, Reply, Transport};
use serde::Serialize;

use crate::args::ApduArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::language::{Language, say};
use crate::output::{Format, Product};
use crate::run::Run;
use crate::script::{self, Line, LineError};
use crate::{status_words, wire};

/// Longest line of a script in bytes: the longest command in hexadecimal with separators and a comment.
const LONGEST_LINE: u64 = 400_000;

#[derive(Serialize)]
struct Exchange {
    /// The command in hexadecimal; header only where it carries a secret.
    command: String,
    data: String,
    status: String,
    meaning: String,
}

type Lines = Box<dyn Iterator<Item = Result<Line, Failure>>>;

pub(crate) fn run(run: &Run, arguments: &ApduArguments) -> Result<(), Failure> {
    let lines = lines(run, arguments)?;
    let mut transport = wire::open(run)?;
    transport.begin()?;
    let mut done = Vec::new();
    let outcome = send_all(run, &mut *transport, lines, arguments.keep_going, &mut done);
    // Whatever was unlocked by hand shall not stay so.
    let ended = transport.end(Disposition::Unpower);
    let outcome = outcome.and_then(|()| Ok(ended?));
    match (outcome, run.format) {
        (outcome, Format::Text) => outcome,
        (Ok(()), Format::Json) => run.print(&Exchanges { exchanges: done }),
        (Err(failure), Format::Json) => Err(run.format.print_before(&Exchanges { exchanges: done }, failure)),
    }
}

/// Sends line by line; text is printed as it comes, for JSON the exchanges are gathered in `done`.
fn send_all(
    run: &Run,
    transport: &mut dyn Transport,
    lines: Lines,
    keep_going: bool,
    done: &mut Vec<Exchange>,
) -> Result<(), Failure> {
    let mut refused = None;
    for line in lines {
        match line? {
            Line::Empty => {}
            Line::Reset => {
                transport.end(Disposition::Reset)?;
                transport.begin()?;
            }
            Line::Send(bytes) => {
                let exchange = send(transport, &bytes)?;
                let failed = exchange.status != "9000" && !exchange.status.starts_with("61");
                if failed {
                    refused.get_or_insert_with(|| exchange.status.clone());
                }
                match run.format {
                    Format::Text => run.print(&exchange)?,
                    Format::Json => done.push(exchange),
                }
                if failed && !keep_going {
                    break;
                }
            }
        }
    }
    match refused {
        None => Ok(()),
        Some(status) => Err(Failure::new(
            Exit::CardRefused,
            say!("the card answered {status}", "カードの応答は {status} でした"),
        )),
    }
}

fn send(transport: &mut dyn Transport, bytes: &[u8]) -> Result<Exchange, Failure> {
    let command = Command::parse(bytes)
        .map_err(|error| Failure::new(Exit::BadInput, say!("{error}", "APDUの形式の誤り: {error}")))?;
    let mut reply = Reply::new();
    transport.transmit(&command, &mut reply)?;
    let response = Response::parse(reply.bytes()).map_err(|error| {
        Failure::new(Exit::CardMisbehaved, say!("{error}", "カードの応答の誤り: {error}"))
    })?;
    Ok(Exchange {
        command: shown(&command, bytes),
        data: hex(response.data()),
        status: response.status().to_string(),
        meaning: status_words::explain(response.status()),
    })
}

/// The command in hexadecimal, a secret left out.
fn shown(command: &Command<'_>, bytes: &[u8]) -> String {
    match command.secrecy() {
        Secrecy::Open => hex(bytes),
        Secrecy::Secret => {
            let header = [command.class().0, command.instruction().0, command.p1(), command.p2()];
            format!("{} <{}>", hex(&header), say!("secret", "秘密"))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

#[derive(Serialize)]
struct Exchanges {
    exchanges: Vec<Exchange>,
}

impl Product for Exchange {
    fn text(&self, _: Language) -> String {
        let data = if self.data.is_empty() { String::new() } else { format!("< {}\n", self.data) };
        format!("> {}\n{data}< {} {}\n", self.command, self.status, self.meaning)
    }
}

impl Product for Exchanges {
    fn text(&self, language: Language) -> String {
        self.exchanges.iter().map(|exchange| exchange.text(language)).collect()
    }
}

/// The lines to send: arguments, a file, or standard input.
fn lines(run: &Run, arguments: &ApduArguments) -> Result<Lines, Failure> {
    if !arguments.apdus.is_empty() {
        // All are read before the first is sent: a slip in the third shall not leave the card half-way.
        let parsed: Result<Vec<Line>, Failure> =
            arguments.apdus.iter().enumerate().map(|(index, text)| parse(index + 1, text)).collect();
        return Ok(Box::new(parsed?.into_iter().map(Ok)));
    }
    let reader: Box<dyn BufRead + Send> = match &arguments.file {
        Some(path) if path.as_os_str() != "-" => {
            let shown = path.display();
            let file = std::fs::File::open(path).map_err(|error| {
                Failure::new(
                    Exit::BadInput,
                    say!("cannot read {shown}: {error}", "{shown} を読めません: {error}"),
                )
            })?;
            Box::new(std::io::BufReader::new(file))
        }
        _ => Box::new(std::io::BufReader::new(std::io::stdin())),
    };
    Ok(in_background(run.interrupt.clone(), reader))
}

/// Reads on a thread of its own, so that Ctrl-C ends a session by hand in good order even while no line comes.
fn in_background(interrupt: Interrupt, mut reader: Box<dyn BufRead + Send>) -> Lines {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let lines = (1..).map_while(|number| next_line(&mut *reader, number));
        for line in lines {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Err(failure) = interrupt.check() {
                return Some(Err(failure));
            }
            match receiver.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => return Some(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }))
}

fn next_line(reader: &mut dyn BufRead, number: usize) -> Option<Result<Line, Failure>> {
    let mut line = String::new();
    match reader.take(LONGEST_LINE).read_line(&mut line) {
        Ok(0) => None,
        Ok(_) => Some(parse(number, &line)),
        Err(error) => {
            Some(Err(Failure::new(Exit::BadInput, say!("line {number}: {error}", "{number}行目: {error}"))))
        }
    }
}

fn parse(number: usize, line: &str) -> Result<Line, Failure> {
    script::parse_line(line).map_err(|error| {
        let message = match error {
            LineError::NotHex { column } => {
                say!(
                    "line {number}, byte {column}: not a hexadecimal digit",
                    "{number}行目 {column}バイト目: 16進数ではありません"
                )
            }
            LineError::OddDigits { column } => {
                say!(
                    "line {number}, byte {column}: half a byte",
                    "{number}行目 {column}バイト目: 16進数の桁が足りません"
                )
            }
            LineError::TooLong => {
                say!("line {number}: longer than any APDU", "{number}行目: APDUとして長すぎます")
            }
        };
        Failure::new(Exit::BadInput, message)
    })
}
