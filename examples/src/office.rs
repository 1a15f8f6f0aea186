//! A simulated municipality in a folder: its cases, the cards that were delivered to it, and the key of their issuer. The two
//! examples of issuance share it. In the real world the cards come from J-LIS, and the terminal is the integrated one.

use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mynumber::applet::pin::{SecurityCode, VerificationNumberB};
use mynumber::applet::{Date, FileId, MyNumber};
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::driver::Card;
use mynumber::issuance::application::{
    Channel, Device, Entry, Form, FormId, FormKind, Particulars, Photo, Registrant, Wishes,
};
use mynumber::issuance::audit::Clerk;
use mynumber::issuance::batch::{self, Order};
use mynumber::issuance::desk::counter::{AtDelivery, Comes, Likeness, Presented, Represented};
use mynumber::issuance::desk::prepare::{Delivered, Expected, Pictures};
use mynumber::issuance::desk::stage::{Noticed, Received};
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::issuer::{AssumedIssuer, IssuerMasterKey};
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::person::built_in;
use mynumber::issuance::receipt::{Condition, Delivery, Encoding, IssuanceList, Serial};
use mynumber::issuance::store::{By, Document, Paper, Sqlite, Store};
use mynumber::issuance::validity::{card_expiry, date_in_japan};
use mynumber::issuance::{Person, personalise_as_delivered, photo};
use mynumber::transport::InProcess;
use mynumber::virtual_card::{FileContents, FileStorage, VirtualCard};
use mynumber::{Slot, desk, testing};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The municipality.
#[derive(Debug)]
pub struct Office {
    /// Its cases.
    pub store: Sqlite,
    folder: PathBuf,
    master: Arc<IssuerMasterKey>,
}

impl Office {
    /// Opens one in an empty folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn new(folder: &Path) -> Outcome<Self> {
        fs::create_dir_all(folder.join("cards"))?;
        let store = Sqlite::open(&folder.join("cases.db"))?;
        let master = Arc::new(IssuerMasterKey::generate(&mut mynumber::system_random()));
        Ok(Self { store, folder: folder.to_owned(), master })
    }

    /// One whose first applicant, [`people`] of one, was identified at the counter.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn with_one_at_the_counter(folder: &Path) -> Outcome<(Self, Person)> {
        let (mut office, people) = (Self::new(folder)?, people(1)?);
        office.apply(&people)?;
        office.make_cards(&people, |_| ())?;
        office.receive(&people)?;
        let applicant = people.into_iter().next().ok_or("somebody")?;
        office.prepare(1, &applicant)?;
        let version = office.store.case(1)?.version;
        office.store.send_notice(1, version, today(120)?, &by(30)?)?;
        office.identify(1)?;
        Ok((office, applicant))
    }

    /// Registers the applications of these people: the first has the number 1.
    ///
    /// # Errors
    /// An application is refused, or the store.
    pub fn apply(&mut self, people: &[Person]) -> Outcome<()> {
        let today = today(0)?;
        let applications = people.iter().enumerate().map(|(index, person)| {
            let entry = Entry {
                channel: Channel::Post,
                form: Form::Printed { kind: FormKind::NotificationCard, id: form_id(index)? },
                on_form: particulars(person),
                today: particulars(person),
                birth_date: person.birth_date,
                registrant: Registrant::Applicant,
                under_guardianship: false,
                contact: None,
                device: Device::Same,
                photo: Photo::Paper(photo::Paper::check(450, 350, today, today)?),
                wishes: Wishes { signature: true, user_authentication: true, braille_name: false },
                terms_accepted: true,
            };
            Ok(entry.check(today)?.confirm())
        });
        let applications = applications.collect::<Outcome<Vec<_>>>()?;
        self.store.register_all(applications, &by(0)?)?;
        Ok(())
    }

    /// The issuer makes the cards, on all cores.
    ///
    /// # Errors
    /// A card cannot be made.
    pub fn make_cards(&self, people: &[Person], mut made: impl FnMut(u64)) -> Outcome<()> {
        let order = |person: &Person| Order { file: self.file(person), person: person.clone() };
        let orders: Vec<Order> = people.iter().map(order).collect();
        let (master, mut count) = (&self.master, 0);
        let summary = batch::personalise(
            orders.into_iter(),
            std::thread::available_parallelism()?,
            &mut mynumber::system_random(),
            |person, rng| {
                personalise_as_delivered(testing::authority(), person, master, testing::ISSUED, rng)
            },
            |_| {
                count += 1;
                made(count);
                ControlFlow::Continue(())
            },
        );
        if summary.failed > 0 { Err("a card could not be made".into()) } else { Ok(()) }
    }

    /// The box of cards and notices against the issuance list.
    ///
    /// # Errors
    /// Something differs.
    pub fn receive(&mut self, people: &[Person]) -> Outcome<()> {
        let mut list = "申請書ID,製造番号,氏名\n".to_owned();
        let mut arrived = Delivery::new();
        for (index, person) in people.iter().enumerate() {
            list.push_str(&format!("{},{},{}\n", form_id(index)?.as_str(), person.serial, person.name));
            let serial = Serial::parse(&person.serial).ok_or("a serial number")?;
            arrived.card(serial, Condition::Good);
            arrived.notice(serial);
        }
        let released = arrived.compare(&IssuanceList::parse(list.as_bytes(), Encoding::Utf8)?)?;
        self.store.receive(&released, &by(20)?)?;
        Ok(())
    }

    /// Pre-delivery set-up: the chip read, proved and compared with the record.
    ///
    /// # Errors
    /// The card is not genuine, or differs.
    pub fn prepare(&mut self, number: u64, person: &Person) -> Outcome<()> {
        let (case, resident) = (self.store.case(number)?, self.store.resident(number)?);
        let expiry = card_expiry(person.birth_date, today(0)?, None).ok_or("a last day")?;
        let code = SecurityCode::parse(&person.security_code)?;
        let number_b = VerificationNumberB::compose(person.birth_date, expiry.year(), &code)?;
        let slot = self.slot(person)?;
        let chip = desk::read(
            &mut Card::new(InProcess::new(slot.clone())),
            &number_b,
            None,
            testing::authorities(),
            by(25)?.at,
            &mut mynumber::system_random(),
        )?;
        let expected = Expected {
            case: &case,
            resident: &resident,
            name_substitutes: &Flags::none(&resident.name),
            address_substitutes: &Flags::none(&resident.address),
            number: None,
            municipality: person.municipality.code,
            renewed: None,
            pictures: Pictures::AGREE,
        };
        let matched = chip.contents.compare(&expected, today(25)?)?;
        let delivered = records_of_the_authority(&slot)?;
        let mut issuer = AssumedIssuer::new(InProcess::new(slot), self.master(), mynumber::system_random());
        let mut desk = Desk { store: &mut self.store, issuer: &mut issuer, by: &by(25)? };
        At::<Received>::open(desk.store, number)?.prepare(&matched, &delivered, &mut desk)?;
        Ok(())
    }

    /// The applicant comes with the notice, and is who the photo shows.
    ///
    /// # Errors
    /// The case is elsewhere.
    pub fn identify(&mut self, number: u64) -> Outcome<()> {
        let presented = Presented {
            comes: Comes::Holder,
            papers: vec![
                Paper { document: Document::DeliveryNotice, collected: true },
                Paper { document: Document::Passport, collected: false },
            ],
            likeness: Likeness::Same,
            record_agrees: true,
        };
        let delivery = AtDelivery {
            represented: Represented::Unasked,
            face_print_agrees: true,
            braille_agrees: true,
            registry_card_in_use: false,
            notification_card_out: false,
            old_card_out: false,
        };
        let by = by(40)?;
        let noticed = At::<Noticed>::open(&mut self.store, number)?;
        let counter = noticed.open_counter(&mut self.store, &by)?;
        let identity = counter.check(&presented, &delivery).map_err(|open| format!("{open:?}"))?;
        counter.identify(&identity, &mut self.store, &by)?;
        Ok(())
    }

    /// The card of a person, in a reader.
    ///
    /// # Errors
    /// There is none.
    pub fn slot(&self, person: &Person) -> Outcome<Slot> {
        let storage = FileStorage::open(&self.file(person))?;
        Ok(Slot::new(VirtualCard::open(storage, mynumber::system_random())?))
    }

    /// The key of the issuer.
    #[must_use]
    pub fn master(&self) -> Arc<IssuerMasterKey> {
        Arc::clone(&self.master)
    }

    fn file(&self, person: &Person) -> PathBuf {
        self.folder.join("cards").join(format!("{}.card", person.serial))
    }
}

/// Simulated people, each with a card of their own.
///
/// # Errors
/// More than there are numbers for.
pub fn people(count: u64) -> Outcome<Vec<Person>> {
    let usual = built_in::find("taro").ok_or("somebody to begin with")?;
    let person = |number: u64| {
        let wide = |digit: char| u32::from(digit).checked_add(0xFEE0).and_then(char::from_u32);
        let digits = format!("{number:03}").chars().map(wide).collect::<Option<String>>().ok_or("a digit")?;
        let mut person = usual.clone();
        person.name = format!("例示　{digits}");
        person.name_substitutes = Flags::none(&person.name).as_str().to_owned();
        person.my_number = MyNumber::from_body(format!("{:011}", 5000 + number).as_bytes().try_into()?)?;
        person.serial = format!("99{number:013}");
        person.portrait = u32::try_from(number)?;
        Ok(person)
    };
    (1..=count).map(person).collect()
}

/// Who is at the desk, some days after the cards were made.
///
/// # Errors
/// None in practice.
pub fn by(days: i64) -> Outcome<By> {
    let at = UnixTime::from_seconds(testing::ISSUED.seconds() + days * 86_400);
    Ok(By { clerk: Clerk::parse("desk-1").ok_or("a name")?, actor: Actor::Municipality, at })
}

/// The same day as a date.
///
/// # Errors
/// None in practice.
pub fn today(days: i64) -> Outcome<Date> {
    Ok(date_in_japan(by(days)?.at).ok_or("a day")?)
}

fn form_id(index: usize) -> Outcome<FormId> {
    Ok(FormId::parse(&format!("9{:022}", index + 1))?)
}

fn particulars(person: &Person) -> Particulars {
    Particulars {
        name: person.name.clone(),
        address: person.address.clone(),
        birth_date: person.birth_date,
        sex: person.sex,
        end_of_stay: person.end_of_stay,
    }
}

/// What the authority knows of a card that it made; here looked up in the card itself.
fn records_of_the_authority(slot: &Slot) -> Outcome<Vec<Delivered>> {
    let card = slot.card();
    let mut records = Vec::new();
    for (purpose, file) in [
        (Purpose::Signature, FileId::SignatureCertificate),
        (Purpose::UserAuthentication, FileId::UserAuthenticationCertificate),
    ] {
        if let Some(FileContents::Bytes(der)) = card.image().files.get(&file) {
            records.push(Delivered::parse(purpose, der)?);
        }
    }
    Ok(records)
}
