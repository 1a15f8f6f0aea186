//! Real readers, through the PC/SC service of the system (PC/SC parts 3, 5 and 10).
//!
//! ```no_run
//! use mynumber_transport::pcsc::{Cancel, Context, Options};
//! use mynumber_transport::{Disposition, Transport};
//! use std::time::Duration;
//!
//! let context = Context::establish()?;
//! let reader = context.wait_for_card(None, Some(Duration::from_secs(10)), &Cancel::new())?;
//! let mut card = context.connect(&reader, &Options::default())?;
//! card.begin()?;
//! // ... commands ...
//! card.end(Disposition::Unpower)?;
//! # Ok::<(), mynumber_transport::Error>(())
//! ```
//!
//! # Threads
//! Each [`Connection`] has one thread, which owns the PC/SC card and, between `begin` and `end`, its transaction. There
//! are two reasons. A transaction of the `pcsc` crate borrows the card, so both live on one stack or need `unsafe`. And
//! calls of PC/SC block for as long as another program or a reader pleases; handed to a thread they can be waited for
//! with a limit ([`Options::timeout`], [`Options::patience`]) and given up ([`Cancel`]). It costs two thread switches a
//! command, some 20 µs. The thread has a PC/SC context of its own, so a call that hangs holds up no other.
//!
//! # What becomes of the card
//! | event | disposition |
//! | --- | --- |
//! | [`Transport::end`] | the one given |
//! | connection dropped, no exclusive use | [`Options::on_close`], by default [`Disposition::Leave`] |
//! | connection dropped or [`Transport::reconnect`] within exclusive use | [`Disposition::Unpower`]: what was verified is not left to others |
//! | process killed | the service resets the card if it was in exclusive use |
//!
//! Dropping waits up to two seconds for a command under way. If it takes longer, its thread stays behind, does the
//! above when the reader answers, and ends.
//!
//! # What a hostile or broken reader may do
//! - Answer never: [`Options::timeout`], then every call fails until [`Transport::reconnect`]. One thread is left
//!   behind each time until the service gives up on the reader.
//! - Answer too much: the buffer holds the longest reply and no more; beyond it is [`Error::ReplyTooLong`].
//! - Lie about its features: they are read under length checks, and only ever say that extended lengths are refused.
//! - Have any name: [`ReaderName`] keeps the bytes and shows control characters escaped.
//! - Choose no protocol or RAW: refused, [`Error::Protocol`].
//!
//! # What is absent
//! Knowledge of any card ([`Context::choose`] takes the probe as an argument), and retries of commands. Only what does
//! not touch a card is repeated: listing, waiting and connecting, once, when the service was restarted; and connecting
//! or beginning while another program holds the card, with growing pauses, up to [`Options::patience`].

mod actor;
mod cancel;
mod choose;
mod connection;
mod context;
mod error;
mod features;
mod reader;

pub use cancel::Cancel;
pub use choose::{Choice, Found, PassedOver};
pub use connection::{Connection, Options, Protocol, Sharing};
pub use context::Context;
pub use reader::{ReaderName, ReaderStatus, Selection, SelectionError};

#[cfg(doc)]
use crate::{Disposition, Error, Transport};
