//! The arguments of `sign`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Which key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SigningKey {
    /// Signature key
    Sign,
    /// User-authentication key
    Auth,
}

/// What is made of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureForm {
    /// Hash the file here and sign the hash: a detached signature that `openssl dgst -verify` checks
    Detached,
    /// The input is the hash itself (32, 48 or 64 bytes by --hash)
    Raw,
}

/// Hash of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

/// Padding of an RSA signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Padding {
    /// PKCS#1 v1.5
    Pkcs1,
    /// PSS (SHA-256 only)
    Pss,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct SignArguments {
    /// What else than a bare signature is made; a file of that name is given as `./cms`
    #[command(subcommand)]
    pub(crate) command: Option<SignCommand>,
    /// File to sign (`-`: standard input)
    #[arg(required = true)]
    pub(crate) input: Option<PathBuf>,
    /// Key
    #[arg(long, value_enum, default_value = "sign")]
    pub(crate) key: SigningKey,
    /// What is made of the input
    #[arg(long, value_enum, default_value = "detached")]
    pub(crate) form: SignatureForm,
    /// Hash
    #[arg(long, value_enum, default_value = "sha256")]
    pub(crate) hash: Hash,
    /// Padding
    #[arg(long, value_enum, default_value = "pkcs1")]
    pub(crate) padding: Padding,
    /// Output file for the signature (default: standard output)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Also write the certificate (PEM) to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SignCommand {
    /// Make a signed message (CMS, CAdES-B-B) with the signature key
    Cms(SignCmsArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SignCmsArguments {
    /// File to sign (`-`: standard input)
    pub(crate) input: PathBuf,
    /// Leave the content out of the message; whoever checks it needs both
    #[arg(long)]
    pub(crate) detached: bool,
    /// Hash
    #[arg(long, value_enum, default_value = "sha256")]
    pub(crate) hash: Hash,
    /// MIME type of the content, signed with it: application/pdf
    #[arg(long, value_name = "TYPE")]
    pub(crate) mime_type: Option<String>,
    /// Put the authority's certificate from the card into the message, too
    #[arg(long)]
    pub(crate) with_authority: bool,
    /// Output file for the message, DER (default: standard output)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}
