//! From texts to a checked entry: every part is read, and all that is wrong is said at once.

use mynumber::applet::{Date, Sex};
use mynumber::issuance::application::{
    Channel, Checked, ConfirmedDevice, Contact, ContactName, Device, Email, Entry, Form, FormId, FormKind,
    Particulars, Photo, Problem, Registrant, Wishes, parse_date,
};
use mynumber::issuance::photo::{self, Digital, PAPER, Paper};

use super::super::words;
use super::form_id;
use super::sheet::{Fault, Sheet};
use crate::inputs;
use crate::language::{Language, say};

/// Looks at everything that was entered on the day of the application. `faults` is what was wrong before.
pub(super) fn check(
    sheet: &Sheet,
    device: Option<ConfirmedDevice>,
    today: Date,
    faults: Vec<Fault>,
) -> Result<Checked, Vec<Fault>> {
    let mut reader = Reader { sheet, today, faults };
    let parts = reader.parts(device);
    let Reader { mut faults, .. } = reader;
    let read = faults.is_empty();
    let (photo_read, contact_read) = (parts.photo.is_some(), parts.contact.is_some());
    let Some(entry) = parts.entry(today) else { return Err(faults) };
    match entry.check(today) {
        Ok(checked) if read => Ok(checked),
        Ok(_) => Err(faults),
        Err(refused) => {
            let told = |problem: &&Problem| match problem {
                Problem::PhotoMedium { .. } | Problem::PhotoAge(_) => photo_read,
                Problem::ContactMissing => contact_read,
                _ => true,
            };
            faults.extend(refused.problems.iter().filter(told).map(|problem| Fault {
                field: None,
                problem: Language::current().pick(problem.to_string(), problem.japanese()),
            }));
            Err(faults)
        }
    }
}

/// What could be read; `None`: what is wrong with it is told.
struct Parts {
    channel: Option<Channel>,
    form: Option<Form>,
    on_form: Option<Particulars>,
    now: Option<Particulars>,
    birth_date: Option<Date>,
    registrant: Option<Registrant>,
    contact: Option<Option<Contact>>,
    photo: Option<Photo>,
    wishes: Option<Wishes>,
    under_guardianship: Option<bool>,
    terms_accepted: Option<bool>,
    device: Option<Device>,
}

impl Parts {
    /// An entry with stand-ins that fit for what could not be read, so that everything else is told in the same run. Without
    /// a person or a channel there is nothing to look at.
    fn entry(self, today: Date) -> Option<Entry> {
        let (height, width) = PAPER;
        let any_form = || FormId::parse(&"0".repeat(FormId::LENGTH)).ok();
        let printed = |id| Form::Printed { kind: FormKind::MunicipalityQr, id };
        let any_photo = || Paper::check(height, width, today, today).ok().map(Photo::Paper);
        let on_form = self.on_form?;
        Some(Entry {
            channel: self.channel?,
            form: self.form.or_else(|| any_form().map(printed))?,
            birth_date: self.birth_date.unwrap_or(on_form.birth_date),
            today: self.now?,
            on_form,
            registrant: match self.registrant {
                Some(registrant) => registrant,
                None => Registrant::Representative { name: ContactName::parse("-").ok()? },
            },
            under_guardianship: self.under_guardianship.unwrap_or(false),
            contact: self.contact.flatten(),
            device: self.device.unwrap_or(Device::Same),
            photo: self.photo.or_else(any_photo)?,
            wishes: self.wishes.unwrap_or(Wishes {
                signature: false,
                user_authentication: false,
                braille_name: false,
            }),
            terms_accepted: self.terms_accepted.unwrap_or(true),
        })
    }
}

/// Reads one sheet.
struct Reader<'a> {
    sheet: &'a Sheet,
    today: Date,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn parts(&mut self, device: Option<ConfirmedDevice>) -> Parts {
        let channel = self.channel();
        let on_form = self.on_form();
        Parts {
            form: self.form(),
            now: on_form.as_ref().and_then(|on_form| self.now(on_form)),
            birth_date: self.required("birth_date").and_then(|text| self.date("birth_date", &text)),
            registrant: self.registrant(),
            contact: self.contact(),
            photo: channel.and_then(|channel| self.photo(channel)),
            wishes: self.wishes(),
            under_guardianship: self.truth("under_guardianship", Some(false)),
            terms_accepted: self.truth("terms_accepted", Some(false)),
            device: self.device(device),
            channel,
            on_form,
        }
    }

    fn fault<T>(&mut self, field: &str, problem: String) -> Option<T> {
        self.faults.push(Fault::of(field, problem));
        None
    }

    fn required(&mut self, field: &str) -> Option<String> {
        match self.sheet.text(field) {
            Some(text) => Some(text.to_owned()),
            None => self.fault(field, say!("is missing", "入力がありません")),
        }
    }

    /// One of several names.
    fn one_of<T>(&mut self, field: &str, names: &[(&str, T)]) -> Option<T>
    where
        T: Copy,
    {
        let text = self.required(field)?;
        if let Some((_, value)) = names.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let list = names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        self.fault(field, say!("must be one of {list}", "{list} のいずれかで指定してください"))
    }

    fn truth(&mut self, field: &str, missing: Option<bool>) -> Option<bool> {
        if self.sheet.text(field).is_none() && missing.is_some() {
            return missing;
        }
        self.one_of(field, &[("yes", true), ("no", false), ("y", true), ("n", false)])
    }

    fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        match parse_date(text) {
            Ok(date) => Some(date),
            Err(error) => self.fault(field, words::of_date(error)),
        }
    }

    /// A date that may be left out: `None` when what stands there is no date.
    fn optional_date(&mut self, field: &str) -> Option<Option<Date>> {
        match self.sheet.text(field).map(str::to_owned) {
            None => Some(None),
            Some(text) => self.date(field, &text).map(Some),
        }
    }

    fn channel(&mut self) -> Option<Channel> {
        self.one_of("channel", &Channel::ALL.map(|channel| (channel.name(), channel)))
    }

    fn form(&mut self) -> Option<Form> {
        let kinds: Vec<(&str, Option<FormKind>)> = FormKind::ALL
            .iter()
            .map(|kind| (kind.name(), Some(*kind)))
            .chain([("hand-written", None)])
            .collect();
        match self.one_of("form.kind", &kinds)? {
            Some(kind) => self.form_id().map(|id| Form::Printed { kind, id }),
            None => {
                let number = self.required("form.my_number")?;
                match Form::hand_written(&number) {
                    Ok(form) => Some(form),
                    Err(error) => self.fault("form.my_number", words::of_number(error)),
                }
            }
        }
    }

    fn form_id(&mut self) -> Option<FormId> {
        let picture = self.sheet.path("form.qr");
        let found = form_id(self.sheet.text("form.id"), picture.as_deref());
        found.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn sex(&mut self, field: &str) -> Option<Sex> {
        const SEXES: [(&str, Sex); 4] = [
            ("male", Sex::Male),
            ("female", Sex::Female),
            ("not-applicable", Sex::NotApplicable),
            ("unknown", Sex::Unknown),
        ];
        self.one_of(field, &SEXES)
    }

    fn on_form(&mut self) -> Option<Particulars> {
        let (name, address) = (self.required("form.name"), self.required("form.address"));
        let birth_date =
            self.required("form.birth_date").and_then(|text| self.date("form.birth_date", &text));
        let (sex, end_of_stay) = (self.sex("form.sex"), self.optional_date("form.end_of_stay"));
        Some(Particulars {
            name: name?,
            address: address?,
            birth_date: birth_date?,
            sex: sex?,
            end_of_stay: end_of_stay?,
        })
    }

    /// What the resident record says today: as the form, where nothing else is said.
    fn now(&mut self, on_form: &Particulars) -> Option<Particulars> {
        let text = |field: &str, other: &str| self.sheet.text(field).unwrap_or(other).to_owned();
        let (name, address) = (text("today.name", &on_form.name), text("today.address", &on_form.address));
        let birth_date = self.optional_date("today.birth_date");
        let sex = match self.sheet.text("today.sex") {
            None => Some(on_form.sex),
            Some(_) => self.sex("today.sex"),
        };
        let end_of_stay = match self.sheet.text("today.end_of_stay") {
            None => Some(on_form.end_of_stay),
            Some("-") => Some(None),
            Some(_) => self.optional_date("today.end_of_stay"),
        };
        Some(Particulars {
            name,
            address,
            birth_date: birth_date?.unwrap_or(on_form.birth_date),
            sex: sex?,
            end_of_stay: end_of_stay?,
        })
    }

    fn registrant(&mut self) -> Option<Registrant> {
        match self.sheet.text("registrant.representative").map(ContactName::parse) {
            None => Some(Registrant::Applicant),
            Some(Ok(name)) => Some(Registrant::Representative { name }),
            Some(Err(error)) => self.fault("registrant.representative", words::of_contact(error)),
        }
    }

    fn contact(&mut self) -> Option<Option<Contact>> {
        let entered =
            ["contact.name", "contact.email", "contact.email_again"].map(|name| self.sheet.text(name));
        if entered.iter().all(Option::is_none) {
            return Some(None);
        }
        let [name, email, again] = entered.map(Option::unwrap_or_default);
        let (name, email) = (ContactName::parse(name), Email::parse_twice(email, again));
        let name = match name {
            Ok(name) => Some(name),
            Err(error) => self.fault("contact.name", words::of_contact(error)),
        };
        let email = match email {
            Ok(email) => Some(email),
            Err(error) => self.fault("contact.email", words::of_contact(error)),
        };
        Some(Some(Contact { name: name?, email: email? }))
    }

    fn photo(&mut self, channel: Channel) -> Option<Photo> {
        let taken = self.required("photo.taken").and_then(|text| self.date("photo.taken", &text));
        let measured = ["photo.height_mm", "photo.width_mm"].map(|field| self.sheet.text(field).is_some());
        if self.sheet.text("photo.file").is_some() || (!channel.is_paper() && measured == [false, false]) {
            return self.digital(taken?);
        }
        let [height, width] = ["photo.height_mm", "photo.width_mm"].map(|field| self.tenths(field));
        match Paper::check(height?, width?, taken?, self.today) {
            Ok(paper) => Some(Photo::Paper(paper)),
            Err(error) => self.photo_fault("photo", &error),
        }
    }

    fn digital(&mut self, taken: Date) -> Option<Photo> {
        self.required("photo.file")?;
        let path = self.sheet.path("photo.file")?;
        match inputs::read(&path, u64::try_from(photo::MAX_BYTES).unwrap_or(u64::MAX)) {
            Err(failure) => self.fault("photo.file", failure.message().to_owned()),
            Ok(bytes) => match Digital::check(&bytes, taken, self.today) {
                Ok(photo) => Some(Photo::Digital(photo)),
                Err(error) => self.photo_fault("photo.file", &error),
            },
        }
    }

    fn photo_fault<T>(&mut self, field: &str, error: &photo::PhotoError) -> Option<T> {
        self.fault(field, Language::current().pick(error.to_string(), error.japanese()))
    }

    /// Millimetres, with one decimal place or none, as tenths.
    fn tenths(&mut self, field: &str) -> Option<u16> {
        let text = self.required(field)?;
        let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let fits = digits(whole, 3) && digits(part, 1);
        match format!("{whole}{part}").parse() {
            Ok(tenths) if fits => Some(tenths),
            _ => self.fault(
                field,
                say!("must be millimetres, like 45 or 45.5", "45 や 45.5 のようにmmで指定してください"),
            ),
        }
    }

    fn wishes(&mut self) -> Option<Wishes> {
        let signature = self.truth("wishes.signature_certificate", None);
        let user_authentication = self.truth("wishes.user_authentication_certificate", None);
        let braille_name = self.truth("wishes.braille_name", Some(false));
        Some(Wishes {
            signature: signature?,
            user_authentication: user_authentication?,
            braille_name: braille_name?,
        })
    }

    /// Another device is confirmed in the session that asks the questions, never by a file.
    fn device(&mut self, confirmed: Option<ConfirmedDevice>) -> Option<Device> {
        match (confirmed, self.truth("other_device", Some(false))?) {
            (Some(confirmed), _) => Some(Device::Another(confirmed)),
            (None, false) => Some(Device::Same),
            (None, true) => self.fault(
                "other_device",
                say!(
                    "the code of the other device is needed: `mynumber desk apply --device-code FILE`",
                    "端末確認コードが必要です: `mynumber desk apply --device-code FILE`"
                ),
            ),
        }
    }
}
