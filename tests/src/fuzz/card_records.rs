//! The signed records of a card after any change: what still passes says what was signed, and no chip is proved.

use std::sync::OnceLock;

use mynumber::crypto::cvc::{Authority, Certificate, KeyReference};
use mynumber::genuine::{CardFaceFiles, InputAssistFiles, card_manager_chain};
use mynumber::issuance::pki::{CardVerifiableKey, Chain};
use mynumber::virtual_card::{FileContents, Image};
use mynumber_applet::content::{AgeRecord, Attributes, CardFace, KeyRecord, NumberImage};
use mynumber_applet::{DataObjectId, FileId};

use crate::issued;

/// What is on a card, in the order in which inputs name it.
const FILES: [FileId; 11] = [
    FileId::InputAssistCertificate,
    FileId::InputAssistIntegrity,
    FileId::InputAssistKeyRecord,
    FileId::Attributes,
    FileId::IndividualNumber,
    FileId::CardFaceCertificate,
    FileId::CardFace,
    FileId::AgeRecord,
    FileId::NumberImage,
    FileId::CardFaceBasicInfo,
    FileId::CommonRecord,
];

struct Genuine {
    roots: [CardVerifiableKey; 3],
    /// The files of one person, and those of another.
    files: [Vec<Vec<u8>>; 2],
    chain: [Vec<u8>; 2],
}

/// Made once per process, with the same random numbers each time.
fn genuine() -> &'static Genuine {
    static GENUINE: OnceLock<Genuine> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "a fixture of tests")]
    GENUINE.get_or_init(|| {
        let root = |chain| issued::authority().root_key(chain).expect("an authority has its keys");
        let images = ["taro", "hanako"].map(image);
        let object = |id| images[0].data_objects.get(&id).cloned().unwrap_or_default();
        Genuine {
            roots: Chain::ALL.map(root),
            files: images.each_ref().map(|image| FILES.map(|id| file(image, id)).to_vec()),
            chain: [DataObjectId::IntermediateCertificate, DataObjectId::LowerCertificate].map(object),
        }
    })
}

#[expect(clippy::expect_used, reason = "a fixture of tests")]
fn image(person: &str) -> Image {
    let mut taken = Image::empty();
    issued::card(person).rewrite(|image| std::mem::swap(image, &mut taken)).expect("memory does not fail");
    taken
}

fn file(image: &Image, id: FileId) -> Vec<u8> {
    match image.files.get(&id) {
        Some(FileContents::Bytes(bytes)) => bytes.clone(),
        Some(FileContents::Records(records)) => records.first().cloned().unwrap_or_default(),
        None => Vec::new(),
    }
}

fn authorities(genuine: &Genuine) -> Vec<Authority<'_>> {
    let keys = Chain::ALL.into_iter().zip(&genuine.roots);
    keys.filter_map(|(chain, key)| key.as_authority(chain).ok()).collect()
}

/// The next byte of the input.
fn next(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

/// One change: which file, what is done to it, where.
fn change(files: &mut [Vec<u8>], input: &mut &[u8]) -> Option<()> {
    let (which, kind) = (usize::from(next(input)?) % FILES.len(), next(input)?);
    let place = usize::from(u16::from_be_bytes([next(input)?, next(input)?]));
    let value = next(input)?;
    let other = genuine().files.get(1)?.get(which)?;
    let held = files.get_mut(which)?;
    let place = place % held.len().max(1);
    match kind % 6 {
        0 => *held.get_mut(place)? ^= value,
        1 => held.truncate(place),
        2 => held.insert(place, value),
        3 => held.clone_from(other),
        4 => held.resize(held.len().min(0x8000) + usize::from(value), kind),
        _ => {
            let (taken, rest) = input.split_at(usize::from(value).min(input.len()));
            *input = rest;
            *held = taken.to_vec();
        }
    }
    Some(())
}

/// Takes the first byte for what is judged, and the rest for changes of five bytes to the files of a card.
pub fn card_records(data: &[u8]) {
    let Some((choice, mut input)) = data.split_first() else { return };
    if choice % 4 == 3 {
        return alone(input);
    }
    let genuine = genuine();
    let [files, _] = &genuine.files;
    let mut files = files.clone();
    let untouched = input.is_empty();
    while change(&mut files, &mut input).is_some() {}
    let file = |id| files.iter().zip(FILES).find(|(_, held)| *held == id).map(|(file, _)| file.as_slice());
    let authorities = authorities(genuine);
    let passed =
        if choice % 4 == 0 { input_assist(file, &authorities) } else { card_face(file, &authorities) };
    assert!(passed || !untouched, "the records of a genuine card are refused");
}

/// A part of a file that a signature covers, of one file of the input and of both people's cards: the same, or a forgery.
fn signed<'f>(id: FileId, file: Option<&'f [u8]>, part: impl Fn(&'f [u8]) -> Option<Vec<&'f [u8]>>) {
    let Some(accepted) = file.and_then(&part) else { unreachable!("{id:?} was accepted and cannot be read") };
    let place = FILES.iter().position(|held| *held == id).unwrap_or_default();
    let known = genuine().files.iter().filter_map(|files| files.get(place));
    assert!(known.into_iter().any(|file| part(file).as_ref() == Some(&accepted)), "a forged {id:?} passes");
}

fn input_assist<'f>(file: impl Fn(FileId) -> Option<&'f [u8]>, authorities: &[Authority<'_>]) -> bool {
    let files = InputAssistFiles {
        certificate: file(FileId::InputAssistCertificate).unwrap_or_default(),
        integrity: file(FileId::InputAssistIntegrity).unwrap_or_default(),
        key_record: file(FileId::InputAssistKeyRecord).unwrap_or_default(),
        attributes: file(FileId::Attributes),
        number: file(FileId::IndividualNumber),
        common_record: file(FileId::CommonRecord),
    };
    let Ok(records) = files.verify(authorities) else { return false };
    signed(FileId::InputAssistKeyRecord, Some(files.key_record), |file| {
        KeyRecord::parse(file).ok().map(|view| vec![view.signed_part()])
    });
    signed(FileId::Attributes, files.attributes, |file| {
        Attributes::parse(file).ok().map(|view| vec![view.digested()])
    });
    signed(FileId::IndividualNumber, files.number, |file| Some(vec![file]));
    let answer = records.answered(&[0x5A; 32], files.certificate, issued::ISSUED);
    assert!(answer.is_err(), "no chip answered");
    true
}

fn card_face<'f>(file: impl Fn(FileId) -> Option<&'f [u8]>, authorities: &[Authority<'_>]) -> bool {
    let files = CardFaceFiles {
        certificate: file(FileId::CardFaceCertificate).unwrap_or_default(),
        card_face: file(FileId::CardFace),
        age_record: file(FileId::AgeRecord),
        number_image: file(FileId::NumberImage),
        basic_info: file(FileId::CardFaceBasicInfo),
        common_record: file(FileId::CommonRecord),
    };
    let Ok(records) = files.verify(authorities) else { return false };
    signed(FileId::CardFace, files.card_face, |file| {
        CardFace::parse(file).ok().map(|view| view.digest_groups().to_vec())
    });
    signed(FileId::AgeRecord, files.age_record, |file| {
        AgeRecord::parse(file).ok().map(|view| vec![view.signed_part()])
    });
    signed(FileId::NumberImage, files.number_image, |file| {
        NumberImage::parse(file).ok().map(|view| vec![view.signed_part()])
    });
    let answer = records.answered(&[0x5A; 32], files.certificate, issued::ISSUED);
    assert!(answer.is_err(), "no chip answered");
    true
}

/// One certificate of any bytes, in each of its forms.
fn alone(data: &[u8]) {
    let _ = KeyReference::parse(data);
    let (body, signature) = data.split_at(data.len().min(297));
    if let Ok(certificate) = Certificate::new(body, signature) {
        assert_eq!((certificate.body(), certificate.signature()), (body, signature));
    }
    let genuine = genuine();
    let authorities = authorities(genuine);
    let [upper, lower] = &genuine.chain;
    assert!(card_manager_chain(data, None, &authorities).is_err() || data == upper);
    assert!(card_manager_chain(upper, Some(data), &authorities).is_err() || data == lower);
}
