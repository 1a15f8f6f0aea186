//! The reader driver's end of the connection that a card is plugged in by: frames of two bytes of length and as many
//! bytes.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::Made;

const PATIENCE: Duration = Duration::from_secs(20);

/// A port that waits for a card.
pub(super) struct Port(TcpListener);

impl Port {
    pub(super) fn open() -> Made<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    pub(super) fn address(&self) -> Made<std::net::SocketAddr> {
        Ok(self.0.local_addr()?)
    }

    /// The next connection of a card.
    pub(super) fn accept(&self) -> Made<Wire> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.0.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    stream.set_nodelay(true)?;
                    stream.set_read_timeout(Some(PATIENCE))?;
                    return Ok(Wire(stream));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A card's connection.
pub(super) struct Wire(pub(super) TcpStream);

impl Wire {
    /// Power on, and the answer to reset.
    pub(super) fn power_on(&mut self) -> Made<Vec<u8>> {
        self.0.write_all(&[0, 1, 1, 0, 1, 4])?;
        self.answer()
    }

    /// Sends a command and does not wait.
    pub(super) fn send(&mut self, command: &[u8]) -> Made<()> {
        let length = u16::try_from(command.len())?.to_be_bytes();
        Ok(self.0.write_all(&[&length[..], command].concat())?)
    }

    /// The next frame.
    pub(super) fn answer(&mut self) -> Made<Vec<u8>> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length)?;
        let mut bytes = vec![0; u16::from_be_bytes(length).into()];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn exchange(&mut self, command: &[u8]) -> Made<Vec<u8>> {
        self.send(command)?;
        self.answer()
    }
}
