//! The frames of the vpcd driver: two bytes of length, big-endian, then as many bytes.

use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;

use zeroize::{Zeroize, Zeroizing};

use super::Fault;
use crate::PowerEvent;

/// What a frame asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The power changes; nothing is answered.
    Power(PowerEvent),
    /// The answer to reset is wanted.
    Atr,
    /// A command, in the buffer.
    Command,
}

/// Reads the next frame; `None` when the driver closed the connection between two frames.
pub(super) fn read(
    source: &mut impl Source,
    buffer: &mut Zeroizing<Vec<u8>>,
) -> Result<Option<Frame>, Fault> {
    let mut length = [0; 2];
    match source.fill(&mut length)? {
        0 => return Ok(None),
        2 => {}
        _ => return Err(Fault::Truncated),
    }
    let length = usize::from(u16::from_be_bytes(length));
    // The largest frame is 65,535 bytes: what a driver announces cannot take more memory than that.
    buffer.zeroize();
    buffer.resize(length, 0);
    if source.fill(buffer)? != length {
        return Err(Fault::Truncated);
    }
    match buffer.as_slice() {
        [] => Err(Fault::Empty),
        [0] => Ok(Some(Frame::Power(PowerEvent::Off))),
        [1] => Ok(Some(Frame::Power(PowerEvent::On))),
        [2] => Ok(Some(Frame::Power(PowerEvent::Reset))),
        [4] => Ok(Some(Frame::Atr)),
        [code] => Err(Fault::UnknownControl { code: *code }),
        _ => Ok(Some(Frame::Command)),
    }
}

/// Puts an answer into `frame`, to be written in one piece.
pub(super) fn write(answer: &[u8], frame: &mut Zeroizing<Vec<u8>>) -> Result<(), Fault> {
    let length = u16::try_from(answer.len()).map_err(|_| Fault::ReplyTooLong { length: answer.len() })?;
    frame.zeroize();
    frame.reserve_exact(answer.len().saturating_add(2));
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(answer);
    Ok(())
}

/// Where frames come from.
pub(super) trait Source {
    /// Reads until `buffer` is full or the other side has closed; the number of bytes read.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Source for &TcpStream {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        fill(self, buffer, acknowledge_quickly)
    }
}

#[cfg(test)]
impl Source for &[u8] {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        fill(self, buffer, |_| Ok(()))
    }
}

fn fill<R: Read>(
    source: &mut R,
    buffer: &mut [u8],
    before: impl Fn(&R) -> io::Result<()>,
) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..)
        && !rest.is_empty()
    {
        before(source)?;
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The driver writes the length and the command apart, and its kernel holds the second back until the first is
/// acknowledged; ours would take 40 ms for that. The kernel forgets the switch, so it is set before each read.
#[cfg(target_os = "linux")]
fn acknowledge_quickly(stream: &&TcpStream) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_tcp_quickack(stream, true)?)
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_quickly(_: &&TcpStream) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
