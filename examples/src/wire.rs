//! How the log-in examples put their messages on a connection: two bytes of length, big-endian, then the bytes. A web
//! service has HTTP for this.

use std::io::{self, Read, Write};

/// The most bytes of a certificate that the service reads.
pub const CERTIFICATE: u16 = 8192;
/// The most bytes of a signature that the service reads.
pub const SIGNATURE: u16 = 1024;
/// The most bytes of a challenge or of a verdict.
pub const TEXT: u16 = 512;

/// Sends one message.
///
/// # Errors
/// The connection failed, or the message is longer than a length of two bytes can say.
pub fn send(stream: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend_from_slice(message);
    stream.write_all(&frame)
}

/// Receives one message of `most` bytes at most; of a longer one nothing is read.
///
/// # Errors
/// The connection failed or ended, or the message is longer.
pub fn receive(stream: &mut impl Read, most: u16) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let length = u16::from_be_bytes(length);
    if length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message)?;
    Ok(message)
}

/// Receives a message that is text.
///
/// # Errors
/// As [`receive`], or the message is not UTF-8.
pub fn receive_text(stream: &mut impl Read) -> io::Result<String> {
    String::from_utf8(receive(stream, TEXT)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::{receive, receive_text, send};
    use std::io::ErrorKind;

    #[test]
    fn messages_come_as_they_were_sent_and_no_longer_than_allowed() {
        let mut wire = Vec::new();
        send(&mut wire, b"one").unwrap();
        send(&mut wire, b"").unwrap();
        send(&mut wire, b"four").unwrap();
        let mut read = wire.as_slice();
        assert_eq!(receive(&mut read, 3).unwrap(), b"one");
        assert_eq!(receive_text(&mut read).unwrap(), "");
        assert_eq!(receive(&mut read, 3).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(receive(&mut [0, 5, 1].as_slice(), 9).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(receive_text(&mut [0, 1, 0xFF].as_slice()).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(send(&mut wire, &[0; 65_536]).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
