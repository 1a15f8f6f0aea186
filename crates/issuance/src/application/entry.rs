use mynumber_applet::Date;
use mynumber_crypto::UnixTime;

use super::contact::{ContactName, Email};
use super::device::ConfirmedDevice;
use super::form::{Channel, Form, Particulars};
use super::problem::{Ground, Problem, Refused};
use crate::photo;
use crate::validity::{age, date_in_japan, months_after};

/// The age from which one applies oneself and gets a signature certificate.
const OF_AGE: u16 = 15;

/// Everything that an applicant enters, each part in its checked form.
#[derive(Debug)]
pub struct Entry {
    /// How it comes in.
    pub channel: Channel,
    /// The form that it begins with.
    pub form: Form,
    /// What is printed or written on the form.
    pub on_form: Particulars,
    /// What the resident record says today; where it is not at hand, what the applicant declares.
    pub today: Particulars,
    /// 生年月日, as entered ([`super::parse_date`]).
    pub birth_date: Date,
    /// Who enters it.
    pub registrant: Registrant,
    /// 成年被後見人: whether the applicant is an adult under guardianship.
    pub under_guardianship: bool,
    /// Where the receipt goes; by post none is needed.
    pub contact: Option<Contact>,
    /// On which device it was entered.
    pub device: Device,
    /// The photo.
    pub photo: Photo,
    /// What the applicant wishes.
    pub wishes: Wishes,
    /// 利用規約への同意.
    pub terms_accepted: bool,
}

/// Who enters an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registrant {
    /// The applicant.
    Applicant,
    /// 法定代理人, by name.
    Representative {
        /// The representative's name.
        name: ContactName,
    },
}

/// Name and address for the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// 連絡用氏名.
    pub name: ContactName,
    /// メールアドレス.
    pub email: Email,
}

/// On which device an application was entered.
#[derive(Debug)]
#[non_exhaustive]
pub enum Device {
    /// From beginning to end on one, or on paper.
    Same,
    /// It went on from another device, whose code was entered.
    Another(ConfirmedDevice),
}

/// The photo of an application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Photo {
    /// A file that was checked.
    Digital(photo::Digital),
    /// A print that was measured.
    Paper(photo::Paper),
}

/// What an applicant wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// 署名用電子証明書.
    pub signature: bool,
    /// 利用者証明用電子証明書.
    pub user_authentication: bool,
    /// 点字表記.
    pub braille_name: bool,
}

impl Entry {
    /// Looks at the parts together.
    ///
    /// # Errors
    /// [`Refused`] with every problem there is.
    pub fn check(self, today: Date) -> Result<Checked, Refused> {
        let mut problems = Vec::new();
        self.check_form(&mut problems);
        self.check_person(today, &mut problems);
        self.check_photo(today, &mut problems);
        if !self.terms_accepted {
            problems.push(Problem::TermsNotAccepted);
        }
        if self.channel.needs_contact() && self.contact.is_none() {
            problems.push(Problem::ContactMissing);
        }
        if problems.is_empty() { Ok(Checked(self)) } else { Err(Refused { problems }) }
    }

    fn check_form(&self, problems: &mut Vec<Problem>) {
        let fields = self.on_form.differences(&self.today);
        if !fields.is_empty() {
            problems.push(Problem::FormOutdated { fields });
        }
        if self.birth_date != self.on_form.birth_date {
            problems.push(Problem::BirthDateDiffers);
        }
        if matches!(self.form, Form::HandWritten { .. }) && self.channel != Channel::Post {
            problems.push(Problem::HandWrittenByPostOnly);
        }
    }

    fn check_person(&self, today: Date, problems: &mut Vec<Problem>) {
        let birth = self.on_form.birth_date;
        if birth > today {
            problems.push(Problem::NotBorn);
        }
        if self.today.end_of_stay.is_some_and(|end| end < today) {
            problems.push(Problem::StayEnded);
        }
        let ground = if age(birth, today) < OF_AGE {
            Ground::Under15
        } else if self.under_guardianship {
            Ground::Guardianship
        } else {
            return;
        };
        if self.registrant == Registrant::Applicant {
            problems.push(Problem::RepresentativeNeeded(ground));
        }
        if self.wishes.signature {
            problems.push(Problem::NoSignatureCertificate(ground));
        }
    }

    fn check_photo(&self, today: Date, problems: &mut Vec<Problem>) {
        let (paper, taken) = match &self.photo {
            Photo::Digital(photo) => (false, photo.taken()),
            Photo::Paper(photo) => (true, photo.taken()),
        };
        if paper != self.channel.is_paper() {
            problems.push(Problem::PhotoMedium { paper });
        }
        if let Err(error) = photo::check_age(taken, today) {
            problems.push(Problem::PhotoAge(error));
        }
    }
}

/// An entry without a problem, to be shown to the applicant once more.
#[derive(Debug)]
pub struct Checked(Entry);

impl Checked {
    /// What was entered.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.0
    }

    /// The applicant has seen it and says that it is right.
    #[must_use]
    pub fn confirm(self) -> Confirmed {
        Confirmed(self.0)
    }

    /// The applicant wants to change something; it is checked again afterwards.
    #[must_use]
    pub fn change(self) -> Entry {
        self.0
    }
}

/// An entry that the applicant confirmed.
#[derive(Debug)]
pub struct Confirmed(Entry);

impl Confirmed {
    /// Registers the application under a number that the caller gives once.
    ///
    /// `None` when the time lies outside the years 1 to 9999.
    #[must_use]
    pub fn register(self, number: u64, at: UnixTime) -> Option<(Application, Receipt)> {
        let date = date_in_japan(at)?;
        let receipt = Receipt {
            number,
            registered: at,
            channel: self.0.channel,
            notice_expected: months_after(date, 1)?,
        };
        let Entry { channel, form, today, contact, registrant, photo, wishes, under_guardianship, .. } =
            self.0;
        let application = Application {
            number,
            registered: at,
            channel,
            form,
            resident: today,
            contact,
            registrant,
            under_guardianship,
            photo,
            wishes,
        };
        Some((application, receipt))
    }
}

/// A registered application.
#[derive(Debug)]
#[non_exhaustive]
pub struct Application {
    /// Its number.
    pub number: u64,
    /// When it was registered.
    pub registered: UnixTime,
    /// How it came in.
    pub channel: Channel,
    /// The form that it began with.
    pub form: Form,
    /// The applicant.
    pub resident: Particulars,
    /// Where the receipt went.
    pub contact: Option<Contact>,
    /// Who entered it.
    pub registrant: Registrant,
    /// Whether the applicant is an adult under guardianship.
    pub under_guardianship: bool,
    /// The photo.
    pub photo: Photo,
    /// What the applicant wishes.
    pub wishes: Wishes,
}

/// 申請受付の控え. Nothing of the applicant stands on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The number of the application.
    pub number: u64,
    /// When it was registered.
    pub registered: UnixTime,
    /// How it came in.
    pub channel: Channel,
    /// About when the delivery notice follows: a month later.
    pub notice_expected: Date,
}
