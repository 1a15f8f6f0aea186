//! What the next commit does: kept in memory, gone with the session.

use std::collections::BTreeMap;

use mynumber_apdu::StatusWord;
use mynumber_applet::{DataObjectId, FileId, KeyId};
use zeroize::Zeroizing;

use crate::image::{FileContents, Image, PrivateKey};

/// What comes in pieces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    File(FileId),
    DataObject(DataObjectId),
}

/// Something of which not every piece has come.
struct Draft {
    target: Target,
    total: usize,
    bytes: Vec<u8>,
}

/// The latest word on each object; `None` takes it away.
#[derive(Default)]
pub(super) struct Staged {
    files: BTreeMap<FileId, Option<FileContents>>,
    objects: BTreeMap<DataObjectId, Vec<u8>>,
    keys: BTreeMap<KeyId, Option<PrivateKey>>,
    draft: Option<Draft>,
    /// The public key made last.
    pub(super) offered: Zeroizing<Vec<u8>>,
}

impl Staged {
    /// Takes one piece: total, offset, bytes. Pieces come in order; the one at offset 0 begins anew. Nothing else may begin
    /// while pieces are missing.
    pub(super) fn piece(&mut self, target: Target, limit: u16, clear: &[u8]) -> Result<(), StatusWord> {
        let [total_high, total_low, offset_high, offset_low, bytes @ ..] = clear else {
            return Err(StatusWord::WRONG_DATA);
        };
        let total = u16::from_be_bytes([*total_high, *total_low]);
        let offset = usize::from(u16::from_be_bytes([*offset_high, *offset_low]));
        if total == 0 || total > limit || bytes.is_empty() {
            return Err(StatusWord::WRONG_DATA);
        }
        if self.draft.as_ref().is_some_and(|draft| draft.target != target) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let mut draft = match self.draft.take() {
            Some(draft) if offset != 0 => draft,
            _ => Draft { target, total: usize::from(total), bytes: Vec::new() },
        };
        let end = draft.bytes.len().saturating_add(bytes.len());
        if draft.total != usize::from(total) || end > draft.total || offset != draft.bytes.len() {
            let wrong_place = offset != draft.bytes.len();
            self.draft = Some(draft).filter(|draft| !draft.bytes.is_empty());
            return Err(if wrong_place { StatusWord::WRONG_OFFSET } else { StatusWord::WRONG_DATA });
        }
        draft.bytes.extend_from_slice(bytes);
        if draft.bytes.len() < draft.total {
            self.draft = Some(draft);
            return Ok(());
        }
        match target {
            Target::File(id) => drop(self.files.insert(id, Some(FileContents::Bytes(draft.bytes)))),
            Target::DataObject(id) => drop(self.objects.insert(id, draft.bytes)),
        }
        Ok(())
    }

    /// Takes one record: number 1 begins anew, every other one follows the last.
    pub(super) fn record(&mut self, id: FileId, number: u8, record: &[u8]) -> Result<(), StatusWord> {
        self.require_whole()?;
        if record.is_empty() {
            return Err(StatusWord::WRONG_DATA);
        }
        let mut records = match self.files.get(&id) {
            Some(Some(FileContents::Records(records))) if number > 1 => records.clone(),
            _ => Vec::new(),
        };
        if usize::from(number) != records.len().saturating_add(1) {
            return Err(StatusWord::RECORD_NOT_FOUND);
        }
        records.push(record.to_vec());
        if records.iter().map(Vec::len).sum::<usize>() > usize::from(id.row().limit) {
            return Err(StatusWord::WRONG_DATA);
        }
        self.files.insert(id, Some(FileContents::Records(records)));
        Ok(())
    }

    /// A new key, or none any more.
    pub(super) fn key(&mut self, id: KeyId, key: Option<PrivateKey>) {
        self.keys.insert(id, key);
    }

    /// Takes the certificate of a key away, and says so where the card says what is there (CARD.md §2.1).
    pub(super) fn no_certificate(&mut self, image: &Image, id: KeyId) {
        let (file, index) = match id {
            KeyId::Signature => (FileId::SignatureCertificate, 0),
            KeyId::UserAuthentication => (FileId::UserAuthenticationCertificate, 1),
            _ => return,
        };
        self.files.insert(file, None);
        let availability = FileId::CertificateAvailability;
        let held = match self.files.get(&availability) {
            Some(staged) => staged.as_ref(),
            None => image.files.get(&availability),
        };
        if let Some(FileContents::Bytes(bytes)) = held {
            let mut bytes = bytes.clone();
            if let Some(byte) = bytes.get_mut(index) {
                *byte = 0x00;
            }
            self.files.insert(availability, Some(FileContents::Bytes(bytes)));
        }
    }

    pub(super) fn require_whole(&self) -> Result<(), StatusWord> {
        if self.draft.is_some() { Err(StatusWord::CONDITIONS_NOT_SATISFIED) } else { Ok(()) }
    }

    /// Whether a commit would do anything.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.objects.is_empty() && self.keys.is_empty()
    }

    /// Works everything into an image.
    pub(super) fn apply(self, image: &mut Image) {
        for (id, contents) in self.files {
            match contents {
                Some(contents) => drop(image.files.insert(id, contents)),
                None => drop(image.files.remove(&id)),
            }
        }
        for (id, key) in self.keys {
            match key {
                Some(key) => drop(image.keys.insert(id, key)),
                None => drop(image.keys.remove(&id)),
            }
        }
        image.data_objects.extend(self.objects);
    }
}
