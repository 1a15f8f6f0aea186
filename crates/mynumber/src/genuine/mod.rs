//! Is this card genuine? Records that a municipality signed, and a chip that answers (CARD.md §6.2).
//!
//! ```
//! use mynumber::applet::pin::reference;
//! use mynumber::driver::Card;
//! use mynumber::genuine::{self, Terms};
//! use mynumber::testing;
//!
//! let mut card = Card::new(testing::card("taro"));
//! // Real cards: `mynumber::crypto::cvc::production()`, and a nonce of the operating system's random numbers.
//! let terms = Terms::new(testing::authorities(), [7; 32], testing::ISSUED);
//! let genuine = genuine::prove::<reference::InputAssist, _>(&mut card, &testing::secrets().input_assist, &terms)?;
//! let attributes = genuine.contents().attributes().ok_or("the PIN opens them")?;
//! assert_eq!(attributes.name(), "試験　太郎");
//! for gap in genuine.not_checked() {
//!     println!("not checked: {gap}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`GenuineCard`] is evidence: nothing else makes one. What nobody signed has the type [`NotSigned`], and nothing
//! of it goes into the verdict.
//!
//! # What the proof is worth
//!
//! The card face is signed together with the chip's key, so face and chip belong together. The input-assist
//! application signs number and attributes in one record and the chip's key in another: somebody with a genuine card and
//! the records of another card of the same municipality can show the one with the other. Where that matters, prove the
//! card face. See [`NotChecked`] for the rest.
//!
//! Where card and verifier are apart, [`InputAssistFiles`] and [`CardFaceFiles`] check what was read elsewhere, and
//! [`SignedRecords::answered`] the answer to a nonce that the verifier chose.

mod contents;
mod error;
mod evidence;
mod files;
mod session;

pub use contents::{Attributes, CardFace, Face, InputAssist, NotSigned, Statement};
pub use error::{Error, ErrorKind};
pub use evidence::{Certified, Contents, Difference, GenuineCard, NotChecked, SignedRecords};
pub use files::{CardFaceFiles, InputAssistFiles, card_manager_chain};
pub use session::{Proves, Terms, prove, prove_unlocked};
