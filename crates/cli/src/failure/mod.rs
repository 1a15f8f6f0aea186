//! A failed run: exit code, what happened, what to do.

mod of_driver;

pub(crate) use of_driver::blocked;
#[cfg(feature = "pcsc")]
pub(crate) use of_driver::japanese_transport;

use crate::exit::Exit;

/// Why a command failed, in the reader's language.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    advice: Option<String>,
    tries_left: Option<u8>,
    told: bool,
}

impl Failure {
    pub(crate) const fn new(exit: Exit, message: String) -> Self {
        Self { exit, message, advice: None, tries_left: None, told: false }
    }

    /// The same failure saying what to do.
    pub(crate) fn advise(mut self, advice: String) -> Self {
        self.advice = Some(advice);
        self
    }

    /// The same failure with the number of tries that are left.
    pub(crate) const fn with_tries_left(mut self, tries: Option<u8>) -> Self {
        self.tries_left = tries;
        self
    }

    /// The same failure, told already: it stands in the JSON document of what was done before.
    pub(crate) const fn already_told(mut self) -> Self {
        self.told = true;
        self
    }

    pub(crate) const fn is_told(&self) -> bool {
        self.told
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    pub(crate) const fn tries_left(&self) -> Option<u8> {
        self.tries_left
    }
}
