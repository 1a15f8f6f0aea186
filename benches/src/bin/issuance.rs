//! How many applications are validated and registered in a second, how many cards personalised, and that memory stays
//! where it is meanwhile.
//!
//! Run: `cargo run --release -p benches --bin issuance [APPLICATIONS [CARDS [DESKS]]]`; 10,000, 20 and twice the cores
//! unless said otherwise. Every application brings a photo of its own file length, which is decoded; all cores work.
//! Registering is one transaction for each 500, on the disk of the temporary folder. A card has six new RSA keys of 2048
//! bits, and its file is on the disk when it counts. It ends with an error when memory grows by more than 32 MiB between
//! the first tenth and the end.
//!
//! Desks at the same time, 1, 2, and so on, each with a virtual reader, set the four PINs of cards. Measured is what the
//! processor does for it, on both sides of the wire: a card in memory, and no disk. The ratio is to one desk.

use std::convert::Infallible;
use std::io::{Write, stdout};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jpeg_encoder::{ColorType, Encoder};
use mynumber::applet::pin::{FourDigitPin, Secret, SignaturePassword};
use mynumber::applet::{Date, PinId, Sex};
use mynumber::batch::{Batch, Cancel};
use mynumber::crypto::UnixTime;
use mynumber::issuance::application::{
    Channel, Confirmed, Contact, ContactName, Device, Email, Entry, Form, FormId, FormKind, Particulars,
    Photo, Registrant, Wishes, parse_date,
};
use mynumber::issuance::audit::Clerk;
use mynumber::issuance::batch::{self, Order};
use mynumber::issuance::issuer::{AssumedIssuer, Issuer, IssuerMasterKey};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::person::{Secrets, built_in};
use mynumber::issuance::store::{By, Registration, Sqlite, Store};
use mynumber::issuance::{TestAuthority, personalise, personalise_as_delivered, photo};
use mynumber::transport::InProcess;
use mynumber::virtual_card::{MemoryStorage, Storage, VirtualCard};
use mynumber::{Slot, testing};

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

/// Applications of one transaction.
const PIECE: usize = 500;
/// How much memory may grow, in KiB.
const GROWTH: u64 = 32 * 1024;

/// A photo as a telephone makes it, though of nobody.
fn picture() -> Outcome<Vec<u8>> {
    let (width, height) = (700u16, 900u16);
    let mut state = 1u32;
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [noise, ..] = state.to_be_bytes();
            let [_, shade] = (x / 4 + y / 8).to_be_bytes();
            pixels.extend([shade, 255 - shade, 128].map(|value| value / 2 + noise / 16));
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, 85).encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

/// What an applicant of this number enters, from text and file to a confirmed application.
fn application(number: u64, picture: &[u8], today: Date) -> Outcome<Confirmed> {
    let particulars = Particulars {
        name: "検証　太郎".to_owned(),
        address: format!("架空県見本市試験町{number}"),
        birth_date: Date::parse(b"19800217")?,
        sex: Sex::Male,
        end_of_stay: None,
    };
    let email = format!("applicant{number}@example.invalid");
    let entry = Entry {
        channel: Channel::Smartphone,
        form: Form::Printed { kind: FormKind::MunicipalityQr, id: FormId::parse(&format!("9{number:022}"))? },
        on_form: particulars.clone(),
        today: particulars,
        birth_date: parse_date("昭和55年2月17日")?,
        registrant: Registrant::Applicant,
        under_guardianship: false,
        contact: Some(Contact {
            name: ContactName::parse("検証　太郎")?,
            email: Email::parse_twice(&email, &email)?,
        }),
        device: Device::Same,
        photo: Photo::Digital(photo::Digital::check(picture, Date::parse(b"20261101")?, today)?),
        wishes: Wishes { signature: true, user_authentication: true, braille_name: false },
        terms_accepted: true,
    };
    Ok(entry.check(today)?.confirm())
}

/// Memory in use now, in KiB, as Linux tells; elsewhere nothing is known.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// Watches memory from the first tenth of the work on.
#[derive(Default)]
struct Memory {
    early: Option<u64>,
}

impl Memory {
    fn note(&mut self, done: u64, of: u64) {
        if self.early.is_none() && done.saturating_mul(10) >= of {
            self.early = memory();
        }
    }

    /// What to print, or that it grew.
    fn finish(&self) -> Outcome<String> {
        match (self.early, memory()) {
            (Some(early), Some(now)) if now > early + GROWTH => {
                Err(format!("memory grew from {early} to {now} KiB").into())
            }
            (Some(early), Some(now)) => Ok(format!("memory {early} KiB after a tenth, {now} KiB at the end")),
            _ => Ok("memory is not known here".to_owned()),
        }
    }
}

fn rate(count: u64, took: Duration) -> Outcome<String> {
    let count = f64::from(u32::try_from(count)?);
    Ok(format!("{:.1}/s", count / took.as_secs_f64()))
}

fn applications(count: u64, folder: &Path, now: UnixTime) -> Outcome<()> {
    let picture = picture()?;
    let today = Date::parse(b"20261122")?;
    let validate = |number: &u64| application(*number, &picture, today);

    let (begun, mut memory) = (Instant::now(), Memory::default());
    let done = Batch::on_all_cores().run(
        (0..count).map(Ok::<_, Infallible>),
        validate,
        |entry| {
            memory.note(entry.number + 1, count);
            Ok(())
        },
        &Cancel::new(),
    )?;
    if done.accepted != count {
        return Err(format!("{} of {count} applications were refused", done.rejected).into());
    }
    let out = &mut stdout();
    let (rate_of, took) = (rate(count, begun.elapsed())?, begun.elapsed());
    writeln!(out, "{count} applications validated, photo of {} bytes: {rate_of}", picture.len())?;
    writeln!(out, "  {took:.1?}; {}", memory.finish()?)?;

    let mut store = Sqlite::open(&folder.join("cases.db"))?;
    let clerk = Clerk::parse("bench").ok_or("a name")?;
    let by = By { clerk, actor: Actor::Municipality, at: now };
    let (begun, mut memory, mut piece) = (Instant::now(), Memory::default(), Vec::with_capacity(PIECE));
    Batch::on_all_cores()
        .run(
            (0..count).map(Ok::<_, Failure>),
            validate,
            |entry| {
                memory.note(entry.number + 1, count);
                piece.push(entry.outcome.map_err(|_| "an application was refused")?);
                if piece.len() == PIECE { register(&mut store, &mut piece, &by) } else { Ok(()) }
            },
            &Cancel::new(),
        )
        .map_err(|failure| failure.to_string())?;
    register(&mut store, &mut piece, &by)?;
    writeln!(out, "{count} applications validated and registered: {}", rate(count, begun.elapsed())?)?;
    writeln!(out, "  {:.1?}; {}", begun.elapsed(), memory.finish()?)?;
    let begun = Instant::now();
    let head = store.verify_audit(None)?;
    if head.number != count || store.counts()? != [(State::Registered, count)] {
        return Err("a case or a record is missing".into());
    }
    writeln!(out, "audit log of {count} records verified: {}", rate(count, begun.elapsed())?)?;
    Ok(())
}

fn register(store: &mut Sqlite, piece: &mut Vec<Confirmed>, by: &By) -> Outcome<()> {
    let told = store.register_all(std::mem::take(piece), by)?;
    let all = told.iter().all(|one| matches!(one, Registration::Registered(_)));
    if all { Ok(()) } else { Err("an application was left out".into()) }
}

fn cards(count: u64, folder: &Path, now: UnixTime) -> Outcome<()> {
    let mut rng = mynumber::system_random();
    let authority = TestAuthority::generate(now, &mut rng)?;
    let secrets = Secrets::documented()?;
    let person = built_in::find("taro").ok_or("a person")?;
    let orders = (0..count).map(|number| {
        let mut person = person.clone();
        person.serial = format!("{number:015}");
        Order { file: folder.join(format!("{number}.card")), person }
    });
    let workers = std::thread::available_parallelism()?;
    let (begun, mut memory, mut done) = (Instant::now(), Memory::default(), 0);
    let summary = batch::personalise(
        orders,
        workers,
        &mut rng,
        |person, rng| personalise(&authority, person, &secrets, now, rng),
        |_| {
            done += 1;
            memory.note(done, count);
            ControlFlow::Continue(())
        },
    );
    if summary.made != count {
        return Err(format!("{} of {count} cards were not made", summary.failed).into());
    }
    let out = &mut stdout();
    writeln!(out, "{count} cards personalised on {workers} cores: {}", rate(count, begun.elapsed())?)?;
    writeln!(out, "  {:.1?}; {}", begun.elapsed(), memory.finish()?)?;
    Ok(())
}

/// How long each number of desks works.
const SPAN: Duration = Duration::from_secs(2);
/// The references that the four PINs go into, in the order in which a desk sets them.
const SET: [PinId; 5] =
    [PinId::Signature, PinId::UserAuthentication, PinId::Juki, PinId::Common, PinId::InputAssist];

/// Sets the four PINs of a card over and over; how often.
fn desk(card: &Slot, master: &Arc<IssuerMasterKey>, until: Instant) -> Outcome<u64> {
    let (password, pin) = (SignaturePassword::parse("BENCH9PIN")?, FourDigitPin::parse("4826")?);
    let wire = InProcess::new(card.clone());
    let mut terminal = AssumedIssuer::new(wire, Arc::clone(master), mynumber::system_random());
    let mut done = 0;
    while Instant::now() < until {
        let mut session = terminal.open()?;
        for reference in SET {
            let value: &dyn Secret = if reference == PinId::Signature { &password } else { &pin };
            session.set_reference(reference, value)?;
            if session.tries(reference)? == 0 {
                return Err("a PIN was not set".into());
            }
        }
        session.close()?;
        done += 1;
    }
    Ok(done)
}

/// Desks at work at the same time, each with a virtual reader.
fn desks(most: usize) -> Outcome<()> {
    let mut rng = mynumber::system_random();
    let master = Arc::new(IssuerMasterKey::generate(&mut rng));
    let person = built_in::find("taro").ok_or("a person")?;
    let authority = testing::authority();
    let image = personalise_as_delivered(authority, &person, &master, testing::ISSUED, &mut rng)?;
    let mut storage = MemoryStorage::default();
    VirtualCard::new(image, storage.clone(), mynumber::system_random())?;
    let bytes = storage.read()?;
    let mut single = None;
    for count in 1..=most {
        let open = |_| {
            let storage = MemoryStorage::holding(&bytes);
            Ok(Slot::new(VirtualCard::open(storage, mynumber::system_random())?))
        };
        let slots = (0..count).map(open).collect::<Outcome<Vec<Slot>>>()?;
        let begun = Instant::now();
        let master = &master;
        let done = std::thread::scope(|scope| {
            let work = |slot: Slot| scope.spawn(move || desk(&slot, master, begun + SPAN));
            let threads: Vec<_> = slots.into_iter().map(work).collect();
            threads.into_iter().map(|one| one.join().map_err(|_| "a desk panicked")?).sum::<Outcome<u64>>()
        })?;
        let rate = f64::from(u32::try_from(done)?) / begun.elapsed().as_secs_f64();
        let ratio = rate / *single.get_or_insert(rate);
        writeln!(
            stdout(),
            "{count} desks on {count} virtual readers: PINs of {rate:.0} cards/s, {ratio:.2} of one desk"
        )?;
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: u64| arguments.next().map_or(Ok(usual), |text| text.parse());
    let (of_applications, of_cards, cores) =
        (number(10_000)?, number(20)?, std::thread::available_parallelism()?.get());
    let most = usize::try_from(number(u64::try_from(2 * cores)?)?)?;
    let now = UnixTime::from_utc_time(b"261122010000Z").ok_or("a time")?;
    let folder = tempfile::tempdir()?;
    applications(of_applications, folder.path(), now)?;
    cards(of_cards, folder.path(), now)?;
    desks(most)
}
