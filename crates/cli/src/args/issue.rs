//! The arguments of the commands of `desk` that work with a card.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mynumber::applet::Date;
use mynumber::crypto::UnixTime;
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::store::Document;

use super::{PinName, desk::date};
use crate::language::say;
use crate::moment;

#[derive(Debug, Args)]
pub(crate) struct PersonaliseArguments {
    /// Orders (CSV: form_id, record; the record is a person file beside the list)
    pub(crate) orders: PathBuf,
    /// Issuance list to be written (CSV)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Threads (default: all cores)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Replace an existing list; cards that are there are kept in any case
    #[arg(long)]
    pub(crate) force: bool,
}

/// What the authority's records and the resident record say beside the store.
#[derive(Debug, Args)]
pub(crate) struct RecordArguments {
    /// Resident record (a person file), with My Number, municipality, security code and the texts on the card
    #[arg(long, value_name = "FILE")]
    pub(crate) record: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct PrepareArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    #[command(flatten)]
    pub(crate) record: RecordArguments,
    /// Pictures on the chip that the clerk found to agree with print and record
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) pictures: Vec<PictureName>,
    /// Case whose card this one renews
    #[arg(long, value_name = "NUMBER")]
    pub(crate) renews: Option<u64>,
}

/// A picture on the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureName {
    /// Name
    Name,
    /// Address
    Address,
    /// Photo
    Photo,
}

/// What the clerk saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LikenessName {
    /// The same person
    Same,
    /// It cannot be said
    Doubtful,
    /// Clearly another person
    Different,
}

/// Who stands at the window. What is not said counts as not so.
#[derive(Debug, Args)]
pub(crate) struct VisitArguments {
    /// Papers presented: drivers-licence, passport, residence-card, health-insurance, ...
    #[arg(long, value_name = "PAPER", value_delimiter = ',', value_parser = document)]
    pub(crate) presented: Vec<Document>,
    /// Papers collected: delivery-notice, notification-card, old-card, ...
    #[arg(long, value_name = "PAPER", value_delimiter = ',', value_parser = document)]
    pub(crate) collected: Vec<Document>,
    /// A representative comes
    #[arg(long)]
    pub(crate) representative: bool,
    /// The holder against the photo on the card
    #[arg(long, value_enum)]
    pub(crate) likeness: Option<LikenessName>,
    /// The resident record agrees with the papers
    #[arg(long)]
    pub(crate) record_agrees: bool,
    /// Ask for all of this instead
    #[arg(long, conflicts_with_all = ["presented", "collected", "representative", "likeness", "record_agrees"])]
    pub(crate) questions: bool,
}

/// How PINs are entered.
#[derive(Debug, Args)]
pub(crate) struct EntryArguments {
    /// Say what speaks against a new PIN on standard error, also where PINs come from a file descriptor
    #[arg(long)]
    pub(crate) advise: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DeliverArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    #[command(flatten)]
    pub(crate) visit: VisitArguments,
    /// Name of the representative, as the papers have it: the one that the application names
    #[arg(long, value_name = "NAME", requires = "representative")]
    pub(crate) representative_name: Option<String>,
    /// Another representative than the application names, as the proof of representation says
    #[arg(long, requires = "representative", conflicts_with = "representative_name")]
    pub(crate) other_representative: bool,
    /// What is printed on the card is right
    #[arg(long)]
    pub(crate) face_print_agrees: bool,
    /// The name is on the card in braille, as was wished for
    #[arg(long)]
    pub(crate) braille_agrees: bool,
    /// The record says that a resident-registry card is in use
    #[arg(long)]
    pub(crate) registry_card_in_use: bool,
    /// The applicant still has a notification card
    #[arg(long)]
    pub(crate) notification_card_out: bool,
    /// The applicant still has another My Number Card
    #[arg(long)]
    pub(crate) old_card_out: bool,
    /// Case whose card ends with this delivery (renewal, re-issue)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) replaces: Option<u64>,
    /// Stop once the applicant is identified
    #[arg(long)]
    pub(crate) identify_only: bool,
    /// No PINs: face-authentication card
    #[arg(long, conflicts_with = "identify_only")]
    pub(crate) without_pins: bool,
    /// The applicant leaves without the card
    #[arg(long, conflicts_with_all = ["identify_only", "without_pins"])]
    pub(crate) leave: bool,
    /// Write the blank sheet for the PINs (SVG, or text where the name ends in .txt)
    #[arg(long, value_name = "FILE")]
    pub(crate) sheet: Option<PathBuf>,
    /// Replace an existing sheet
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) entry: EntryArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeskPinCommand {
    /// Set all PINs of a card before its hand-over, or none
    Setup(SetupArguments),
    /// Take PINs off a card that is in use, or set all on one without
    Switch(SwitchArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SetupArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    /// Take every PIN off the card again after an interruption
    #[arg(long)]
    pub(crate) roll_back: bool,
    /// No PINs: face-authentication card
    #[arg(long, conflicts_with = "roll_back")]
    pub(crate) without_pins: bool,
    #[command(flatten)]
    pub(crate) entry: EntryArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SwitchArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    /// Take the PINs off, or put them on
    #[arg(value_enum)]
    pub(crate) to: SwitchTo,
    #[command(flatten)]
    pub(crate) visit: VisitArguments,
    #[command(flatten)]
    pub(crate) entry: EntryArguments,
}

/// With PINs or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SwitchTo {
    /// With PINs
    On,
    /// Without: face-authentication card
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct UnlockArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    /// PINs that are set anew
    #[arg(long = "pin", value_enum, value_delimiter = ',', required = true)]
    pub(crate) pins: Vec<PinName>,
    #[command(flatten)]
    pub(crate) visit: VisitArguments,
    /// At a convenience store: the face was matched on the telephone at this time, and the PIN of the other certificate is asked
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    pub(crate) kiosk: Option<UnixTime>,
    #[command(flatten)]
    pub(crate) entry: EntryArguments,
}

/// Who reports something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reporter {
    /// The holder
    Holder,
    /// A representative
    Representative,
    /// The call centre
    CallCentre,
    /// The municipality
    Municipality,
}

impl Reporter {
    pub(crate) const fn actor(self) -> Actor {
        match self {
            Self::Holder => Actor::Holder,
            Self::Representative => Actor::Representative,
            Self::CallCentre => Actor::CallCentre,
            Self::Municipality => Actor::Municipality,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReportedArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    /// Who reports it
    #[arg(long, value_enum, default_value = "holder")]
    pub(crate) from: Reporter,
}

#[derive(Debug, Args)]
pub(crate) struct AnewArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    #[command(flatten)]
    pub(crate) record: RecordArguments,
    #[command(flatten)]
    pub(crate) visit: VisitArguments,
    #[command(flatten)]
    pub(crate) entry: EntryArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RenewArguments {
    #[command(flatten)]
    pub(crate) anew: AnewArguments,
    /// Issue a signature certificate to a holder who has none, with its password
    #[arg(long)]
    pub(crate) new_signature: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeArguments {
    #[command(flatten)]
    pub(crate) anew: AnewArguments,
    /// Name in the resident record, where the card writes substitutes
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Address in the resident record, where the card writes substitutes
    #[arg(long, value_name = "TEXT")]
    pub(crate) address: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SubstitutesArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    #[command(flatten)]
    pub(crate) record: RecordArguments,
    /// Write what the record file says onto the card; without it they are only shown
    #[arg(long)]
    pub(crate) set: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExpiryNoticeArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    /// Application form id of the renewal of the card
    #[arg(long, value_name = "ID", required_unless_present = "certificates")]
    pub(crate) form: Option<String>,
    /// Of certificates that end while the card goes on: they are renewed at the window, without an application
    #[arg(long, conflicts_with = "form")]
    pub(crate) certificates: bool,
    /// Folder for letter.txt and qr.svg, or for signature.txt and user-authentication.txt
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// What a CRL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CrlOf {
    /// Signature certificates
    Sign,
    /// User-authentication certificates
    Auth,
}

#[derive(Debug, Args)]
pub(crate) struct CrlArguments {
    /// Whose CRL
    #[arg(value_enum)]
    pub(crate) of: CrlOf,
    /// Number of the list, higher than that of the last one (default: the seconds of --at)
    #[arg(long, value_name = "N")]
    pub(crate) number: Option<u64>,
    /// Day on which the next list is due (default: in a week)
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) next: Option<Date>,
    /// The list (DER; default: standard output)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

fn document(text: &str) -> Result<Document, String> {
    Document::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Document::all().map(Document::name).collect();
        let names = names.join(", ");
        say!("one of {names}", "{names} のいずれか")
    })
}
