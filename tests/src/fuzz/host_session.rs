//! The driver against a card and a reader that answer anything.

use mynumber_apdu::{Command, Instruction};
use mynumber_applet::rows::card_manager;
use mynumber_driver::{Card, CheckFailure, Input, SignatureCheck};
use mynumber_transport::{Disposition, Error, Reply, Transport};

use super::card_secured;
use super::operations::{COUNT, Secrets, WITH_ARGUMENT, may_block, operate, told};
use crate::host::Driver;

/// More exchanges than the longest operation on a hostile card takes: 1,024 pieces of a file, each in 512 rounds, would
/// be far more, but every round needs input.
const MOST: usize = 100_000;
/// The byte before an answer under secure messaging.
const SEALED: u8 = 0xF6;
/// Answers under secure messaging that say more say one byte many times.
const SPELLED: usize = 1_023;

/// A card and reader whose every answer is taken from the input; when that is used up, the card is gone.
struct Hostile<'a> {
    input: &'a [u8],
    exchanges: usize,
    /// The last command asked for the tries left.
    asking: bool,
    /// The last command was the log-out.
    locking: bool,
    /// The answer to the last question for the tries left, until a PIN is sent.
    asked: Option<[u8; 2]>,
    /// A PIN was sent, and neither a log-out was answered with success nor the power taken off since.
    open: bool,
    /// The log-out was tried after the last PIN.
    tried_to_lock: bool,
    /// The operation may spend the last try.
    loud: bool,
    /// It knows the session key, for answers that only a card with its own key could give.
    secured: card_secured::Card,
}

impl Hostile<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.input.split_first()?;
        self.input = rest;
        Some(*first)
    }

    /// An error, or none, by the next byte.
    fn fault(&mut self) -> Result<(), Error> {
        match self.byte() {
            None => Err(Error::CardRemoved),
            Some(0xF0) => Err(Error::CardReset),
            Some(0xF1) => Err(Error::CardRemoved),
            Some(0xF2) => Err(Error::Transmission),
            Some(0xF3) => Err(Error::Timeout),
            Some(0xF4) => Err(Error::SharingViolation),
            Some(0xF5) => Err(Error::ExtendedRefused),
            Some(_) => Ok(()),
        }
    }

    /// A length, so many bytes, and the status word.
    fn plain(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte().unwrap_or(0));
        let (bytes, rest) =
            self.input.split_at_checked(length.saturating_add(2)).unwrap_or((self.input, &[]));
        self.input = rest;
        bytes.to_vec()
    }

    /// An answer under secure messaging: the mark after what it says, a length of two bytes and that many (or, above 1,023, that
    /// many times one byte), and the status word.
    fn sealed(&mut self) -> Vec<u8> {
        let [mark, high, low] = [(); 3].map(|()| self.byte().unwrap_or(0));
        let length = usize::from(u16::from_be_bytes([high, low]) & 0x7FFF);
        let clear = if length > SPELLED {
            vec![self.byte().unwrap_or(0); length]
        } else {
            (0..length).filter_map(|_| self.byte()).collect()
        };
        let status = [(); 2].map(|()| self.byte().unwrap_or(0));
        [self.secured.answer(&clear, mark).as_slice(), &status].concat()
    }

    /// The promises about PINs, looked at from the wire.
    fn watch(&mut self, command: &Command<'_>) {
        if command.instruction() != Instruction::VERIFY || command.data().is_empty() {
            return;
        }
        let asked = self.asked.take();
        let loudly = self.loud && matches!(asked, Some([0x63, 0xC1 | 0x00] | [0x90, 0x00]));
        assert!(
            loudly || matches!(asked, Some([0x63, 0xC2..=0xCF])),
            "a PIN was sent after the answer {asked:02X?} to the question for the tries left"
        );
        self.open = true;
        self.tried_to_lock = false;
    }
}

impl Transport for Hostile<'_> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        self.exchanges = self.exchanges.saturating_add(1);
        assert!(self.exchanges < MOST, "the driver does not stop");
        self.watch(command);
        // What GET RESPONSE brings is the end of the answer to the command before it.
        if command.instruction() != Instruction::GET_RESPONSE {
            self.asking = command.instruction() == Instruction::VERIFY && command.data().is_empty();
            self.locking =
                command.instruction() == Instruction::SELECT && command.data() == card_manager::AID.0;
        }
        self.tried_to_lock |= self.locking;
        self.secured.hears(command);
        let sealed = self.input.first() == Some(&SEALED);
        self.fault()?;
        let bytes = if sealed { self.sealed() } else { self.plain() };
        reply.set(&bytes);
        if self.asking {
            self.asked = bytes.split_last_chunk::<2>().map(|(_, status)| *status);
        }
        if self.locking && bytes == [0x90, 0x00] {
            self.open = false;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.fault()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        if disposition == Disposition::Unpower {
            self.open = false;
        }
        self.fault()
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.fault()
    }

    fn atr(&self) -> &[u8] {
        &[]
    }

    fn carries_extended(&self) -> bool {
        self.input.len().is_multiple_of(2)
    }
}

/// Believes everything: the card's lies are what is wanted.
struct Credulous;

impl SignatureCheck for Credulous {
    fn purpose(&self, _: mynumber_applet::KeyId, _: &[u8]) -> Result<(), CheckFailure> {
        Ok(())
    }

    fn verify(&self, _: &Input, _: &[u8], _: &[u8]) -> Result<(), CheckFailure> {
        Ok(())
    }
}

/// Runs one operation, told by the first byte (and for some by the second), against a card and reader made of the rest.
///
/// # Panics
/// When a PIN is sent without two tries known to be left (one, where the operation says so), when the card is not locked
/// afterwards although it could have been, when the driver does not stop, or when an error depends on a PIN.
pub fn host_session(data: &[u8]) {
    let Some((operation, mut input)) = data.split_first() else { return };
    let mut argument = 0;
    if operation % COUNT >= WITH_ARGUMENT
        && let Some((first, rest)) = input.split_first()
    {
        (argument, input) = (*first, rest);
    }
    // The card does not look at what it is sent, so with other secrets all goes the same way, and so must the error.
    let told = session(*operation, argument, input, &SECRETS);
    assert_eq!(told, session(*operation, argument, input, &OTHERS), "an error tells something of a PIN");
}

const SECRETS: Secrets = Secrets {
    pin: "1234",
    other: "5678",
    password: "ABC123",
    birth: "550217",
    number_a: "123456789018",
    number_b: "55021720352285",
};
const OTHERS: Secrets = Secrets {
    pin: "9753",
    other: "8642",
    password: "ZYXW987654321",
    birth: "020304",
    number_a: "222222222225",
    number_b: "02030420351234",
};

/// Runs the operation; the text of its error.
fn session(operation: u8, argument: u8, input: &[u8], secrets: &Secrets) -> Option<String> {
    let mut hostile = Hostile {
        input,
        exchanges: 0,
        asking: false,
        locking: false,
        asked: None,
        open: false,
        tried_to_lock: true,
        loud: may_block(operation, argument),
        secured: card_secured::Card::default(),
    };
    let mut card: Driver<'_> = Card::new(&mut hostile);
    let outcome = operate(&mut card, operation, argument, secrets, &Credulous);
    drop(card);
    assert!(!hostile.open && hostile.tried_to_lock, "the card is left unlocked");
    outcome.err().map(|error| told(&error))
}
