//! A virtual My Number Card: bytes in, bytes out, state on disk.
//!
//! ```
//! use mynumber_applet::PinId;
//! use mynumber_virtual_card::{Image, MemoryStorage, Reference, VirtualCard};
//! # let rng = <rand_chacha::ChaCha20Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
//! let mut image = Image::empty();
//! image.references.insert(PinId::UserAuthentication, Reference::new(b"1234", 3)?);
//! let mut card = VirtualCard::new(image, MemoryStorage::default(), rng)?;
//!
//! // SELECT the JPKI application, and ask how many tries its PIN has left.
//! let select = [0x00, 0xA4, 0x04, 0x0C, 0x05, 0xD3, 0x92, 0xF0, 0x00, 0x26];
//! assert_eq!(card.respond(&select), Some(vec![0x90, 0x00]));
//! assert_eq!(card.respond(&[0x00, 0x20, 0x00, 0x98]), Some(vec![0x63, 0xC3]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An [`Image`] is what personalisation writes; `mynumber-issuance` makes images of simulated people. [`Storage`] keeps
//! the card: in memory, in a file ([`FileStorage`]), or with the power failing on purpose ([`storage::PowerCut`]).
//! [`Quirks`] are laid over a card: other lengths, words, delays and contents that real cards and readers have.
//!
//! # What it promises
//!
//! - Every command gets an answer of two bytes at least, and never more data than it asked for.
//! - A try is spent durably before the value is compared, in constant time; a `9000` to a change means that it is on
//!   disk. A power cut at any moment leaves the state before, the state after, or one try fewer.
//! - A card file that is damaged, cut off, of another version, open to others, or in use is refused. The one thing that
//!   cannot be noticed is a file put back as it was earlier, as with any file.
//!
//! # How it answers
//!
//! As CARD.md §1.3 to §4 and §10 say. *Assumed* marks what nobody published; a host must not depend on it.
//!
//! | case | answer |
//! | --- | --- |
//! | class with channel bits; `08`, `0C` and the like outside input assist; chaining bit; other classes | `6881`; `6882` *assumed*; `6884` *assumed*; `6E00` |
//! | SET SESSION KEY in card face and common; in juki and JPKI, or before the PIN | `66F1`; `6982` |
//! | SET SESSION KEY that holds no key in the one known form; of another length; not below the modulus | `6A80`; `6700` *assumed*; `6F00` |
//! | class `08`: a number, padding, tag, length or second object that is wrong; no object | `6988`, `6987`, both end the session (for the latter *assumed*) |
//! | class `08` without a session; class `0C` | `69FC` (also where there never was one: *assumed*); `6987`, the session ends (*assumed*) |
//! | class `08` with another command than SELECT of an EF, READ BINARY, VERIFY | `6882`, not counted; *assumed* |
//! | unknown instruction; bytes that are no command | `6D00`; `6700` |
//! | SELECT by the beginning of a name; no name at all | the first that fits; the card manager, *assumed* |
//! | SELECT of an unknown name or file, `3F00` | `6A82`, the selection stays (*assumed*) |
//! | `00 A4 00 00` | `6A86` at card-manager level, `9000` and nothing else in an application |
//! | SELECT with `P2 = 00` and `Le` | `6F` with the name, or the file identifier; contents *assumed* |
//! | SELECT of the current application | verified states stay, *assumed*; [`Quirks::reselect_logs_out`] |
//! | short identifiers in READ BINARY, READ RECORD, VERIFY, sign | make the file current; for the last two *assumed* |
//! | READ BINARY past the end; near it | `6B00`; fewer bytes and `9000` |
//! | no current file; a file of another structure; access denied | `6986`; `6981`; `6982` |
//! | data that does not fit into `Le`, or no `Le` where data comes | `6700`; measured for GET DATA, otherwise *assumed* |
//! | query of a reference | `63Cx` always, `63C0` when blocked; a fifth byte `6700` |
//! | VERIFY of a blocked reference | `6984`; [`Quirks::blocked_is_6983`] |
//! | wrong value | `63Cx`; ends the verified state of this reference (*assumed*) |
//! | value of more than 16 bytes, VERIFY with `Le` | `6700`, no try lost; *assumed* |
//! | change without VERIFY; new value of a wrong form | `6982`; `6A80`; *assumed* |
//! | change command of other applications; reference that nobody changes | `6D00`; `6982`; *assumed* |
//! | signature without its PIN; unknown `P1`; `P2 = 00` where there is no default key | `6982`; `6A86`; `6A88` *assumed* |
//! | signature over nothing; over data of a length that the scheme does not take | `6700`; `6985` |
//! | signatures in juki and common | `6D00`, *assumed* |
//! | INTERNAL AUTHENTICATE outside the common application | `6982` for keys behind PINs, `6985` otherwise |
//! | GET CHALLENGE in the extended form | `6985` |
//! | GET DATA in an application | the contact ATR; otherwise `6A88`, *assumed* |
//! | `80 FC` | `9000` on an iPhone; `6700` on the card, and on Android (*assumed*) |
//! | warm reset; power off, another application, card manager | verified states stay; they end |
//! | EXTERNAL AUTHENTICATE, class `84`, without an issuer key; with one | `6D00`, `6882`; as CARD.md §13 says, all *assumed* |
//! | storage fails | `6581`, nothing happened; *assumed* |
//! | after [`VirtualCard::tamper`] | SELECT of its applications `6285`, every other command `6985`; *assumed* |
//!
//! # What is absent
//!
//! Message authentication in secure messaging, which the card has not either: its cryptograms hide, and prove nothing. Terminal
//! authentication: `80 A2` answers `6700` or `6A86`, as was measured with dummy data. The real issuer's commands: `6982`
//! whatever comes. With an [`IssuerKey`] the card takes issuer's commands of our own (CARD.md §13); without one
//! [`VirtualCard::rewrite`] and [`VirtualCard::reset_reference`] do their work. The driver's-licence
//! application. Keys other than RSA: [`PrivateKey`] has room for them. Clocks, sockets, and a source of random numbers:
//! the caller brings one.

pub mod atr;
mod card;
mod codes;
mod engine;
mod format;
#[cfg(feature = "hostile")]
pub mod hostile;
mod image;
mod journal;
mod overlay;
mod quirks;
mod state;
pub mod storage;

pub use card::{Power, VirtualCard};
pub use format::{FormatError, FormatErrorKind};
pub use image::{FileContents, Image, IssuerKey, IssuerKeyLength, PrivateKey, Reference, ValueTooLong};
pub use quirks::{Certificate, Quirks, QuirksError};
pub use state::{OpenError, WriteError};
pub use storage::{FileStorage, MemoryStorage, Storage, StorageError};

#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod test_card;
