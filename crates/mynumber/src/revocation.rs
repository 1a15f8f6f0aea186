//! A folder of CRL files as the source of revocation data.
//!
//! Accredited verifiers get CRLs from J-LIS, one for each municipality and authority, renewed daily (CARD.md §5.4).
//! However they arrive, they end up as files in a folder; [`Directory`] reads them from there:
//!
//! ```
//! use mynumber::crypto::revocation::{Freshness, Issuer, Status, check_certificate};
//! use mynumber::crypto::{Certificate, certificate::Purpose, revocation::Reason};
//! use mynumber::revocation::Directory;
//! use mynumber::testing;
//!
//! // The CRL of taro's municipality, with his signature certificate on it.
//! let folder = std::env::temp_dir().join(format!("mynumber-doc-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! std::fs::write(folder.join("simulated.crl"), testing::crl(Purpose::Signature, &[("taro", Reason::CertificateHold)]))?;
//!
//! let directory = Directory::open(&folder)?;
//! let certificate = testing::certificate("taro", Purpose::Signature);
//! let certificate = Certificate::parse(&certificate)?;
//! let issuer = Issuer::from_certificate(&Certificate::parse(testing::authority().signature_ca())?)?;
//! let checked = check_certificate(&certificate, &issuer, &directory, Freshness::default(), testing::ISSUED);
//! assert!(matches!(checked.status, Status::Revoked(revocation) if revocation.reason == Reason::CertificateHold));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod directory;
mod pem;

pub use directory::{Directory, Refused};
