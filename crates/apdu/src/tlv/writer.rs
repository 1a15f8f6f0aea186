//! Writing BER-TLV.

use super::{Error, ErrorKind, Tag, read_tag};

/// Writes elements into a buffer, lengths in the shortest coding.
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut [u8],
    written: usize,
}

impl<'b> Writer<'b> {
    /// A writer to the start of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    /// The number of bytes written so far.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.written
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`].
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let end = self.written.saturating_add(bytes.len());
        let full = Error::new(ErrorKind::BufferTooSmall, self.buffer.len());
        self.buffer.get_mut(self.written..end).ok_or(full)?.copy_from_slice(bytes);
        self.written = end;
        Ok(())
    }

    /// Writes one element, whole or not at all.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`], [`ErrorKind::InvalidTag`] for a number that no reader would take for this tag, or
    /// [`ErrorKind::TooLong`] for a value of 4 GiB and more.
    pub fn element(&mut self, tag: Tag, value: &[u8]) -> Result<(), Error> {
        let start = self.written;
        let result = self.header(tag, value.len()).and_then(|()| self.bytes(value));
        if result.is_err() {
            self.written = start;
        }
        result
    }

    /// Writes one element whose value `content` writes.
    ///
    /// # Errors
    /// As [`Writer::element`], or what `content` returns.
    pub fn nested(
        &mut self,
        tag: Tag,
        content: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let start = self.written;
        let room = self.buffer.get_mut(start..).unwrap_or_default();
        let mut inner = Writer::new(room);
        content(&mut inner)?;
        let length = inner.written;
        // The content was written where the header goes: move it behind the header, whose size is known now.
        let header = tag.len() + length_len(length);
        let end = start.saturating_add(header).saturating_add(length);
        if end > self.buffer.len() {
            return Err(Error::new(ErrorKind::BufferTooSmall, self.buffer.len()));
        }
        self.buffer.copy_within(start..start + length, start + header);
        self.header(tag, length)?;
        self.written = end;
        Ok(())
    }

    /// The bytes written.
    #[must_use]
    pub fn finish(self) -> &'b [u8] {
        let Self { buffer, written } = self;
        buffer.get(..written).unwrap_or_default()
    }

    fn header(&mut self, tag: Tag, length: usize) -> Result<(), Error> {
        let tag_bytes = tag.0.to_be_bytes();
        let tag_bytes = tag_bytes.get(4 - tag.len()..).unwrap_or_default();
        if read_tag(tag_bytes) != Ok((tag, tag_bytes.len())) {
            return Err(Error::new(ErrorKind::InvalidTag, self.written));
        }
        self.bytes(tag_bytes)?;
        let length = u32::try_from(length)
            .map_err(|_| Error::new(ErrorKind::TooLong { limit: 0xFFFF_FFFF }, self.written))?;
        let [a, b, c, d] = length.to_be_bytes();
        match length {
            0..=0x7F => self.bytes(&[d]),
            0x80..=0xFF => self.bytes(&[0x81, d]),
            0x100..=0xFFFF => self.bytes(&[0x82, c, d]),
            0x1_0000..=0xFF_FFFF => self.bytes(&[0x83, b, c, d]),
            _ => self.bytes(&[0x84, a, b, c, d]),
        }
    }
}

/// The number of bytes that the shortest coding of a length takes.
#[must_use]
pub const fn length_len(length: usize) -> usize {
    match length {
        0..=0x7F => 1,
        0x80..=0xFF => 2,
        0x100..=0xFFFF => 3,
        0x1_0000..=0xFF_FFFF => 4,
        _ => 5,
    }
}
