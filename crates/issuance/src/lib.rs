//! Makes cards: a test authority, simulated people, and the image of everything a chip holds.
//!
//! ```
//! use mynumber_crypto::UnixTime;
//! use mynumber_issuance::person::{Secrets, built_in};
//! use mynumber_issuance::{TestAuthority, personalise};
//! use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//!
//! let now = UnixTime::from_utc_time(b"261001003000Z").ok_or("a time")?;
//! let mut rng = ChaCha20Rng::seed_from_u64(1);
//! let authority = TestAuthority::generate(now, &mut rng)?;
//! let person = built_in::find("taro").ok_or("a person")?;
//! let image = personalise(&authority, &person, &Secrets::documented()?, now, &mut rng)?;
//! assert_eq!(image.keys.len(), 6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * [`pki`]: the authority, made at run time, kept on disk if wanted;
//! * [`person`]: people built in, and people from a TOML file;
//! * [`personalise()`]: the image of a plastic card, with PINs or as it is delivered ([`personalise_as_delivered`]);
//! * [`batch`]: thousands of cards, on all cores, taken up again where it was broken off;
//! * [`images`]: what is printed on the card, as the chip holds it;
//! * [`application`]: what an applicant enters, checked, confirmed and registered;
//! * [`photo`] and [`qr`]: the photo of an application, and the id on its form;
//! * [`validity`]: until when cards and certificates hold;
//! * [`lifecycle`]: the steps of a case, from the application to the end of the card;
//! * [`receipt`] and [`notice`]: cards that came against their list, and notices spread over days;
//! * [`issuer`]: what only the issuer can do on a card;
//! * [`desk`]: the pre-delivery set-up, the counter, PINs, and everything afterwards;
//! * [`store`] and [`audit`]: where cases are kept, and the log of what was done;
//! * [`rules`]: the published rules, each with its source, its code and its test.
//!
//! Every simulated thing says so: certificates have `O=MYNUMBER-TEST` and the policies of test cards, key references
//! begin with 9, addresses on the net end in `.invalid`, the people built in live in a prefecture that is none.
//!
//! What is absent: clocks and random sources (both are arguments), and input and output but for [`pki::Store`], [`batch`] and
//! the stores of cases.

pub mod application;
pub mod audit;
pub mod batch;
pub mod desk;
pub mod images;
pub mod issuer;
pub mod lifecycle;
pub mod notice;
pub mod person;
mod personalise;
pub mod photo;
pub mod pki;
pub mod qr;
pub mod receipt;
#[doc = include_str!("../RULES.md")]
pub mod rules {}
pub mod store;
pub mod validity;

pub use person::{Person, Secrets};
pub use personalise::{AS_DELIVERED_BLOCKED, PersonaliseError, personalise, personalise_as_delivered};
pub use pki::TestAuthority;
