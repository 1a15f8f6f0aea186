//! A card made of a script: the bytes that must come, and the bytes or the fault that answer them.

use std::collections::VecDeque;

use mynumber_apdu::Command;
use mynumber_transport::{Disposition, Error, Reply, Transport};

/// What a scripted exchange answers with.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Bytes(Vec<u8>),
    Fault(Error),
}

/// A transport that plays a script and writes down what happens.
#[derive(Debug, Default)]
pub(crate) struct Script {
    steps: VecDeque<(Vec<u8>, Answer)>,
    /// `begin`, `end:Leave`, `reconnect`, and each command in hexadecimal digits.
    pub(crate) log: Vec<String>,
    pub(crate) begin_faults: VecDeque<Error>,
    pub(crate) reconnect_fault: Option<Error>,
    pub(crate) end_fault: Option<Error>,
    pub(crate) short_only: bool,
}

impl Script {
    /// A script of pairs: command and reply in hexadecimal digits, spaces allowed.
    pub(crate) fn new(steps: &[(&str, &str)]) -> Self {
        steps.iter().fold(Self::default(), |script, (command, reply)| script.then(command, &bytes(reply)))
    }

    pub(crate) fn then(mut self, command: &str, reply: &[u8]) -> Self {
        self.steps.push_back((bytes(command), Answer::Bytes(reply.to_vec())));
        self
    }

    pub(crate) fn fault(mut self, command: &str, error: Error) -> Self {
        self.steps.push_back((bytes(command), Answer::Fault(error)));
        self
    }

    pub(crate) fn and(mut self, steps: &[(&str, &str)]) -> Self {
        for (command, reply) in steps {
            self = self.then(command, &bytes(reply));
        }
        self
    }

    /// The commands that came.
    pub(crate) fn commands(&self) -> Vec<&str> {
        let notes = ["begin", "end", "reconnect"];
        self.log
            .iter()
            .map(String::as_str)
            .filter(|line| !notes.iter().any(|note| line.starts_with(note)))
            .collect()
    }

    /// Every step was used.
    pub(crate) fn is_done(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Transport for Script {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let mut buffer = vec![0; command.encoded_len()];
        let sent = command.encode(&mut buffer)?.to_vec();
        self.log.push(hex(&sent));
        let Some((expected, answer)) = self.steps.pop_front() else {
            panic!("nothing was to come any more, but {} did; before it {:?}", hex(&sent), self.log);
        };
        assert!(sent == expected, "{} came, {} should, after {:?}", hex(&sent), hex(&expected), self.log);
        match answer {
            Answer::Bytes(bytes) => reply.set(&bytes),
            Answer::Fault(error) => return Err(error),
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.log.push("begin".into());
        self.begin_faults.pop_front().map_or(Ok(()), Err)
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.log.push(format!("end:{disposition:?}"));
        self.end_fault.clone().map_or(Ok(()), Err)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.log.push("reconnect".into());
        self.reconnect_fault.clone().map_or(Ok(()), Err)
    }

    fn atr(&self) -> &[u8] {
        &[]
    }

    fn carries_extended(&self) -> bool {
        !self.short_only
    }
}

pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// `data` and `9000`.
pub(crate) fn ok(data: &[u8]) -> Vec<u8> {
    [data, &[0x90, 0x00]].concat()
}

/// SELECT of the five applications, the card manager, and the answers.
pub(crate) const JPKI: (&str, &str) = ("00A4040C 0A D392F000260100000001", "9000");
pub(crate) const INPUT_ASSIST: (&str, &str) = ("00A4040C 0A D3921000310001010408", "9000");
pub(crate) const CARD_FACE: (&str, &str) = ("00A4040C 0A D3921000310001010402", "9000");
pub(crate) const JUKI: (&str, &str) = ("00A4040C 0A D3921000310001010401", "9000");
pub(crate) const COMMON: (&str, &str) = ("00A4040C 0A D3921000310001010100", "9000");
pub(crate) const LOG_OUT: (&str, &str) = ("00A4040C 07 A0000001510000", "9000");

/// A certificate-like element of `length` bytes in all (at least 260).
pub(crate) fn element(length: usize) -> Vec<u8> {
    let body = length - 4;
    let mut out = vec![0x30, 0x82, u8::try_from(body >> 8).unwrap(), u8::try_from(body & 0xFF).unwrap()];
    out.extend((0..body).map(|i| u8::try_from(i % 251).unwrap()));
    out
}
