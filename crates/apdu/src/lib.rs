//! ISO/IEC 7816-4 as bytes: commands, responses, status words, TLV, and the exchange rules.
//!
//! ```
//! use mynumber_apdu::{Class, Command, Instruction, Response, StatusWord};
//!
//! // READ BINARY of short EF identifier 0A, everything up to 65,536 bytes (ISO 7816-4 §11.3.3).
//! let read = Command::new(Class::ISO, Instruction::READ_BINARY, 0x8A, 0x00).expecting_all();
//! let mut buffer = [0u8; 16];
//! assert_eq!(read.encode(&mut buffer)?, [0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00]);
//!
//! let response = Response::parse(&[0x30, 0x03, 0x02, 0x01, 0x07, 0x90, 0x00])?;
//! assert_eq!(response.status(), StatusWord::SUCCESS);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! What is here: [`Command`] and [`Response`] (zero copy, no allocation), [`StatusWord`] (total over all
//! 65,536 values), [`tlv`] (BER-TLV reader and writer), [`simple_tlv`] (the JICSAP record form), [`atr`]
//! (ISO 7816-3), and [`exchange`] (61xx, 6Cxx, chaining, extended lengths, as a state machine that does no I/O).
//!
//! Sections named in the documentation are those of ISO/IEC 7816-4:2020 and ISO/IEC 7816-3:2006.
//!
//! What is absent: input and output, clocks, randomness, allocation, and any knowledge of a particular card.
#![no_std]

#[cfg(test)]
extern crate std;

pub mod atr;
mod class;
mod command;
pub mod exchange;
mod instruction;
mod response;
pub mod simple_tlv;
mod status;
pub mod tlv;

pub use class::{Class, ClassKind, SecureMessaging};
pub use command::{Command, EncodeError, Form, Le, ParseError, ParseErrorKind, Secrecy};
pub use instruction::Instruction;
pub use response::{Response, ShortResponse};
pub use status::{Meaning, StatusWord};
