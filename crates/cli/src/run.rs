//! What every command gets: the options, the PIN entry, and the card.

use mynumber::applet::pin::{FourDigitPin, PinFormError, SignaturePassword};
use mynumber::driver::Card;
use mynumber::transport::Transport;

use crate::args::Common;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{Format, Product, notice};
use crate::pin_entry::PinEntry;
use crate::wire;

/// How often a new PIN may be entered until it has the right form, twice the same.
const ENTRIES: u8 = 3;

/// A card over whatever the person chose.
pub(crate) type AnyCard = Card<Box<dyn Transport>>;

/// One run of the command.
pub(crate) struct Run {
    pub(crate) common: Common,
    pub(crate) format: Format,
    pub(crate) interrupt: Interrupt,
}

impl Run {
    pub(crate) fn new(common: Common, interrupt: Interrupt) -> Self {
        let format = if common.json { Format::Json } else { Format::Text };
        Self { common, format, interrupt }
    }

    /// Connects to the card. Nothing is sent to it yet.
    pub(crate) fn card(&self) -> Result<AnyCard, Failure> {
        Ok(Card::new(wire::open(self)?))
    }

    /// Where PINs come from.
    pub(crate) fn pin_entry(&self) -> Result<PinEntry, Failure> {
        PinEntry::new(self.common.pin_fd, self.common.pin_stdin)
    }

    /// Asks for a secret and checks its form.
    pub(crate) fn ask<S>(
        &self,
        entry: &mut PinEntry,
        name: &str,
        parse: impl FnOnce(&str) -> Result<S, PinFormError>,
    ) -> Result<S, Failure> {
        let text = self.interrupt.prompting(|| entry.ask(name))?;
        Ok(parse(&text)?)
    }

    /// Asks for a new secret and checks its form; whoever sits at a terminal may put it right.
    pub(crate) fn ask_new<S>(
        &self,
        entry: &mut PinEntry,
        name: &str,
        parse: impl Fn(&str) -> Result<S, PinFormError>,
    ) -> Result<S, Failure> {
        let mut left = if matches!(entry, PinEntry::Prompt) { ENTRIES } else { 1 };
        loop {
            left -= 1;
            let entered = self.interrupt.prompting(|| entry.ask_new(name));
            match entered.and_then(|text| Ok(parse(&text)?)) {
                Err(failure) if left > 0 && failure.exit() == Exit::PinForm => notice(failure.message()),
                outcome => return outcome,
            }
        }
    }

    /// Asks for a four-digit PIN.
    pub(crate) fn four_digits(&self, name: &str) -> Result<FourDigitPin, Failure> {
        self.ask(&mut self.pin_entry()?, name, FourDigitPin::parse)
    }

    /// Asks for the signature password; small letters become capitals.
    pub(crate) fn password(&self, name: &str) -> Result<SignaturePassword, Failure> {
        self.ask(&mut self.pin_entry()?, name, SignaturePassword::parse)
    }

    pub(crate) fn print(&self, product: &impl Product) -> Result<(), Failure> {
        self.format.print(product)
    }
}
