//! Choosing a reader by what card is in it.

use super::{Connection, Context, Options, ReaderName};
use crate::Error;

/// A reader with a card that the probe took.
#[derive(Debug)]
pub struct Found {
    /// The reader.
    pub reader: ReaderName,
    /// The connection that the probe used; what it selected is selected.
    pub connection: Connection,
}

/// Why a reader was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PassedOver<R> {
    /// No card is in it.
    Empty,
    /// The card could not be reached.
    Unreachable(Error),
    /// The probe refused the card, for this reason.
    Refused(R),
}

/// What a search through all readers found. Several cards that fit are several: which one is meant, only a person knows.
#[derive(Debug)]
pub struct Choice<R> {
    /// The cards that the probe took, in the order of the readers.
    pub found: Vec<Found>,
    /// Every other reader, and why not.
    pub passed_over: Vec<(ReaderName, PassedOver<R>)>,
}

impl Context {
    /// Probes the card in each reader, one after the other.
    ///
    /// `probe` gets a connection outside exclusive use and says why the card does not fit; it leaves exclusive use as it
    /// found it. Fitting or not, no reader ends the search. `options.patience` holds for each reader.
    ///
    /// # Errors
    /// Faults of the service, [`Error::Cancelled`]. No reader at all is an empty choice.
    pub fn choose<R>(
        &self,
        options: &Options,
        mut probe: impl FnMut(&mut Connection) -> Result<(), R>,
    ) -> Result<Choice<R>, Error> {
        let mut choice = Choice { found: Vec::new(), passed_over: Vec::new() };
        for state in self.states()? {
            let reader = state.name;
            if !state.present {
                choice.passed_over.push((reader, PassedOver::Empty));
                continue;
            }
            match self.connect(&reader, options) {
                Ok(mut connection) => match probe(&mut connection) {
                    Ok(()) => choice.found.push(Found { reader, connection }),
                    Err(reason) => choice.passed_over.push((reader, PassedOver::Refused(reason))),
                },
                Err(Error::NoCard) => choice.passed_over.push((reader, PassedOver::Empty)),
                Err(error @ (Error::Cancelled | Error::NoService)) => return Err(error),
                Err(error) => choice.passed_over.push((reader, PassedOver::Unreachable(error))),
            }
        }
        Ok(choice)
    }
}
