//! What was read, in buffers that are wiped.

use core::fmt;

use mynumber_applet::FileId;
use zeroize::Zeroizing;

/// The content of a file, record or data object; wiped when dropped, since most of it is personal.
///
/// `Debug` shows the length only.
pub struct FileBytes {
    bytes: Zeroizing<Vec<u8>>,
    element: usize,
}

impl FileBytes {
    /// Copies what was read into a buffer of its own size; the first `element` bytes are content, the rest filler.
    pub(crate) fn new(bytes: &[u8], element: usize) -> Self {
        Self { bytes: Zeroizing::new(bytes.to_vec()), element }
    }

    /// The file as the card gave it, filler included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content without filler: exactly one element where the file is made of TLV.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.bytes.get(..self.element).unwrap_or(&self.bytes)
    }

    /// Another buffer with the same content.
    pub(crate) fn duplicate(&self) -> Self {
        Self::new(&self.bytes, self.element)
    }
}

impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileBytes([{}])", self.bytes.len())
    }
}

/// Files read before: nothing is read twice.
#[derive(Debug, Default)]
pub(crate) struct Cache(Vec<(FileId, FileBytes)>);

impl Cache {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn find(&self, id: FileId) -> Option<FileBytes> {
        self.0.iter().find(|(held, _)| *held == id).map(|(_, bytes)| bytes.duplicate())
    }

    /// Keeps a file that was not found here.
    pub(crate) fn keep(&mut self, id: FileId, bytes: &FileBytes) {
        self.0.push((id, bytes.duplicate()));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
