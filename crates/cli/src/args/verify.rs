//! The arguments of `verify`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use mynumber::crypto::UnixTime;

use super::FaceKey;
use crate::{identifiers, moment};

#[derive(Debug, Subcommand)]
pub(crate) enum VerifyCommand {
    /// Check a certificate: who issued it, for what, since when, and whether it was revoked
    Certificate(CertificateCheck),
    /// Check a signed message (CMS, S/MIME): content, signatures, signers
    Cms(CmsCheck),
    /// Check that a card is genuine: signed records, and a chip that answers
    Card(CardCheck),
    /// Check many signatures or messages on all cores
    Batch(BatchCheck),
}

#[derive(Debug, Args)]
pub(crate) struct CertificateCheck {
    /// Certificate in DER or PEM (`-`: standard input); of several in a PEM file the first is checked, the rest are hints
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// What the certificate must be for (default: the purpose that it claims, signature or auth)
    #[arg(long, value_enum)]
    pub(crate) purpose: Option<PurposeName>,
    #[command(flatten)]
    pub(crate) revocation: RevocationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CmsCheck {
    /// Message in DER, PEM or S/MIME (`-`: standard input)
    pub(crate) file: PathBuf,
    /// The content that was signed, where it is not inside the message
    #[arg(long, value_name = "FILE")]
    pub(crate) content: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// What the signers' certificates must be for
    #[arg(long, value_enum, default_value = "signature")]
    pub(crate) purpose: PurposeName,
    #[command(flatten)]
    pub(crate) revocation: RevocationArguments,
    /// Write the content to this file, if every signature holds
    #[arg(long, value_name = "FILE")]
    pub(crate) extract: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CardCheck {
    /// What unlocks the records: the attributes by the PIN, the card face by verification number A or B
    #[arg(long, value_enum, default_value = "pin")]
    pub(crate) with: FaceKey,
    /// Authorities to trust
    #[arg(long, value_enum, default_value = "production")]
    pub(crate) trust: TrustName,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// One JSON object a line
    Ndjson,
    /// A table with a head
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct BatchCheck {
    /// One item a line (`-`: standard input): a JSON object with certificate, signature and digest, or the name of a CMS file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// What the certificates must be for
    #[arg(long, value_enum, default_value = "signature")]
    pub(crate) purpose: PurposeName,
    #[command(flatten)]
    pub(crate) revocation: RevocationArguments,
    /// Output file for the results, in the order of the items (default: standard output)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Form of the results
    #[arg(long, value_enum, default_value = "ndjson")]
    pub(crate) format: RowFormat,
    /// Output file for the results that do not hold
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Go on where an output file ends that was broken off
    #[arg(long, requires = "output", conflicts_with = "force")]
    pub(crate) resume: bool,
    /// Number of threads (default: one for each core)
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// The DER content of an object identifier. A type of its own: a list of numbers would be a list of arguments.
#[derive(Clone, Debug)]
pub(crate) struct Policy(pub(crate) Vec<u8>);

fn policy(text: &str) -> Result<Policy, String> {
    identifiers::parse(text).map(Policy)
}

/// Whom to trust, and when.
#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// Authorities to trust
    #[arg(long, value_enum, default_value = "production", conflicts_with = "anchor")]
    pub(crate) trust: TrustName,
    /// Trust the certificates of this file (DER or PEM) and no others
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Vec<PathBuf>,
    /// Certificates that may lie between (DER or PEM); none of them is trusted for being here
    #[arg(long, value_name = "FILE")]
    pub(crate) hint: Vec<PathBuf>,
    /// Policy that the certificate must name; one of several suffices
    #[arg(long, value_name = "OID", value_parser = policy)]
    pub(crate) policy: Vec<Policy>,
    /// Take restrictions of the path that are not marked critical, as authorities before RFC 5280 wrote them
    #[arg(long)]
    pub(crate) accept_uncritical: bool,
    /// Time of the question, as 2026-10-01T09:30:00Z, 2026-10-01 or @SECONDS (default: now)
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    pub(crate) at: Option<UnixTime>,
}

/// Where the answer to "revoked?" comes from.
#[derive(Debug, Args)]
pub(crate) struct RevocationArguments {
    /// Revocation list (DER or PEM), or a folder of them
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) crl: Vec<PathBuf>,
    /// OCSP response (DER)
    #[arg(long, value_name = "FILE")]
    pub(crate) ocsp: Vec<PathBuf>,
    /// Refuse lists and answers that are older than so many seconds (default: until their own end)
    #[arg(long, value_name = "SECONDS", value_parser = super::any_seconds)]
    pub(crate) max_age: Option<Duration>,
    /// Leave the question open whether anything was revoked
    #[arg(long, conflicts_with_all = ["crl", "ocsp", "max_age"])]
    pub(crate) no_revocation: bool,
}

/// The built-in authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TrustName {
    /// The six authorities of JPKI
    Production,
    /// The authorities of J-LIS's test cards: they identify nobody
    JlisTest,
    /// The test authority of the virtual cards in the folder of --cards: it identifies nobody
    Simulated,
}

/// What a certificate must be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PurposeName {
    /// Signing documents (署名用)
    Signature,
    /// Logging in (利用者証明用)
    Auth,
    /// Any purpose, by the general rules of RFC 5280, with authorities between
    Any,
}
