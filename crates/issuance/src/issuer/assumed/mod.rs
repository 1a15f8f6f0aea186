//! An issuer whose commands are ours: the virtual card answers them, and no real card knows them (CARD.md §13).

mod channel;
mod session;

use std::fmt;
use std::sync::Arc;

use mynumber_transport::Transport;
use rand_core::CryptoRng;

use super::{Issuer, IssuerError, IssuerMasterKey, IssuerSession};
pub(super) use channel::derive;
use session::Session;

/// The issuer of virtual cards, over any transport.
///
/// Opening a session takes 4 exchanges: the card manager is selected, the serial number read, a challenge asked for, and both
/// sides prove that they hold the card's key. Every command after that is enciphered and numbered, and carries a code over
/// itself and the application that is selected; so does each answer. Nothing is longer than readers without extended lengths carry.
///
/// | call | exchanges, beside one SELECT when another application is selected |
/// | --- | --- |
/// | [`tries`](IssuerSession::tries) | 1; none after the reference was set or blocked in this session: the card told |
/// | [`set_reference`](IssuerSession::set_reference), [`block_reference`](IssuerSession::block_reference) | 1 |
/// | [`write`](IssuerSession::write) | 1 for each 235 bytes, or for each record |
/// | [`write_data_object`](IssuerSession::write_data_object) | 1 for each 235 bytes; no SELECT |
/// | [`generate_key`](IssuerSession::generate_key) | 2 for RSA with 2048 bits |
/// | [`destroy`](IssuerSession::destroy) | 1 |
/// | [`commit`](IssuerSession::commit), [`close`](IssuerSession::close) | 1; no SELECT |
///
/// Setting the four PINs in their five references takes 14 exchanges in all.
pub struct AssumedIssuer<T> {
    transport: T,
    key: Arc<IssuerMasterKey>,
    rng: Box<dyn CryptoRng + Send>,
}

impl<T: Transport> AssumedIssuer<T> {
    /// The issuer with this master key. `rng` makes challenges, and must not repeat itself.
    pub fn new(transport: T, key: Arc<IssuerMasterKey>, rng: impl CryptoRng + Send + 'static) -> Self {
        Self { transport, key, rng: Box::new(rng) }
    }

    /// The transport, to look at.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, for other software: the next session begins anew.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Gives the transport back.
    pub fn into_transport(self) -> T {
        self.transport
    }
}

impl<T: Transport> Issuer for AssumedIssuer<T> {
    fn open(&mut self) -> Result<Box<dyn IssuerSession + '_>, IssuerError> {
        Ok(Box::new(Session::open(&mut self.transport, &self.key, &mut *self.rng)?))
    }
}

impl<T> fmt::Debug for AssumedIssuer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumedIssuer").finish_non_exhaustive()
    }
}
