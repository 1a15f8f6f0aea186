//! The arguments of `certificate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Which certificate of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CertificateKind {
    /// Signature certificate (needs the signature password)
    Sign,
    /// User-authentication certificate
    Auth,
    /// Authority certificate of the signature certificate
    SignCa,
    /// Authority certificate of the user-authentication certificate
    AuthCa,
}

/// How a certificate is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CertificateForm {
    /// Readable text
    Text,
    /// PEM
    Pem,
    /// DER
    Der,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct CertificateArguments {
    /// What else is done with a certificate
    #[command(subcommand)]
    pub(crate) command: Option<CertificateCommand>,
    /// Which certificate of the card
    #[arg(value_enum, required = true)]
    pub(crate) kind: Option<CertificateKind>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) form: CertificateForm,
    /// Output file (default: standard output)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CertificateCommand {
    /// Show a certificate from a file or from the card
    Show(ShowArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// Certificates in DER or PEM (`-`: standard input; without it the card's)
    pub(crate) file: Option<PathBuf>,
    /// Which certificate of the card, where no file is given
    #[arg(long, value_enum, default_value = "auth", conflicts_with = "file")]
    pub(crate) card: CertificateKind,
    /// Say of each field what it means, and what cannot be concluded
    #[arg(long)]
    pub(crate) explain: bool,
}
