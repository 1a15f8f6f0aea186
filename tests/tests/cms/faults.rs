//! Messages that must not pass, each signed as its faulty content says: nothing but the fault speaks against it.

use mynumber::crypto::Certificate;
use mynumber::crypto::cms::{Reader, SignerError};
use mynumber::crypto::digest::sha256;
use testkit::cms::{
    Draft, NOW, Part, attribute, attributes, data, der, judged, oid, pkcs, sha2, taro, validator, watanabe,
};

const CONTENT: &[u8] = b"I agree to sell the bicycle.";

fn draft() -> Draft {
    Draft::new(CONTENT)
}

fn refused(draft: &Draft) -> String {
    judged(&draft.write(), None).expect_err("it passes")
}

/// The draft with other signed attributes.
fn attributed(list: Vec<Vec<u8>>) -> Draft {
    draft().with(|part| part.attributes = Some(list))
}

fn digest() -> Vec<u8> {
    der(0x04, &[&sha256(&[CONTENT])])
}

#[test]
fn a_draft_without_fault_passes() {
    assert_eq!(judged(&draft().write(), None), Ok(()));
}

#[test]
fn f1_a_message_without_signer_is_refused() {
    let mut nobody = draft();
    nobody.signers.clear();
    assert_eq!(refused(&nobody), "the message has no signer");
}

#[test]
fn f2_a_signature_without_signed_attributes_is_refused_whatever_the_content_type() {
    for content_type in [data(), pkcs(&[9, 16, 1, 4])] {
        let mut bare = draft().with(|part| {
            part.attributes = None;
            part.over = Some(CONTENT.to_vec());
        });
        bare.content_type = content_type;
        assert_eq!(refused(&bare), "NoSignedAttributes");
    }
    let empty = attributed(Vec::new());
    assert!(refused(&empty).starts_with("MissingAttribute"));
}

#[test]
fn f3_message_digest_and_signing_time_have_one_value_each() {
    let [kind, time, digest_attribute]: [Vec<u8>; 3] = attributes(CONTENT).try_into().expect("three");
    let other = der(0x04, &[&[0xFF; 32]]);
    let earlier = der(0x17, &[b"251002003000Z"]);
    let now = der(0x17, &[b"261002003000Z"]);
    let without = attributed(vec![kind.clone(), time.clone()]);
    assert!(refused(&without).starts_with("MissingAttribute"), "{}", refused(&without));
    let mut two = [digest(), other.clone()];
    two.sort();
    for (list, wanted) in [
        (vec![kind.clone(), time.clone(), attribute(&[4], &[&two[0], &two[1]])], "ValueCount"),
        (vec![kind.clone(), time.clone(), attribute(&[4], &[])], "ValueCount"),
        (vec![kind.clone(), digest_attribute.clone(), attribute(&[5], &[&earlier, &now])], "ValueCount"),
        (vec![kind.clone(), attribute(&[5], &[]), digest_attribute.clone()], "ValueCount"),
        (vec![kind.clone(), time.clone(), digest_attribute.clone(), attribute(&[4], &[&other])], "Duplicate"),
        (
            vec![kind.clone(), time.clone(), attribute(&[5], &[&earlier]), digest_attribute.clone()],
            "Duplicate",
        ),
        (vec![kind.clone(), time, attribute(&[4], &[&other])], "ContentDigest"),
    ] {
        let mut list = list;
        list.sort();
        let error = refused(&attributed(list));
        assert!(error.contains(wanted), "{error} instead of {wanted}");
    }
}

#[test]
fn f4_the_signed_content_type_is_there_once_and_is_that_of_the_message() {
    let rest = || attributes(CONTENT).split_off(1);
    let other = pkcs(&[9, 16, 1, 4]);
    let with = |kind: Vec<u8>| {
        let mut list = [rest(), vec![kind]].concat();
        list.sort();
        attributed(list)
    };
    assert!(refused(&attributed(rest())).starts_with("MissingAttribute"));
    assert_eq!(refused(&with(attribute(&[3], &[&other]))), "ContentType");
    assert!(refused(&with(attribute(&[3], &[&data(), &other]))).contains("ValueCount"));
    assert!(refused(&with(attribute(&[3], &[]))).contains("ValueCount"));
    let mut message = draft();
    message.content_type = other;
    assert_eq!(refused(&message), "ContentType");
}

#[test]
fn f5_one_hash_function_in_all_places_and_a_known_one() {
    let with = |change: fn(&mut Part)| refused(&draft().with(change));
    // ecdsa-with-SHA256, sha512WithRSAEncryption, sha1WithRSAEncryption, DSA with SHA-256.
    assert_eq!(
        with(|part| part.signature_algorithm = der(0x30, &[&pkcs(&[1, 13]), &[5, 0]])),
        "SignatureAlgorithm"
    );
    assert_eq!(
        with(|part| part.signature_algorithm = der(0x30, &[&pkcs(&[1, 5]), &[5, 0]])),
        "SignatureAlgorithm"
    );
    let dsa = || der(0x30, &[&oid(&[2, 16, 840, 1, 101, 3, 4, 3, 2])]);
    assert_eq!(refused(&draft().with(|part| part.signature_algorithm = dsa())), "SignatureAlgorithm");
    let ecdsa = der(0x30, &[&oid(&[1, 2, 840, 10045, 4, 3, 2])]);
    assert_eq!(
        refused(&draft().with(|part| part.signature_algorithm = ecdsa)),
        "Signature(Unsupported)",
        "the key is RSA"
    );
    assert_eq!(with(|part| part.digest_algorithm = sha2(3)), "DigestAlgorithmNotListed");
    let mut listed = draft().with(|part| part.digest_algorithm = sha2(3));
    listed.digest_algorithms.push(sha2(3));
    assert_eq!(refused(&listed), "SignatureAlgorithm");
    // SHA-1, and SHA-256 with parameters that mean nothing.
    for unknown in [
        der(0x30, &[&oid(&[1, 3, 14, 3, 2, 26])]),
        der(0x30, &[&oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1]), &[2, 1, 0]]),
    ] {
        let mut draft = draft().with(|part| part.digest_algorithm = unknown.clone());
        draft.digest_algorithms.push(unknown);
        assert_eq!(refused(&draft), "DigestAlgorithm");
    }
    let mut unlisted = draft();
    unlisted.digest_algorithms = vec![sha2(2)];
    assert_eq!(refused(&unlisted), "DigestAlgorithmNotListed");
    unlisted.digest_algorithms.clear();
    assert_eq!(refused(&unlisted), "DigestAlgorithmNotListed");
}

#[test]
fn the_key_identifier_and_null_parameters_are_taken_as_the_standard_says() {
    for algorithm in
        [der(0x30, &[&pkcs(&[1, 1]), &[5, 0]]), der(0x30, &[&pkcs(&[1, 1])]), der(0x30, &[&pkcs(&[1, 11])])]
    {
        let draft = draft().with(|part| part.signature_algorithm = algorithm);
        assert_eq!(judged(&draft.write(), None), Ok(()));
    }
    let null = der(0x30, &[&oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1]), &[5, 0]]);
    let mut draft = draft().with(|part| part.digest_algorithm = null);
    assert_eq!(judged(&draft.write(), None), Ok(()), "listed without, used with");
    draft.digest_algorithms.push(sha2(2));
    assert_eq!(judged(&draft.write(), None), Ok(()));
}

#[test]
fn f6_one_good_and_one_bad_signer_are_no_good_message() {
    let mut both = draft();
    both.certificates.push(watanabe().certificate.clone());
    both.signers.push(Part::new(watanabe(), Some(attributes(CONTENT))));
    assert_eq!(judged(&both.write(), None), Ok(()));
    let mut wrong = both.signers[1].write();
    let last = wrong.len() - 1;
    wrong[last] ^= 1;
    let signature = wrong[wrong.len() - 256..].to_vec();
    for bad in 0..2 {
        let mut message = both.clone();
        message.signers[bad].signature = Some(signature.clone());
        let bytes = message.write();
        let message = Reader::read(&bytes).expect("readable");
        let verdict = message.verify(&validator(), &[], NOW).expect("a verdict");
        let held: Vec<bool> = verdict.signers().iter().map(|report| report.result.is_ok()).collect();
        assert_eq!(held, [bad != 0, bad != 1]);
        let report = verdict.all().expect_err("one is bad");
        assert!(matches!(report.result, Err(SignerError::Signature(_))), "{report:?}");
    }
}

#[test]
fn f7_the_signer_names_exactly_one_certificate() {
    let mut none = draft();
    none.certificates.clear();
    assert_eq!(refused(&none), "NoCertificate");
    none.certificates.push(watanabe().certificate.clone());
    assert_eq!(refused(&none), "NoCertificate");
    let other = draft().with(|part| part.sid = watanabe().issuer_and_serial());
    assert_eq!(refused(&other), "NoCertificate");
    let mut swapped = other;
    swapped.certificates = vec![watanabe().certificate.clone()];
    assert_eq!(refused(&swapped), "Signature(Mismatch)");

    // Another certificate of the same name and number; the same one twice is one.
    let mut twice = draft();
    twice.certificates.push(taro().certificate.clone());
    assert_eq!(judged(&twice.write(), None), Ok(()));
    let mut alike = taro().certificate.clone();
    *alike.last_mut().expect("not empty") ^= 1;
    for order in [[0, 1], [1, 0]] {
        let both = [taro().certificate.clone(), alike.clone()];
        twice.certificates = order.iter().map(|index| both[*index].clone()).collect();
        assert_eq!(refused(&twice), "SeveralCertificates");
    }
}

#[test]
fn f7_a_signer_named_by_key_identifier_is_found_and_the_version_says_so() {
    let certificate = Certificate::parse(&taro().certificate).expect("readable");
    let key = certificate.extensions().subject_key_identifier().expect("readable").expect("there");
    let by_key = |version, key: &[u8]| {
        let sid = der(0x80, &[key]);
        draft().with(|part| (part.version, part.sid) = (version, sid))
    };
    assert_eq!(judged(&by_key(3, key).write(), None), Ok(()));
    assert!(refused(&by_key(1, key)).contains("version"));
    assert_eq!(refused(&by_key(3, &key[1..])), "NoCertificate");
    assert_eq!(refused(&by_key(3, &[])), "NoCertificate");
    assert!(refused(&draft().with(|part| part.version = 3)).contains("version"));
}

#[test]
fn f8_content_beside_the_message_and_inside_is_refused_and_none_at_all_is_told() {
    let inside = draft();
    assert!(judged(&inside.write(), Some(CONTENT)).expect_err("twice").contains("content inside"));
    let mut elsewhere = draft();
    elsewhere.content = None;
    assert!(refused(&elsewhere).contains("was not given"));
    assert_eq!(judged(&elsewhere.write(), Some(CONTENT)), Ok(()));
    assert_eq!(judged(&elsewhere.write(), Some(b"")), Err("ContentDigest".to_owned()));
    // Content of no bytes is content, and has to be given like any other.
    let mut nothing = Draft::new(b"");
    nothing.content = None;
    assert!(refused(&nothing).contains("was not given"));
    assert_eq!(judged(&nothing.write(), Some(b"")), Ok(()));
}

#[test]
fn f9_attributes_out_of_order_are_refused_whichever_order_was_signed() {
    let sorted = attributes(CONTENT);
    let mut turned = sorted.clone();
    turned.reverse();
    // Signed as they stand, and signed in the order of DER.
    assert!(refused(&attributed(turned.clone())).contains("Order"));
    let re_sorted = attributed(turned.clone()).with(|part| part.over = Some(der(0x31, &[&sorted.concat()])));
    assert!(refused(&re_sorted).contains("Order"));
    // In order, but signed out of order: the re-encoding that makes it good is not made.
    let other = draft().with(|part| part.over = Some(der(0x31, &[&turned.concat()])));
    assert_eq!(refused(&other), "Signature(Mismatch)");
}

#[test]
fn f9_attributes_in_ber_are_refused_though_der_of_them_was_signed() {
    let sorted = attributes(CONTENT);
    let good = der(0x31, &[&sorted.concat()]);
    let [kind, time, digest]: [Vec<u8>; 3] = sorted.try_into().expect("three");
    let long = |element: &[u8]| [&[element[0], 0x81], &element[1..]].concat();
    let indefinite = |element: &[u8]| [&[element[0], 0x80], &element[2..], &[0, 0]].concat();
    for list in [
        vec![long(&kind), time.clone(), digest.clone()],
        vec![indefinite(&kind), time.clone(), digest.clone()],
        vec![kind.clone(), indefinite(&time), digest.clone()],
    ] {
        let signed = attributed(list.clone()).with(|part| part.over = Some(good.clone()));
        assert!(judged(&signed.write(), None).is_err());
        assert!(judged(&attributed(list).write(), None).is_err());
    }
}

#[test]
fn f10_attributes_passed_off_as_content_are_refused() {
    // The attributes of a good message become the content of another, whose signature without attributes fits.
    let list = der(0x31, &[&attributes(CONTENT).concat()]);
    let passed_off = Draft::new(&list).with(|part| {
        part.attributes = None;
        part.over = Some(list.clone());
    });
    assert_eq!(refused(&passed_off), "NoSignedAttributes");
    // The same bytes, signed as content should be, are content like any other.
    assert_eq!(judged(&Draft::new(&list).write(), None), Ok(()));
}

#[test]
fn f12_a_signing_time_outside_the_validity_period_is_told_and_moves_nothing() {
    let (_, rest) = (attributes(CONTENT).remove(0), attributes(CONTENT));
    let long_ago = attribute(&[5], &[&der(0x17, &[b"990101000000Z"])]);
    let draft = attributed(vec![rest[0].clone(), long_ago, rest[2].clone()]);
    let bytes = draft.write();
    let message = Reader::read(&bytes).expect("readable");
    let verdict = message.verify(&validator(), &[], NOW).expect("a verdict");
    let [signed] = verdict.all().expect("it holds")[..] else { panic!("one signer") };
    assert!(signed.signing_time_is_outside_validity());
    assert_eq!(signed.certificate().at(), NOW, "the caller's time counts");
    let claim = message.signers()[0].signing_time().expect("a claim");
    assert_eq!(Some(claim), signed.signing_time_claim());
    let verdict = message.verify(&validator(), &[], claim).expect("a verdict");
    assert!(matches!(verdict.signers()[0].result, Err(SignerError::Path(_))));
}

#[test]
fn e5_e10_e13_the_certificate_of_the_signer_needs_a_path() {
    let bytes = draft().write();
    let message = Reader::read(&bytes).expect("readable");
    let later = mynumber::crypto::UnixTime::from_seconds(NOW.seconds() + 10 * 365 * 86_400);
    let verdict = message.verify(&validator(), &[], later).expect("a verdict");
    assert!(matches!(verdict.signers()[0].result, Err(SignerError::Path(_))));
    // The message brings its authority along; nobody trusts it for that.
    let mut with_authority = draft();
    with_authority.certificates.push(testkit::issued::authority().signature_ca().to_vec());
    let bytes = with_authority.write();
    let message = Reader::read(&bytes).expect("readable");
    let nobody = mynumber::crypto::path::Validator::new(
        mynumber::crypto::anchor::production(),
        *validator().profile(),
    );
    let verdict = message.verify(&nobody, &[], NOW).expect("a verdict");
    assert!(matches!(verdict.signers()[0].result, Err(SignerError::Path(_))));
}

/// signing-certificate-v2 over these ids.
fn signing_certificate(ids: &[&[u8]]) -> Vec<u8> {
    attribute(&[16, 2, 47], &[&der(0x30, &[&der(0x30, ids)])])
}

fn id(certificate: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(0x04, &[&sha256(&[certificate])])])
}

fn bound(attribute: Vec<u8>) -> Draft {
    let mut list = [attributes(CONTENT), vec![attribute]].concat();
    list.sort();
    attributed(list)
}

#[test]
fn f7_a_signing_certificate_attribute_names_the_very_certificate() {
    let own = id(&taro().certificate);
    let other = id(&watanabe().certificate);
    assert_eq!(judged(&bound(signing_certificate(&[&own])).write(), None), Ok(()));
    assert_eq!(refused(&bound(signing_certificate(&[&other]))), "SigningCertificate");
    assert_eq!(refused(&bound(signing_certificate(&[&other, &own]))), "SigningCertificate");
    assert_eq!(
        judged(&bound(signing_certificate(&[&own, &other])).write(), None),
        Ok(()),
        "no authority between"
    );
    assert!(refused(&bound(signing_certificate(&[]))).starts_with("Malformed"));

    // With SHA-256 written out, with another hash function, with one that is not known.
    let hash = sha256(&[&taro().certificate]);
    for (algorithm, good) in
        [(sha2(1), true), (sha2(2), false), (der(0x30, &[&oid(&[1, 3, 14, 3, 2, 26])]), false)]
    {
        let named = der(0x30, &[&algorithm, &der(0x04, &[&hash])]);
        let outcome = judged(&bound(signing_certificate(&[&named])).write(), None);
        assert_eq!(outcome.is_ok(), good, "{outcome:?}");
    }
    let certificate = Certificate::parse(&taro().certificate).expect("readable");
    let issuer = der(0x30, &[&der(0xA4, &[certificate.issuer().raw()])]);
    for (serial, good) in [(certificate.serial().to_vec(), true), (vec![1], false)] {
        let pair = der(0x30, &[&issuer, &der(0x02, &[&serial])]);
        let named = der(0x30, &[&der(0x04, &[&hash]), &pair]);
        assert_eq!(judged(&bound(signing_certificate(&[&named])).write(), None).is_ok(), good);
    }
    // Policies would narrow the path, which is not done: refused.
    let policies = der(0x30, &[&der(0x30, &[&oid(&[2, 999])])]);
    let list = attribute(&[16, 2, 47], &[&der(0x30, &[&der(0x30, &[&own]), &policies])]);
    assert!(refused(&bound(list)).starts_with("Malformed"));
}

#[test]
fn protected_algorithms_are_those_of_the_signer() {
    let rsa = der(0x30, &[&pkcs(&[1, 11]), &[5, 0]]);
    let implicit = [&[0xA1], &rsa[1..]].concat();
    let protection = |digest: &[u8]| attribute(&[52], &[&der(0x30, &[digest, &implicit])]);
    assert_eq!(judged(&bound(protection(&sha2(1))).write(), None), Ok(()));
    assert_eq!(refused(&bound(protection(&sha2(2)))), "AlgorithmProtection");
    let other = bound(protection(&sha2(1)))
        .with(|part| part.signature_algorithm = der(0x30, &[&pkcs(&[1, 1]), &[5, 0]]));
    assert_eq!(refused(&other), "AlgorithmProtection");
}

#[test]
fn counter_signatures_and_time_stamps_are_counted_and_said_to_be_unchecked() {
    let counter = |list: Vec<Vec<u8>>| Part::new(watanabe(), Some(list)).write();
    let without_type = attributes(CONTENT).split_off(1);
    let with = |unsigned: Vec<Vec<u8>>| draft().with(|part| part.unsigned = unsigned);
    let good = with(vec![
        attribute(&[6], &[&counter(without_type)]),
        attribute(&[16, 2, 14], &[&der(0x30, &[&pkcs(&[7, 2])])]),
        attribute(&[16, 2, 99], &[&[5, 0]]),
    ]);
    let bytes = good.write();
    let message = Reader::read(&bytes).expect("readable");
    let verdict = message.verify(&validator(), &[], NOW).expect("a verdict");
    let signed = verdict.all().expect("it holds")[0];
    assert_eq!((signed.unchecked_counter_signatures(), signed.unchecked_time_stamps()), (1, 1));
    // RFC 5652 §11.4.
    let typed = with(vec![attribute(&[6], &[&counter(attributes(CONTENT))])]);
    assert_eq!(refused(&typed), "CounterSignature");
    assert!(judged(&with(vec![attribute(&[6], &[&[5, 0]])]).write(), None).is_err());
    assert!(judged(&with(vec![vec![0x30, 0]]).write(), None).is_err());
}

#[test]
fn unknown_signed_attributes_are_listed() {
    let unknown = attribute(&[16, 2, 99], &[&[5, 0]]);
    let bytes = bound(unknown).write();
    let message = Reader::read(&bytes).expect("readable");
    let verdict = message.verify(&validator(), &[], NOW).expect("a verdict");
    let listed: Vec<String> =
        verdict.all().expect("it holds")[0].unknown_attributes().iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["1.2.840.113549.1.9.16.2.99"]);
}
