//! The card file: image and state as bytes.
//!
//! ```text
//! "MYNUMVC\n"  version u16  length u32  items ...  SHA-256 of all before  zeros to a multiple of 64  journal records ...
//! ```
//! An item is a kind byte, a length u32 and that many bytes; all numbers are big-endian. Every object goes by its
//! application and EF ([`crate::codes`]), so the file outlives changes of this crate's enumerations. The issuer's key is an item
//! that not every card has: a file without it reads as before, and an older program refuses one with it.

use std::collections::BTreeMap;

use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::codes;
use crate::image::{FileContents, Image, IssuerKey, PrivateKey, Reference};

/// The journal starts, and each of its records, at a multiple of this, so that no record straddles a disk sector.
pub(crate) const BLOCK: usize = 64;
const MAGIC: [u8; 8] = *b"MYNUMVC\n";
const VERSION: u16 = 1;
const HEADER: usize = MAGIC.len() + 2 + 4;
const HASH: usize = 32;

/// Why bytes are not the file of a virtual card, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the file of a virtual card: {kind} (at byte {position})")]
pub struct FormatError {
    kind: FormatErrorKind,
    position: usize,
}

impl FormatError {
    pub(crate) const fn new(kind: FormatErrorKind, position: usize) -> Self {
        Self { kind, position }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> FormatErrorKind {
        self.kind
    }

    /// The index of the first byte of the part that is wrong.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// What is wrong with the bytes of a card file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatErrorKind {
    /// It does not begin as one.
    #[error("it does not begin as one")]
    NotACard,
    /// A version that this crate does not know.
    #[error("version {0} is unknown; this program knows version 1")]
    Version(u16),
    /// Bytes are missing.
    #[error("it is cut off")]
    Truncated,
    /// The checksum is wrong.
    #[error("its checksum is wrong")]
    Damaged,
    /// An object that this crate does not know.
    #[error("it holds an object that this program does not know")]
    UnknownObject,
    /// A value outside its range.
    #[error("it holds a value outside its range")]
    BadValue,
    /// A private key that cannot be read.
    #[error("it holds a private key that cannot be read")]
    BadKey,
    /// A private key that cannot be written.
    #[error("a private key cannot be written")]
    KeyNotWritable,
    /// More than 4 GiB.
    #[error("it is too long")]
    TooLong,
}

/// The contents of a card file.
pub(crate) struct Contents {
    pub(crate) image: Image,
    /// Whether the chip has erased itself.
    pub(crate) erased: bool,
    /// The checksum, which the journal's records are bound to.
    pub(crate) hash: [u8; HASH],
    /// Where the journal begins.
    pub(crate) journal_at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Token,
    Atr,
    File,
    Key,
    Reference,
    DataObject,
    Erased,
    IssuerKey,
}

impl Item {
    const CODES: [(u8, Self); 8] = [
        (1, Self::Token),
        (2, Self::Atr),
        (3, Self::File),
        (4, Self::Key),
        (5, Self::Reference),
        (6, Self::DataObject),
        (7, Self::Erased),
        (8, Self::IssuerKey),
    ];

    fn from_code(code: u8) -> Option<Self> {
        Self::CODES.iter().find(|(value, _)| *value == code).map(|(_, item)| *item)
    }

    const fn code(self) -> u8 {
        match self {
            Self::Token => 1,
            Self::Atr => 2,
            Self::File => 3,
            Self::Key => 4,
            Self::Reference => 5,
            Self::DataObject => 6,
            Self::Erased => 7,
            Self::IssuerKey => 8,
        }
    }
}

const TRANSPARENT: u8 = 0;
const RECORDS: u8 = 1;
const RSA: u8 = 1;

/// Writes image and state; the journal is empty.
pub(crate) fn write(image: &Image, erased: bool) -> Result<Zeroizing<Vec<u8>>, FormatError> {
    // All the room at once: a vector that grows leaves copies of its bytes behind.
    let mut items = Zeroizing::new(Vec::with_capacity(image.size()));
    put(&mut items, Item::Token, &[&[codes::token_code(image.token)]])?;
    put(&mut items, Item::Atr, &[&image.atr])?;
    for (id, contents) in &image.files {
        let code = codes::file_code(*id);
        match contents {
            FileContents::Bytes(bytes) => put(&mut items, Item::File, &[&code, &[TRANSPARENT], bytes])?,
            FileContents::Records(records) => {
                let mut joined = Vec::new();
                for record in records {
                    joined.extend(length(record.len())?.to_be_bytes());
                    joined.extend(record);
                }
                put(&mut items, Item::File, &[&code, &[RECORDS], &joined])?;
            }
        }
    }
    for (id, key) in &image.keys {
        let PrivateKey::Rsa(key) = key;
        let der =
            key.to_pkcs8_der().map_err(|_| FormatError::new(FormatErrorKind::KeyNotWritable, items.len()))?;
        put(&mut items, Item::Key, &[&codes::key_code(*id), &[RSA], der.as_bytes()])?;
    }
    for (id, reference) in &image.references {
        let counters = [reference.limit(), reference.left()];
        put(&mut items, Item::Reference, &[&codes::pin_code(*id), &counters, reference.value()])?;
    }
    for (id, value) in &image.data_objects {
        put(&mut items, Item::DataObject, &[&id.row().tag.to_be_bytes(), value])?;
    }
    if let Some(key) = &image.issuer_key {
        put(&mut items, Item::IssuerKey, &[key.bytes()])?;
    }
    if erased {
        put(&mut items, Item::Erased, &[])?;
    }
    let mut out = Zeroizing::new(Vec::with_capacity(HEADER + items.len() + HASH + BLOCK));
    out.extend(MAGIC);
    out.extend(VERSION.to_be_bytes());
    out.extend(length(items.len())?.to_be_bytes());
    out.extend(items.as_slice());
    let hash = Sha256::digest(&out);
    out.extend(hash);
    let padded = out.len().next_multiple_of(BLOCK);
    out.resize(padded, 0);
    Ok(out)
}

fn length(bytes: usize) -> Result<u32, FormatError> {
    u32::try_from(bytes).map_err(|_| FormatError::new(FormatErrorKind::TooLong, 0))
}

fn put(out: &mut Vec<u8>, item: Item, parts: &[&[u8]]) -> Result<(), FormatError> {
    out.push(item.code());
    out.extend(length(parts.iter().map(|part| part.len()).sum())?.to_be_bytes());
    for part in parts {
        out.extend(*part);
    }
    Ok(())
}

/// A reader that knows its position.
struct Reader<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, kind: FormatErrorKind) -> FormatError {
        FormatError::new(kind, self.position)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        let (head, tail) =
            self.rest.split_at_checked(count).ok_or_else(|| self.error(FormatErrorKind::Truncated))?;
        self.rest = tail;
        self.position += count;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (head, tail) =
            self.rest.split_first_chunk::<N>().ok_or_else(|| self.error(FormatErrorKind::Truncated))?;
        self.rest = tail;
        self.position += N;
        Ok(*head)
    }

    fn long(&mut self) -> Result<&'a [u8], FormatError> {
        let length = u32::from_be_bytes(self.array()?);
        let length = usize::try_from(length).map_err(|_| self.error(FormatErrorKind::TooLong))?;
        self.take(length)
    }

    /// Everything that is left.
    fn all(&mut self) -> &'a [u8] {
        let rest = std::mem::take(&mut self.rest);
        self.position += rest.len();
        rest
    }
}

/// The checksum and the place of the journal in bytes that [`write`] made.
pub(crate) fn checksum_of(bytes: &[u8]) -> Result<([u8; HASH], usize), FormatError> {
    let mut reader = Reader { rest: bytes, position: 0 };
    reader.take(MAGIC.len() + 2)?;
    reader.long()?;
    Ok((reader.array()?, reader.position.next_multiple_of(BLOCK)))
}

/// Reads image and state; the journal, which begins at [`Contents::journal_at`], is not looked at.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, FormatError> {
    let mut reader = Reader { rest: bytes, position: 0 };
    if !bytes.starts_with(&MAGIC) {
        let begun = MAGIC.starts_with(bytes) && !bytes.is_empty();
        return Err(reader.error(if begun { FormatErrorKind::Truncated } else { FormatErrorKind::NotACard }));
    }
    reader.take(MAGIC.len())?;
    let version = u16::from_be_bytes(reader.array()?);
    if version != VERSION {
        return Err(FormatError::new(FormatErrorKind::Version(version), MAGIC.len()));
    }
    let items = reader.long()?;
    let hash: [u8; HASH] = reader.array()?;
    let hashed = bytes.get(..HEADER + items.len()).unwrap_or_default();
    if Sha256::digest(hashed).as_slice() != hash {
        return Err(FormatError::new(FormatErrorKind::Damaged, hashed.len()));
    }
    let journal_at = reader.position.next_multiple_of(BLOCK);
    if reader.take(journal_at - reader.position)?.iter().any(|byte| *byte != 0) {
        return Err(reader.error(FormatErrorKind::Damaged));
    }
    let (image, erased) = read_items(items)?;
    Ok(Contents { image, erased, hash, journal_at })
}

fn read_items(items: &[u8]) -> Result<(Image, bool), FormatError> {
    let mut reader = Reader { rest: items, position: HEADER };
    let mut image = Image { atr: Vec::new(), files: BTreeMap::new(), ..Image::empty() };
    let mut erased = false;
    while !reader.rest.is_empty() {
        let kind = Item::from_code(u8::from_be_bytes(reader.array()?))
            .ok_or_else(|| reader.error(FormatErrorKind::UnknownObject))?;
        let value = reader.long()?;
        let mut value = Reader { rest: value, position: reader.position - value.len() };
        erased |= kind == Item::Erased;
        read_item(kind, &mut value, &mut image)?;
        if !value.rest.is_empty() {
            return Err(value.error(FormatErrorKind::BadValue));
        }
    }
    Ok((image, erased))
}

fn read_item(kind: Item, value: &mut Reader<'_>, image: &mut Image) -> Result<(), FormatError> {
    let unknown = value.error(FormatErrorKind::UnknownObject);
    match kind {
        Item::Token => image.token = codes::token_of(u8::from_be_bytes(value.array()?)).ok_or(unknown)?,
        Item::Atr => image.atr = value.all().to_vec(),
        Item::File => {
            let id = codes::file_of(value.array()?).ok_or(unknown)?;
            let contents = read_file(value)?;
            image.files.insert(id, contents);
        }
        Item::Key => {
            let id = codes::key_of(value.array()?).ok_or(unknown)?;
            if value.array()? != [RSA] {
                return Err(unknown);
            }
            let at = value.position;
            let key = rsa::RsaPrivateKey::from_pkcs8_der(value.all())
                .map_err(|_| FormatError::new(FormatErrorKind::BadKey, at))?;
            image.keys.insert(id, PrivateKey::Rsa(key));
        }
        Item::Reference => {
            let id = codes::pin_of(value.array()?).ok_or(unknown)?;
            let [limit, left] = value.array()?;
            let bad = value.error(FormatErrorKind::BadValue);
            let reference = Reference::new(value.all(), limit).map_err(|_| bad)?;
            if limit > 15 || left > limit {
                return Err(bad);
            }
            image.references.insert(id, reference.with_left(left));
        }
        Item::DataObject => {
            let id = codes::data_object_of(u16::from_be_bytes(value.array()?)).ok_or(unknown)?;
            image.data_objects.insert(id, value.all().to_vec());
        }
        Item::IssuerKey => {
            let bad = value.error(FormatErrorKind::BadValue);
            image.issuer_key = Some(IssuerKey::new(value.all()).map_err(|_| bad)?);
        }
        Item::Erased => {}
    }
    Ok(())
}

fn read_file(value: &mut Reader<'_>) -> Result<FileContents, FormatError> {
    let bad = value.error(FormatErrorKind::BadValue);
    match u8::from_be_bytes(value.array()?) {
        TRANSPARENT => Ok(FileContents::Bytes(value.all().to_vec())),
        RECORDS => {
            let mut records = Vec::new();
            while !value.rest.is_empty() {
                records.push(value.long()?.to_vec());
            }
            Ok(FileContents::Records(records))
        }
        _ => Err(bad),
    }
}
