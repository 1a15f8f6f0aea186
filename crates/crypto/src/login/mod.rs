//! Log-in with the user-authentication certificate (利用者証明用電子証明書): a challenge is issued, and its answer checked.
//!
//! ```text
//! service                                              client with card
//!   Challenge::new(audience, random, now, life)
//!   store.put(ticket)              ── text ──▶         audience() is where I am? then the card signs digest()
//!   Service::check(answer, now)    ◀── answer ──       challenge text, certificate, signature
//!   LoggedIn, or Refusal
//! ```
//!
//! # What is signed
//!
//! The challenge is one line of ASCII without its end, five fields with one space (`20`) between them. The card signs the
//! bytes of that line as they stand; there is no other coding of it:
//!
//! | field | form |
//! | --- | --- |
//! | version | `mynumber-log-in/1` |
//! | audience | for whom: 1 to 255 visible ASCII characters, the service's origin as a rule ([`Audience`]) |
//! | nonce | 32 random bytes in 64 lower-case hexadecimal digits |
//! | issued | POSIX time in decimal, neither sign nor leading zeros: the first second in which it can be answered |
//! | expires | the same, 1 to 3,600 seconds later: the last second in which it can be answered |
//!
//! ```
//! use mynumber_crypto::UnixTime;
//! use mynumber_crypto::login::{Audience, Challenge, Life};
//!
//! let audience = Audience::parse("https://service.example")?;
//! let issued = UnixTime::from_seconds(1_790_814_600);
//! // The nonce of a service comes from its random source.
//! let challenge = Challenge::new(&audience, [0xA5; 32], issued, Life::DEFAULT)?;
//! let text = "mynumber-log-in/1 https://service.example \
//!     a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5 1790814600 1790814720";
//! assert_eq!(challenge.to_string(), text);
//! // What is signed is that text; with the card of today, its SHA-256 digest.
//! assert_eq!(challenge.digest(), mynumber_crypto::digest::sha256(&[text.as_bytes()]));
//! assert_eq!(Challenge::parse(text)?, challenge);
//! # Ok::<(), mynumber_crypto::login::ChallengeError>(())
//! ```
//!
//! Every field is part of what is signed. The first keeps a log-in from being taken for anything else that the key signs,
//! and anything else for a log-in: it is the start of no DER, no TLS and no SSH structure. The audience keeps a service from
//! passing the challenge of another on to its own visitors, if the client compares it with where it is **before** the card
//! signs. Nonce and store keep an answer from being used twice.
//!
//! # What this cannot do
//!
//! An answer proves that the card and its PIN were there when the challenge was answered. It does not tie the connection
//! to them: use TLS, give the challenge out and take the answer in the same session, and bind what follows to that session.
//! Software that shows its user one audience and has the card sign another is not stopped by any of this.
//!
//! # What a service knows then, and what it may keep
//!
//! The certificate names nobody: no name, address, birth date or sex. A service knows its user again by
//! [`HolderKey`](crate::signer::HolderKey), the issuer's key identifier with the certificate's serial number. **It changes whenever the
//! certificate is issued anew**, at the fifth birthday after its issue at the latest, so a service needs a second way to
//! attach the next certificate to an account, and may not conclude from an unknown key that the person is new.
//!
//! A pointer to the law, and no advice:
//!
//! * 公的個人認証法 (電子署名等に係る地方公共団体情報システム機構の認証業務に関する法律, Act No. 153 of 2002): article 36
//!   says who may be given revocation data of user-authentication certificates by J-LIS, article 17 the same for signature
//!   certificates, each after a filing; whoever is not among them cannot know whether a certificate is revoked, and logs
//!   people in without knowing ([`Revocation::NotChecked`](crate::signer::Revocation::NotChecked)). The chapter on the protection of such data limits what
//!   recipients do with it. What may be kept of a certificate, its serial number among it, and for how long, has to be
//!   settled under that Act and under the law on personal information before it is stored.
//! * 番号法 (行政手続における特定の個人を識別するための番号の利用等に関する法律, Act No. 27 of 2013): articles 15, 19 and 20
//!   forbid asking for, providing, and collecting or keeping an Individual Number (マイナンバー) outside the cases that the
//!   Act lists, and logging in is none. The number is in no certificate; it must not serve as an account key.
//!
//! What is absent: clocks, random sources, connections. The nonce, the time and the store are arguments.

mod challenge;
mod check;
mod store;

pub use challenge::{Audience, Challenge, ChallengeError, Life};
pub use check::{Answer, IssueError, LoggedIn, Refusal, SCHEMES, Service};
pub use store::{MemoryStore, ReplayStore, StoreError, Ticket};
