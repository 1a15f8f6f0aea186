//! What is known of secure messaging in the input-assist application, as bytes on the wire (CARD.md §4.3).
//!
//! A session key travels in SET SESSION KEY: RSA-OAEP with SHA-256, under the key of EF 0006, of
//! `A0 22 { 80 20 seed }`. From then on the commands of class `08` carry exactly one data object each, and what they
//! answer comes in one. AES-128 in CBC; the initial vector is the command's number, as a block, encrypted. Padding as of
//! ISO 7816-4, always. **There is no MAC.**

use crate::model::Source;

/// Bytes of the seed.
pub const SEED: usize = 32;
/// Bytes of the AES key: the first ones of the seed.
pub const KEY: usize = 16;
/// Bytes of an AES block.
pub const BLOCK: usize = 16;
/// The number of the first command after SET SESSION KEY. Each command under secure messaging counts, also one that the
/// application refuses; others do not.
pub const FIRST_NUMBER: u64 = 1;
/// Tag around what SET SESSION KEY delivers.
pub const DELIVERY: u8 = 0xA0;
/// Tag of the seed in it.
pub const ENCRYPTION_KEY: u8 = 0x80;
/// Tag of a cryptogram: the data of SELECT and VERIFY, and every answer.
pub const CRYPTOGRAM: u8 = 0x86;
/// The byte before the encrypted blocks of a cryptogram: padded as of ISO 7816-4 (ISO 7816-4 §10.3).
pub const PADDED: u8 = 0x01;
/// Tag of the length that READ BINARY asks for: three bytes, `00` and the length; `0000` is everything to the end.
pub const EXPECTED_LENGTH: u8 = 0x96;
/// Where this comes from.
pub const SOURCE: Source = Source::Observed("CARD.md §4.3: measured on a card");
