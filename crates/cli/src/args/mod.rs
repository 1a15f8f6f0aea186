//! The arguments. English help stands here; `help_ja` holds the Japanese one for the same list.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::language::{Language, say};

mod card;
mod certificate;
mod desk;
mod issue;
mod sign;
mod verify;

pub(crate) use card::{CardCommand, CardHostileArguments, CardNewArguments, CardServeArguments};
pub(crate) use certificate::{
    CertificateArguments, CertificateCommand, CertificateForm, CertificateKind, ShowArguments,
};
pub(crate) use desk::{
    ApplyArguments, AuditCommand, DeskArguments, DeskCommand, DeskCommon, EnterFormArguments, ListEncoding,
    NoticeArguments, PhotoCheckArguments, PhotoCommand, ReceiveArguments, ReportArguments, ShowCaseArguments,
    Weekday, answer_named,
};
pub(crate) use issue::{
    AnewArguments, ChangeArguments, CrlArguments, CrlOf, DeliverArguments, DeskPinCommand, EntryArguments,
    ExpiryNoticeArguments, LikenessName, PersonaliseArguments, PictureName, PrepareArguments, RenewArguments,
    ReportedArguments, SetupArguments, SubstitutesArguments, SwitchArguments, SwitchTo, UnlockArguments,
    VisitArguments,
};
pub(crate) use sign::{
    Hash, Padding, SignArguments, SignCmsArguments, SignCommand, SignatureForm, SigningKey,
};

pub(crate) use verify::{
    BatchCheck, CardCheck, CertificateCheck, CmsCheck, PurposeName, RevocationArguments, RowFormat,
    TrustArguments, TrustName, VerifyCommand,
};

/// Read, sign and change PINs on a My Number Card, and serve a virtual one
#[derive(Debug, Parser)]
#[command(name = "mynumber", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Card to use: part of a reader's name, its number from `readers`, `virtual[:PERSON]`, or `hostile:NAME[:PERSON]`
    #[arg(long, global = true, value_name = "READER")]
    pub(crate) reader: Option<String>,
    /// Print JSON (schema in crates/cli/JSON.md)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Seconds to wait for a card or for another program to let go of it
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Language of messages
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Language>,
    /// Read PINs from this open file descriptor, one line each
    #[arg(long, global = true, value_name = "N", conflicts_with = "pin_stdin")]
    pub(crate) pin_fd: Option<u32>,
    /// Read PINs from standard input, one line each
    #[arg(long, global = true)]
    pub(crate) pin_stdin: bool,
    /// Spend the last try of a PIN; a wrong PIN then blocks it
    #[arg(long, global = true)]
    pub(crate) last_try: bool,
    /// Show every exchange on standard error, secrets and personal data left out
    #[arg(long, global = true)]
    pub(crate) trace: bool,
    /// Folder of the virtual cards (default: the user's data folder)
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) cards: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration
        .filter(|duration| *duration <= Duration::from_secs(86_400))
        .ok_or_else(|| say!("a time from 0 to 86400 seconds is expected", "0～86400秒で指定してください"))
}

/// A number of seconds, a day or years.
fn any_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map(Duration::from_secs);
    seconds.map_err(|_| say!("a number of seconds is expected", "秒数で指定してください"))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show every PIN with the tries left and where it can be reset
    Status,
    /// Read name, address, birth date and sex (input-assist PIN)
    Attributes(HolderArguments),
    /// Read My Number (input-assist PIN)
    Number(HolderArguments),
    /// Read the card face and write photo, images and a picture of the card
    Face(FaceArguments),
    /// Read a certificate, or explain one
    Certificate(CertificateArguments),
    /// Sign a file
    Sign(SignArguments),
    /// Find out who signed, with what, and whether it still stands
    #[command(subcommand)]
    Verify(VerifyCommand),
    /// Change PINs
    #[command(subcommand)]
    Pin(PinCommand),
    /// Make, serve and show virtual cards
    #[command(subcommand)]
    Card(CardCommand),
    /// Issue cards: from the application to the card in the holder's hand, and what comes after
    Desk(Box<DeskArguments>),
    /// List the readers and what is in them
    Readers,
    /// Wait until a My Number Card is there
    Wait(WaitArguments),
    /// Find out why a card cannot be used
    Doctor,
    /// Send APDUs as they are
    Apdu(ApduArguments),
    /// Show the main job on the embedded virtual card, and through PC/SC where possible
    Demo(DemoArguments),
    /// Print the shell completions
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages into a folder
    Man {
        /// Folder
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct HolderArguments {
    /// Read enciphered between reader and card (the PIN itself is not); fails where that cannot be had
    #[arg(long)]
    pub(crate) secure_messaging: bool,
}

/// How the card face is unlocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaceKey {
    /// The four-digit input-assist PIN
    Pin,
    /// My Number (verification number A)
    A,
    /// Birth date, expiry year and security code (verification number B)
    B,
}

#[derive(Debug, Args)]
pub(crate) struct FaceArguments {
    /// What unlocks the face
    #[arg(long, value_enum, default_value = "pin")]
    pub(crate) with: FaceKey,
    /// Folder for photo.png, name.png, address.png, front.svg, back.svg
    #[arg(long, short, value_name = "FOLDER", default_value = ".")]
    pub(crate) output: PathBuf,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// Which PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PinName {
    /// Signature password
    Sign,
    /// User-authentication PIN
    Auth,
    /// Input-assist PIN
    InputAssist,
    /// Resident-register (juki) PIN
    Juki,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PinCommand {
    /// Change a PIN that you know
    Change {
        /// Which PIN
        #[arg(value_enum)]
        pin: PinName,
    },
    /// Finish a change of the juki PIN that was broken off half-done
    Repair,
}

#[derive(Debug, Args)]
pub(crate) struct WaitArguments {
    /// Wait until the card is taken out instead
    #[arg(long)]
    pub(crate) removal: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApduArguments {
    /// APDUs in hexadecimal; without any, lines from standard input or --file
    pub(crate) apdus: Vec<String>,
    /// Script of lines as `scriptor` reads them (`-`: standard input)
    #[arg(long, value_name = "FILE", conflicts_with = "apdus")]
    pub(crate) file: Option<PathBuf>,
    /// Go on after a status word other than 9000
    #[arg(long)]
    pub(crate) keep_going: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Only the embedded card, even where PC/SC would work
    #[arg(long)]
    pub(crate) embedded_only: bool,
    /// Keep the folder with what the demo wrote
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
}
