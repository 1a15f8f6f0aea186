//! Plugs a card into the real PC/SC service, through vsmartcard's driver `vpcd`.
//!
//! The driver listens on one TCP port per slot ([`PORT`] and the next one, as Debian packages it) and takes one card in
//! each. [`serve`] is the card's end: it connects, answers until the driver or the card goes away, and connects anew
//! when the service comes back. [`plug`] runs it on a thread of its own.
//!
//! ```no_run
//! use mynumber_transport::{CardSide, vpcd};
//!
//! fn serve_for_a_minute(card: impl CardSide + Send + 'static) -> std::io::Result<()> {
//!     let plugged = vpcd::plug(card, vpcd::slot(0))?;
//!     std::thread::sleep(std::time::Duration::from_secs(60));
//!     drop(plugged);
//!     Ok(())
//! }
//! ```
//!
//! What a hostile driver, or another program on its port, may do: send anything. A frame that is not of the protocol
//! ends the connection with a [`Fault`]; the next one is made no sooner than [`RETRY`] later. A frame takes at most
//! 65,535 bytes of memory. One that is announced and never comes holds its thread until [`Stop::stop`], and nothing else.
//!
//! What is absent: the card. Whatever is a [`CardSide`] can be plugged in. Nothing here listens on the network; note
//! that the driver itself does, and takes a card from any address that reaches the port.

mod frame;
mod plugged;
mod stop;

pub use plugged::{Plugged, plug, plug_observed};
pub use stop::Stop;

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use frame::Frame;
use zeroize::{Zeroize, Zeroizing};

use crate::{CardSide, PowerEvent};

/// The port of the first slot.
pub const PORT: u16 = 0x8C7B;

/// The pause before connecting anew.
pub const RETRY: Duration = Duration::from_millis(200);

/// How long a connection may be silent at first: the driver asks each card for its ATR several times a second.
const SILENCE: Duration = Duration::from_secs(3);

/// The address of a slot of the driver on this machine: 0 is the first.
#[must_use]
pub const fn slot(index: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), PORT.saturating_add(index))
}

/// Why the connection to the driver ended otherwise than by being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A frame without content.
    #[error("the reader driver sent an empty frame")]
    Empty,
    /// A control code that does not exist.
    #[error("the reader driver sent the unknown control code {code:02X}")]
    UnknownControl {
        /// The code.
        code: u8,
    },
    /// The connection ended within a frame.
    #[error("the connection to the reader driver broke off within a frame")]
    Truncated,
    /// The card's reply is longer than a frame, 65,535 bytes.
    #[error("the card's reply of {length} bytes does not fit the driver's frame of 65,535")]
    ReplyTooLong {
        /// The length of the reply in bytes.
        length: usize,
    },
    /// The card's reply has no byte at all. The driver takes an empty frame for none and waits for ever, and the client
    /// with it: the card is as good as gone.
    #[error("the card's reply is empty, which the driver's protocol cannot say")]
    ReplyEmpty,
    /// The connection failed.
    #[error("the connection to the reader driver failed: {0}")]
    Io(ErrorKind),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}

/// What happens while a card is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Nothing listens at the address: the service is not running, or has no such slot. Told once until it changes.
    NotListening,
    /// The driver was reached.
    Connected,
    /// The driver was reached, but says nothing: another card is probably in this slot.
    Silent,
    /// The driver changes the card's power.
    Power(PowerEvent),
    /// The driver closed the connection: the service stopped. A new one is tried.
    Closed,
    /// The connection failed or was ended for a fault. A new one is tried.
    Failed(Fault),
}

/// Why serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// [`Stop::stop`] was called.
    Stopped,
    /// The card gave no reply: it has left the reader.
    CardLeft,
}

/// Serves `card` to the driver at `address` until stopped or until the card leaves.
///
/// Faults do not end it: they are told to `observe`, and a new connection is tried after [`RETRY`]. The card's power is
/// off whenever no connection stands, and on return.
pub fn serve<C: CardSide>(
    card: &mut C,
    address: SocketAddr,
    stop: &Stop,
    mut observe: impl FnMut(Event),
) -> Ended {
    let mut told = false;
    while !stop.is_stopped() {
        match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
            Ok(stream) => {
                told = false;
                observe(Event::Connected);
                let ended = stop.attached(&stream, || session(card, &stream, &mut observe));
                card.power(PowerEvent::Off);
                match ended {
                    _ if stop.is_stopped() => break,
                    Ok(Ended::CardLeft) => return Ended::CardLeft,
                    Ok(Ended::Stopped) => observe(Event::Closed),
                    Err(fault) => observe(Event::Failed(fault)),
                }
            }
            Err(_) if told => {}
            Err(_) => {
                told = true;
                observe(Event::NotListening);
            }
        }
        stop.wait(RETRY);
    }
    Ended::Stopped
}

/// One connection; `Ended::Stopped` when the driver closed it.
fn session<C: CardSide>(
    card: &mut C,
    stream: &TcpStream,
    observe: &mut impl FnMut(Event),
) -> Result<Ended, Fault> {
    stream.set_nodelay(true)?;
    await_first_frame(stream, observe)?;
    let mut source = stream;
    let mut sink = stream;
    let mut received = Zeroizing::default();
    let mut answer = Zeroizing::default();
    while let Some(asked) = frame::read(&mut source, &mut received)? {
        match asked {
            Frame::Power(event) => {
                card.power(event);
                observe(Event::Power(event));
                continue;
            }
            Frame::Atr => frame::write(&card.atr(), &mut answer)?,
            Frame::Command => {
                let Some(mut reply) = card.respond(&received) else {
                    return Ok(Ended::CardLeft);
                };
                // A PIN stays here no longer than it takes to answer.
                received.zeroize();
                if reply.is_empty() {
                    return Err(Fault::ReplyEmpty);
                }
                let written = frame::write(&reply, &mut answer);
                reply.zeroize();
                written?;
            }
        }
        sink.write_all(&answer)?;
    }
    Ok(Ended::Stopped)
}

/// Waits for the first byte, and tells once if none comes: a connection is made even when the slot is taken, and waits.
fn await_first_frame(stream: &TcpStream, observe: &mut impl FnMut(Event)) -> Result<(), Fault> {
    let mut told = false;
    stream.set_read_timeout(Some(SILENCE))?;
    loop {
        match stream.peek(&mut [0]) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if !told {
                    observe(Event::Silent);
                    told = true;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    Ok(stream.set_read_timeout(None)?)
}

#[cfg(test)]
#[path = "vpcd_tests.rs"]
mod tests;
