//! The arguments of `desk`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mynumber::applet::Date;
use mynumber::crypto::UnixTime;
use mynumber::issuance::application::parse_date;
use mynumber::issuance::photo::{Answer, Exception, Question};

use super::issue::{
    AnewArguments, ChangeArguments, CrlArguments, DeliverArguments, DeskPinCommand, ExpiryNoticeArguments,
    PersonaliseArguments, PrepareArguments, RenewArguments, ReportedArguments, SubstitutesArguments,
    UnlockArguments,
};
use crate::language::say;
use crate::moment;

#[derive(Debug, Args)]
pub(crate) struct DeskArguments {
    #[command(flatten)]
    pub(crate) common: DeskCommon,
    #[command(subcommand)]
    pub(crate) command: DeskCommand,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DeskCommon {
    /// Store of the cases, an SQLite file (default: desk.db in the folder of the virtual cards)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// PostgreSQL database in the place of the file; FILE holds the connection: host=/run/postgresql user=desk dbname=cases
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "store")]
    pub(crate) database: Option<PathBuf>,
    /// Who does it, for the audit log: letters, digits and hyphens (default: the login name)
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) clerk: Option<String>,
    /// When it is done: 2026-10-01T09:30:00Z, 2026-10-01, @SECONDS (default: now)
    #[arg(long, global = true, value_name = "TIME", value_parser = moment::parse)]
    pub(crate) at: Option<UnixTime>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeskCommand {
    /// Take in an application, from a file or by questions
    Apply(ApplyArguments),
    /// Note the application form id under which a hand-written application went to the issuer
    EnterForm(EnterFormArguments),
    /// Look at photos of applications
    #[command(subcommand)]
    Photo(PhotoCommand),
    /// Compare cards and notices that came with their issuance list, and take them in
    Receive(ReceiveArguments),
    /// Plan delivery notices over days, and send those of today
    Notice(NoticeArguments),
    /// Count cases and tell which are due
    Report(ReportArguments),
    /// Show a case and what was done with it
    Show(ShowCaseArguments),
    /// Look at the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Make cards as they are delivered, for simulated residents
    Personalise(PersonaliseArguments),
    /// Compare a chip with the resident record, and carry out the wishes on the card
    Prepare(PrepareArguments),
    /// Hand a card over: papers, photo, PINs; goes on from where the case stands
    Deliver(DeliverArguments),
    /// Set PINs before the hand-over; take them off or put them on afterwards
    #[command(subcommand)]
    Pin(DeskPinCommand),
    /// Show substitute characters to the holder, and write others before the PINs are set
    Substitutes(SubstitutesArguments),
    /// Set PINs anew that are locked or forgotten
    Unlock(UnlockArguments),
    /// Stop the use of a card, at any hour
    Suspend(ReportedArguments),
    /// Lift a suspension with the card in hand: certificates are issued anew
    Resume(AnewArguments),
    /// Rewrite a card after a move, a change of name or of the period of stay
    Change(ChangeArguments),
    /// Issue certificates anew before they end
    Renew(RenewArguments),
    /// Write the letter that says that a card ends
    ExpiryNotice(ExpiryNoticeArguments),
    /// Report a card lost
    Lose(ReportedArguments),
    /// Take a card back
    Return(ReportedArguments),
    /// End what has passed its day: cards nobody fetched, cards at their end
    Expire,
    /// Write the list of revoked certificates
    Crl(CrlArguments),
    /// Copy the store into a new file while others go on working
    Backup {
        /// The new file
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// Application in TOML or JSON (`-`: standard input; without it questions are asked)
    pub(crate) file: Option<PathBuf>,
    /// The applicant has seen it and says that it is right: register without asking again
    #[arg(long)]
    pub(crate) confirmed: bool,
    /// Ask questions even where standard input is no terminal: one answer a line
    #[arg(long, conflicts_with_all = ["file", "confirmed"])]
    pub(crate) questions: bool,
    /// The registration goes on from another device: write the code for it to this new file and ask for it
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) device_code: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct EnterFormArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER")]
    pub(crate) case: u64,
    /// Application form id, 23 digits
    #[arg(long, value_name = "ID", required_unless_present = "qr")]
    pub(crate) form: Option<String>,
    /// Picture with its QR code; with --form too, both have to agree
    #[arg(long, value_name = "FILE")]
    pub(crate) qr: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PhotoCommand {
    /// Check a digital photo, and the clerk's answers where they are given
    Check(PhotoCheckArguments),
    /// End the case of a photo that was found not fit: a new photo and a new application are needed
    SendBack {
        /// Number of the case
        #[arg(value_name = "NUMBER")]
        case: u64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PhotoCheckArguments {
    /// The photo
    pub(crate) file: PathBuf,
    /// Day on which it was taken, as declared; western or era
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) taken: Date,
    /// The clerk's answer to a question: front=yes, no-hat=religious, eyes-visible=no
    #[arg(long = "answer", value_name = "QUESTION=ANSWER", value_parser = answer)]
    pub(crate) answers: Vec<(Question, Answer)>,
    /// Ask the questions that are not answered
    #[arg(long)]
    pub(crate) questions: bool,
    /// Keep the answers with this case, whose photo it has to be; every question is answered then
    #[arg(long, value_name = "NUMBER")]
    pub(crate) case: Option<u64>,
}

/// How an issuance list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListEncoding {
    /// UTF-8
    #[value(name = "utf-8")]
    Utf8,
    /// Shift_JIS
    #[value(name = "shift-jis")]
    ShiftJis,
}

#[derive(Debug, Args)]
pub(crate) struct ReceiveArguments {
    /// Issuance list (CSV)
    pub(crate) list: PathBuf,
    /// Cards that came: one serial number a line, with `,damaged` or `,misprinted` where so (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) delivered: PathBuf,
    /// Notices that came: one serial number a line
    #[arg(long, value_name = "FILE")]
    pub(crate) notices: PathBuf,
    /// How the list is written
    #[arg(long, value_enum, default_value = "utf-8")]
    pub(crate) encoding: ListEncoding,
    /// Only compare; change nothing
    #[arg(long)]
    pub(crate) compare_only: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NoticeArguments {
    /// The most notices of one day
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) each_day: u32,
    /// Days of the week on which notices are sent
    #[arg(long, value_enum, value_delimiter = ',', default_value = "mon,tue,wed,thu,fri")]
    pub(crate) weekdays: Vec<Weekday>,
    /// Days on which none are sent
    #[arg(long = "holiday", value_name = "DATE", value_delimiter = ',', value_parser = date)]
    pub(crate) holidays: Vec<Date>,
    /// How many days after its notice a card is fetched at the latest
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) days_to_fetch: u16,
    /// First day of the plan (default: the day of --at)
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with = "send")]
    pub(crate) from: Option<Date>,
    /// How many of a hundred come on each of the days after their notice
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(0..=100),
          default_value = "2,6,10,10,8,6,5,8,6,5,4,4,3,3,3,2,2,2,2,1,1")]
    pub(crate) come: Vec<u8>,
    /// How many people the counter takes in a day
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(crate) capacity: u64,
    /// Draw the people to be expected (SVG)
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Send the notices of today: each case gets its deadline
    #[arg(long)]
    pub(crate) send: bool,
    /// What is to be printed on the notices sent (CSV with names and addresses)
    #[arg(long, short, value_name = "FILE", requires = "send")]
    pub(crate) output: Option<PathBuf>,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Weekday {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The most cases that each list names
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) most: usize,
}

#[derive(Debug, Args)]
pub(crate) struct ShowCaseArguments {
    /// Number of the case
    #[arg(value_name = "NUMBER", required_unless_present = "form")]
    pub(crate) case: Option<u64>,
    /// The living case of this application form id
    #[arg(long, value_name = "ID", conflicts_with = "case")]
    pub(crate) form: Option<String>,
    /// Show the person too
    #[arg(long)]
    pub(crate) person: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Find out whether the log is as it was written, and show its end
    Verify {
        /// An end of the log that was noted earlier: NUMBER:HASH
        #[arg(long, value_name = "END")]
        noted: Option<String>,
    },
}

/// A day, western or by the era.
pub(super) fn date(text: &str) -> Result<Date, String> {
    parse_date(text).map_err(|_| {
        say!(
            "a date like 2026-10-01 or 令和8年10月1日 is expected",
            "日付は 2026-10-01 または 令和8年10月1日 のように指定してください"
        )
    })
}

/// `QUESTION=ANSWER`, both by their names.
fn answer(text: &str) -> Result<(Question, Answer), String> {
    text.split_once('=')
        .and_then(|(question, answer)| {
            let question = Question::ALL.into_iter().find(|known| known.name() == question)?;
            Some((question, answer_named(answer)?))
        })
        .ok_or_else(|| {
            let names = Question::ALL.map(Question::name).join(", ");
            say!("QUESTION=ANSWER with one of {names}", "質問=答え の形で、質問は {names} のいずれか")
        })
}

/// An answer by its name: `yes`, `no`, or the ground of an exception.
pub(crate) fn answer_named(name: &str) -> Option<Answer> {
    const GROUNDS: [Exception; 4] =
        [Exception::Religious, Exception::Medical, Exception::Infant, Exception::Bedridden];
    match name {
        "yes" | "y" => Some(Answer::Yes),
        "no" | "n" => Some(Answer::No),
        other => GROUNDS.into_iter().find(|ground| ground.name() == other).map(Answer::Excused),
    }
}
