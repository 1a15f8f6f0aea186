//! What lies on the reader, and how many tries its PINs have left.

use mynumber_applet::{ApplicationId, FileId, PinId, TokenKind, rows};
use mynumber_transport::Transport;

use crate::error::{Error, ErrorKind, Fault};
use crate::guard::Tries;
use crate::session::Session;

/// What lies on the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The applications found, in the order of the model.
    pub applications: Vec<ApplicationId>,
    /// The kind of token, from its token information; `None` when it has none that is known.
    pub token: Option<TokenKind>,
}

/// The tries left of one PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Counter {
    /// The PIN.
    pub pin: PinId,
    /// What the card says.
    pub tries: Tries,
}

/// Bytes of the label in token information.
const LABEL: usize = 32;

impl<T: Transport> Session<'_, T> {
    pub(crate) fn identify(&mut self) -> Result<Identity, Error> {
        let mut applications = Vec::new();
        let mut token = None;
        for row in rows::APPLICATIONS {
            match self.select(row.id) {
                Ok(()) => applications.push(row.id),
                Err(error) if *error.kind() == ErrorKind::ApplicationAbsent => continue,
                Err(error) => return Err(error),
            }
            if row.id == ApplicationId::Jpki {
                token = self.token()?;
            }
        }
        Ok(Identity { applications, token })
    }

    /// What lies on the reader and every counter, each application selected once.
    pub(crate) fn survey(&mut self) -> Result<(Identity, Vec<Counter>), Error> {
        let mut identity = Identity { applications: Vec::new(), token: None };
        let mut counters = Vec::new();
        for row in rows::APPLICATIONS {
            let pins: Vec<PinId> = row.pins.iter().map(|pin| pin.id).collect();
            let found = self.counters(&pins)?;
            if found.iter().any(|counter| counter.tries != Tries::Absent) {
                identity.applications.push(row.id);
                if row.id == ApplicationId::Jpki {
                    identity.token = self.token()?;
                }
            }
            counters.extend(found);
        }
        Ok((identity, counters))
    }

    /// The kind of token, by the label that token information begins with (CARD.md §2.1); `None` when it is missing or
    /// names none that is known.
    pub(crate) fn token(&mut self) -> Result<Option<TokenKind>, Error> {
        match self.file(FileId::TokenInfo) {
            Ok(file) => Ok(file.bytes().get(..LABEL).and_then(TokenKind::from_label)),
            Err(error) if error.fault() == Fault::Unreachable => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The tries left of these PINs, application by application, so that each is selected once.
    pub(crate) fn counters(&mut self, pins: &[PinId]) -> Result<Vec<Counter>, Error> {
        let mut counters = Vec::with_capacity(pins.len());
        for row in rows::APPLICATIONS {
            let mut present = true;
            for pin in row.pins.iter().map(|pin| pin.id).filter(|pin| pins.contains(pin)) {
                let tries = match if present { self.tries(pin) } else { Ok(Tries::Absent) } {
                    Err(error) if *error.kind() == ErrorKind::ApplicationAbsent => {
                        present = false;
                        Tries::Absent
                    }
                    other => other?,
                };
                counters.push(Counter { pin, tries });
            }
        }
        Ok(counters)
    }
}
