//! Cards that are not what they say.

use mynumber::applet::content::{Attributes, CardFace};
use mynumber::applet::pin::reference;
use mynumber::applet::{FileId, KeyId};
use mynumber::crypto::cvc;
use mynumber::crypto::key::VerifyError;
use mynumber::driver::{ErrorKind as DriverError, Fault, Object};
use mynumber::genuine::{Contents, Error, ErrorKind, GenuineCard};
use mynumber::virtual_card::{FileContents, Image};
use mynumber::{Slot, genuine};
use testkit::issued;

use super::{Between, hanako, image, number_a, pin, prove, taro, terms, under};

type Proof<C> = Result<GenuineCard<C>, Error>;

fn assist(slot: Slot) -> Proof<genuine::InputAssist> {
    prove::<reference::InputAssist>(slot, &pin(), &terms().with_number())
}

fn face(slot: Slot) -> Proof<genuine::CardFace> {
    prove::<reference::CardFaceNumberA>(slot, &number_a("taro"), &terms().with_number())
}

fn refused<C: Contents>(proof: Proof<C>) -> Error {
    let error = proof.err().expect("it must be refused");
    assert!(error.is_verdict(), "{error}");
    error
}

fn check(error: &Error) -> cvc::ErrorKind {
    match error.kind() {
        ErrorKind::Check(cause) => cause.kind(),
        kind => panic!("another kind of error: {kind}"),
    }
}

const MISMATCH: cvc::ErrorKind = cvc::ErrorKind::Signature(VerifyError::Mismatch);
const ANOTHER_CHIP: cvc::ErrorKind = cvc::ErrorKind::Answer(VerifyError::Mismatch);

/// Taro's card after something was done to it.
fn changed(change: impl FnOnce(&mut Image)) -> Slot {
    let slot = taro();
    slot.card().rewrite(change).unwrap();
    slot
}

fn bytes(image: &mut Image, id: FileId) -> &mut Vec<u8> {
    match image.files.get_mut(&id) {
        Some(FileContents::Bytes(bytes)) => bytes,
        _ => panic!("{id:?} is missing"),
    }
}

/// Taro's card with these files of Hanako's.
fn with_hers(files: &[FileId]) -> Slot {
    let hers = image(&hanako());
    changed(|his| his.files.extend(files.iter().map(|id| (*id, hers.files[id].clone()))))
}

#[test]
fn a_file_of_another_card_is_refused_by_the_record_that_does_not_fit_it() {
    use FileId::{Attributes, IndividualNumber, InputAssistIntegrity, InputAssistKeyRecord};
    for (swapped, object, cause) in [
        (Attributes, Object::File(Attributes), cvc::ErrorKind::Digest),
        (IndividualNumber, Object::File(IndividualNumber), cvc::ErrorKind::Digest),
        (InputAssistIntegrity, Object::File(Attributes), cvc::ErrorKind::Digest),
        (InputAssistKeyRecord, Object::Key(KeyId::InputAssistInternal), ANOTHER_CHIP),
    ] {
        let error = refused(assist(with_hers(&[swapped])));
        assert_eq!((error.object(), check(&error)), (object, cause), "{swapped:?}");
        assert_eq!(error.fault(), Fault::Card);
    }
    let error = refused(face(with_hers(&[FileId::CardFace])));
    assert_eq!((error.object(), error.kind()), (Object::File(FileId::NumberImage), &ErrorKind::OtherChip));
    let error = refused(face(with_hers(&[FileId::NumberImage])));
    assert_eq!((error.object(), error.kind()), (Object::File(FileId::NumberImage), &ErrorKind::OtherChip));
}

#[test]
fn a_whole_copy_of_another_card_fails_at_the_chip() {
    use FileId::{Attributes, IndividualNumber, InputAssistIntegrity, InputAssistKeyRecord};
    let copy = with_hers(&[Attributes, IndividualNumber, InputAssistIntegrity, InputAssistKeyRecord]);
    let error = refused(assist(copy));
    assert_eq!((error.object(), check(&error)), (Object::Key(KeyId::InputAssistInternal), ANOTHER_CHIP));
    let error = refused(face(with_hers(&[FileId::CardFace, FileId::NumberImage])));
    assert_eq!((error.object(), check(&error)), (Object::Key(KeyId::CardFaceInternal), ANOTHER_CHIP));
}

#[test]
fn digests_and_content_of_another_card_pass_with_ones_own_chip_and_the_proof_says_so() {
    // The format signs them apart: nobody can tell. What the proof leaves open names it.
    use FileId::{Attributes, IndividualNumber, InputAssistIntegrity};
    let genuine = assist(with_hers(&[Attributes, IndividualNumber, InputAssistIntegrity])).unwrap();
    assert_eq!(genuine.contents().attributes().unwrap().name(), super::person("hanako").name);
    assert!(genuine.not_checked().contains(&genuine::NotChecked::Binding));
}

#[test]
fn a_clone_with_another_chip_key_is_refused() {
    for (id, own) in [(KeyId::InputAssistInternal, true), (KeyId::CardFaceInternal, false)] {
        let clone = changed(|clone| {
            clone.keys.insert(id, image(&hanako()).keys.remove(&id).unwrap());
        });
        let error = if own { refused(assist(clone)) } else { refused(face(clone)) };
        assert_eq!((error.object(), check(&error)), (Object::Key(id), ANOTHER_CHIP));
    }
}

#[test]
fn a16_the_chip_keys_of_the_applications_changed_about_are_refused() {
    let swap = || {
        changed(|image| {
            let (a, b) = (KeyId::InputAssistInternal, KeyId::CardFaceInternal);
            let (first, second) = (image.keys.remove(&a).unwrap(), image.keys.remove(&b).unwrap());
            image.keys.insert(a, second);
            image.keys.insert(b, first);
        })
    };
    assert_eq!(check(&refused(assist(swap()))), ANOTHER_CHIP);
    assert_eq!(check(&refused(face(swap()))), ANOTHER_CHIP);
}

#[test]
fn a16_the_certificates_of_the_applications_changed_about_are_refused() {
    let slot = changed(|image| {
        let (a, b) = (FileId::InputAssistCertificate, FileId::CardFaceCertificate);
        let (first, second) = (image.files[&a].clone(), image.files[&b].clone());
        image.files.insert(a, second);
        image.files.insert(b, first);
    });
    let other = |wanted, found| cvc::ErrorKind::OtherChain { wanted, found };
    let (assist_chain, face_chain) = (cvc::Chain::InputAssist, cvc::Chain::CardFace);
    assert_eq!(check(&refused(assist(slot.clone()))), other(assist_chain, face_chain));
    assert_eq!(check(&refused(face(slot))), other(face_chain, assist_chain));
}

#[test]
fn an_answer_to_another_nonce_is_refused() {
    // What the chip once said, said again.
    let hash = mynumber::crypto::digest::sha256(&[b"an earlier nonce"]);
    let mut card = mynumber::driver::Card::new(mynumber::transport::InProcess::new(taro()));
    let old = card.prove_chip(mynumber::driver::ChipKey::InputAssist, &hash).unwrap();
    let replaying = Between {
        card: taro(),
        change: move |command: &[u8], answer| match command {
            [0x80, 0x2A, ..] => [old.as_slice(), &[0x90, 0x00]].concat(),
            _ => answer,
        },
    };
    let error = refused(prove::<reference::InputAssist>(replaying, &pin(), &terms()));
    assert_eq!((error.object(), check(&error)), (Object::Key(KeyId::InputAssistInternal), ANOTHER_CHIP));
}

#[test]
fn a15_an_answer_of_another_length_or_with_a_flipped_bit_is_refused() {
    let answering = |change: fn(&mut Vec<u8>)| Between {
        card: taro(),
        change: move |command: &[u8], mut answer: Vec<u8>| {
            if command.starts_with(&[0x80, 0x2A]) {
                change(&mut answer);
            }
            answer
        },
    };
    let flipped = answering(|answer| answer[100] ^= 0x10);
    assert_eq!(check(&refused(prove::<reference::InputAssist>(flipped, &pin(), &terms()))), ANOTHER_CHIP);
    let short = answering(|answer| {
        answer.remove(0);
    });
    let error = prove::<reference::InputAssist>(short, &pin(), &terms()).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Driver(cause) if matches!(cause.kind(), DriverError::SignatureLength { received: 255, .. })
    ));
    let refusing = answering(|answer| *answer = vec![0x69, 0x85]);
    let error = prove::<reference::InputAssist>(refusing, &pin(), &terms()).unwrap_err();
    assert_eq!((error.fault(), error.is_verdict()), (Fault::Card, false));
}

#[test]
fn a14_a_certificate_with_a_tail_a_second_one_or_another_tag_is_refused() {
    for tail in [&b"\x01"[..], b"\x7F\x21\x00", b"\x00\xFF"] {
        let slot = changed(|image| bytes(image, FileId::InputAssistCertificate).extend_from_slice(tail));
        assist(slot).unwrap_err();
    }
    let twice = changed(|image| {
        let certificate = bytes(image, FileId::CardFaceCertificate);
        certificate.extend_from_within(..);
    });
    face(twice).unwrap_err();
    let retagged = changed(|image| bytes(image, FileId::InputAssistCertificate)[1] = 0x22);
    let error = refused(assist(retagged));
    assert!(matches!(error.kind(), ErrorKind::Content(_)), "{error}");
}

#[test]
fn e13_a_look_alike_of_the_authority_is_refused() {
    // The same names, another key.
    let chain = mynumber::issuance::pki::Chain::InputAssist;
    let other = issued::authority().root_key(chain).unwrap();
    let authorities = [other.as_authority(chain).unwrap()];
    let error = refused(prove::<reference::InputAssist>(taro(), &pin(), &under(&authorities)));
    assert_eq!((error.object(), check(&error)), (Object::File(FileId::InputAssistCertificate), MISMATCH));
}

#[test]
fn records_under_the_certificate_of_another_authority_are_refused() {
    let chain = mynumber::issuance::pki::Chain::InputAssist;
    let other = issued::authority().root_key(chain).unwrap();
    let theirs = image(&Slot::new(issued::card("taro")));
    let id = FileId::InputAssistCertificate;
    let slot = changed(|image| {
        image.files.insert(id, theirs.files[&id].clone());
    });
    let error =
        refused(prove::<reference::InputAssist>(slot, &pin(), &under(&[other.as_authority(chain).unwrap()])));
    assert_eq!((error.object(), check(&error)), (Object::File(FileId::InputAssistIntegrity), MISMATCH));
}

#[test]
fn another_filler_behind_the_number_is_refused() {
    for filler in [[0x00, 0x00], [0xFF, 0xFE]] {
        let slot = changed(|image| {
            let number = bytes(image, FileId::IndividualNumber);
            number.truncate(15);
            number.extend_from_slice(&filler);
        });
        assist(slot).unwrap_err();
    }
    let without = changed(|image| bytes(image, FileId::IndividualNumber).truncate(15));
    let error = refused(assist(without));
    assert_eq!(
        (error.object(), check(&error)),
        (Object::File(FileId::IndividualNumber), cvc::ErrorKind::Digest)
    );
}

#[test]
fn a_wrong_offset_table_is_refused_though_nobody_signed_it() {
    let slot = changed(|image| {
        let file = bytes(image, FileId::Attributes);
        file[7] ^= 1;
        assert!(!Attributes::parse(file).unwrap().offsets_agree());
    });
    let error = refused(assist(slot));
    assert_eq!(error.object(), Object::File(FileId::Attributes));
    assert!(matches!(error.kind(), ErrorKind::Content(_)), "{error}");
    let slot = changed(|image| {
        let file = bytes(image, FileId::CardFace);
        file[9] ^= 1;
        assert!(!CardFace::parse(file).unwrap().offsets_agree());
    });
    let error = refused(face(slot));
    assert_eq!(error.object(), Object::File(FileId::CardFace));
    assert!(matches!(error.kind(), ErrorKind::Content(_)), "{error}");
}

#[test]
fn what_is_not_signed_can_be_anything_and_has_that_type() {
    let slot = changed(|image| {
        let file = bytes(image, FileId::CardFace);
        let at = file.windows(3).position(|window| window == [0xDF, 0x29, 8]).unwrap() + 3;
        file[at..at + 8].copy_from_slice(b"20990101");
    });
    let genuine = face(slot).unwrap();
    let expiry: genuine::NotSigned<_> = genuine.contents().face().unwrap().expiry();
    assert_eq!(expiry.told().year(), 2099);
}

#[test]
fn every_record_with_one_flipped_bit_is_refused_over_the_wire() {
    let files = [
        FileId::InputAssistCertificate,
        FileId::InputAssistIntegrity,
        FileId::InputAssistKeyRecord,
        FileId::Attributes,
        FileId::IndividualNumber,
        FileId::CardFaceCertificate,
        FileId::CardFace,
        FileId::NumberImage,
    ];
    for (step, id) in files.into_iter().enumerate() {
        for position in 0..4 {
            let slot = changed(|image| {
                let file = bytes(image, id);
                // Not the last elements of the card face, which nobody signed.
                let signed = file.len() - if id == FileId::CardFace { file.len() / 4 } else { 0 };
                file[(signed - 1) * position / 3] ^= 1 << (step % 8);
            });
            let of_face = id.row().application == mynumber::applet::ApplicationId::CardFace;
            let passed = if of_face { face(slot).is_ok() } else { assist(slot).is_ok() };
            assert!(!passed, "{id:?}, part {position}");
        }
    }
}
