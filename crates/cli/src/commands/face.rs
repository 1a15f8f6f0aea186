//! `face`: the card face as files.

use std::path::Path;

use mynumber::applet::PinId;
use mynumber::applet::content::CardFace;
use mynumber::applet::pin::{VerificationNumberA, VerificationNumberB, reference};
use mynumber::driver::file::{self, Contents};
use serde::Serialize;

use crate::args::{FaceArguments, FaceKey};
use crate::commands::holder;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Destination};
use crate::language::{Language, say};
use crate::names::Named;
use crate::output::Product;
use crate::picture::{self, Back, Front};
use crate::run::{AnyCard, Run};

/// What `face` writes, in this order; the back only where the number is known.
const FILES: [&str; 7] =
    ["photo.jp2", "photo.png", "name.png", "address.png", "security-code.png", "front.svg", "back.svg"];

pub(crate) fn run(run: &Run, arguments: &FaceArguments) -> Result<(), Failure> {
    let folder = &arguments.output;
    let is_new = !folder.exists();
    let outcome = make(run, arguments, folder);
    if is_new && outcome.is_err() {
        // Goes only when it is empty.
        let _ = std::fs::remove_dir(folder);
    }
    outcome
}

fn make(run: &Run, arguments: &FaceArguments, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::OutputFailed,
            say!("cannot make the folder {shown}: {error}", "フォルダー {shown} を作れません: {error}"),
        )
    })?;
    for name in FILES {
        destination(folder, name, arguments.force).check()?;
    }
    let mut card = run.card()?;
    let (face, number) = read(run, &mut card, arguments.with)?;
    let written = write(&face.view()?, number.as_deref(), folder, arguments.force)?;
    run.print(&written)
}

fn destination(folder: &Path, name: &str, force: bool) -> Destination {
    Destination::new(Some(&folder.join(name)), force)
}

/// The face, and the number where it is known on the way.
fn read(
    run: &Run,
    card: &mut AnyCard,
    with: FaceKey,
) -> Result<(Contents<file::CardFace>, Option<String>), Failure> {
    match with {
        FaceKey::Pin => {
            let pin = run.four_digits(PinId::InputAssist.name())?;
            let mut unlocked = match run.common.last_try {
                true => card.unlock_spending_the_last_try::<reference::InputAssist>(&pin)?,
                false => card.unlock::<reference::InputAssist>(&pin)?,
            };
            let number = unlocked.read::<file::IndividualNumber>()?;
            let number = number.view()?;
            let key = VerificationNumberA::parse_bytes(number.digits())?;
            let mut unlocked = unlocked.relock().unlock::<reference::CardFaceNumberA>(&key)?;
            let face = unlocked.read::<file::CardFace>()?;
            unlocked.close()?;
            Ok((face, Some(number.as_str().to_owned())))
        }
        FaceKey::A => {
            let mut entry = run.pin_entry()?;
            let number = run.ask(&mut entry, PinId::CardFaceNumberA.name(), VerificationNumberA::parse)?;
            let face = unlock_and_read::<reference::CardFaceNumberA>(run, card, &number)?;
            let digits = String::from_utf8_lossy(number.as_bytes()).into_owned();
            Ok((face, Some(digits)))
        }
        FaceKey::B => {
            let mut entry = run.pin_entry()?;
            let number = run.ask(&mut entry, PinId::CardFaceNumberB.name(), VerificationNumberB::parse)?;
            Ok((unlock_and_read::<reference::CardFaceNumberB>(run, card, &number)?, None))
        }
    }
}

fn unlock_and_read<R>(
    run: &Run,
    card: &mut AnyCard,
    secret: &R::Secret,
) -> Result<Contents<file::CardFace>, Failure>
where
    R: file::Opens<file::CardFace>,
{
    let mut unlocked = match run.common.last_try {
        true => card.unlock_spending_the_last_try::<R>(secret)?,
        false => card.unlock::<R>(secret)?,
    };
    let face = unlocked.read::<file::CardFace>()?;
    unlocked.close()?;
    Ok(face)
}

fn write(face: &CardFace<'_>, number: Option<&str>, folder: &Path, force: bool) -> Result<Written, Failure> {
    let (signed, unsigned) = (face.signed(), face.unsigned());
    let photo = picture::to_png(signed.photo).map_err(|error| {
        Failure::new(Exit::CardMisbehaved, say!("{error}", "写真を復号できません: {error}"))
    })?;
    let language = Language::current();
    let birth_date = signed
        .birth_date()
        .map_or_else(|| signed.birth_date.to_owned(), |date| holder::shown(date, Language::Ja));
    let birth_date = format!("{birth_date}生");
    let expiry = unsigned
        .expiry()
        .map_or_else(|| unsigned.expiry.to_owned(), |date| holder::shown(date, Language::Ja));
    let front = picture::front_svg(&Front {
        photo: &photo,
        name: signed.name_image,
        address: signed.address_image,
        security_code: unsigned.security_code_image,
        birth_date: &birth_date,
        sex: &format!("性別 {}", holder::sex(signed.sex(), "?", Language::Ja)),
        expiry: &format!("{expiry}まで有効"),
    });
    let back = number
        .map(|number| picture::back_svg(&Back { number, name: signed.name_image, birth_date: &birth_date }))
        .transpose()
        .map_err(|error| Failure::new(Exit::CardMisbehaved, say!("{error}", "裏面を描けません: {error}")))?;
    let contents: [Option<&[u8]>; 7] = [
        Some(signed.photo),
        Some(&photo),
        Some(signed.name_image),
        Some(signed.address_image),
        Some(unsigned.security_code_image),
        Some(front.as_bytes()),
        back.as_ref().map(String::as_bytes),
    ];
    let written: Vec<(&str, &[u8])> =
        FILES.into_iter().zip(contents).filter_map(|(name, content)| Some((name, content?))).collect();
    let destinations: Vec<Destination> =
        written.iter().map(|(name, _)| destination(folder, name, force)).collect();
    let products: Vec<(&Destination, &[u8])> =
        destinations.iter().zip(&written).map(|(to, (_, content))| (to, *content)).collect();
    files::write_all(&products)?;
    let files = written.iter().map(|(name, _)| folder.join(name).display().to_string()).collect();
    Ok(Written {
        files,
        birth_date: signed.birth_date().map(holder::iso),
        sex: char::from(signed.sex).to_string(),
        expiry: unsigned.expiry().map(holder::iso),
        not_signed: ["expiry", "security code"],
        language_note: language.pick("signatures not checked", "署名は確認していません"),
    })
}

#[derive(Serialize)]
struct Written {
    files: Vec<String>,
    birth_date: Option<String>,
    sex: String,
    expiry: Option<String>,
    /// What no signature of the issuer covers on any card.
    not_signed: [&'static str; 2],
    #[serde(skip)]
    language_note: &'static str,
}

impl Product for Written {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        for file in &self.files {
            out.push_str(file);
            out.push('\n');
        }
        out.push_str(&format!("({}: {})\n", language.pick("note", "注意"), self.language_note));
        out
    }
}
